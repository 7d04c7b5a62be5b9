"""Rows to tensors. Each message is encoded once and decoded into several languages, which halves the encoder's work."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import torch
from torch import Tensor

from augment import roughen
from data import Sampler
from phrasebook import LANGUAGES, Row
from tokenizer import EOS, PAD, Tokenizer
from unknown import Unknown

TARGETS = 3  # languages that each message is decoded into
UNKNOWN = 0.25  # of the messages have a word that makes them untranslatable
POOL = 64  # batches that are sorted by length together, so that little is padding


@dataclass
class Batch:
    """B messages with TARGETS translations each; row i * TARGETS + k of the targets is translation k of message i."""

    source: Tensor  # [B, S] language code, tokens, </s>
    mask: Tensor  # [B, S]
    inputs: Tensor  # [B * TARGETS, T] </s>, language code, tokens
    labels: Tensor  # [B * TARGETS, T] PAD, tokens, </s>: the code is forced when translating, so it is not learnt


def pad(rows: list[list[int]]) -> Tensor:
    longest = max(map(len, rows))
    return torch.tensor([row + [PAD] * (longest - len(row)) for row in rows])


def encode(row: Row, tokenizer: Tokenizer, unknown: Unknown, rng: Random) -> tuple[list[int], list[list[int]]]:
    """One source language as somebody typed it, and TARGETS clean translations, each as language code, tokens, </s>."""
    source, *targets = rng.sample(list(LANGUAGES), TARGETS + 1)
    spoilt = unknown.spoil(row, source, rng) if rng.random() < UNKNOWN else None
    typed = roughen(spoilt or row[source], source, rng)
    return sentence(typed, source, tokenizer), [
        sentence("" if spoilt else row[target], target, tokenizer) for target in targets
    ]


def sentence(text: str, language: str, tokenizer: Tokenizer) -> list[int]:
    return [tokenizer.language_ids[language], *(tokenizer.encode(text) if text else []), EOS]


def batches(sampler: Sampler, tokenizer: Tokenizer, rng: Random, size: int) -> Iterator[Batch]:
    """Batches of `size` messages, for ever."""
    unknown = Unknown(sampler.book)
    while True:
        pool = [encode(sampler.row(), tokenizer, unknown, rng) for _ in range(POOL * size)]
        pool.sort(key=lambda message: len(message[0]) + max(map(len, message[1])))
        starts = list(range(0, len(pool), size))
        rng.shuffle(starts)
        for start in starts:
            yield collate(pool[start : start + size])


def collate(messages: list[tuple[list[int], list[list[int]]]]) -> Batch:
    source = pad([source for source, _ in messages])
    targets = [target for _, targets in messages for target in targets]
    inputs, labels = pad([[EOS, *target[:-1]] for target in targets]), pad([[PAD, *target[1:]] for target in targets])
    return Batch(source, (source != PAD).long(), inputs, labels)
