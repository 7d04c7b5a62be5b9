"""python3 -m unittest, in this folder: seconds, no PyTorch."""

import unittest
from random import Random

import phrasebook
from augment import FINAL_MARK, mistype, repunctuate, respell, roughen, without_accents
from data import PLACEHOLDERS, Sampler, combination, fill, held_out, same
from metrics import chrf, exact
from phrasebook import LANGUAGES, Phrasebook
from tokenizer import Tokenizer, learn
from unknown import LATIN, Unknown

BOOK = phrasebook.load()


def row(**texts: str) -> dict:
    clean = dict.fromkeys(("en", "fr", "es", "de", "it", "pt"), "Hello {name}") | {
        "ru": "Привет {name}",
        "zh": "你好{name}",
        "ja": "やあ{name}",
        "ar": "أهلا {name}",
    }
    return clean | texts


class Check(unittest.TestCase):
    def problems(self, *rows: dict) -> list[str]:
        return phrasebook.problems(Phrasebook({str(index): row for index, row in enumerate(rows)}, {}, {"name": {}}))

    def test_our_phrasebook_is_clean(self):
        self.assertEqual(phrasebook.problems(BOOK), [])

    def test_a_clean_row_passes(self):
        self.assertEqual(self.problems(row()), [])

    def test_finds_each_kind_of_mistake(self):
        for mistake, bad in {
            "no fr": row(fr=" "),
            "wrong script in ru": row(ru="Hello {name}"),
            "wrong script in zh": row(zh="こんにちは{name}"),
            "wrong script in de": row(de="Привет {name}"),
            "slots of it differ": row(it="Ciao"),
            "no slot place": dict.fromkeys(LANGUAGES, "{place}"),
        }.items():
            with self.subTest(mistake):
                self.assertIn(mistake, " ".join(self.problems(bad)))

    def test_finds_a_row_written_twice(self):
        self.assertIn("written 2 times", self.problems(row(), row())[0])


class Augment(unittest.TestCase):
    def test_marks_accents_and_typos(self):
        rng = Random(0)
        self.assertEqual(without_accents("Où êtes-vous ?", "fr"), "Ou etes-vous ?")
        self.assertEqual(without_accents("Ещё й", "ru"), "Еще й")
        self.assertIn("Como estas", {FINAL_MARK.sub("", repunctuate("¿Como estas?", "es", rng)) for _ in range(20)})
        self.assertEqual(respell("I'm at home."), "I am at home.")
        self.assertEqual(respell("Where is it?"), "Where's it?")
        self.assertNotEqual(mistype("tomorrow", rng), "tomorrow")
        self.assertEqual(mistype("⟦0⟧ 14:30", rng), "⟦0⟧ 14:30")

    def test_placeholders_and_digits_survive(self):
        rng = Random(1)
        for _ in range(500):
            self.assertRegex(roughen("Schreib ⟦1⟧ bitte um 14:30 Uhr!", "de", rng), "⟦1⟧.*14:30")


class Data(unittest.TestCase):
    def test_fills_every_slot_and_starts_with_a_capital(self):
        self.assertEqual(fill({"es": "¿{when} vienes?"}, {"when": {"es": "mañana"}}), {"es": "¿Mañana vienes?"})

    def test_training_never_draws_what_is_held_out(self):
        combinations = held_out(BOOK)
        self.assertGreater(len(combinations), 200)
        unseen = {held.row["en"] for held in combinations if not any(c.isdigit() for c in held.row["en"])}
        sampler = Sampler(BOOK, Random(2))
        drawn = {sampler.phrase([])["en"] for _ in range(20_000)}
        self.assertEqual(unseen & drawn - {row["en"] for row in BOOK.sentences.values()}, set())

    def test_every_template_and_value_is_left_for_training(self):
        sampler = Sampler(BOOK, Random(3))
        drawn = " ".join(sampler.filled(id_, [])["en"] for _ in range(150) for id_ in BOOK.templates).lower()
        for values in BOOK.slots.values():
            for value in values.values():
                self.assertIn(value["en"].lower(), drawn)

    def test_placeholders_are_the_same_in_all_languages_and_never_repeat(self):
        sampler = Sampler(BOOK, Random(4))
        for _ in range(2000):
            message = sampler.row()
            found = {tuple(text.count(mark) for mark in PLACEHOLDERS) for text in message.values()}
            self.assertEqual(len(found), 1, message)
            self.assertLessEqual(max(found.pop()), 1)

    def test_a_combination_is_named_whatever_the_order(self):
        self.assertEqual(combination("t", {"a": "1", "b": "2"}), combination("t", {"b": "2", "a": "1"}))
        self.assertEqual(same("7")["ja"], "7")


class Untranslatable(unittest.TestCase):
    def test_a_spoilt_message_is_another_one_with_its_names_numbers_and_placeholders(self):
        unknown, rng = Unknown(BOOK), Random(5)
        message = {language: "Velora, wait 12 minutes for ⟦0⟧" for language in LATIN} | {
            "ru": "Velora, подожди 12 минут ⟦0⟧",
            "zh": "Velora，等12分钟⟦0⟧",
            "ja": "",
            "ar": "",
        }
        message["de"] = "Velora, warte 12 Minuten auf ⟦0⟧"
        for language in ("de", "ru", "zh"):
            for _ in range(100):
                spoilt = unknown.spoil(message, language, rng)
                self.assertNotEqual(spoilt, message[language])
                self.assertRegex(spoilt, r"^Velora.*12.*⟦0⟧$")

    def test_a_message_of_names_cannot_be_spoilt(self):
        self.assertIsNone(Unknown(BOOK).spoil(same("Velora 7 ⟦0⟧"), "en", Random(0)))


class Tokens(unittest.TestCase):
    def test_round_trip_with_placeholders_numbers_and_what_nobody_taught(self):
        tokenizer = Tokenizer(
            learn({language: [row[language] for row in BOOK.sentences.values()] for language in LANGUAGES}, 3000)
        )
        for text in (
            "Look at ⟦0⟧, it's 14:30",
            "看⟦3⟧吧。",
            "龘 🎉 Žižek",
            *(row["ar"] for row in BOOK.sentences.values()),
        ):
            self.assertEqual(tokenizer.decode(tokenizer.encode(text)), text)
        self.assertEqual(tokenizer.encode("⟦2⟧")[1:], [tokenizer.ids["⟦2⟧"]])


class Metrics(unittest.TestCase):
    def test_chrf_is_100_for_the_same_0_for_nothing_and_weighs_recall(self):
        self.assertEqual(chrf([("Guten Tag!", "Guten Tag!")]), 100)
        self.assertEqual(chrf([("xyz", "Guten Tag!")]), 0)
        self.assertGreater(chrf([("Guten Tag! Nein", "Guten Tag!")]), chrf([("Guten", "Guten Tag!")]))
        self.assertEqual(exact([("a", "a"), ("a", "b")]), 50)


if __name__ == "__main__":
    unittest.main()
