"""Related skills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from credpath.domain.skills import Skill, SkillRelation
from credpath.recommender.encoding import FloatArray


@dataclass(frozen=True, slots=True)
class Neighbours:
    """CSR."""

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    weights: FloatArray

    @staticmethod
    def build(skills: Sequence[Skill], relations: Sequence[SkillRelation], vectors: FloatArray) -> Neighbours:
        """Stub."""
        return Neighbours(np.zeros(len(skills) + 1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32))

    def save(self, folder: Path) -> None:
        """S."""

    @staticmethod
    def load(folder: Path) -> Neighbours:
        """S."""
        raise NotImplementedError
