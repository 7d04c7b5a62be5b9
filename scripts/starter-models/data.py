"""Training rows out of the phrasebook: filled templates, protected spans, pairs of sentences, the held-out split."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import product
from random import Random

from phrasebook import GENERATED, LANGUAGES, SLOT, Phrasebook, Row, slots_of

# The service sends these in place of links, mentions, emoji and code; see translation-service's protected spans.
PLACEHOLDERS = ["⟦0⟧", "⟦1⟧", "⟦2⟧", "⟦3⟧"]
HELD_OUT_EACH = 4  # combinations of each template that training never sees
# Russian wants the genitive plural and Arabic the singular accusative after exactly these.
NUMBERS = [n for n in range(11, 100) if n < 21 or n % 10 in (0, 5, 6, 7, 8, 9)]
SYLLABLES = (
    "ba be bri ca cor da dan el fa fin ga gre ha il jo ka kel la lin lo ma mir na no ol pe ra ro sa sel ta ti".split()
)
UNSPACED = ("zh", "ja")


@dataclass(frozen=True)
class HeldOut:
    """Combinations that training never sees: `key` is what the sampler refuses, `row` what the evaluation asks for."""

    key: tuple
    row: Row


def same(text: str) -> Row:
    return dict.fromkeys(LANGUAGES, text)


def fill(template: Row, values: Mapping[str, Row]) -> Row:
    """The template with each slot's value in each language; a first letter that a value brought is made a capital."""
    return {
        language: capital(SLOT.sub(lambda slot: values[slot[1]][language], text)) for language, text in template.items()
    }


def capital(text: str) -> str:
    return re.sub(r"^[¿¡«\"]*\w", lambda start: start[0].upper(), text)


def combination(template_id: str, chosen: Mapping[str, str]) -> tuple:
    """What names a filled template: its id and the listed values in it, not the generated ones."""
    return (template_id, *sorted(chosen.items()))


def stable(key: tuple) -> int:
    """A hash that is the same on every machine and in every run."""
    return int.from_bytes(blake2b(repr(key).encode(), digest_size=8).digest(), "big")


def held_out(book: Phrasebook) -> list[HeldOut]:
    """Combinations chosen by hash, at most a third of a template's: no template and no value is held out altogether."""
    rows = []
    for id_, template in book.templates.items():
        listed = sorted(set(slots_of(template["en"])) - GENERATED)
        choices = [dict(zip(listed, ids)) for ids in product(*(book.slots[slot] for slot in listed))]
        choices.sort(key=lambda chosen: stable(combination(id_, chosen)))
        for chosen in choices[: min(HELD_OUT_EACH, len(choices) // 3)]:
            key = combination(id_, chosen)
            rng = Random(stable(key))
            values = {slot: book.slots[slot][value] for slot, value in chosen.items()}
            generated = {slot: generate(slot, rng, []) for slot in slots_of(template["en"]) if slot in GENERATED}
            rows.append(HeldOut(key, fill(template, values | generated)))
    fixed = texts_of(book.sentences)
    return [held for held in rows if fixed.isdisjoint(held.row.items())]


def texts_of(rows: Mapping[str, Row]) -> set[tuple[str, str]]:
    """All (language, text) of the rows."""
    return {item for row in rows.values() for item in row.items()}


def generate(slot: str, rng: Random, used: list[str]) -> Row:
    """A value for a generated slot: the same text in all languages. `used` lists the placeholders of the message."""
    if slot == "n":
        return same(str(rng.choice(NUMBERS)))
    if slot == "clock":
        return same(f"{rng.randint(0, 23)}:{rng.randint(0, 59):02}")
    free = [placeholder for placeholder in PLACEHOLDERS if placeholder not in used]
    used.append(free[0] if rng.random() < 0.7 else rng.choice(free))
    return same(used[-1])


def invented_name(rng: Random) -> Row:
    """A name that nobody bears, so that copying is learnt and not a list of names."""
    return same("".join(rng.choices(SYLLABLES, k=rng.randint(2, 3))).capitalize())


class Sampler:
    """Draws clean rows: sentences and templates half and half, each dealt out like a shuffled deck."""

    def __init__(self, book: Phrasebook, rng: Random):
        self.book, self.rng = book, rng
        self.refused = {combination.key for combination in held_out(book)}
        self.fixed = texts_of(book.sentences)
        self.sentences, self.templates = deck(book.sentences, rng), deck(book.templates, rng)

    def row(self) -> Row:
        """One message: a phrase or, one time in ten, two; one time in ten with a placeholder before or after it."""
        used: list[str] = []
        row = self.phrase(used)
        if self.rng.random() < 0.1:
            row = join(row, self.phrase(used))
        if self.rng.random() < 0.1 and len(used) < len(PLACEHOLDERS):
            mark = generate("x", self.rng, used)
            row = (
                {k: f"{row[k]} {mark[k]}" for k in row}
                if self.rng.random() < 0.5
                else {k: f"{mark[k]} {row[k]}" for k in row}
            )
        return row

    def phrase(self, used: list[str]) -> Row:
        if self.rng.random() < 0.5:
            return self.book.sentences[next(self.sentences)]
        return self.filled(next(self.templates), used)

    def filled(self, id_: str, used: list[str]) -> Row:
        template = self.book.templates[id_]
        while True:
            chosen, values, taken = {}, {}, list(used)
            for slot in slots_of(template["en"]):
                kind = self.rng.random()
                if slot in GENERATED:
                    values[slot] = generate(slot, self.rng, taken)
                elif slot == "name" and kind < 0.2 and not taken:
                    values[slot] = generate("x", self.rng, taken)
                elif slot == "name" and kind < 0.4:
                    values[slot] = invented_name(self.rng)
                else:
                    chosen[slot] = self.rng.choice(list(self.book.slots[slot]))
                    values[slot] = self.book.slots[slot][chosen[slot]]
            row = fill(template, values)
            # A filled template that some language says like a fixed sentence would teach a second translation for it.
            if combination(id_, chosen) not in self.refused and self.fixed.isdisjoint(row.items()):
                used[:] = taken
                return row


def deck(ids: Mapping[str, Row], rng: Random) -> Iterator[str]:
    while True:
        cards = list(ids)
        rng.shuffle(cards)
        yield from cards


def join(first: Row, second: Row) -> Row:
    return {language: first[language] + ("" if language in UNSPACED else " ") + second[language] for language in first}
