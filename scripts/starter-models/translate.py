"""Greedy translation in PyTorch, as the service does it, to evaluate a checkpoint."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from batches import pad
from model import Translator
from phrasebook import LANGUAGES
from tokenizer import EOS, PAD, Tokenizer

ROWS = 24  # texts encoded together; each is then decoded into nine languages


@dataclass
class Translation:
    index: int  # of the text
    source: str
    target: str
    text: str
    confidence: float  # the lowest log-probability among the tokens


@torch.inference_mode()
def translations(model: Translator, tokenizer: Tokenizer, texts: list[str], source: str) -> Iterator[Translation]:
    """Every text into every other language."""
    targets = [language for language in LANGUAGES if language != source]
    encoded = [[tokenizer.language_ids[source], *tokenizer.encode(text), EOS] for text in texts]
    order = sorted(range(len(texts)), key=lambda index: len(encoded[index]))
    for start in range(0, len(order), ROWS):
        chosen = order[start : start + ROWS]
        ids = pad([encoded[index] for index in chosen])
        mask = (ids != PAD).long()
        cross = [
            tuple(part.repeat_interleave(len(targets), 0) for part in pair)
            for pair in model.cross(model.encode(ids, mask))
        ]
        codes = [tokenizer.language_ids[target] for target in targets] * len(chosen)
        outputs, lowest = greedy(model, cross, mask.repeat_interleave(len(targets), 0), codes, 2 * ids.shape[1] + 10)
        for at, (output, confidence) in enumerate(zip(outputs, lowest)):
            yield Translation(
                chosen[at // len(targets)], source, targets[at % len(targets)], tokenizer.decode(output), confidence
            )


def greedy(
    model: Translator, cross: list, mask: torch.Tensor, codes: list[int], limit: int
) -> tuple[list[list[int]], list[float]]:
    """The likeliest token each time after the forced language code, until </s>, and each row's lowest log-probability."""
    rows = len(codes)
    states, past = model.decode(torch.tensor([[EOS, code] for code in codes]), mask, cross)
    outputs: list[list[int]] = [[] for _ in range(rows)]
    lowest, ended = torch.zeros(rows), torch.zeros(rows, dtype=torch.bool)
    for _ in range(limit):
        best, token = torch.log_softmax(model.score(states[:, -1]), -1).max(-1)
        lowest = torch.where(ended, lowest, torch.minimum(lowest, best))
        ended |= token == EOS
        if ended.all():
            break
        for row in (~ended).nonzero().flatten().tolist():
            outputs[row].append(int(token[row]))
        states, past = model.decode(token[:, None], mask, cross, past)
    return outputs, lowest.tolist()
