"""A learned view of job titles: hashed words and letters beside a projection of the encoder's vector.

Fitted by `training.goal_view` so that labels of one occupation lie near each other ("overseer" and
"supervisor", "operative" and "operator"), which neither spelling nor a general sentence encoder knows.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.encoding import FloatArray
from credpath.recommender.goal_lexicon import words_of

ARRAYS = ("keys", "table", "scales", "projection", "gate")


def view_terms(text: str) -> Iterator[str]:
    """Words, neighbouring words, the last word, and windows of 3 and 4 letters, each with its kind."""
    words = words_of(text)
    yield from (f"w:{word}" for word in words)
    yield from (f"b:{a} {b}" for a, b in zip(words, words[1:], strict=False))
    yield from (f"h:{word}" for word in words[-1:])
    for word in words:
        framed = f"<{word}>"
        for size in (3, 4):
            yield from (f"c:{framed[i : i + size]}" for i in range(len(framed) - size + 1))


def term_key(term: str) -> int:
    """32-bit hash: the table then carries no words, and a clash costs next to nothing."""
    return zlib.crc32(term.encode("utf-8"))


def unit_rows(rows: FloatArray) -> FloatArray:
    """Each row divided by its length; a zero row stays zero."""
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6).astype(np.float32)


@dataclass(frozen=True, slots=True)
class GoalView:
    """keys (V,) sorted; table (V, d) int8 with scales (V,); projection (d, encoder's dimensions); gate (1,)."""

    keys: NDArray[np.uint32]
    table: NDArray[np.int8]
    scales: FloatArray
    projection: FloatArray
    gate: FloatArray

    @property
    def dimensions(self) -> int:
        """Columns of every answer."""
        return int(self.table.shape[1])

    def encode(self, texts: Sequence[str], vectors: FloatArray) -> FloatArray:
        """(n, d) unit rows. Vectors of another encoder than the view was fitted with are left out."""
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in zip(rows, texts, strict=True):
            found = self._find(text)
            row[:] = self.scales[found] @ self.table[found].astype(np.float32)
        rows = unit_rows(rows)
        if vectors.shape[1] == self.projection.shape[1]:
            rows = rows + self.gate * unit_rows(vectors @ self.projection.T)
        return unit_rows(rows)

    def _find(self, text: str) -> NDArray[np.int64]:
        keys = np.fromiter((term_key(term) for term in view_terms(text)), np.uint32)
        at = np.searchsorted(self.keys, keys)
        at[at == len(self.keys)] = 0
        return at[self.keys[at] == keys] if len(self.keys) else at[:0]

    def save(self, folder: Path) -> None:
        """Writes five arrays into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ARRAYS:
            np.save(folder / f"view_{name}.npy", getattr(self, name))

    @staticmethod
    def load(folder: Path) -> GoalView:
        """Reads what `save` wrote; the table stays on disk until it is touched."""
        return GoalView(*(np.load(folder / f"view_{name}.npy", mmap_mode="r") for name in ARRAYS))


def quantise(table: FloatArray) -> tuple[NDArray[np.int8], FloatArray]:
    """Rows as int8 with one scale each; the largest entry of a row becomes 127."""
    scales = (np.abs(table).max(axis=1, initial=0.0) / 127.0).astype(np.float32)
    safe = np.maximum(scales, 1e-12)[:, None]
    return np.rint(table / safe).astype(np.int8), scales
