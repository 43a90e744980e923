"""Whether dates and deadlines allow a set, and what it is then worth: asked thousands of times, scheduled seldom."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from credpath.recommender.path_integers import Chosen
from credpath.recommender.path_problem import Problem, value_of
from credpath.recommender.path_schedule import TRIES, schedule
from credpath.recommender.path_sets import set_value

NO = -np.inf


@dataclass(slots=True)
class Calendar:
    """Whether a set can be scheduled, and what it is then worth; remembered.

    One after the other and without a date that binds every set that fits can be, in any order that it needs.
    """

    problem: Problem
    tries: int = TRIES
    known: dict[Chosen, float] = field(default_factory=dict)

    def allows(self, taken: Chosen) -> bool:
        """Some order keeps every date and limit."""
        return self._any_order(taken) or self.worth(taken) > NO

    def _any_order(self, taken: Chosen) -> bool:
        p = self.problem
        if p.separable or not taken:
            return True
        chosen = list(taken)
        # The last of them starts once all others have ended.
        last = np.add.reduce(p.weeks_each[chosen]) - p.weeks_each[chosen]
        return p.parallel == 1 and not p.opens[chosen].any() and bool((last <= p.shuts[chosen]).all())

    def worth(self, taken: Chosen) -> float:
        """Minus infinity where no order was found."""
        value = self.known.get(taken)
        if value is None:
            if self._any_order(taken):
                value = set_value(self.problem, taken)
            else:
                plan = schedule(self.problem, taken, tries=self.tries)
                value = NO if plan is None else value_of(self.problem, plan)
            self.known[taken] = value
        return value
