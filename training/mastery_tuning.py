"""Choosing a setting of a plain model on a part of the training learners, and the loss it is chosen by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from credpath.recommender.csr import Doubles
from training.completion_metrics import SURE
from training.mastery_protocol import Predictor, held_learners
from training.responses import Answers, Responses

T = TypeVar("T")


def log_loss(chance: Doubles, correct: Answers) -> float:
    """Mean negative log likelihood; 0 of nothing."""
    return float(log_losses(chance, correct).mean()) if len(chance) else 0.0


def log_losses(chance: Doubles, correct: Answers) -> Doubles:
    """(n,) the negative log likelihood of each answer."""
    found: Doubles = -np.log(np.where(correct == 1, chance, 1.0 - chance).clip(SURE, 1.0))
    return found


def choose(train: Responses, seed: int, settings: Sequence[T], fit: Callable[[Responses, T], Predictor]) -> T:
    """The setting of the least log loss on held learners when fitted on the others; the first of equal ones."""
    part, held = held_learners(train, seed)
    losses = [log_loss(fit(part, setting).predict(held), held.correct) for setting in settings]
    return settings[int(np.argmin(losses))]
