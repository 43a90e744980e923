"""Simulated learners fitted to logged responses: how often skills are held, how far they go together, guess, slip.

A stand-in for people, to compare orders of asking under answers like those of a log. Never evidence about people: the
skills of a log are laid onto those of a goal by how often they were asked, whatever either is about.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from credpath.errors import InvalidInput
from training.responses import Responses

Doubles = NDArray[np.float64]
Mask = NDArray[np.bool_]
Codes = NDArray[np.int64]
# Answers to one skill that the fit reads of each learner: the first ones, before much was learned.
FIRST, FEWEST = 5, 3
ROUNDS = 200
# Someone who guesses better than this, or slips more often, is not told from one who holds the skill.
MOST_GUESS, MOST_SLIP = 0.45, 0.3
LEAST_LEARNERS = 20
LEAST = 0.01  # a chance is never nearer to 0 or 1
STEADY = 20.0  # learners that the rate over all skills counts as, in the rate of one
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(21)


@dataclass(frozen=True, slots=True)
class FittedLearners:
    """`held` (skills,): share of learners that hold each skill of the log, most often asked first.

    `together`: correlation between the latent normals of any two skills of one learner.
    """

    held: Doubles
    together: float
    guess: float
    slip: float
    learners: int
    answers: int

    def draw(self, skills: int, rng: np.random.Generator, items: int = 1) -> tuple[Mask, Mask]:
        """((skills,) held, (skills, items) answered right) of one learner, the log's skills laid on by frequency."""
        rates = np.resize(self.held, skills)
        latent = np.sqrt(self.together) * rng.normal() + np.sqrt(1.0 - self.together) * rng.normal(size=skills)
        held: Mask = latent < ndtri(rates)
        right: Mask = rng.random((skills, items)) < np.where(held, 1.0 - self.slip, self.guess)[:, None]
        return held, right


def fit_learners(responses: Responses) -> FittedLearners:
    """Moments and a mixture: guess and slip by EM, rates by correction, correlation by matching covariance.

    Raises InvalidInput for a log in which too few learners answer several skills several times.
    """
    rights, asked, skill, learner = first_answers(responses)
    if len(np.unique(learner)) < LEAST_LEARNERS or not (asked >= FEWEST).any():
        raise InvalidInput(
            f"fewer than {LEAST_LEARNERS} learners, or none with {FEWEST} answers to one skill",
            where="responses", fix="a longer log",
        )  # fmt: skip
    enough = asked >= FEWEST
    rights, asked, skill, learner = rights[enough], asked[enough], skill[enough], learner[enough]
    held, guess, slip = fit_held(rights, asked, skill)
    together = fit_together(rights / asked, skill, learner, held, guess, slip)
    answers, people = int(asked.sum()), len(np.unique(learner))
    return FittedLearners(held[by_frequency(skill)], together, guess, slip, people, answers)


def first_answers(responses: Responses) -> tuple[Doubles, Doubles, Codes, Codes]:
    """(rights, answers, skill, learner) of each pair of learner and skill, over its first FIRST answers."""
    owner = responses.owner()
    skill = responses.skills.astype(np.int64)
    pair = responses.learner[owner].astype(np.int64) * len(responses.skill_names) + skill
    order = np.argsort(pair, kind="stable")
    kept, starts, counts = np.unique(pair[order], return_index=True, return_counts=True)
    place = np.arange(len(pair)) - np.repeat(starts, counts)
    early = place < FIRST
    group = np.repeat(np.arange(len(kept)), counts)[early]
    correct = responses.correct[owner][order][early].astype(np.float64)
    rights: Doubles = np.bincount(group, weights=correct, minlength=len(kept)).astype(np.float64)
    asked: Doubles = np.minimum(counts, FIRST).astype(np.float64)
    learner, asked_skill = np.divmod(kept.astype(np.int64), len(responses.skill_names))
    return rights, asked, asked_skill, learner


def fit_held(rights: Doubles, asked: Doubles, skill: Codes) -> tuple[Doubles, float, float]:
    """((skills,) share that holds each, guess, slip) by EM over two kinds of (learner, skill).

    Those who hold the skill slip, those who do not guess, alike in all skills; a skill of few learners leans on all.
    """
    held, guess, slip = np.full(int(skill.max()) + 1, 0.6), 0.2, 0.1
    pairs = np.bincount(skill)
    for _ in range(ROUNDS):
        log_odds = (
            np.log(held[skill] / (1.0 - held[skill]))
            + rights * np.log((1.0 - slip) / guess)
            + (asked - rights) * np.log(slip / (1.0 - guess))
        )
        holds = 1.0 / (1.0 + np.exp(-log_odds))
        held = np.clip(
            (np.bincount(skill, weights=holds) + STEADY * holds.mean()) / (pairs + STEADY), LEAST, 1.0 - LEAST
        )
        slip = float(np.clip(1.0 - (holds @ rights) / (holds @ asked), LEAST, MOST_SLIP))
        guess = float(np.clip(((1.0 - holds) @ rights) / ((1.0 - holds) @ asked), LEAST, MOST_GUESS))
    return held, guess, slip


def by_frequency(skill: Codes) -> Codes:
    """Skills by how many learners were asked about them, most first, then by code."""
    pairs = np.bincount(skill)
    order = np.lexsort((np.arange(len(pairs)), -pairs))
    return order[: int((pairs > 0).sum())]


def fit_together(share: Doubles, skill: Codes, learner: Codes, held: Doubles, guess: float, slip: float) -> float:
    """The correlation under which pairs of skills of one learner are held together as often as in the log.

    Guess and slip shrink the covariance of two skills' rights by (1 - guess - slip) squared and add none.
    """
    off = (share - (guess + (1.0 - slip - guess) * held[skill])) / (1.0 - slip - guess)
    size = int(learner.max()) + 1
    sums, squares = np.bincount(learner, weights=off, minlength=size), np.bincount(learner, weights=off * off)
    seen = float((sums * sums - squares).sum())

    def expected(correlation: float) -> float:
        chance = ndtr((ndtri(held)[:, None] - np.sqrt(correlation) * NODES) / np.sqrt(1.0 - correlation))
        above = chance[skill] - held[skill][:, None]
        total = np.stack([np.bincount(learner, weights=column, minlength=size) for column in above.T])
        each = np.stack([np.bincount(learner, weights=column, minlength=size) for column in (above * above).T])
        return float((WEIGHTS / WEIGHTS.sum()) @ (total * total - each).sum(axis=1))

    if seen <= 0.0:
        return 0.0
    most = 0.9
    return most if expected(most) <= seen else float(brentq(lambda r: expected(r) - seen, 1e-6, most, xtol=1e-4))
