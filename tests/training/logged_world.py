"""Decisions of an exploring policy whose rewards follow one feature, so that every policy's true value is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from credpath.domain.outcomes import Impression, Outcome
from credpath.recommender.exploration import Policy, choose
from credpath.recommender.feature_names import COLUMN, FEATURES, GIVEN_MEANING
from tests.training.ladders import LADDERS, RUNGS, START, rung
from training.dataset import CandidateSet, Decisions, read_decisions

GIVEN = tuple(GIVEN_MEANING)
POLICY = Policy("epsilon-greedy", epsilon=0.6, floor=0.0, top=8)
SHOWN, CONSIDERED = 3, 8
IDS = tuple(sorted(rung(ladder, step) for ladder in range(LADDERS) for step in range(RUNGS)))


@dataclass(frozen=True)
class ByColumn:
    """Ranks by one feature alone."""

    column: str
    name: str = "by column"

    def score(self, features: np.ndarray) -> np.ndarray:
        return features[:, COLUMN[self.column]].astype(np.float64)


@dataclass(frozen=True)
class LoggedWorld:
    """`worth` (n, candidates): the chance of completing; `goal_match` orders for the logging policy."""

    decisions: Decisions
    sets: dict[str, CandidateSet]
    worth: np.ndarray
    logged_scores: np.ndarray

    def candidates(self, impression_ids: Sequence[str]) -> list[CandidateSet]:
        empty = CandidateSet((), np.zeros(0), np.zeros((0, len(GIVEN)), dtype=np.float32))
        return [self.sets.get(key, empty) for key in impression_ids]

    def value_of_best(self, scores: np.ndarray) -> float:
        """What always showing the highest of `scores` (n, candidates) earns: 0.9 times the chance."""
        return float(0.9 * np.take_along_axis(self.worth, scores.argmax(axis=1)[:, None], 1).mean())


def logged_world(count: int, seed: int = 0, learners: int = 200, policy: Policy = POLICY) -> LoggedWorld:
    # What counts is drawn apart from the other columns, so that a new one makes no other world.
    dice, noise = np.random.default_rng(seed), np.random.default_rng((seed, 1))
    impressions, outcomes, sets = [], [], {}
    worth, logged = np.zeros((count, CONSIDERED)), np.zeros((count, CONSIDERED))
    for at in range(count):
        key, who = f"i{at:05d}", f"l{int(dice.integers(learners)):04d}"
        names = tuple(sorted(dice.choice(IDS, CONSIDERED, replace=False).tolist()))
        features = noise.random((CONSIDERED, len(FEATURES))).astype(np.float32)
        features[:, [COLUMN["gap_closed"], COLUMN["goal_match"]]] = dice.random((CONSIDERED, 2))
        worth[at], logged[at] = features[:, COLUMN["gap_closed"]] * 0.9, features[:, COLUMN["goal_match"]]
        choice = choose(logged[at], policy, seed=at)
        rest = [place for place in np.argsort(-logged[at]).tolist() if place != choice.place]
        slate = [choice.place, *rest[: SHOWN - 1]]
        shown_at = START + timedelta(hours=at / 10)
        impressions.append(
            Impression(
                impression_id=key, shown_at=shown_at, learner_id=who, goal_text="", occupation_uri="",
                candidates=names, scores=tuple(logged[at].tolist()), feature_names=FEATURES,
                features=features.astype("<f4").tobytes(), slate=tuple(names[place] for place in slate),
                policy=policy.name, propensity=choice.propensity, seed=at, bundle_version="b", catalogue_version="c",
            )
        )  # fmt: skip
        sets[key] = CandidateSet(names, logged[at], features[:, [COLUMN[name] for name in GIVEN]])
        if dice.random() < worth[at, choice.place]:
            when = shown_at + timedelta(days=20)
            outcomes.append(Outcome(f"o{at}", who, names[choice.place], "completed", when, impression_id=key))
    now = START + timedelta(days=1000)
    decisions = read_decisions(impressions, outcomes, now=now, names=GIVEN)
    return LoggedWorld(decisions, sets, worth, logged)
