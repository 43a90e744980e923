"""What outcomes add up to: how often a credential is taken up and finished, by whom, in which month, after what.

Counts alone, made by `training.outcome_tabulation` from outcomes before a moment; every rate shrinks to what is
known of its neighbours, so a credential with three outcomes stays close to the average (empirical Bayes).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from credpath.errors import BundleRefused
from credpath.recommender.csr import Doubles, Mask, Rows, sums

FACTS, ARRAYS = "tables.json", "tables.npz"
FORMAT = 1
RATES = ("completion", "take_up", "dismissal")
# A goal's own learners weigh as much as so many of its field's, and a month's take-ups as so many of the average.
GOAL_PRIOR, MONTH_PRIOR = 20.0, 24.0
# Fewer learners than this are never spoken of: a count of three is three people whom somebody knows.
LEAST_COUNT = 20


@dataclass(frozen=True, slots=True)
class OutcomeTables:
    """Counts over the credentials `ids` (sorted) and the goals `goals` (occupation URIs, sorted).

    `happened`, `of` (3, c): completions of settled take-ups, take-ups and dismissals of mature shown lines, in the
    order of RATES. `means`, `strengths` (3,): the prior of each rate and how many observations it is worth.
    `taken` (c,) learners who took it up; `months` (c, 12) of them with a calendar date.
    Finishers: entry e says that `finishers[e]` learners with goal `of_goal[e]` finished `finished[e]`; `learners`
    (goals,) have that goal, `field_of` (goals,) is its field. Steps: of the `leavers[e]` learners with goal
    `step_goal[e]` (-1: any) who finished `first[e]`, `takers[e]` took `then[e]` next; both at least
    LEAST_COUNT; sorted by `step_goal` and `first`.
    """

    ids: tuple[str, ...]
    goals: tuple[str, ...]
    fields: Mapping[str, str]  # occupation URI -> its field, also of occupations that no learner has as a goal
    happened: Doubles
    of: Doubles
    means: Doubles
    strengths: Doubles
    taken: Doubles
    months: Doubles
    of_goal: Rows
    finished: Rows
    finishers: Doubles
    learners: Doubles
    step_goal: Rows
    first: Rows
    then: Rows
    takers: Doubles
    leavers: Doubles

    def rates(self) -> Doubles:
        """(3, c) (happened + strength * mean) / (of + strength), for each of RATES."""
        strength = self.strengths[:, None]
        shrunk: Doubles = (self.happened + strength * self.means[:, None]) / (self.of + strength)
        return shrunk

    def season(self, month: int) -> Doubles:
        """(c,) log of how much more often each is taken up in this month (1..12) than the average is; 0 unknown."""
        everything = self.months.sum(axis=0) + 1.0
        usual = everything[month - 1] / everything.sum()
        counts = self.months[:, month - 1]
        share = (counts + MONTH_PRIOR * usual) / (self.months.sum(axis=1) + MONTH_PRIOR)
        logs: Doubles = np.log(share / usual)
        return logs

    def for_goal(self, occupation_uri: str) -> Doubles:
        """(c,) share of the learners with this goal who finished each, shrunk to its field, and that to everybody."""
        field = self.fields.get(occupation_uri, "")
        near = self._goals_where(lambda goal: bool(field) and self.fields.get(goal, "") == field)
        own = self._goals_where(lambda goal: goal == occupation_uri)
        share = self.for_anybody()
        for group in (near, own):
            known = float(self.learners[group].sum())
            share = (self._finished_by(group) + GOAL_PRIOR * share) / (known + GOAL_PRIOR)
        return share

    def for_anybody(self) -> Doubles:
        """(c,) share of the learners with any goal who finished each."""
        share: Doubles = self._finished_by(np.ones(len(self.goals), dtype=bool)) / max(1.0, float(self.learners.sum()))
        return share

    def _goals_where(self, holds: Callable[[str], bool]) -> Mask:
        return np.fromiter(map(holds, self.goals), dtype=bool, count=len(self.goals))

    def _finished_by(self, goals: Mask) -> Doubles:
        kept = goals[self.of_goal]
        return sums(self.finished[kept], self.finishers[kept], len(self.ids))

    def save(self, folder: Path) -> None:
        """Writes tables.json and tables.npz into `folder`, which need not exist. Equal tables give equal bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        facts = {"format": FORMAT, "ids": self.ids, "goals": self.goals, "fields": dict(sorted(self.fields.items()))}
        (folder / FACTS).write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        np.savez(folder / ARRAYS, **{name: getattr(self, name) for name in PACKED})

    @staticmethod
    def load(folder: Path) -> OutcomeTables:
        """Reads what `save` wrote; the caller has verified the files. Raises BundleRefused for another format."""
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        if facts.get("format") != FORMAT:
            what = f"outcome tables of format {facts.get('format')}, this release reads {FORMAT}"
            raise BundleRefused(what, where=str(folder / FACTS), fix="run `python -m training.retrain`")
        with np.load(folder / ARRAYS, allow_pickle=False) as packed:
            arrays = {name: packed[name] for name in PACKED}
        return OutcomeTables(tuple(facts["ids"]), tuple(facts["goals"]), facts["fields"], **arrays)


PACKED = tuple(name for name in OutcomeTables.__slots__ if name not in ("ids", "goals", "fields"))
