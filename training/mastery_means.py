"""The floor: how often training learners got the item right, whoever is asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from credpath.recommender.csr import Doubles, sums
from training.mastery_protocol import Predictor
from training.mastery_sequences import mean_by_row
from training.mastery_tuning import choose
from training.responses import Responses

PSEUDO = (1.0, 3.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True)
class ItemMean:
    """The item's share of right answers, drawn to its skills' and theirs to the whole log's."""

    name: str = "item mean"

    def fit(self, train: Responses, seed: int) -> Predictor:
        """Chooses how many answers the skill's share is worth, then counts."""
        return fit_means(train, choose(train, seed, PSEUDO, fit_means))


@dataclass(frozen=True, slots=True)
class Means:
    """skill (K,): shares. rights, answers (I,): of each item. pseudo: answers that the skill's share is worth."""

    skill: Doubles
    rights: Doubles
    answers: Doubles
    pseudo: float

    def predict(self, answers: Responses) -> Doubles:
        """(n,) shares."""
        by_skill = mean_by_row(self.skill[answers.skills], answers)
        rights, count = self.rights[answers.item], self.answers[answers.item]
        smoothed = (rights + self.pseudo * by_skill) / (count + self.pseudo)
        return np.where(answers.item >= 0, smoothed, by_skill)


def fit_means(train: Responses, pseudo: float) -> Means:
    """Counts the training answers."""
    overall = (float(train.correct.sum()) + 1.0) / (len(train) + 2.0)
    row = train.owner()
    rights = sums(train.skills, train.correct[row].astype(np.float64), len(train.skill_names))
    count = np.bincount(train.skills, minlength=len(train.skill_names))
    named = train.item >= 0
    size = len(train.items) + 1  # the last place is that of no item, and stays empty
    return Means(
        (rights + pseudo * overall) / (count + pseudo),
        sums(train.item[named], train.correct[named].astype(np.float64), size),
        np.bincount(train.item[named], minlength=size).astype(np.float64),
        pseudo,
    )
