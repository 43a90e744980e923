"""Elo: an ability that each answer moves against the difficulty of the item and its skills (Pelanek 2016)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from credpath.recommender.csr import Doubles, Offsets, gather, offsets
from training.completion_logistic import sigmoid
from training.mastery_pfa import item_columns, skill_columns
from training.mastery_protocol import Predictor, held_learners
from training.mastery_regression import fit_sparse
from training.mastery_sequences import entries_of
from training.mastery_tuning import choose, log_loss
from training.responses import Responses

RIDGES = (1.0, 3.0, 10.0, 30.0)
ROUNDS = 3  # abilities and difficulties in turn
GRID: dict[str, tuple[float, ...]] = {
    "step": (0.02, 0.05, 0.1, 0.2, 0.3),
    "skill_step": (0.1, 0.2, 0.4, 0.6, 0.9),
    "slowing": (0.0, 0.01, 0.03, 0.1, 0.3),
    "skill_slowing": (0.0, 0.03, 0.1, 0.3),
}


@dataclass(frozen=True, slots=True)
class Steps:
    """How far an answer moves the general ability and that on its skills: step / (1 + slowing * earlier answers).

    ridge: how strongly difficulties are held to nought.
    """

    step: float = 0.1
    skill_step: float = 0.4
    slowing: float = 0.03
    skill_slowing: float = 0.1
    ridge: float = RIDGES[0]


@dataclass(frozen=True, slots=True)
class Elo:
    """Abilities per learner, and per learner and skill; difficulties per item and per skill, of training learners."""

    name: str = "Elo"

    def fit(self, train: Responses, seed: int) -> Predictor:
        """Tunes the ridge, then the steps one after the other on held learners, twice round; then fits on all."""
        part, held = held_learners(train, seed)
        steps = choose(train, seed, [Steps(ridge=ridge) for ridge in RIDGES], fit_elo)
        for _ in range(2):
            found = fit_elo(part, steps)
            steps = _tuned(found, held)
        return fit_elo(train, steps)


@dataclass(frozen=True, slots=True)
class Rated:
    """weights (K + I,): how easy each skill and each item is, as log odds of a learner of no known ability."""

    weights: Doubles
    steps: Steps

    def predict(self, answers: Responses) -> Doubles:
        """(n,) chances."""
        easy = _easiness(answers) @ self.weights
        return sigmoid(abilities(answers, easy, self.steps) + easy)


def fit_elo(train: Responses, steps: Steps) -> Rated:
    """Difficulties by regression given the abilities, abilities given the difficulties, in turn.

    Fitted so and not by the same small steps, difficulties depend on nobody's place in the log.
    """
    columns, correct = _easiness(train), train.correct.astype(np.float64)
    weights, ability = np.zeros(columns.shape[1]), np.zeros(len(train))
    for _ in range(ROUNDS):
        weights = fit_sparse(columns, correct, steps.ridge, ability, weights)
        ability = abilities(train, columns @ weights, steps)
    return Rated(fit_sparse(columns, correct, steps.ridge, ability, weights), steps)


def _tuned(found: Rated, held: Responses) -> Steps:
    """The best steps on the grid, one of them at a time, for the difficulties at hand."""
    easy = _easiness(held) @ found.weights
    best = found.steps
    for name, values in GRID.items():
        tried = [best, *(replace(best, **{name: value}) for value in values)]
        losses = [log_loss(sigmoid(abilities(held, easy, steps) + easy), held.correct) for steps in tried]
        best = tried[int(np.argmin(losses))]
    return best


def _easiness(answers: Responses) -> sparse.csr_matrix:
    """(n, K + I): the share that each skill has in the answer, then its item."""
    share = 1.0 / np.diff(answers.starts)
    return sparse.hstack([skill_columns(answers, share[answers.owner()]), item_columns(answers)], format="csr")


def abilities(answers: Responses, easy: Doubles, steps: Steps) -> Doubles:
    """(n,) log odds that the learner brings to each answer: the general ability and the mean of those on its skills.

    All learners walk together, first answers first, so that a log takes as many steps as its longest history.
    """
    entries, place = entries_of(answers), answers.earlier()
    rows = np.argsort(place, kind="stable")
    flat, owner = gather(answers.starts, rows)
    counts = np.diff(answers.starts)[rows]
    starts, bounds = offsets(counts), offsets(np.bincount(place))
    pair, learner = entries.group[flat], answers.learner[rows]
    push = steps.skill_step / (1.0 + steps.skill_slowing * entries.place[flat])
    known, correct = easy[rows], answers.correct[rows].astype(np.float64)
    general, special = np.zeros(len(answers.learners)), np.zeros(entries.groups)
    found = np.empty(len(answers))
    for step, (low, high) in enumerate(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)):
        first, last = starts[low], starts[high]
        pairs, who = pair[first:last], learner[low:high]
        ability = general[who] + np.add.reduceat(special[pairs], starts[low:high] - first) / counts[low:high]
        found[low:high] = ability
        surprise = correct[low:high] - 1.0 / (1.0 + np.exp(-ability - known[low:high]))
        general[who] += steps.step / (1.0 + steps.slowing * step) * surprise
        special[pairs] += push[first:last] * surprise[owner[first:last] - low]
    back: Offsets = np.empty(len(rows), dtype=np.int64)
    back[rows] = np.arange(len(rows))
    return found[back]
