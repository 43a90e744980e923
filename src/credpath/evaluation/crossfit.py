"""Predictions that no row had a part in: models fitted on other learners."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from credpath.errors import InvalidInput
from credpath.evaluation.intervals import Doubles, Labels

Fitted = TypeVar("Fitted")
Picked = NDArray[np.int64]


def cross_fit(
    learners: Labels,
    fit: Callable[[Picked], Fitted],
    predict: Callable[[Fitted, Picked], Doubles],
    folds: int = 5,
    seed: int = 0,
) -> Doubles:
    """Predictions (n,) or (n, m) of every row by a model that saw nothing of its learner.

    `fit(rows)` trains on row numbers, `predict(model, rows)` answers for others. Learners are dealt to `folds` by
    `seed` alone, whatever the order of rows. Raises InvalidInput with fewer than two learners.
    """
    who, owner = np.unique(np.asarray(learners), return_inverse=True)
    if len(who) < 2:
        raise InvalidInput(f"{len(who)} learners cannot be folded", where="cross_fit", fix="log more learners")
    fold = (np.random.default_rng(seed).permutation(len(who)) % min(folds, len(who)))[owner]
    answers = {}
    for at in range(int(fold.max()) + 1):
        held = np.flatnonzero(fold == at)
        answers[at] = np.asarray(predict(fit(np.flatnonzero(fold != at)), held), dtype=np.float64)
    found = np.zeros((len(owner), *answers[0].shape[1:]))
    for at, values in answers.items():
        found[fold == at] = values
    return found
