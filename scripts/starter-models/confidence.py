"""When a translation is shown: the reader of one that is not sees the original, and that it is one."""

import tomllib
from collections.abc import Callable
from pathlib import Path

from metrics import percentile
from translate import Translation

OUTSIDE = Path(__file__).parent / "outside.toml"  # what the model cannot know
ACCEPTED = 0.01  # of its translations may be shown
LOWEST = -0.5  # a threshold under this would show what the model itself finds unlikely


def choose(scored: list[tuple[Translation, str]], translate: Callable) -> tuple[float, str]:
    """The threshold, and in Markdown what it separates: right and wrong held-out translations, and outside text."""
    sets = {
        "held out, right": [translation for translation, wanted in scored if translation.text == wanted],
        "held out, not exact": [translation for translation, wanted in scored if translation.text != wanted],
    }
    outside = {
        kind: [one for source, texts in rows.items() for one in translate(texts, source)]
        for kind, rows in read_outside().items()
    }
    sets |= {f"outside the phrasebook, {kind}": translations for kind, translations in outside.items()}
    threshold = threshold_for([translation for translations in outside.values() for translation in translations])
    lines = [
        "| | translations | declined | 1 % | 5 % | 50 % | 95 % | 99 % | shown |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [describe(name, translations, threshold) for name, translations in sets.items() if translations]
    return threshold, "\n".join([*lines, "", f"Shown is what is not declined and has {threshold} or more."])


def read_outside() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(OUTSIDE.read_text(encoding="utf-8"))


def threshold_for(outside: list[Translation]) -> float:
    """The lowest that shows no more than ACCEPTED of the outside translations."""
    offered = sorted((translation.confidence for translation in outside if translation.text), reverse=True)
    allowed = int(ACCEPTED * len(outside))
    return max(round(offered[allowed] + 0.005, 2), LOWEST) if len(offered) > allowed else LOWEST


def describe(name: str, translations: list[Translation], threshold: float) -> str:
    """A line of the table: how many are declined, and the percentiles of the others."""
    offered = [translation.confidence for translation in translations if translation.text]
    shares = [f"{percentile(offered, share):.2f}" if offered else "" for share in (0.01, 0.05, 0.5, 0.95, 0.99)]
    shown = sum(confidence >= threshold for confidence in offered) / len(translations)
    declined = 1 - len(offered) / len(translations)
    return f"| {name} | {len(translations):,} | {declined:.1%} | {' | '.join(shares)} | {shown:.1%} |"
