"""Turns Spanish, French, German, Portuguese and Italian goals into English, word by word, from one small table.

Only for taxonomies whose labels are English: "ingeniero de la nube" becomes "cloud engineer". It is transparent
(`goal_words.csv`, some 400 rows) and costs microseconds; a multilingual encoder measured worse and cost more.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from credpath.recommender.encoding import normalise_text
from credpath.recommender.goal_text import MAX_GOAL

TABLE = Path(__file__).with_name("goal_words.csv")
LANGUAGES = ("es", "fr", "de", "pt", "it")
MODIFIER_FIRST = ("de",)  # German puts the modifier first, as English does; the others put it last
LONGEST_PHRASE = 5
# Words that only join others; they are dropped, and tell the language.
JOINTS: Mapping[str, str] = {
    "es": "de del la el los las en para con y un una a al por",
    "fr": "de du des la le les l d en pour avec et un une à au aux dans",
    "de": "der die das des den dem für mit und im in ein eine von zum zur am",
    "pt": "de do da dos das em no na para com e um uma a o ao à por",
    "it": "di del della dei delle degli dell la il lo i le gli in per con e un una a al da nel",
}
_FRENCH_ENDINGS = (
    ("trices", "teur"), ("trice", "teur"), ("euses", "eur"), ("euse", "eur"), ("ieres", "ier"), ("iere", "ier"),
    ("iennes", "ien"), ("ienne", "ien"), ("elles", "el"), ("elle", "el"), ("ives", "if"), ("ive", "if"),
)  # fmt: skip
_ITALIAN_ENDINGS = (("trici", "tore"), ("trice", "tore"))


def fold_accents(text: str) -> str:
    """Letters without their marks; "œ" becomes "oe", and "ß" was "ss" since casefold."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    return "".join(c for c in plain if not unicodedata.combining(c))


def stem(word: str, language: str) -> str:
    """One form for masculine, feminine and plural: "programadora" and "programadores" meet at "programador"."""
    plain = fold_accents(word)
    if language == "de":
        for ending in ("innen", "in"):
            if plain.endswith(ending) and len(plain) > len(ending) + 4:
                return plain.removesuffix(ending)
        return plain
    for ending, masculine in {"fr": _FRENCH_ENDINGS, "it": _ITALIAN_ENDINGS}.get(language, ()):
        if plain.endswith(ending) and len(plain) > len(ending) + 1:
            plain = plain.removesuffix(ending) + masculine
            break
    if len(plain) > {"es": 4, "pt": 4, "fr": 3}.get(language, MAX_GOAL):
        plain = plain.removesuffix("s")
    return plain[:-1] if len(plain) > 3 and plain[-1] in "aeio" else plain


@dataclass(frozen=True, slots=True)
class Translator:
    """{language: {stemmed phrase: English}}, once for what a work is about and once for who does it."""

    topics: Mapping[str, Mapping[tuple[str, ...], str]]
    people: Mapping[str, Mapping[tuple[str, ...], str]]

    @staticmethod
    def load(path: Path = TABLE) -> Translator:
        """Reads the table: a column a language, variants split on "|", topics before people.

        Where one word is both ("mecánico", mechanical and mechanic), the first row is its sense as a modifier
        and the last its sense as the word that the others describe.
        """
        topics: dict[str, dict[tuple[str, ...], str]] = {language: {} for language in LANGUAGES}
        people: dict[str, dict[tuple[str, ...], str]] = {language: {} for language in LANGUAGES}
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                for language in LANGUAGES:
                    for variant in row[language].split("|"):
                        key = _key(_split(variant), language)
                        topics[language].setdefault(key, row["en"])
                        people[language][key] = row["en"]
        return Translator(topics, people)

    def translate(self, text: str, known: Collection[str]) -> str:
        """English for a text in another language, else "". `known`: words of the taxonomy, which speak for English."""
        words = _split(text)
        if all(word in known for word in words):
            return ""
        best, language = max((self._fit(words, language, known), language) for language in LANGUAGES)
        if best <= 0:
            return ""
        units = self._units(words, language, known)
        return " ".join(units if language in MODIFIER_FIRST else reversed(units))

    def _fit(self, words: Sequence[str], language: str, known: Collection[str]) -> float:
        """How much speaks for this language rather than for English."""
        joints = _joints(language)
        fit = 0.0
        for word in words:
            if fold_accents(word) in joints:
                fit += 0.1 if word in known else 0.4
            elif word in known:
                fit -= 0.0 if self._sense((word,), language, head=False) else 0.5
            elif self._sense((word,), language, head=False) or self._compound(word, language, known):
                fit += 1.0
        return fit + self._phrase_hits(words, language) - 0.5

    def _phrase_hits(self, words: Sequence[str], language: str) -> int:
        spans = ((i, j) for i in range(len(words)) for j in range(i + 2, min(len(words), i + LONGEST_PHRASE) + 1))
        return sum(bool(self._sense(words[i:j], language, head=False)) for i, j in spans)

    def _sense(self, words: Sequence[str], language: str, *, head: bool) -> str:
        return (self.people if head else self.topics)[language].get(_key(words, language), "")

    def _units(self, words: Sequence[str], language: str, known: Collection[str]) -> list[str]:
        """English for the longest phrases first; what the table lacks stays as it is; joints go."""
        joints = _joints(language)
        units: list[str] = []
        at = 0
        while at < len(words):
            for length in range(min(LONGEST_PHRASE, len(words) - at), 0, -1):
                head = at + length == len(words) if language in MODIFIER_FIRST else at == 0
                english = self._sense(words[at : at + length], language, head=head)
                if english:
                    break
            else:
                length, word = 1, words[at]
                english = self._compound(word, language, known) or ("" if fold_accents(word) in joints else word)
            units += [english] if english else []
            at += length
        return units

    def _compound(self, word: str, language: str, known: Collection[str]) -> str:
        """German "datenanalyst" -> "data analyst": split where one half is in the table and the other too, or known."""
        if language not in MODIFIER_FIRST or word in known:
            return ""
        for cut in range(len(word) - 3, 2, -1):
            right = self._sense((word[cut:],), language, head=True)
            if not right and word[cut:] not in known:
                continue
            for link in ("", "s", "n", "en", "es"):
                left = word[:cut].removesuffix(link) if word[:cut].endswith(link) else ""
                english = self._sense((left,), language, head=False)
                if len(left) > 2 and (english or (right and left in known)):
                    return f"{english or left} {right or word[cut:]}"
        return ""


@cache
def _joints(language: str) -> frozenset[str]:
    return frozenset(fold_accents(joint) for joint in JOINTS[language].split())


def _split(text: str) -> list[str]:
    """Words at spaces, apostrophes and hyphens."""
    return normalise_text(text).replace("'", " ").replace("’", " ").replace("-", " ").split()


def _key(words: Sequence[str], language: str) -> tuple[str, ...]:
    return tuple(stem(word, language) for word in words)
