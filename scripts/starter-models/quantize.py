"""Eight-bit numbers: weights per output channel when exporting, activations per token when running.

Weights are uint8 round 128, not int8: without VNNI the product of unsigned activations and signed weights saturates.
Activations have one scale for each token, not one for the whole tensor as DynamicQuantizeLinear has: so a sentence's
translation does not depend on what else is in its batch.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from model import Translator

WEIGHT_ZERO = 128
SMALLEST = 1e-8  # of a scale, for rows of zeros


def quantize(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """[channels, inputs] → the same in uint8, and the scale [channels] that gives (q - 128) * scale."""
    scale = np.maximum(np.abs(weight).max(1), SMALLEST) / 127
    return (np.rint(weight / scale[:, None]) + WEIGHT_ZERO).astype(np.uint8), scale.astype(np.float32)


def rounded_weight(weight: Tensor) -> Tensor:
    """What is left of a weight [channels, inputs] after quantize."""
    quantized, scale = quantize(weight.detach().numpy())
    return torch.from_numpy((quantized.astype(np.float32) - WEIGHT_ZERO) * scale[:, None])


def rounded_rows(x: Tensor) -> Tensor:
    """What graph.py's rounding leaves of activations [..., inputs]; where none is negative, its steps are finer."""
    low = x.min(-1, keepdim=True).values
    steps = torch.where(low < 0, 127.0, 255.0)
    scale = x.abs().max(-1, keepdim=True).values.clamp(min=SMALLEST) / steps
    return torch.floor(x / scale + 0.5) * scale


class RoundedLinear(nn.Module):
    def __init__(self, linear: nn.Linear):
        super().__init__()
        self.weight, self.bias = rounded_weight(linear.weight), linear.bias.detach()

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(rounded_rows(x), self.weight, self.bias)


class RoundedTranslator(Translator):
    def score(self, states: Tensor) -> Tensor:
        return super().score(rounded_rows(states))


def rounded(model: Translator) -> Translator:
    """A copy that computes what the quantised files compute, to evaluate them without ONNX Runtime."""
    copy = RoundedTranslator(model.shape)
    copy.load_state_dict(model.state_dict())
    copy.shared.weight.data = rounded_weight(copy.shared.weight)
    for module in list(copy.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Linear):
                setattr(module, name, RoundedLinear(child))
    return copy.eval()
