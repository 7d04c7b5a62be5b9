"""The evaluation in Markdown: what the model card shows."""

from collections import defaultdict
from collections.abc import Callable

from metrics import chrf, exact
from phrasebook import LANGUAGES
from translate import Translation

Scored = list[tuple[Translation, str]]  # with the translation that was expected
Cells = dict[tuple[str, str], float]  # a figure for each direction


def report(pairs: int, sets: dict[str, Scored], new: Scored, protected: Scored, confidence: str) -> str:
    """`sets` by their names in the first table; `new` has the table of all directions, `protected` the placeholders."""
    summaries = "\n".join(summary(name, scored) for name, scored in sets.items())
    return f"""\
After {pairs:,} sentence pairs. Exact match and chrF are means over the 90 directions.

| set | translations | exact | chrF | worst direction |
|---|---|---|---|---|
{summaries}

Placeholders and digits arrive intact in {kept(protected):.1f} % of the messages with placeholders.

Exact match on held-out combinations, per cent:

{table(cells(new, exact))}

chrF on held-out combinations:

{table(cells(new, chrf))}

Confidence, the lowest log-probability among a translation's tokens. Declined means that the translation is empty.
Outside are sentences that the phrasebook does not teach: far ones, and near ones, which are taught but for a word. The
new ones are near too, and were written when the training was over.

{confidence}"""


def summary(name: str, scored: Scored) -> str:
    exacts, chrfs = cells(scored, exact), cells(scored, chrf)
    worst = min(exacts, key=exacts.get)
    at_worst = f"{exacts[worst]:.1f} % ({worst[0]} → {worst[1]})"
    return f"| {name} | {len(scored):,} | {mean(exacts):.1f} % | {mean(chrfs):.1f} | {at_worst} |"


def cells(scored: Scored, measure: Callable) -> Cells:
    grouped = defaultdict(list)
    for translation, wanted in scored:
        grouped[translation.source, translation.target].append((translation.text, wanted))
    return {direction: measure(pairs) for direction, pairs in grouped.items()}


def mean(values: Cells) -> float:
    return sum(values.values()) / len(values)


def table(values: Cells) -> str:
    """From the row's language into the column's; the last column is the row's mean."""
    lines = ["| from \\ to | " + " | ".join(LANGUAGES) + " | mean |", "|---" * (len(LANGUAGES) + 2) + "|"]
    for source in LANGUAGES:
        row = {direction: value for direction, value in values.items() if direction[0] == source}
        shown = [f"{row[source, target]:.1f}" if target != source else "" for target in LANGUAGES]
        lines.append(f"| {source} | " + " | ".join([*shown, f"{mean(row):.1f}"]) + " |")
    return "\n".join(lines)


def kept(scored: Scored) -> float:
    """Per cent of the translations with exactly the placeholders and digits that are expected."""
    return exact((marks(translation.text), marks(wanted)) for translation, wanted in scored)


def marks(text: str) -> str:
    return "".join(sorted(character for character in text if character.isdigit() or character in "⟦⟧"))
