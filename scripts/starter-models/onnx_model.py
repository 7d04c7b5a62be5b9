"""The graphs of an M2M100 encoder and of a merged decoder, quantised, out of a model's weights.

The decoder with use_cache_branch false computes the encoder's keys and values; with true it takes them from its inputs.
Only that part is inside an If, so the file holds every weight once. Past keys and values must have length 0 at the
first step. Names of inputs and outputs are those of the public NLLB exports; shapes are written as in model.py.
"""

from collections.abc import Iterator

import numpy as np
from onnx import ModelProto, TensorProto, checker, helper

from graph import IR_VERSION, OPSET, Graph
from model import FORBIDDEN, Shape, sinusoid_rates
from quantize import WEIGHT_ZERO, quantize
from tokenizer import PAD

Weights = dict[str, np.ndarray]
PARTS = ("key", "value")


class Builder:
    """The parts that encoder and decoder share, composed in one graph."""

    def __init__(self, weights: Weights, shape: Shape):
        self.g, self.weights, self.shape = Graph(), weights, shape
        table, scale = quantize(weights["shared.weight"])
        self.table, self.scale = self.g.constant("shared.q", table), self.g.constant("shared.scale", scale[:, None])

    def embed(self, first: str) -> str:
        """input_ids [B, T] → [B, T, D]; `first`, of shape [1], is the place of the first token."""
        g = self.g
        rows = g.op(
            "Sub",
            g.op("Cast", g.op("Gather", self.table, "input_ids"), to=TensorProto.FLOAT),
            g.constant("float_zero", float(WEIGHT_ZERO)),
        )
        scale = g.op("Mul", g.op("Gather", self.scale, "input_ids"), g.constant("root", self.shape.d_model**0.5))
        first = g.op("Add", first, g.constant("offset", [PAD + 1]))
        places = g.counted(first, g.op("Add", first, g.dimension("input_ids", 1)))
        angles = g.op(
            "Mul",
            self.column(g.op("Cast", places, to=TensorProto.FLOAT)),
            g.constant("rates", sinusoid_rates(self.shape.d_model).numpy()),
        )
        return g.op("Add", g.op("Mul", rows, scale), g.op("Concat", g.op("Sin", angles), g.op("Cos", angles), axis=-1))

    def column(self, x: str) -> str:
        return self.g.op("Unsqueeze", x, self.g.constant("last", [-1]))

    def mask_bias(self, mask: str) -> str:
        """mask [B, S] → FORBIDDEN where 0, [B, 1, 1, S]"""
        g = self.g
        absent = g.op("Sub", g.constant("float_one", 1.0), g.op("Cast", mask, to=TensorProto.FLOAT))
        return g.op("Unsqueeze", g.op("Mul", absent, g.constant("forbidden", FORBIDDEN)), g.constant("middle", [1, 2]))

    def split(self, g: Graph, x: str, count: int) -> list[str]:
        """[B, T, count · D] → count tensors of [B, H, T, D/H]"""
        heads = g.constant("heads", [0, 0, self.shape.heads, -1])
        return [g.op("Transpose", g.op("Reshape", part, heads), perm=[0, 2, 1, 3]) for part in g.parts(x, count)]

    def self_inputs(self, x: str, layer: str) -> list[str]:
        """Queries, keys and values of a layer's self-attention."""
        normed = self.g.normalized(x, f"{layer}.self_attn_layer_norm", self.weights)
        names = [f"{layer}.self_attn.{part}_proj" for part in "qkv"]
        return self.split(self.g, self.g.linear(normed, names, self.weights), 3)

    def attend(self, x: str, queries: str, keys: str, values: str, bias: str, name: str) -> str:
        """x plus what its queries find."""
        g = self.g
        scores = g.op("Add", g.op("MatMul", queries, g.op("Transpose", keys, perm=[0, 1, 3, 2])), bias)
        mixed = g.op("Transpose", g.op("MatMul", g.op("Softmax", scores, axis=-1), values), perm=[0, 2, 1, 3])
        whole = g.op("Reshape", mixed, g.constant("whole", [0, 0, self.shape.d_model]))
        return g.op("Add", x, g.linear(whole, [f"{name}.out_proj"], self.weights))

    def feed_forward(self, x: str, layer: str) -> str:
        g = self.g
        inner = g.op(
            "Relu", g.linear(g.normalized(x, f"{layer}.final_layer_norm", self.weights), [f"{layer}.fc1"], self.weights)
        )
        return g.op("Add", x, g.linear(inner, [f"{layer}.fc2"], self.weights, positive=True))


def build_encoder(weights: Weights, shape: Shape) -> ModelProto:
    b = Builder(weights, shape)
    x = b.embed(b.g.constant("int0", [0]))
    bias = b.mask_bias("attention_mask")
    for index in range(shape.encoder_layers):
        layer = f"encoder.layers.{index}"
        x = b.attend(x, *b.self_inputs(x, layer), bias, f"{layer}.self_attn")
        x = b.feed_forward(x, layer)
    b.g.op("Identity", b.g.normalized(x, "encoder.layer_norm", weights), outputs=["last_hidden_state"])
    width = ["batch_size", "encoder_sequence_length"]
    return model_of(
        b.g,
        "encoder",
        [tensor("input_ids", width, TensorProto.INT64), tensor("attention_mask", width, TensorProto.INT64)],
        [tensor("last_hidden_state", [*width, shape.d_model])],
    )


def build_decoder(weights: Weights, shape: Shape) -> ModelProto:
    b = Builder(weights, shape)
    g = b.g
    done = g.dimension("past_key_values.0.decoder.key", 2)
    x = b.embed(done)
    end = g.op("Add", done, g.dimension("input_ids", 1))
    later = g.op("Greater", g.counted(g.constant("int0", [0]), end), b.column(g.counted(done, end)))
    bias = g.op("Mul", g.op("Cast", later, to=TensorProto.FLOAT), g.constant("forbidden", FORBIDDEN))
    cross_bias = b.mask_bias("encoder_attention_mask")
    add_cross(b)
    for index in range(shape.decoder_layers):
        layer = f"decoder.layers.{index}"
        queries, *new = b.self_inputs(x, layer)
        keys, values = (
            g.op(
                "Concat",
                f"past_key_values.{index}.decoder.{part}",
                fresh,
                axis=2,
                outputs=[f"present.{index}.decoder.{part}"],
            )
            for part, fresh in zip(PARTS, new)
        )
        x = b.attend(x, queries, keys, values, bias, f"{layer}.self_attn")
        normed = g.normalized(x, f"{layer}.encoder_attn_layer_norm", weights)
        (queries,) = b.split(g, g.linear(normed, [f"{layer}.encoder_attn.q_proj"], weights), 1)
        cross = (f"present.{index}.encoder.{part}" for part in PARTS)
        x = b.attend(x, queries, *cross, cross_bias, f"{layer}.encoder_attn")
        x = b.feed_forward(x, layer)
    states = g.rows(g.normalized(x, "decoder.layer_norm", weights))
    flat = g.op("Reshape", b.scale, g.constant("flat", [-1]))
    g.op("Identity", g.product(states, g.op("Transpose", b.table, perm=[1, 0]), flat), outputs=["logits"])
    return model_of(g, "decoder", *decoder_interface(shape))


def add_cross(b: Builder) -> None:
    """The encoder's keys and values for every layer: from the cache or, at the first step, computed."""
    names = [f"{index}.encoder.{part}" for index in range(b.shape.decoder_layers) for part in PARTS]
    cached, computed = Graph(b.g, "cached/"), Graph(b.g, "computed/")
    for name in names:
        cached.op("Identity", f"past_key_values.{name}", outputs=[f"cached.{name}"])
    projections = [
        f"decoder.layers.{index}.encoder_attn.{part}_proj" for index in range(b.shape.decoder_layers) for part in "kv"
    ]
    parts = b.split(computed, computed.linear("encoder_hidden_states", projections, b.weights), len(names))
    for name, part in zip(names, parts):
        computed.op("Identity", part, outputs=[f"computed.{name}"])
    size = b.shape.d_model // b.shape.heads
    branches = {
        kind: helper.make_graph(
            graph.nodes,
            kind,
            [],
            [
                tensor(f"{kind}.{name}", ["batch_size", b.shape.heads, "encoder_sequence_length_out", size])
                for name in names
            ],
        )
        for kind, graph in (("cached", cached), ("computed", computed))
    }
    b.g.op(
        "If",
        "use_cache_branch",
        outputs=[f"present.{name}" for name in names],
        then_branch=branches["cached"],
        else_branch=branches["computed"],
    )


def decoder_interface(shape: Shape) -> tuple[list, list]:
    """Inputs and outputs with the names and dimensions of the public exports."""
    size = shape.d_model // shape.heads

    def cache(prefix: str, decoder_length: str, encoder_length: str) -> Iterator:
        for index in range(shape.decoder_layers):
            for side, length in (("decoder", decoder_length), ("encoder", encoder_length)):
                for part in PARTS:
                    yield tensor(f"{prefix}.{index}.{side}.{part}", ["batch_size", shape.heads, length, size])

    inputs = [
        tensor("encoder_attention_mask", ["batch_size", "encoder_sequence_length"], TensorProto.INT64),
        tensor("input_ids", ["batch_size", "decoder_sequence_length"], TensorProto.INT64),
        tensor("encoder_hidden_states", ["batch_size", "encoder_sequence_length", shape.d_model]),
        *cache("past_key_values", "past_decoder_sequence_length", "encoder_sequence_length_past"),
        tensor("use_cache_branch", [1], TensorProto.BOOL),
    ]
    logits = tensor("logits", ["batch_size", "decoder_sequence_length", shape.vocab_size])
    return inputs, [
        logits,
        *cache("present", "past_decoder_sequence_length + decoder_sequence_length", "encoder_sequence_length_out"),
    ]


def tensor(name: str, dimensions: list, kind: int = TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, dimensions)


def model_of(g: Graph, name: str, inputs: list, outputs: list) -> ModelProto:
    graph = helper.make_graph(g.nodes, name, inputs, outputs, initializer=list(g.constants.values()))
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="meeshy", ir_version=IR_VERSION
    )
    checker.check_model(model)
    return model
