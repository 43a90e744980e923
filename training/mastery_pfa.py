"""Logistic regressions over counts: PFA (Pavlik, Cen and Koedinger 2009) and Best-LR (Gervet et al. 2020)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from credpath.recommender.csr import Doubles
from training.completion_logistic import sigmoid
from training.mastery_protocol import Predictor
from training.mastery_regression import fit_sparse
from training.mastery_sequences import earlier_rights, entries_of
from training.mastery_tuning import choose
from training.responses import Responses

Design = Callable[[Responses], sparse.csr_matrix]
PFA_SETTINGS = tuple((ridge, logged) for logged in (True, False) for ridge in (0.3, 3.0))
BEST_LR_SETTINGS = (1.0, 3.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True)
class Pfa:
    """Skill difficulty, and for each skill what an earlier right and an earlier wrong answer are worth."""

    name: str = "PFA"

    def fit(self, train: Responses, seed: int) -> Predictor:
        """Chooses the ridge, and counts or their logarithms, then fits on all training learners."""
        return _fit_pfa(train, choose(train, seed, PFA_SETTINGS, _fit_pfa))


@dataclass(frozen=True, slots=True)
class BestLr:
    """PFA on logarithms, with the difficulty of the item and all earlier right and wrong answers of the learner."""

    name: str = "Best-LR"

    def fit(self, train: Responses, seed: int) -> Predictor:
        """Chooses the ridge, then fits on all training learners."""
        return _fit_best_lr(train, choose(train, seed, BEST_LR_SETTINGS, _fit_best_lr))


@dataclass(frozen=True, slots=True)
class Linear:
    """weights (k,) of the columns that `design` makes of answers."""

    design: Design
    weights: Doubles

    def predict(self, answers: Responses) -> Doubles:
        """(n,) chances."""
        return sigmoid(self.design(answers) @ self.weights)


def _fit_pfa(train: Responses, setting: tuple[float, bool]) -> Linear:
    ridge, logged = setting
    columns = pfa_columns if logged else counted_columns
    return Linear(columns, fit_sparse(columns(train), train.correct.astype(np.float64), ridge))


def _fit_best_lr(train: Responses, ridge: float) -> Linear:
    return Linear(best_lr_columns, fit_sparse(best_lr_columns(train), train.correct.astype(np.float64), ridge))


def pfa_columns(answers: Responses) -> sparse.csr_matrix:
    """(n, 1 + 3 K): intercept; skills; logarithms of the earlier rights and wrongs on each."""
    return _by_skill(answers, np.log1p)


def counted_columns(answers: Responses) -> sparse.csr_matrix:
    """(n, 1 + 3 K): as `pfa_columns`, with the counts themselves, ten being one."""
    return _by_skill(answers, lambda counts: counts / 10.0)


def best_lr_columns(answers: Responses) -> sparse.csr_matrix:
    """(n, 1 + 3 K + I + 2): as `pfa_columns`, then items, and logarithms of all earlier rights and wrongs."""
    rights = earlier_rights(answers)
    totals = np.column_stack([np.log1p(rights), np.log1p(answers.earlier() - rights)])
    return sparse.hstack([pfa_columns(answers), item_columns(answers), sparse.csr_matrix(totals)], format="csr")


def item_columns(answers: Responses) -> sparse.csr_matrix:
    """(n, I): one where the answer's item is; nothing for an answer without."""
    named = np.flatnonzero(answers.item >= 0)
    ones = np.ones(len(named))
    return sparse.csr_matrix((ones, (named, answers.item[named])), shape=(len(answers), len(answers.items)))


def skill_columns(answers: Responses, values: Doubles) -> sparse.csr_matrix:
    """(n, K): the value of each entry (m,) in the column of its skill."""
    return sparse.csr_matrix((values, answers.skills, answers.starts), shape=(len(answers), len(answers.skill_names)))


def _by_skill(answers: Responses, shape: Callable[[Doubles], Doubles]) -> sparse.csr_matrix:
    entries = entries_of(answers)
    return sparse.hstack(
        [
            sparse.csr_matrix(np.ones((len(answers), 1))),
            skill_columns(answers, np.ones(len(entries.row))),
            skill_columns(answers, shape(entries.rights)),
            skill_columns(answers, shape(entries.wrongs)),
        ],
        format="csr",
    )
