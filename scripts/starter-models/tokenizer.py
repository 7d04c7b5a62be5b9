"""A byte-pair tokenizer, learnt from the phrasebook and kept as a Hugging Face tokenizer.json (NllbTokenizer).

Ids 0 to 3 are <s> <pad> </s> <unk>, as in NLLB; then the 256 bytes for what no piece covers, the placeholders of
protected spans, letters, merges, and last the language codes. The placeholders are ordinary pieces whose merges come
first, not added tokens: an added token would lose the space before it when decoded.
"""

import json
import re
import unicodedata
from collections import Counter, defaultdict
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from bpe import learn_merges, merge
from phrasebook import LANGUAGES

PAD, EOS, UNK = 1, 2, 3
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
PLACEHOLDER_MERGES = [(a, b) for digit in "0123" for a, b in (("⟦", digit), ("⟦" + digit, "⟧"))]
# Letters that the phrasebook may lack but names and other people's words have.
ALPHABET = (
    "".join(
        map(
            chr,
            (
                *range(0x21, 0x7F),
                *range(0xC0, 0x180),
                *range(0x410, 0x450),
                *range(0x621, 0x64B),
                *range(0x3041, 0x3097),
                *range(0x30A1, 0x30FD),
            ),
        )
    )
    + "ёЁ。、！？，؟،…’«»¿¡"
)


def normalize(text: str) -> str:
    """NFC and single spaces; not NFKC, which would answer Chinese with half-width marks."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


def words_of(text: str) -> list[str]:
    """The pieces' outer limits: "a b" → ["▁a", "▁b"]."""
    return ["▁" + word for word in normalize(text).split(" ")]


def learn(lines: dict[str, list[str]], size: int) -> dict:
    """The tokenizer.json of a vocabulary of `size`, from lines per language, each language with equal weight."""
    counts: dict[str, float] = defaultdict(float)
    for texts in lines.values():
        total = sum(map(len, texts))
        for word, count in Counter(word for text in texts for word in words_of(text)).items():
            counts[word] += count * 1e6 / total
    letters = sorted(set("▁⟦⟧" + ALPHABET).union(*counts))
    vocabulary = SPECIAL + BYTES + letters
    merges = list(PLACEHOLDER_MERGES)
    merges += learn_merges(counts, size - len(vocabulary) - len(merges) - len(LANGUAGES))
    vocabulary += [a + b for a, b in merges] + list(LANGUAGES.values())
    return describe(list(dict.fromkeys(vocabulary)), merges)


def describe(vocabulary: list[str], merges: list[tuple[str, str]]) -> dict:
    """tokenizer.json as tokenizers 0.15 and transformers.js read it; the post-processor is NLLB's: code text </s>."""
    ids = {piece: id_ for id_, piece in enumerate(vocabulary)}
    codes = list(LANGUAGES.values())
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    metaspace = {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True, "prepend_scheme": "always"}
    special = lambda token: {"SpecialToken": {"id": token, "type_id": 0}}
    sequence = lambda name: {"Sequence": {"id": name, "type_id": 0}}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": ids[token], "content": token, **flags} for token in SPECIAL + codes],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "NFC"},
                {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "},
                {"type": "Strip", "strip_left": True, "strip_right": True},
            ],
        },
        "pre_tokenizer": metaspace | {"split": True},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [special(codes[0]), sequence("A"), special("</s>")],
            "pair": [special(codes[0]), sequence("A"), sequence("B"), special("</s>")],
            "special_tokens": {
                token: {"id": token, "ids": [ids[token]], "tokens": [token]} for token in ["</s>", *codes]
            },
        },
        "decoder": {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, metaspace]},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": "<unk>",
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": True,
            "byte_fallback": True,
            "vocab": ids,
            "merges": [f"{a} {b}" for a, b in merges],
        },
    }


CONFIG = {
    "tokenizer_class": "NllbTokenizer",
    "bos_token": "<s>",
    "eos_token": "</s>",
    "unk_token": "<unk>",
    "pad_token": "<pad>",
    "sep_token": "</s>",
    "cls_token": "<s>",
    "additional_special_tokens": list(LANGUAGES.values()),
    "model_max_length": 256,
    "clean_up_tokenization_spaces": False,
    "legacy_behaviour": False,
    "src_lang": None,
    "tgt_lang": None,
}


class Tokenizer:
    """Encodes and decodes as the readers of tokenizer.json do: training sees the ids that the service will send."""

    def __init__(self, description: dict):
        self.ids: dict[str, int] = description["model"]["vocab"]
        self.pieces = list(self.ids)
        self.ranks = {tuple(pair.split(" ")): rank for rank, pair in enumerate(description["model"]["merges"])}
        self.language_ids = {language: self.ids[code] for language, code in LANGUAGES.items()}
        self.word = lru_cache(maxsize=1 << 18)(self.word)

    @classmethod
    def load(cls, path: Path) -> "Tokenizer":
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def encode(self, text: str) -> list[int]:
        """The ids of the text alone: no language code, no </s>."""
        return [id_ for word in words_of(text) for id_ in self.word(word)]

    def word(self, word: str) -> tuple[int, ...]:
        pieces = list(word)
        while len(pieces) > 1:
            best = min(pairwise(pieces), key=lambda pair: self.ranks.get(pair, len(self.ranks)))
            if best not in self.ranks:
                break
            pieces = merge(pieces, best)
        return tuple(id_ for piece in pieces for id_ in self.piece(piece))

    def piece(self, piece: str) -> list[int]:
        if piece in self.ids:
            return [self.ids[piece]]
        return [self.ids[BYTES[byte]] for byte in piece.encode()]

    def decode(self, ids: list[int]) -> str:
        """The text of ids, special tokens and language codes left out."""
        data = b""
        for id_ in ids:
            piece = self.pieces[id_]
            if piece not in SPECIAL and id_ not in self.language_ids.values():
                data += bytes([int(piece[1:-1], 16)]) if piece in BYTES else piece.encode()
        return data.decode(errors="replace").replace("▁", " ").strip()
