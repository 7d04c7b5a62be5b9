"""Evaluate the trained model on combinations held out from training, and write its card and its threshold.

    python3 evaluate.py [FOLDER]     FOLDER, the exported model, gets README.md and the threshold in meeshy.json

The evaluated weights and activations are rounded as in the quantised files, but multiplied by PyTorch.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import torch

import phrasebook
from augment import final_marks_off
from confidence import choose
from data import PLACEHOLDERS, Sampler, held_out
from export import load_checkpoint, update_settings
from phrasebook import LANGUAGES, Phrasebook, Row
from quantize import rounded
from report import Scored, report
from tokenizer import Tokenizer
from train import TOKENIZER
from translate import translations

CARD = Path(__file__).parent / "model-card.md"
PROTECTED = 200  # messages with placeholders


def run(translate: Callable, rows: list[Row], typed: Callable[[str], str] = lambda text: text) -> Scored:
    """All rows in all 90 directions, from sources as `typed` makes them."""
    return [
        (translation, rows[translation.index][translation.target])
        for source in LANGUAGES
        for translation in translate([typed(row[source]) for row in rows], source)
    ]


def with_placeholders(book: Phrasebook) -> list[Row]:
    """Messages drawn as in training, but by other dice."""
    sampler = Sampler(book, Random("evaluation"))
    drawn = (sampler.row() for _ in range(20 * PROTECTED))
    return [row for row in drawn if any(mark in row["en"] for mark in PLACEHOLDERS)][:PROTECTED]


def main() -> None:
    torch.set_num_threads(1)
    model, pairs = load_checkpoint()
    tokenizer, book, quantised = Tokenizer.load(TOKENIZER), phrasebook.load(), rounded(model)
    translate = lambda texts, source: translations(quantised, tokenizer, texts, source)
    unseen, sentences = [held.row for held in held_out(book)], list(book.sentences.values())
    new, protected = run(translate, unseen), run(translate, with_placeholders(book))
    sets = {
        "combinations held out from training": new,
        "the same, lower case, no final mark": run(translate, unseen, final_marks_off),
        "fixed sentences (seen)": run(translate, sentences),
        "fixed sentences, lower case, no final mark": run(translate, sentences, final_marks_off),
        "messages with placeholders": protected,
    }
    threshold, confidence = choose(new, translate)
    text = report(pairs, sets, new, protected, confidence)
    print(text)
    if len(sys.argv) > 1:
        folder = Path(sys.argv[1])
        card = CARD.read_text(encoding="utf-8").replace("<!-- evaluation -->", text)
        (folder / "README.md").write_text(card, encoding="utf-8")
        update_settings(folder, minTokenLogProb=threshold)


if __name__ == "__main__":
    main()
