"""The phrasebook: sentences, templates and slot values, each in ten languages.

    python3 phrasebook.py check     prints what is wrong with it; exit status 1 if anything is

A row is a dict from language to text. A template's row holds slots like {when}; a slot's
values are rows too. The slots of GENERATED are filled by data.py and have no values here.
"""

import re
import sys
import tomllib
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

# Our language codes and the codes of NLLB-200 for them, in the order of every table we print.
LANGUAGES = {
    "en": "eng_Latn",
    "fr": "fra_Latn",
    "es": "spa_Latn",
    "de": "deu_Latn",
    "it": "ita_Latn",
    "pt": "por_Latn",
    "ru": "rus_Cyrl",
    "zh": "zho_Hans",
    "ja": "jpn_Jpan",
    "ar": "arb_Arab",
}
GENERATED = {"n", "clock", "x"}
FOLDER = Path(__file__).parent / "phrasebook"
Row = dict[str, str]

SLOT = re.compile(r"\{(\w+)\}")
LETTERS = {
    "latin": re.compile(r"[A-Za-zÀ-ɏ]"),
    "cyrillic": re.compile(r"[Ѐ-ӿ]"),
    "han": re.compile(r"[㐀-鿿々]"),
    "kana": re.compile(r"[ぁ-ヿ]"),
    "arabic": re.compile(r"[؀-ۿ]"),
}
# Which scripts a text may have besides Latin, which is everywhere (Wi-Fi, PDF), and which it must have one of.
SCRIPTS = {"ru": {"cyrillic"}, "zh": {"han"}, "ja": {"han", "kana"}, "ar": {"arabic"}}


@dataclass(frozen=True)
class Phrasebook:
    sentences: dict[str, Row]
    templates: dict[str, Row]
    slots: dict[str, dict[str, Row]]


def load(folder: Path = FOLDER) -> Phrasebook:
    """Read every file of the folder. An id that two sentence files share gets its file's name in front."""
    sentences = {
        f"{path.stem}.{id_}": row
        for path in sorted((folder / "sentences").glob("*.toml"))
        for id_, row in read(path).items()
    }
    return Phrasebook(sentences, read(folder / "templates.toml"), read(folder / "slots.toml"))


def read(path: Path) -> dict:
    """One TOML file, its texts in Unicode's composed form, as the tokenizer sees them."""
    return tomllib.loads(unicodedata.normalize("NFC", path.read_text(encoding="utf-8")))


def slots_of(text: str) -> list[str]:
    return SLOT.findall(text)


def problems(book: Phrasebook) -> list[str]:
    """Everything that must be repaired before training, one line each."""
    found = []
    rows = {f"sentence {id_}": row for id_, row in book.sentences.items()}
    rows |= {f"template {id_}": row for id_, row in book.templates.items()}
    rows |= {f"slot {slot}.{id_}": row for slot, values in book.slots.items() for id_, row in values.items()}
    for name, row in rows.items():
        found += [f"{name}: no {language}" for language in LANGUAGES if not str(row.get(language, "")).strip()]
        found += [f"{name}: unknown key {key}" for key in row if key not in LANGUAGES]
        found += [
            f"{name}: wrong script in {language}: {text}" for language, text in row.items() if not fits(text, language)
        ]
        found += unbalanced(name, row, book)
    for kind in ("sentence", "template"):
        seen = Counter(tuple(row.values()) for name, row in rows.items() if name.startswith(kind))
        found += [f"{kind} written {count} times: {texts[0]}" for texts, count in seen.items() if count > 1]
    return found


def fits(text: str, language: str) -> bool:
    """Whether the text has letters of the language's own script, or none at all, and none of a foreign one."""
    bare = SLOT.sub("", text)
    present = {script for script, letters in LETTERS.items() if letters.search(bare)}
    own = SCRIPTS.get(language, {"latin"})
    return not present or (bool(present & own) and present <= own | {"latin"})


def unbalanced(name: str, row: Row, book: Phrasebook) -> list[str]:
    """Slots that a language lacks or has twice, and slots that nobody fills."""
    wanted = sorted(slots_of(row.get("en", "")))
    found = [
        f"{name}: slots of {language} differ from English"
        for language, text in row.items()
        if sorted(slots_of(text)) != wanted
    ]
    known = GENERATED | book.slots.keys()
    return found + [f"{name}: no slot {slot}" for slot in wanted if slot not in known]


def ambiguous(book: Phrasebook) -> list[str]:
    """Texts that stand for two rows: no mistake, but a model cannot get both right."""
    notes = []
    for language in LANGUAGES:
        owners: dict[str, list[str]] = {}
        for id_, row in (book.sentences | book.templates).items():
            owners.setdefault(row.get(language, ""), []).append(id_)
        notes += [f"{language}: {text} = {', '.join(ids)}" for text, ids in owners.items() if len(ids) > 1]
    return notes


def check() -> int:
    book = load()
    for line in ambiguous(book):
        print("note:", line)
    found = problems(book)
    for line in found:
        print("wrong:", line)
    values = sum(len(rows) for rows in book.slots.values())
    counts = {
        "sentences": len(book.sentences),
        "templates": len(book.templates),
        "slot values": values,
        "problems": len(found),
    }
    print(", ".join(f"{count} {kind}" for kind, count in counts.items()))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(check())
