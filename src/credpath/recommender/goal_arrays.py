"""Arrays as the goal index keeps them: opened without reading, and unit vectors in a byte a number."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.encoding import FloatArray


def open_array(path: Path) -> NDArray[Any]:
    """The array of a .npy file; its pages are read when they are touched. A plain view: memmap itself is slow."""
    return np.asarray(np.load(path, mmap_mode="r"))


def unit_rows(rows: FloatArray) -> FloatArray:
    """Each row divided by its length; a zero row stays zero."""
    lengths = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    return np.asarray(rows / lengths, np.float32)


@dataclass(frozen=True, slots=True)
class Bytes:
    """(n, d) numbers as int8 codes with one scale a row; of a 384-d unit vector about 0.3 % is lost."""

    codes: NDArray[np.int8]
    scales: FloatArray

    @staticmethod
    def of(rows: FloatArray) -> Bytes:
        """Rounds; the largest entry of a row becomes 127."""
        scales = (np.abs(rows).max(axis=1, initial=0.0) / 127.0).astype(np.float32)
        return Bytes(np.rint(rows / np.maximum(scales, 1e-12)[:, None]).astype(np.int8), scales)

    @property
    def dimensions(self) -> int:
        """Columns."""
        return int(self.codes.shape[1])

    def take(self, rows: NDArray[np.integer]) -> FloatArray:
        """(len(rows), d) floats again."""
        return np.asarray(self.codes[rows].astype(np.float32) * self.scales[rows][:, None], np.float32)

    def row(self, row: int) -> FloatArray:
        """(d,) floats of one row."""
        return np.asarray(self.codes[row].astype(np.float32) * self.scales[row], np.float32)

    def dot(self, rows: NDArray[np.integer], vector: FloatArray) -> FloatArray:
        """(len(rows),) inner products with `vector`."""
        products: FloatArray = (self.codes[rows].astype(np.float32) @ vector) * self.scales[rows]
        return products

    def save(self, folder: Path, name: str) -> None:
        """Writes two files."""
        np.save(folder / f"{name}.npy", self.codes)
        np.save(folder / f"{name}_scales.npy", self.scales)

    @staticmethod
    def load(folder: Path, name: str) -> Bytes:
        """Reads what `save` wrote."""
        return Bytes(open_array(folder / f"{name}.npy"), open_array(folder / f"{name}_scales.npy"))
