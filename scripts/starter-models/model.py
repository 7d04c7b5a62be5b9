"""An M2M100 model (Fan et al., 2020, arXiv:2010.11125; the shape of NLLB-200) in plain PyTorch.

Pre-norm layers, ReLU, sinusoidal positions, one embedding for encoder, decoder and output, scaled by √d_model.
Parameter names are those of Hugging Face's M2M100. Shapes below: B rows, S source tokens, T target tokens,
P tokens in the cache, D d_model, H heads, D/H head size.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tokenizer import PAD

FORBIDDEN = -1e4  # added to attention scores; finite, so that a row of padding alone gives no NaN


@dataclass
class Shape:
    vocab_size: int
    d_model: int = 256
    encoder_layers: int = 4
    decoder_layers: int = 2
    heads: int = 4
    ffn: int = 1024
    max_positions: int = 256
    dropout: float = 0.1


def sinusoid_rates(width: int) -> Tensor:
    """[width / 2]: the angle that each pair of sine and cosine goes on by from one place to the next."""
    half = width // 2
    return torch.exp(torch.arange(half) * -(math.log(10000) / (half - 1)))


def sinusoids(count: int, width: int) -> Tensor:
    """[count, width]: M2M100's table, sines first, then cosines."""
    angles = torch.arange(count)[:, None] * sinusoid_rates(width)[None]
    return torch.cat([angles.sin(), angles.cos()], 1)


class Attention(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.q_proj, self.k_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.v_proj, self.out_proj = nn.Linear(width, width), nn.Linear(width, width)

    def split(self, x: Tensor) -> Tensor:
        """[B, T, D] → [B, H, T, D/H]"""
        return x.view(x.shape[0], x.shape[1], self.heads, self.size).transpose(1, 2)

    def keys_values(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.split(self.k_proj(x)), self.split(self.v_proj(x))

    def forward(self, x: Tensor, keys: Tensor, values: Tensor, bias: Tensor) -> Tensor:
        """x [B, T, D] attends to keys and values [B, H, S, D/H]; bias is FORBIDDEN where it must not."""
        scores = self.split(self.q_proj(x) * self.size**-0.5) @ keys.transpose(2, 3) + bias
        mixed = (F.softmax(scores, -1) @ values).transpose(1, 2)
        return self.out_proj(mixed.reshape(x.shape[0], x.shape[1], self.heads * self.size))


class FeedForward(nn.Module):
    """What both kinds of layer end with."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(shape.d_model, shape.ffn), nn.Linear(shape.ffn, shape.d_model)
        self.final_layer_norm, self.dropout = nn.LayerNorm(shape.d_model), nn.Dropout(shape.dropout)

    def feed_forward(self, x: Tensor) -> Tensor:
        return x + self.dropout(self.fc2(F.relu(self.fc1(self.final_layer_norm(x)))))


class EncoderLayer(FeedForward):
    def __init__(self, shape: Shape):
        super().__init__(shape)
        width = shape.d_model
        self.self_attn, self.self_attn_layer_norm = Attention(width, shape.heads), nn.LayerNorm(width)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        normed = self.self_attn_layer_norm(x)
        x = x + self.dropout(self.self_attn(normed, *self.self_attn.keys_values(normed), bias))
        return self.feed_forward(x)


class DecoderLayer(FeedForward):
    def __init__(self, shape: Shape):
        super().__init__(shape)
        width = shape.d_model
        self.self_attn, self.self_attn_layer_norm = Attention(width, shape.heads), nn.LayerNorm(width)
        self.encoder_attn, self.encoder_attn_layer_norm = Attention(width, shape.heads), nn.LayerNorm(width)

    def forward(
        self, x: Tensor, bias: Tensor, cross: tuple, cross_bias: Tensor, past: tuple | None
    ) -> tuple[Tensor, tuple]:
        """Returns the new x and this layer's keys and values so far, [B, H, P + T, D/H] each."""
        normed = self.self_attn_layer_norm(x)
        keys, values = self.self_attn.keys_values(normed)
        if past is not None:
            keys, values = torch.cat([past[0], keys], 2), torch.cat([past[1], values], 2)
        x = x + self.dropout(self.self_attn(normed, keys, values, bias))
        x = x + self.dropout(self.encoder_attn(self.encoder_attn_layer_norm(x), *cross, cross_bias))
        return self.feed_forward(x), (keys, values)


class Stack(nn.Module):
    def __init__(self, layer: type, count: int, shape: Shape):
        super().__init__()
        self.layers = nn.ModuleList(layer(shape) for _ in range(count))
        self.layer_norm = nn.LayerNorm(shape.d_model)


class Translator(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.shared = nn.Embedding(shape.vocab_size, shape.d_model, padding_idx=PAD)
        nn.init.normal_(self.shared.weight, 0, shape.d_model**-0.5)
        self.encoder = Stack(EncoderLayer, shape.encoder_layers, shape)
        self.decoder = Stack(DecoderLayer, shape.decoder_layers, shape)
        self.register_buffer("positions", sinusoids(shape.max_positions, shape.d_model), persistent=False)

    def embed(self, ids: Tensor, first: int | Tensor) -> Tensor:
        """[B, T] → [B, T, D]. M2M100 counts positions from PAD + 1; padding is at the end, so ids need no mask here."""
        places = torch.arange(ids.shape[1], device=ids.device) + (PAD + 1) + first
        return self.shared(ids) * math.sqrt(self.shape.d_model) + self.positions[places]

    def encode(self, ids: Tensor, mask: Tensor) -> Tensor:
        """ids, mask [B, S] → [B, S, D]"""
        x = self.embed(ids, 0)
        bias = (1.0 - mask[:, None, None, :].float()) * FORBIDDEN
        for layer in self.encoder.layers:
            x = layer(x, bias)
        return self.encoder.layer_norm(x)

    def cross(self, hidden: Tensor) -> list[tuple[Tensor, Tensor]]:
        """What every decoder layer needs of the encoder's output [B, S, D], computed once a sentence."""
        return [layer.encoder_attn.keys_values(hidden) for layer in self.decoder.layers]

    def decode(self, ids: Tensor, mask: Tensor, cross: list, past: list | None = None) -> tuple[Tensor, list]:
        """ids [B, T] after P cached ones, mask [B, S] → states [B, T, D] for `score`, and the cache with T more."""
        done = past[0][0].shape[2] if past is not None else 0
        x = self.embed(ids, done)
        place = torch.arange(ids.shape[1], device=ids.device) + done
        bias = (torch.arange(ids.shape[1] + done, device=ids.device)[None, :] > place[:, None]).float() * FORBIDDEN
        cross_bias = (1.0 - mask[:, None, None, :].float()) * FORBIDDEN
        cache = []
        for index, layer in enumerate(self.decoder.layers):
            x, keys_values = layer(x, bias, cross[index], cross_bias, past[index] if past is not None else None)
            cache.append(keys_values)
        return self.decoder.layer_norm(x), cache

    def score(self, states: Tensor) -> Tensor:
        """[..., D] → logits [..., V]"""
        return states @ self.shared.weight.t()
