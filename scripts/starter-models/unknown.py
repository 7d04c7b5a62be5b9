"""Messages that cannot be translated, so that the model learns to say so: their translation is no text at all.

Without them "Do you speak Turkish?" became "Sprichst du Deutsch?", and the model was sure of it. So now and then a word
of a message is replaced: by one that the phrasebook has elsewhere, by one of words.toml or by an invented one.
"""

import re
import tomllib
from pathlib import Path
from random import Random

from phrasebook import LANGUAGES, SLOT, Phrasebook, Row

WORD = re.compile(r"[^\W\d_]{3,}")  # not the placeholders, not the numbers
RUN = re.compile(r"[㐀-鿿々]{1,2}|[ァ-ヺー]{2,}")  # what may be a word in Chinese or Japanese
HAN = range(0x4E00, 0x9FA6)
KATAKANA = "アイウエオカキクケコサシスセソタチツテトナニハヒフヘホマミムメモラリルレロン"
LATIN = ("en", "fr", "es", "de", "it", "pt")
UNSPACED = ("zh", "ja")
WORDS = Path(__file__).parent / "words.toml"


class Unknown:
    """The words of a phrasebook, and others like them."""

    def __init__(self, book: Phrasebook):
        texts = {
            language: SLOT.sub(" ", " ".join(row[language] for row in (book.sentences | book.templates).values()))
            for language in LANGUAGES
        }
        self.words = {
            language: sorted(set((RUN if language in UNSPACED else WORD).findall(text)))
            for language, text in texts.items()
        }
        self.known = {language: set(words) for language, words in self.words.items()}
        self.real = {
            language: words.split() for language, words in tomllib.loads(WORDS.read_text(encoding="utf-8")).items()
        }

    def spoil(self, row: Row, language: str, rng: Random) -> str | None:
        """The row's text with one to three words replaced, or None where it has no word but names."""
        text = row[language]
        pattern = RUN if language in UNSPACED else WORD
        places = [place for place in pattern.finditer(text) if not self.is_name(place[0], row)]
        if not places:
            return None
        chosen = rng.sample(places, min(rng.choice([1, 1, 1, 2, 3]), len(places)))
        for place in sorted(chosen, key=lambda place: -place.start()):
            text = text[: place.start()] + self.other(place[0], language, rng) + text[place.end() :]
        return text

    def is_name(self, word: str, row: Row) -> bool:
        """What all languages of the Latin script share is a name, and names are copied though unknown."""
        return all(word in row[language] for language in LATIN)

    def other(self, word: str, language: str, rng: Random) -> str:
        """A word in the place of another: a taught one that has no business there, a real one, or an invented one."""
        while True:
            kind = rng.random()
            if kind < 0.25:
                new = rng.choice(self.words[language])
            elif kind < 0.55:
                new = rng.choice(self.real[language])
            else:
                new = strange(language, rng) if language in UNSPACED else self.invented(word, language, rng)
            if new.lower() != word.lower():
                return new.capitalize() if word[0].isupper() else new.lower()

    def invented(self, word: str, language: str, rng: Random) -> str:
        """The start of one word and the end of another, which look like the language; often one of them is `word`."""
        while True:
            first, second = rng.choices(self.words[language], k=2)
            part = rng.random()
            first, second = (word if part < 0.25 else first), (word if part > 0.75 else second)
            new = (first[: rng.randint(1, 4)] + second[-rng.randint(1, 5) :]).lower()
            if (
                len(new) > 2
                and new not in self.known[language]
                and new[:-1] != word.lower()[:-1]
                and new[1:] != word.lower()[1:]
            ):
                return new


def strange(language: str, rng: Random) -> str:
    """Characters that nobody wrote together."""
    if language == "ja" and rng.random() < 0.4:
        return "".join(rng.choices(KATAKANA, k=rng.randint(2, 5)))
    return "".join(chr(rng.choice(HAN)) for _ in range(rng.randint(1, 2)))
