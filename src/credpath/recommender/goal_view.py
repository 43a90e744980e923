"""A learned view of job titles: hashed words and letters beside a projection of the encoder's vector.

Fitted by `training.goal_view` so that labels of one occupation lie near each other ("overseer" and
"supervisor", "operative" and "operator"), which neither spelling nor a general sentence encoder knows.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.encoding import FloatArray
from credpath.recommender.goal_arrays import Bytes, open_array, unit_rows
from credpath.recommender.goal_lexicon import words_of

ARRAYS = ("keys", "projection", "gate")


def view_terms(text: str) -> Iterator[str]:
    """Words, neighbouring words, the last word, and windows of 3 and 4 letters, each with its kind."""
    words = words_of(text)
    yield from (f"w:{word}" for word in words)
    yield from (f"b:{a} {b}" for a, b in pairwise(words))
    yield from (f"h:{word}" for word in words[-1:])
    for word in words:
        framed = f"<{word}>"
        for size in (3, 4):
            yield from (f"c:{framed[i : i + size]}" for i in range(len(framed) - size + 1))


def term_key(term: str) -> int:
    """32-bit hash: the table then carries no words, and a clash costs next to nothing."""
    return zlib.crc32(term.encode("utf-8"))


@dataclass(frozen=True, slots=True)
class GoalView:
    """keys (V,) sorted, each with a row of table (V, d); projection (d, encoder's dimensions); gate (1,)."""

    keys: NDArray[np.uint32]
    table: Bytes
    projection: FloatArray
    gate: FloatArray

    @property
    def dimensions(self) -> int:
        """Columns of every answer."""
        return self.table.dimensions

    def encode(self, texts: Sequence[str], vectors: FloatArray) -> FloatArray:
        """(n, d) unit rows. Vectors of another encoder than the view was fitted with are left out."""
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[:] = self.table.take(self._find(text)).sum(axis=0)
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
        """Writes its arrays into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ARRAYS:
            np.save(folder / f"view_{name}.npy", getattr(self, name))
        self.table.save(folder, "view_table")

    @staticmethod
    def load(folder: Path) -> GoalView:
        """Reads what `save` wrote; the table stays on disk until it is touched."""
        keys, projection, gate = (open_array(folder / f"view_{name}.npy") for name in ARRAYS)
        return GoalView(keys, Bytes.load(folder, "view_table"), projection, gate)
