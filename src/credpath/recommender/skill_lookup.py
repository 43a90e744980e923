"""Skill labels by their words: hashed keys in sorted arrays, so that 70,000 labels take 3 MB and load at once.

A tier is a form of the words and where the label came from. Tiers are tried from the surest down; an
alternative label counts only if the encoder finds it at least loosely related, since classifications list
names there that nobody would take for the skill ("sustainability" for environmental engineering).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.skill_words import asked, bag, told, told_bare, without_parentheses, words

Rows = NDArray[np.int32]
Form = Callable[[str], tuple[str, ...]]


def _outer(text: str) -> tuple[str, ...]:
    return words(without_parentheses(text))


@dataclass(frozen=True, slots=True)
class Tier:
    """`label_form` is stored, `query_form` is asked for. `nearness`: least cosine between query and skill."""

    code: str
    alternative: bool
    label_form: Form
    query_form: Form
    confidence: float
    nearness: float
    generic: bool = True  # whether a single word such as "management" may be matched so


TIERS = (
    Tier("w", False, words, words, 1.0, -1.0),
    Tier("o", False, _outer, words, 0.95, 0.3),
    Tier("b", False, bag, bag, 0.92, -1.0, generic=False),
    Tier("W", True, words, words, 0.95, 0.42, generic=False),
    Tier("c", False, told, asked, 0.88, 0.45),
    Tier("n", False, told_bare, asked, 0.86, 0.45, generic=False),
    Tier("O", True, _outer, words, 0.85, 0.42, generic=False),
    Tier("B", True, bag, bag, 0.85, 0.6, generic=False),
    Tier("C", True, told, asked, 0.8, 0.65, generic=False),
)


@dataclass(frozen=True, slots=True)
class LabelLookup:
    """Sorted 64-bit hashes of (tier, words) with the skills that have them."""

    keys: NDArray[np.uint64]
    rows: Rows

    @staticmethod
    def build(labels: Sequence[str], alternatives: Sequence[Sequence[str]]) -> LabelLookup:
        """`alternatives[row]` are the other labels of the skill `labels[row]`."""
        entries = {
            (_key(tier.code, form), row)
            for row, label in enumerate(labels)
            for tier in TIERS
            for text in (alternatives[row] if tier.alternative else (label,))
            if (form := tier.label_form(text))
        }
        ordered = sorted(entries)
        keys = np.array([key for key, _ in ordered], dtype=np.uint64)
        return LabelLookup(keys, np.array([row for _, row in ordered], dtype=np.int32))

    def find(self, tier: Tier, text: str) -> Rows:
        """Skills that have this text at this tier, ascending."""
        form = tier.query_form(text)
        return self._rows(_key(tier.code, form)) if form else self.rows[:0]

    def has(self, codes: Iterable[str], form: tuple[str, ...]) -> Rows:
        """Skills of the first of these tiers that knows exactly these words."""
        for code in codes:
            found = self._rows(_key(code, form))
            if len(found):
                return found
        return self.rows[:0]

    def save(self, folder: Path) -> None:
        """Writes lookup_keys.npy and lookup_rows.npy."""
        np.save(folder / "lookup_keys.npy", self.keys)
        np.save(folder / "lookup_rows.npy", self.rows)

    @staticmethod
    def load(folder: Path) -> LabelLookup:
        """Reads what `save` wrote; the caller has verified the files."""
        return LabelLookup(np.load(folder / "lookup_keys.npy"), np.load(folder / "lookup_rows.npy"))

    def _rows(self, key: int) -> Rows:
        wanted = np.uint64(key)
        start, end = (int(np.searchsorted(self.keys, wanted, side)) for side in ("left", "right"))
        return self.rows[start:end]


def _key(code: str, form: tuple[str, ...]) -> int:
    return form_hash(form) ^ SALTS[code]


def form_hash(form: tuple[str, ...]) -> int:
    """64 bits of the words; with `SALTS` of a tier's code, by exclusive or, the key that is stored."""
    return int.from_bytes(hashlib.blake2b(" ".join(form).encode(), digest_size=8).digest(), "little")


SALTS = {tier.code: form_hash((f"tier {tier.code}",)) for tier in TIERS}
