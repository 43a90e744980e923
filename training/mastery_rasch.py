"""How easy items and skills are, fitted jointly with how able the learners are: a Rasch model with normal priors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from credpath.recommender.csr import Doubles, Mask, Offsets, Rows
from training.responses import Responses

ROUNDS = 15
SKILL_VARIANCE = 4.0
# Between these the variance of items about their skills, and of learners, is estimated (empirical Bayes).
LEAST_VARIANCE, MOST_VARIANCE = 0.05, 4.0


@dataclass(frozen=True, slots=True)
class Rasch:
    """Log-odds of a right answer = middle + ability + mean easiness of its skills + own easiness of its item.

    skills (S,), own (T,), ability (L,) by codes; chance (n,) of the answers that it was fitted to.
    """

    middle: float
    skills: Doubles
    own: Doubles
    ability: Doubles
    chance: Doubles


def fit_rasch(answers: Responses, thing: Offsets, things: int) -> Rasch:
    """`thing` (n,): code of the item of each answer, or what stands in for one, below `things`."""
    fitting = _Fitting(answers, thing, things)
    for _ in range(ROUNDS):
        fitting.improve()
    return Rasch(fitting.middle, fitting.skills, fitting.own, fitting.ability, fitting.chance())


class _Fitting:
    """Newton steps on one block after the other; each is a handful of sums over the answers."""

    def __init__(self, answers: Responses, thing: Offsets, things: int) -> None:
        self.learner, self.thing = answers.learner, thing
        self.correct = answers.correct.astype(np.float64)
        self.owner, self.skill = answers.owner(), answers.skills
        self.share = 1.0 / np.diff(answers.starts)[self.owner]
        rate = (self.correct.sum() + 1.0) / (len(answers) + 2.0)
        self.middle = float(np.log(rate / (1.0 - rate)))
        self.ability = np.zeros(len(answers.learners))
        self.own = np.zeros(things)
        self.skills = np.zeros(len(answers.skill_names))
        self.met = np.bincount(thing, minlength=things) > 0
        self.present = np.bincount(self.learner, minlength=len(self.ability)) > 0
        self.own_variance = self.ability_variance = 1.0

    def chance(self) -> Doubles:
        base = np.bincount(self.owner, weights=self.share * self.skills[self.skill], minlength=len(self.correct))
        logit = self.middle + self.ability[self.learner] + base + self.own[self.thing]
        chance: Doubles = 1.0 / (1.0 + np.exp(-logit))
        return chance

    def improve(self) -> None:
        self.ability, self.ability_variance = self._step(
            self.learner, self.ability, self.ability_variance, self.present
        )
        self.own, self.own_variance = self._step(self.thing, self.own, self.own_variance, self.met)
        self.skills = self._skill_step()

    def _step(self, code: Offsets | Rows, values: Doubles, variance: float, used: Mask) -> tuple[Doubles, float]:
        chance = self.chance()
        slope = np.bincount(code, self.correct - chance, len(values)) - values / variance
        curve = np.bincount(code, chance * (1.0 - chance), len(values)) + 1.0 / variance
        moved = values + slope / curve
        spread = float((moved[used] ** 2 + 1.0 / curve[used]).mean()) if used.any() else variance
        return moved, min(MOST_VARIANCE, max(LEAST_VARIANCE, spread))

    def _skill_step(self) -> Doubles:
        chance = self.chance()
        slope = np.bincount(self.skill, self.share * (self.correct - chance)[self.owner], len(self.skills))
        curve = np.bincount(self.skill, self.share * (chance * (1.0 - chance))[self.owner], len(self.skills))
        # skills of one answer move together: `share` rather than its square in the curve keeps the step short enough
        moved: Doubles = self.skills + (slope - self.skills / SKILL_VARIANCE) / (curve + 1.0 / SKILL_VARIANCE)
        return moved
