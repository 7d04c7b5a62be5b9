"""What people do to a sentence when they type it into a chat. Applied to sources only: targets stay clean."""

import re
import unicodedata
from random import Random

CODE_SPAN = re.compile(r"(⟦\d⟧)")
ASCII_MARKS = str.maketrans(
    {"。": ".", "！": "!", "？": "?", "，": ",", "、": ",", "؟": "?", "،": ",", "’": "'", "…": "..."}
)
ARABIC_SPELLINGS = str.maketrans("أإآىة", "اااي\u0647")
FINAL_MARK = re.compile(r"\s*[.!?。！？؟…]+$")
CONTRACTIONS = {
    "I am": "I'm",
    "I will": "I'll",
    "We are": "We're",
    "What is": "What's",
    "That is": "That's",
    "It is": "It's",
    "Where is": "Where's",
    "do not": "don't",
    "Do not": "Don't",
    "does not": "doesn't",
    "cannot": "can't",
    "is not": "isn't",
}
LONG_WORD = re.compile(r"[A-Za-zÀ-ɏЀ-ӿ]{5,}")


def roughen(text: str, language: str, rng: Random) -> str:
    """The text as one of its readers might have typed it; half the time as it is, but for apostrophes."""
    if language == "en" and rng.random() < 0.3:
        text = respell(text)
    if rng.random() < 0.15:
        text = text.replace("'", "’")
    if rng.random() < 0.5:
        return text
    if rng.random() < 0.08:
        text = mistype(text, rng)
    if rng.random() < 0.15:
        text = without_accents(text, language)
    if rng.random() < 0.65:
        text = repunctuate(text, language, rng)
    case = rng.random()
    if case < 0.25:
        return text[:1].lower() + text[1:]
    return text.lower() if case < 0.55 else text


def respell(text: str) -> str:
    """I am → I'm and the other way round."""
    for long, short in CONTRACTIONS.items():
        if long in text or short in text:
            return text.replace(long, short) if long in text else text.replace(short, long)
    return text


def repunctuate(text: str, language: str, rng: Random) -> str:
    """Final marks dropped, doubled or typed on an English keyboard."""
    if language == "es" and rng.random() < 0.7:
        text = text.replace("¿", "").replace("¡", "")
    if language == "fr" and rng.random() < 0.7:
        text = re.sub(r"\s+([?!:;])", r"\1", text)
    choice = rng.random()
    if choice < 0.6:
        return FINAL_MARK.sub("", text)
    if choice < 0.7 and text[-1:] in "!?！？؟":
        return text + text[-1] * rng.randint(1, 2)
    return text.translate(ASCII_MARKS)


def without_accents(text: str, language: str) -> str:
    """é → e, ё → е, أ → ا; the marks that make another letter of it (й, が) stay."""
    if language == "ar":
        return text.translate(ARABIC_SPELLINGS)
    if language == "ru":
        return text.replace("ё", "е").replace("Ё", "Е")
    if language in ("zh", "ja"):
        return text
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def mistype(text: str, rng: Random) -> str:
    """One letter inside one long word left out, doubled or swapped with the next. Code spans and digits stay."""
    words = list(LONG_WORD.finditer(text))
    if not words:
        return text
    word = rng.choice(words)
    at = rng.randint(word.start() + 1, word.end() - 3)
    pair = text[at : at + 2]
    return text[:at] + rng.choice([pair[0], pair[0] + pair, pair[::-1]]) + text[at + 2 :]


def final_marks_off(text: str) -> str:
    """The text in lower case and without the marks at its end, to evaluate with."""
    return FINAL_MARK.sub("", text).lower()
