"""Byte-pair encoding (Sennrich et al., 2016): learning the merges, and applying one."""

import re
from collections import defaultdict
from itertools import pairwise

MERGEABLE = re.compile(r"▁?(?:[^\W\d_]|')+|[^\w▁⟦⟧]+")
HAN = re.compile(r"[぀-ヿ㐀-鿿]")
LONGEST_HAN = 4  # else whole clauses of Chinese and Japanese, which have no spaces, would become one piece


def learn_merges(counts: dict[str, float], wanted: int) -> list[tuple[str, str]]:
    """The most frequent neighbours, merged one pair at a time."""
    words = [[list(word), count] for word, count in counts.items()]
    pairs: dict[tuple[str, str], float] = defaultdict(float)
    where: dict[tuple[str, str], set[int]] = defaultdict(set)
    for index, (pieces, count) in enumerate(words):
        for pair in pairwise(pieces):
            pairs[pair] += count
            where[pair].add(index)
    for pair in [pair for pair in pairs if not may_merge(*pair)]:
        del pairs[pair]
    merges: list[tuple[str, str]] = []
    made: set[str] = set()
    while pairs and len(made) < wanted:
        best = max(pairs, key=pairs.get)
        merges.append(best)
        made.add(best[0] + best[1])
        for index in sorted(where[best]):
            pieces, count = words[index]
            for pair in pairwise(pieces):
                if pair in pairs:
                    pairs[pair] -= count
            words[index][0] = pieces = merge(pieces, best)
            for pair in pairwise(pieces):
                if may_merge(*pair):
                    pairs[pair] += count
                    where[pair].add(index)
        pairs.pop(best, None)
    return merges


def may_merge(left: str, right: str) -> bool:
    """Letters with letters, marks with marks. Digits stay single, so that numbers are copied; so do ⟦ and ⟧."""
    piece = left + right
    return bool(MERGEABLE.fullmatch(piece)) and not (HAN.search(piece) and len(piece.strip("▁")) > LONGEST_HAN)


def merge(pieces: list[str], pair: tuple[str, str]) -> list[str]:
    merged: list[str] = []
    for piece in pieces:
        if merged and (merged[-1], piece) == pair:
            merged[-1] += piece
        else:
            merged.append(piece)
    return merged
