"""What a recommendation is truly worth in the simulated world, and what rankers and the oracle make of it.

Worth is the expected reward, by the product's own table and windows, of a credential that is looked at: exact but
for a fixed numeric integration over delays. The oracle takes the best of all that is eligible, knowing everything
that the rules know, the hidden part of the learner included; no system can reach it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import count

import numpy as np

from credpath.domain.money import REFERENCE_RATES, convert
from credpath.domain.outcomes import OutcomeKind
from credpath.domain.rewards import WINDOW, reward_of
from credpath.recommender.csr import Doubles
from credpath.recommender.filters import HOURS_PER_WEEK
from credpath.recommender.ranking import Policy
from training.simulate import Recommending, decide, request_of, rules_serve
from training.simulated_journeys import AWARD_AFTER, AWARD_SPREAD, DELAY_SPREAD, DROP_SHAPE, SETTLING, Journey, Visit
from training.simulated_people import LENGTH, TOLD, UNTOLD, YEAR_BEFORE, make_person, moment
from training.simulated_truth import Moment, Prospects, learn, prospects
from training.simulated_world import World

FRESH_SEED = 900  # populations that no log is made of
FRESH_SPAN = 450.0
GREEDY = Policy()


@dataclass(frozen=True, slots=True)
class Situation:
    """Somebody asks: `worth` (n,) of every credential, -1 where it is not eligible."""

    visit: Visit
    worth: Doubles


@dataclass(frozen=True, slots=True)
class Values:
    """(situations,) true expected reward of what was put first."""

    rules: Doubles
    oracle: Doubles
    policies: tuple[Doubles, ...]

    def recovered(self, policy: int = 0) -> float:
        """The share of the way from the rules to the oracle that a policy goes; below 0 if worse than the rules."""
        gap = float(self.oracle.mean() - self.rules.mean())
        return float(self.policies[policy].mean() - self.rules.mean()) / gap if gap > 0 else 0.0


def expected_reward(likely: Prospects) -> Doubles:
    """(n,) of each credential if it is looked at."""
    timely = _timely()
    at = np.log(SETTLING + 7.0 * likely.weeks)
    completed, awarded, dropped = (np.interp(at, timely[0], chances) for chances in timely[1:])
    begun = _worth("clicked", "enrolled", "started")
    seen: tuple[OutcomeKind, ...] = ("clicked", "enrolled", "started", "completed")
    ends_well = (
        begun + completed * (_worth(*seen) - begun)
        + likely.award * awarded * (_worth(*seen, "awarded") - _worth(*seen))
    )  # fmt: skip
    ends_badly = begun + dropped * (_worth("clicked", "enrolled", "started", "dropped") - begun)
    started = likely.complete * ends_well + (1.0 - likely.complete) * ends_badly
    enrolled = likely.start * started + (1.0 - likely.start) * _worth("clicked", "enrolled")
    clicked = likely.enrol * enrolled + (1.0 - likely.enrol) * _worth("clicked")
    expected: Doubles = likely.click * clicked + (1.0 - likely.click) * likely.dismiss * _worth("dismissed")
    return expected


def _worth(*kinds: OutcomeKind) -> float:
    return reward_of(kinds)[0]


@cache
def _timely() -> tuple[Doubles, Doubles, Doubles, Doubles]:
    """Log of the median days to complete, and the chances that completion, award and dropping out come in time."""
    random, draws = np.random.default_rng(7), 20_000
    factor = np.exp(DELAY_SPREAD * random.standard_normal(draws))
    left, wait = random.beta(*DROP_SHAPE, draws), AWARD_AFTER + AWARD_SPREAD * random.random(draws)
    grid = np.linspace(np.log(SETTLING), np.log(SETTLING) + 7.0, 400)
    days = np.exp(grid)[:, None] * factor
    within = {kind: WINDOW[kind].total_seconds() / 86_400 for kind in ("completed", "awarded", "dropped")}
    return (
        grid,
        (days <= within["completed"]).mean(axis=1),
        (days + wait <= within["awarded"]).mean(axis=1),
        (days * left <= within["dropped"]).mean(axis=1),
    )


def fresh_situations(
    world: World, size: int, seed: int, after: float = YEAR_BEFORE + FRESH_SPAN
) -> tuple[Situation, ...]:
    """Visits of learners whom no log knows, who were served by the rules so far; `after`: the logs, in days."""
    found: list[Situation] = []
    for number in count():
        person = make_person(world, number, FRESH_SEED + seed, after, FRESH_SPAN)
        journey = Journey(world, person, np.random.default_rng([world.seed, FRESH_SEED + seed, number, 1]))
        for decision in decide(journey, rules_serve(world)):
            eligible = journey.eligible(decision.visit.snapshot, decision.visit.day)
            worth = np.where(eligible, expected_reward(decision.visit.likely), -1.0)
            if eligible.any():
                found.append(Situation(decision.visit, worth))
            if len(found) == size:
                return tuple(found)
    return tuple(found)


def values(world: World, situations: Sequence[Situation], policies: Sequence[Recommending]) -> Values:
    """True values of the rules, the oracle and each policy over the same situations; each answers greedily."""
    rules, *others = (
        np.array([_first(world, situation, policy) for situation in situations])
        for policy in (rules_serve(world), *policies)
    )
    return Values(rules, np.array([s.worth.max() for s in situations]), tuple(others))


def true_value(world: World, recommending: Recommending, situations: Sequence[Situation]) -> float:
    """Expected reward of what the recommender puts first."""
    return float(np.mean([_first(world, situation, recommending) for situation in situations]))


def oracle_value(situations: Sequence[Situation]) -> float:
    """Expected reward of always putting the best first."""
    return float(np.mean([situation.worth.max() for situation in situations]))


def informed_value(world: World, situations: Sequence[Situation]) -> float:
    """Of an adviser who knows every hidden fact of the world, but of the learner only what they told.

    About what a system could reach that had seen endless logs: the rest of the way to the oracle is in learners'
    heads, though their history betrays some of it.
    """
    return float(np.mean([_informed(world, situation) for situation in situations]))


def _informed(world: World, situation: Situation) -> float:
    visit, profile = situation.visit, situation.visit.person.profile
    budget = convert(profile.budget, "USD", REFERENCE_RATES) if profile.budget else None
    average = replace(
        visit.person, ability=0.0, tenacity=0.0, thrift=1.0, taste=np.zeros_like(visit.person.taste), length=LENGTH,
        budget=np.inf if budget is None else budget, hours=profile.hours_per_week or HOURS_PER_WEEK,
    )  # fmt: skip
    skills = np.full(len(world.index.space.uris), UNTOLD)
    skills[[world.index.space.position[uri] for uri in profile.declared_skills]] = TOLD
    for credential_id in sorted(visit.snapshot.held):
        skills = learn(world, skills, world.index.position[credential_id], 0.0)
    history = tuple(world.index.position[c] for c in visit.snapshot.history)
    now = Moment(skills, history, len(visit.snapshot.in_progress), moment(visit.day).month)
    expected = np.where(situation.worth >= 0, expected_reward(prospects(world, average, now)), -1.0)
    return float(situation.worth[int(expected.argmax())])


def _first(world: World, situation: Situation, recommending: Recommending) -> float:
    answer = recommending(request_of(world, situation.visit, GREEDY, 0, limit=1))
    return float(situation.worth[world.index.position[answer.items[0].credential_id]]) if answer.items else 0.0
