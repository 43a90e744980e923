"""Puts right words that no label, description or skill of the taxonomy has, where one near word has it.

A word that the taxonomy knows is never touched, so a rare but right word stays. Candidates share letter pairs
with the word; the nearest by edit distance wins, then the one that goes with the other words, then the commoner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from credpath.recommender.csr import Floats
from credpath.recommender.goal_lexicon import Postings

NEAREST = 40
SHORTEST = 3


def letter_pairs(word: str) -> list[str]:
    """ "data" gives " d", "da", "at", "ta", "a "."""
    framed = f" {word} "
    return [framed[i : i + 2] for i in range(len(framed) - 1)]


def edit_distance(a: str, b: str, limit: int) -> int:
    """Damerau-Levenshtein (adjacent swaps cost 1), or limit + 1 when it is more."""
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        earlier, before, row = before, row, [i] + [0] * len(b)
        for j, y in enumerate(b, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], earlier[j - 2] + 1)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


def allowed(word: str) -> int:
    """Edits that a word of this length may need: 1 up to 4 letters, 2 up to 9, then 3."""
    return 1 + (len(word) > 4) + (len(word) > 9)


def is_slip(word: str, meant: str) -> bool:
    """Whether one edit less than allowed is enough: what needs them all may as well be another word."""
    limit = allowed(max(word, meant, key=len))
    return edit_distance(word, meant, limit) < limit


@dataclass(frozen=True, slots=True)
class Speller:
    """The taxonomy's words with how common each is (0..1), searchable by letter pairs."""

    words: tuple[str, ...]
    commonness: Floats
    pairs: Postings

    @staticmethod
    def build(counts: dict[str, int]) -> Speller:
        """`counts`: in how many texts each word is."""
        words = tuple(sorted(counts))
        raw = np.log1p(np.array([counts[w] for w in words], np.float32))
        scaled = raw / max(1.0, float(raw.max(initial=1.0)))
        return Speller(words, scaled.astype(np.float32), Postings.build([letter_pairs(w) for w in words]))

    def nearest(self, word: str, company: Sequence[set[str]] = (), count: int = 2) -> list[str]:
        """Known words that `word` may be, likeliest first. `company`: words seen beside the goal's other words."""
        if len(word) < SHORTEST or not self.words:
            return []
        similar = self.pairs.scores(letter_pairs(word), len(self.words))
        limit = allowed(word)
        found: list[tuple[float, str]] = []
        for at in np.argsort(-similar, kind="stable")[:NEAREST]:
            candidate = self.words[at]
            distance = edit_distance(word, candidate, limit)
            if distance <= limit and similar[at] > 0:
                fits = sum(candidate in seen for seen in company)
                score = 0.7 * fits + 0.8 * float(self.commonness[at]) + float(similar[at]) - distance
                found.append((-score, candidate))
        return [candidate for _, candidate in sorted(found)[:count]]

    def save(self, folder: Path) -> None:
        """Writes the words and their pairs into `folder`."""
        self.pairs.save(folder)
        (folder / "words.txt").write_text("\n".join(self.words), encoding="utf-8")
        np.save(folder / "commonness.npy", self.commonness)

    @staticmethod
    def load(folder: Path) -> Speller:
        """Reads what `save` wrote."""
        text = (folder / "words.txt").read_text(encoding="utf-8")
        words = tuple(text.split("\n")) if text else ()
        return Speller(words, np.load(folder / "commonness.npy"), Postings.load(folder))
