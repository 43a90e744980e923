"""Mastery learned from a drawn log, once for all tests that ask it something."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from tests.training.response_world import drawn_log, read_log
from training.mastery_fit import FittedMastery, MasterySettings, fit_mastery
from training.mastery_forest import ForestSettings
from training.responses import Responses

SETTINGS = MasterySettings(dimensions=4, forest=ForestSettings(trees=80, least_in_leaf=20, threads=1))


@cache
def log_of(*, with_items: bool = True, learners: int = 120) -> Responses:
    """A log of 120 learners."""
    with tempfile.TemporaryDirectory() as folder:
        return read_log(Path(folder) / "log.csv", drawn_log(learners, 40, with_items=with_items))


@cache
def fitted(*, with_items: bool = True) -> FittedMastery:
    """Learned from four folds."""
    log = log_of(with_items=with_items)
    return fit_mastery(log.rows(log.fold != 0), 1, SETTINGS)
