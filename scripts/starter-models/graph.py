"""A small builder of ONNX graphs, with the quantised layers that export.py composes."""

import numpy as np
from onnx import NodeProto, TensorProto, helper, numpy_helper

from quantize import SMALLEST, WEIGHT_ZERO, quantize

OPSET, IR_VERSION = 17, 8
LAST = [-1]


class Graph:
    """Nodes and constants under way. Values are their names; a branch of an If shares its parent's constants."""

    def __init__(self, parent: "Graph | None" = None, prefix: str = ""):
        self.nodes: list[NodeProto] = []
        self.constants: dict[str, TensorProto] = parent.constants if parent else {}
        self.prefix = prefix

    def op(self, kind: str, *inputs: str, outputs: int | list[str] = 1, **attributes) -> str | list[str]:
        """Append a node; returns its output's name, or the names where there are several."""
        name = f"{self.prefix}{kind}_{len(self.nodes)}"
        names = outputs if isinstance(outputs, list) else [f"{name}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, name=name, **attributes))
        return names if len(names) > 1 else names[0]

    def parts(self, x: str, count: int) -> list[str]:
        """x cut into `count` equal parts along its last dimension."""
        return [x] if count == 1 else self.op("Split", x, axis=-1, outputs=count)

    def constant(self, name: str, value: np.ndarray | list | float) -> str:
        """A named constant, stored once; Python floats become float32."""
        array = np.asarray(value)
        if array.dtype == np.float64:
            array = array.astype(np.float32)
        self.constants.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def normalized(self, x: str, name: str, weights: dict[str, np.ndarray]) -> str:
        scale, bias = (self.constant(f"{name}.{part}", weights[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self.op("LayerNormalization", x, scale, bias, axis=-1, epsilon=1e-5)

    def rows(self, x: str, positive: bool = False) -> tuple[str, str, str]:
        """x [..., D] → uint8 rows, their zero point, each row's scale [..., 1]. Adding a half and cutting off rounds."""
        steps, zero = (255.0, 0) if positive else (127.0, 128)
        largest = self.op("ReduceMax", x if positive else self.op("Abs", x), axes=LAST, keepdims=1)
        scale = self.op(
            "Div", self.op("Max", largest, self.constant("smallest", SMALLEST)), self.constant(f"steps{zero}", steps)
        )
        shifted = self.op("Add", self.op("Div", x, scale), self.constant(f"half{zero}", zero + 0.5))
        return (
            self.op("Cast", shifted, to=TensorProto.UINT8),
            self.constant(f"zero{zero}", np.array(zero, np.uint8)),
            scale,
        )

    def product(self, rows: tuple[str, str, str], weight: str, scale: str) -> str:
        """Quantised rows [..., D] times a quantised weight [D, C] with its scales [C] → float [..., C]."""
        quantized, zero, row_scale = rows
        whole = self.op(
            "MatMulInteger", quantized, weight, zero, self.constant("weight_zero", np.array(WEIGHT_ZERO, np.uint8))
        )
        # One scale after the other: multiplied together first, ONNX Runtime would take them for one scale per tensor.
        return self.op("Mul", self.op("Mul", self.op("Cast", whole, to=TensorProto.FLOAT), row_scale), scale)

    def linear(self, x: str, names: list[str], weights: dict[str, np.ndarray], positive: bool = False) -> str:
        """x through the linear layers `names`, side by side in one product: [..., D] → [..., sum of C]."""
        quantized, scale = quantize(np.concatenate([weights[f"{name}.weight"] for name in names]))
        bias = np.concatenate([weights[f"{name}.bias"] for name in names])
        key = names[0]
        product = self.product(
            self.rows(x, positive), self.constant(f"{key}.q", quantized.T), self.constant(f"{key}.scale", scale)
        )
        return self.op("Add", product, self.constant(f"{key}.bias", bias))

    def dimension(self, x: str, axis: int) -> str:
        """One dimension of x as a tensor of shape [1]."""
        return self.op("Slice", self.op("Shape", x), *(self.constant(f"int{at}", [at]) for at in (axis, axis + 1)))

    def counted(self, first: str, end: str) -> str:
        """Whole numbers from first to end - 1; both of shape [1]."""
        empty = self.constant("scalar", np.array([], np.int64))
        return self.op(
            "Range",
            self.op("Reshape", first, empty),
            self.op("Reshape", end, empty),
            self.constant("one", np.array(1, np.int64)),
        )
