"""How near a translation is to the one we expect. Plain Python: the tests need no PyTorch."""

from collections import Counter
from collections.abc import Iterable

ORDER, BETA = 6, 2


def ngrams(text: str, n: int) -> Counter:
    """The character n-grams of a text without its spaces."""
    text = "".join(text.split())
    return Counter(text[at : at + n] for at in range(len(text) - n + 1))


def chrf(pairs: Iterable[tuple[str, str]]) -> float:
    """chrF2 of (output, reference) pairs as one corpus, 0 to 100 (Popović 2015): n-grams 1 to 6, recall twice as heavy."""
    matched, given, wanted = [0] * ORDER, [0] * ORDER, [0] * ORDER
    for output, reference in pairs:
        for n in range(ORDER):
            ours, theirs = ngrams(output, n + 1), ngrams(reference, n + 1)
            matched[n] += (ours & theirs).total()
            given[n] += ours.total()
            wanted[n] += theirs.total()
    orders = [n for n in range(ORDER) if given[n] and wanted[n]]
    if not orders:
        return 0.0
    precision = sum(matched[n] / given[n] for n in orders) / len(orders)
    recall = sum(matched[n] / wanted[n] for n in orders) / len(orders)
    if precision + recall == 0:
        return 0.0
    return 100 * (1 + BETA**2) * precision * recall / (BETA**2 * precision + recall)


def exact(pairs: Iterable[tuple[str, str]]) -> float:
    """The share of outputs that are the reference letter for letter, 0 to 100."""
    same = [output == reference for output, reference in pairs]
    return 100 * sum(same) / len(same) if same else 0.0


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of the values, 0 to 1, lie below."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
