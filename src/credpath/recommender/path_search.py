"""A good set of credentials in a few milliseconds: greedy, then exchanges while they help.

Deterministic: ties go to the lower number, and nothing is drawn or timed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from credpath.recommender.csr import Doubles, Mask
from credpath.recommender.path_calendar import NO, Calendar
from credpath.recommender.path_integers import EMPTY, Chosen
from credpath.recommender.path_problem import LATE, SLACK, Group, Problem, earned_with, meets
from credpath.recommender.path_schedule import TRIES
from credpath.recommender.path_sets import asked_for, ways_to, with_choice, without

BETTER = 1e-9  # of the gap; less is rounding
# A share of a limit below this counts as this, when gain is weighed against what is scarce.
LEAST_SHARE = 0.02
# Exchanges that do not pay by themselves but are filled up, since another addition may then fit.
FILLED_UP = 6
Row = tuple[Doubles, Doubles, Doubles]


@dataclass(frozen=True, slots=True)
class Items:
    """Each candidate together with the way to it: what it leaves of each skill, and its sums.

    `taught`, `near` (items, m): factors of what is left. `sums` (items, 5): hours, weeks, money, number, own worth.
    """

    sets: tuple[Chosen, ...]
    taught: Doubles
    near: Doubles
    sums: Doubles


@dataclass(slots=True)
class Search:
    """A problem made ready; item `at` is candidate `nodes[at]` with the way to it.

    `asked`: candidates that hold all that is asked for; `fixed`: those of them that nothing can stand in for.
    `multi`: items that are more than themselves; `choices`: the groups of those with more ways than one.
    """

    problem: Problem
    nodes: tuple[int, ...]
    asked: Chosen
    fixed: Chosen
    items: Items
    calendar: Calendar
    multi: tuple[int, ...] = ()
    choices: dict[int, tuple[Group, ...]] = field(default_factory=dict)
    rows: dict[Chosen, Row] = field(default_factory=dict)
    _facts: Doubles = field(init=False)
    _at: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        p = self.problem
        own = p.credits - p.prices - LATE * p.hours / p.pace
        self._facts = np.column_stack([p.hours, p.weeks_each, p.money, np.ones(len(p.hours)), own])
        self._at = {k: at for at, k in enumerate(self.nodes)}

    @staticmethod
    def of(problem: Problem, ways: Mapping[int, Chosen], asked: Chosen, tries: int = TRIES) -> Search:
        """`ways`: from `ways_to`; what cannot be reached is left out."""
        nodes = tuple(k for k in range(problem.count) if k in ways)
        none = Items((), *[np.zeros((0, 0))] * 3)
        search = Search(problem, nodes, asked, _without_rival(problem, asked), none, Calendar(problem, tries))
        sets = tuple(ways[k] for k in nodes)
        made, width = [search.row(one) for one in sets], len(problem.caps)
        columns = (np.array([r[part] for r in made]).reshape(len(made), wide) for part, wide in _parts(width))
        search.items = Items(sets, *columns)
        search.multi = tuple(at for at, one in enumerate(sets) if len(one) > 1)
        several = with_choice(problem)
        for at in search.multi:
            if nodes[at] in several:
                search.choices[at] = tuple(g for g in problem.groups if g.owner == nodes[at])
        return search

    def row(self, members: Chosen) -> Row:
        """(factors taught, factors near, sums) of some candidates together."""
        known = self.rows.get(members)
        if known is None:
            p, one = self.problem, np.array(sorted(members), dtype=np.int64)
            near = np.maximum.reduce(p.near[one], axis=0) if len(one) else np.zeros(len(p.caps))
            taught, sums = np.add.reduce(p.taught[one], axis=0), np.add.reduce(self._facts[one], axis=0)
            known = (np.exp(-taught), np.exp(-near), sums)
            self.rows[members] = known
        return known

    def holds(self, taken: Chosen) -> bool:
        """The limits and the calendar allow the set."""
        return bool(self._room(self.row(taken)[2], np.zeros((1, 5)))[0]) and self.calendar.allows(taken)

    def keeps(self, taken: Chosen) -> bool:
        """All that is asked for is held."""
        if not self.fixed <= taken:
            return False
        return self.asked <= taken or earned_with(self.problem, taken).issuperset(asked_for(self.problem))

    def mended(self, taken: Chosen, banned: Chosen, toll: Doubles | None = None) -> Chosen | None:
        """The set with the cheapest ways (see `ways_to`) to all that is asked for, past what is banned; None where
        they do not fit."""
        if self.keeps(taken):
            return taken
        if not self.fixed.isdisjoint(banned):
            return None
        ways, asked = ways_to(self.problem, taken, banned, toll), asked_for(self.problem)
        whole = taken.union(*(ways.get(node, EMPTY) for node in asked))
        return whole if all(node in ways for node in asked) and self.holds(whole) else None

    def fill(self, taken: Chosen, banned: Chosen = EMPTY, scarce: bool = False) -> Chosen:
        """Adds what gains most, or most for what is scarce, until nothing that fits gains."""
        barred = [at for at, k in enumerate(self.nodes) if k in banned]
        while True:
            gain, sets = self.gains(taken)
            gain[barred] = NO
            merit = np.where(gain > BETTER, gain / self._shares() if scarce else gain, NO)
            best = int(merit.argmax()) if len(merit) else -1
            if best < 0 or merit[best] <= 0:
                return taken
            further = taken | sets.get(best, self.items.sets[best])
            if self.calendar.allows(further):
                taken = further
            else:
                barred.append(best)

    def gains(self, taken: Chosen) -> tuple[Doubles, dict[int, Chosen]]:
        """(items,) what each adds to the set, NO where it does not fit; and the sets that are partly there."""
        gain, items, partly = self._closing(taken)
        gain += items.sums[:, 4]
        if self.problem.draws or self.problem.helps:
            gain += self._beside(taken)
        return gain, partly

    def closing(self, taken: Chosen) -> tuple[Doubles, dict[int, Chosen]]:
        """The same, of what each closes alone."""
        gain, _, partly = self._closing(taken)
        return gain, partly

    def _closing(self, taken: Chosen) -> tuple[Doubles, Items, dict[int, Chosen]]:
        p = self.problem
        left, least, used = self.row(taken)
        items, partly = self._from_here(taken)
        now = float(np.add.reduce(np.minimum(p.caps, p.rooms * (1.0 - left * least))))
        after = np.minimum(items.near, least)
        after *= items.taught
        after *= left
        np.subtract(1.0, after, out=after)
        after *= p.rooms
        gain: Doubles = np.add.reduce(np.minimum(p.caps, after, out=after), axis=1) - now
        gain[~self._room(used, items.sums)] = NO
        gain[[self._at[k] for k in taken if k in self._at]] = NO
        return gain, items, partly

    def _from_here(self, taken: Chosen) -> tuple[Items, dict[int, Chosen]]:
        """The items with what of their ways is still to be taken: nothing but itself where others opened it."""
        sets = self.items.sets
        partly = {at: sets[at] - taken for at in self.multi if sets[at] & taken}
        if self.choices and taken:
            held = earned_with(self.problem, taken)
            for at, groups in self.choices.items():
                if len(partly.get(at, sets[at])) > 1 and all(meets(group, held) for group in groups):
                    partly[at] = Chosen({self.nodes[at]})
        if not partly:
            return self.items, partly
        taught, near, sums = self.items.taught.copy(), self.items.near.copy(), self.items.sums.copy()
        for at, one in partly.items():
            taught[at], near[at], sums[at] = self.row(one)
        return Items(sets, taught, near, sums), partly

    def _beside(self, taken: Chosen) -> Doubles:
        """(items,) worth in progress of stacks and in preparation, given what is taken; of each candidate alone."""
        p, worth = self.problem, np.zeros(len(self.problem.hours))
        for one in p.draws:
            left = 1.0 - one.progress(taken)
            for member, brings in zip(one.members, one.brings, strict=True):
                worth[member] += one.credit * min(left, brings / one.need)
        for helped in p.helps:
            if not taken.intersection(helped.members):
                worth[helped.owner] -= helped.price
                if helped.owner in taken:
                    worth[list(helped.members)] += helped.price
        return worth[list(self.nodes)]

    def _room(self, used: Doubles, sums: Doubles) -> Mask:
        p, whole = self.problem, used + sums
        fit: Mask = whole[:, 3] <= p.most
        if p.budget is not None:
            fit &= whole[:, 2] <= p.budget * (1 + SLACK) + SLACK
        if p.weeks is not None:
            fit &= np.maximum(whole[:, 0] / p.pace, whole[:, 1] / p.parallel) <= p.weeks * (1 + SLACK)
        return fit

    def _shares(self) -> Doubles:
        """(items,) the largest share of any limit that each takes up."""
        p, sums = self.problem, self.items.sums
        share = np.maximum(LEAST_SHARE, sums[:, 3] / p.most)
        if p.budget:
            share = np.maximum(share, sums[:, 2] / p.budget)
        if p.weeks:
            share = np.maximum(share, sums[:, 0] / p.pace / p.weeks)
        return np.asarray(share)

    def best(self, pairs: bool = True, starts: Iterable[Chosen] = ()) -> Chosen:
        """The best set found, from two greedy fills and from `starts`; with all that must be taken.

        Without `pairs` only the best of these is improved, one exchange at a time.
        """
        found = [self.fill(self.asked, scarce=scarce) for scarce in (False, True)]
        whole = [one if self.keeps(one) else one | self.asked for one in starts]
        found += [self.fill(one) for one in whole if self.holds(one)]
        ranked = sorted(set(found), key=lambda one: (-self.calendar.worth(one), sorted(one)))
        better = {self.improved(one, 1) for one in (ranked if pairs else ranked[:1])}
        best = min(better, key=lambda one: (-self.calendar.worth(one), sorted(one)))
        return self.improved(best, 2) if pairs else best

    def improved(self, taken: Chosen, most: int) -> Chosen:
        """Exchanges one for another, then two, up to `most`, and goes on from what is better, until nothing is."""
        size = 1
        while size <= most:
            other = self._exchanged(taken, size)
            taken, size = (taken, size + 1) if other is None else (other, 1)
        return taken

    def _exchanged(self, taken: Chosen, size: int) -> Chosen | None:
        """The best set that so many taken out and one way put in make, filled up; None when it is no better.

        Where those were on the way to what is asked for, another way is put in besides.
        """
        value = self.calendar.worth(taken)
        tried: list[tuple[float, Chosen, Chosen]] = []
        for out in combinations(sorted(taken - self.fixed), size):
            left = taken
            for one in out:
                left = without(self.problem, left, one)
            mended = self.mended(left, Chosen(out))
            if mended is None:
                continue
            left = mended
            gain, sets = self.gains(left)
            gain[[at for at, k in enumerate(self.nodes) if k in out]] = NO
            best = int(gain.argmax()) if len(gain) else -1
            if best >= 0 and gain[best] > BETTER:
                further = left | sets.get(best, self.items.sets[best])
                tried.append((-self.calendar.worth(left) - float(gain[best]), left, further))
            elif self.calendar.worth(left) > value + BETTER:
                tried.append((-self.calendar.worth(left), left, left))
        tried.sort(key=lambda one: (round(one[0], 12), sorted(one[2])))
        for _, left, further in tried[: FILLED_UP if size == 1 else 2 * FILLED_UP]:
            out_of_it = taken - left
            starts = [(left, out_of_it, True)]
            if self.calendar.allows(further):
                starts = [(further, EMPTY, False), (further, out_of_it, False), *starts]
            for start, banned, scarce in starts:
                other = self.fill(start, banned, scarce)
                if self.calendar.worth(other) > value + BETTER:
                    return other
        return None


def _without_rival(problem: Problem, asked: Chosen) -> Chosen:
    """Of these the ones that every way to what is asked for goes through."""
    nodes = asked_for(problem)
    sure = asked.intersection(nodes)
    if with_choice(problem).isdisjoint(nodes):
        return asked
    return sure | {k for k in asked - sure if not ways_to(problem, barred=Chosen({k})).keys() >= set(nodes)}


def _parts(width: int) -> Sequence[tuple[int, int]]:
    return (0, width), (1, width), (2, 5)
