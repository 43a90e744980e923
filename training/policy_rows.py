"""Logged decisions with what each contender would have shown instead, among the same candidates.

A contender's learned columns come from its own models; all that was given stays as logged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.csr import Doubles, Floats, Offsets, offsets
from credpath.recommender.exploration import Policy, propensities
from credpath.recommender.feature_names import COLUMN, FEATURES, LEARNED_FEATURES, POSITION
from credpath.recommender.learned import Learned
from credpath.recommender.recommend import RULES
from training.dataset import CandidateSet, Decisions
from training.steps import Stage

AT_ONCE = 250  # decisions whose candidates are held together
SAME = 1e-6  # of two propensities
GREEDY = Policy()
Candidates = Callable[[Sequence[str]], list[CandidateSet]]
_LEARNED = np.array([COLUMN[name] for name in LEARNED_FEATURES], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class PolicyRows:
    """Decisions with the rows that matter: the action shown, and whatever a target would show.

    Rows of decision i: `starts[i] : starts[i + 1]`, the shown one first; `features` (rows, FEATURES). `chances`:
    target -> (rows,) with which it would be shown first. `logged_chances` (rows,): with which the logging policy
    would have shown it; None where that policy is not known. `left_out`: why decisions are missing, counted.
    """

    learners: NDArray[np.str_]
    reward: Doubles
    propensity: Doubles
    starts: Offsets
    features: Floats
    chances: Mapping[str, Doubles]
    logged_chances: Doubles | None
    left_out: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.reward)

    @property
    def shown(self) -> Offsets:
        """(n,) the row of the action that was shown."""
        return self.starts[:-1]

    def expected(self, target: str, values: Doubles) -> Doubles:
        """(n,) mean of `values` (rows,) over the target's choice."""
        return np.add.reduceat(values * self.chances[target], self.shown) if len(self) else np.zeros(0)

    def favourite(self, target: str) -> Offsets:
        """(n,) place among a decision's rows of what the target most likely shows, 0 for what was shown."""
        chances = self.chances[target]
        spans = zip(self.starts[:-1].tolist(), self.starts[1:].tolist(), strict=True)
        return np.array([int(np.argmax(chances[first:last])) for first, last in spans], dtype=np.int64)

    @staticmethod
    def pooled(parts: Sequence[PolicyRows]) -> PolicyRows:
        """Several spans, each judged by models of its own past, as one; targets have the same names in all."""
        known = all(part.logged_chances is not None for part in parts)
        left: Counter[str] = Counter()
        for part in parts:
            left.update(part.left_out)
        return PolicyRows(
            learners=np.concatenate([part.learners for part in parts]),
            reward=np.concatenate([part.reward for part in parts]),
            propensity=np.concatenate([part.propensity for part in parts]),
            starts=offsets(np.concatenate([np.diff(part.starts) for part in parts])),
            features=np.concatenate([part.features for part in parts]),
            chances={name: np.concatenate([part.chances[name] for part in parts]) for name in parts[0].chances},
            logged_chances=np.concatenate([part.logged_chances for part in parts]) if known else None,
            left_out=dict(sorted(left.items())),
        )


def policy_rows(
    stage: Stage,
    decisions: Decisions,
    candidates: Candidates,
    targets: Mapping[str, Learned | None],
    logging: Policy | None = None,
    target_policy: Policy = GREEDY,
    tick: Callable[[int], None] = lambda _: None,
) -> PolicyRows:
    """Reads the candidates of every decision and lets each target choose. The first target's columns are kept.

    `targets`: name -> its models, None for the rules. `logging`: the policy in force then, by which is told what was
    explored; decisions whose logged propensity is another one are left out, since somebody else took them.
    """
    reading = _Reading(stage, decisions, targets, logging, target_policy)
    for start in range(0, len(decisions), AT_ONCE):
        places = range(start, min(start + AT_ONCE, len(decisions)))
        for at, considered in zip(places, candidates([decisions.impression_ids[p] for p in places]), strict=True):
            reading.take(at, considered)
        tick(places.stop)
    return reading.rows()


@dataclass
class _Reading:
    stage: Stage
    decisions: Decisions
    targets: Mapping[str, Learned | None]
    logging: Policy | None
    target_policy: Policy
    kept: list[int] = field(default_factory=list)
    features: list[Floats] = field(default_factory=list)
    chances: list[Doubles] = field(default_factory=list)  # (rows, targets + 1), the logging policy last
    left_out: dict[str, int] = field(default_factory=dict)

    def take(self, at: int, considered: CandidateSet) -> None:
        """Adds one decision, or counts why not."""
        decisions = self.decisions
        shown = decisions.ids[decisions.credentials[decisions.first[at]]]
        if not decisions.waited[at]:
            return self._without("decided early")
        if shown not in considered.candidates:
            return self._without("candidates not stored")
        place = considered.candidates.index(shown)
        logged = np.zeros(len(considered.candidates))
        if self.logging is not None:
            planned = considered.planned
            base = considered.candidates.index(planned) if planned in considered.candidates else None
            logged = propensities(considered.scores, self.logging, base)
            if abs(logged[place] - decisions.propensity[at]) > SAME:
                return self._without("another policy")
        first, chosen = self._choices(at, considered)
        table = np.column_stack([*chosen, logged])
        others = np.flatnonzero(table[:, :-1].any(axis=1) & (np.arange(len(table)) != place))
        rows = np.concatenate([[place], others])
        self.kept.append(at)
        self.features.append(first[rows])
        self.chances.append(table[rows])
        return None

    def _without(self, why: str) -> None:
        self.left_out[why] = self.left_out.get(why, 0) + 1

    def _choices(self, at: int, considered: CandidateSet) -> tuple[Floats, list[Doubles]]:
        """The features that the first target sees, and each target's chances."""
        given = np.zeros((len(considered.candidates), len(FEATURES)), dtype=np.float32)
        given[:, [COLUMN[name] for name in self.decisions.names]] = considered.features
        given[:, COLUMN[POSITION]] = 0.0
        seen = [self._with_learned(at, considered, given, learned) for learned in self.targets.values()]
        rankers = [RULES if learned is None else learned.ranker or RULES for learned in self.targets.values()]
        scores = [ranker.score(features) for ranker, features in zip(rankers, seen, strict=True)]
        return seen[0], [propensities(values, self.target_policy) for values in scores]

    def _with_learned(self, at: int, considered: CandidateSet, given: Floats, learned: Learned | None) -> Floats:
        if learned is None:
            return given
        index, decisions = self.stage.catalogue.index, self.decisions
        rows = np.array([index.position.get(name, -1) for name in considered.candidates], dtype=np.int64)
        past = decisions.history[decisions.history_starts[at] : decisions.history_starts[at + 1]]
        day = datetime.fromtimestamp(float(decisions.shown_at[at]), UTC).date()
        history = [decisions.ids[item] for item in past.tolist()]
        occupation = decisions.occupation.words[decisions.occupation.rows[at]]
        view = learned.view(index, history, occupation, day)
        features = given.copy()
        features[np.ix_(rows >= 0, _LEARNED)] = view.columns(rows[rows >= 0])
        return features

    def rows(self) -> PolicyRows:
        """All that was taken in."""
        kept = np.array(self.kept, dtype=np.int64)
        table = np.concatenate([np.zeros((0, len(self.targets) + 1)), *self.chances])
        who = np.array([str(name) for name in self.decisions.learners[kept]], dtype=np.str_)
        own = np.array([f"impression {self.decisions.impression_ids[at]}" for at in self.kept], dtype=np.str_)
        return PolicyRows(
            learners=np.where(who == "", own, who),
            reward=self.decisions.reward[self.decisions.first[kept]].astype(np.float64),
            propensity=self.decisions.propensity[kept],
            starts=offsets(np.array([len(rows) for rows in self.features], dtype=np.int64)),
            features=np.concatenate([np.zeros((0, len(FEATURES)), dtype=np.float32), *self.features]),
            chances={name: table[:, at] for at, name in enumerate(self.targets)},
            logged_chances=None if self.logging is None else table[:, -1],
            left_out=dict(sorted(self.left_out.items())),
        )
