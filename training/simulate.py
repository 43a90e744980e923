"""Simulated learners with known rules, for the closed loop, the demo's log and tests. No evidence about people.

A world is the sample's catalogue with hidden facts drawn by a seed (`simulated_world`); learners have a goal, skills,
ability, hours, budget, tastes (`simulated_people`); what they do follows from rules written down in
`simulated_truth.Rules` and was fitted to nobody. They visit over many months, are shown what the real recommender
answers, look down the slate with falling attention, click, enrol, start, drop out or complete after weeks, and take
things up by themselves in between (`simulated_journeys`). A system sees what an installation would see: profiles as
told, impressions with features and propensity, outcomes with their dates. It never sees the hidden facts, but most of
them show in logs over time. Since the rules are known, so is the true expected reward of each recommendation, and the
oracle picks the best of all that is eligible.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count, islice

import numpy as np

from credpath.domain.learner import Learner
from credpath.domain.outcomes import Impression, Outcome
from credpath.domain.paths import Constraints
from credpath.recommender.ranking import Policy
from credpath.recommender.recommend import Recommendation, RecommendRequest, recommend
from training.simulated_journeys import Journey, Visit, travel
from training.simulated_people import PREFIX, YEAR_BEFORE, make_person, moment
from training.simulated_world import World

EXPLORING = Policy("epsilon-greedy", epsilon=0.15)
SLATE = 5
SPAN = 450.0  # days in which visits happen
NOTE = "simulated learners with known rules; no evidence about people"

Recommending = Callable[[RecommendRequest], Recommendation]


@dataclass(frozen=True, slots=True)
class Wave:
    """Learners from number `first` on, who arrive and visit within `span` days from `day` on, in days after EPOCH."""

    first: int = 0
    day: float = YEAR_BEFORE
    span: float = SPAN

    @property
    def ends_on(self) -> datetime:
        """After the last visit; what was begun then is still to end."""
        return moment(self.day + self.span)


ONE_WAVE = Wave()
ENDS_ON = ONE_WAVE.ends_on


@dataclass(frozen=True, slots=True)
class Decision:
    """One visit, what was asked for it, how it was answered, and the answer as serving logs it."""

    visit: Visit
    request: RecommendRequest
    answer: Recommendation
    impression: Impression


@dataclass(frozen=True, slots=True)
class Course:
    """One learner from first to last. Outcomes without an impression are what they took up by themselves."""

    learner: Learner
    decisions: tuple[Decision, ...]
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class SimulatedLog:
    """What an installation would have stored, in the order of time."""

    impressions: tuple[Impression, ...]
    outcomes: tuple[Outcome, ...]
    learners: tuple[Learner, ...]


def rules_serve(world: World) -> Recommending:
    """The recommender as it serves without training."""
    return lambda request: recommend(world.index, request)


def courses(
    world: World,
    decisions: int,
    seed: int,
    recommending: Recommending | None = None,
    policy: Policy = EXPLORING,
    wave: Wave = ONE_WAVE,
) -> Iterator[Course]:
    """Learner after learner until so many decisions are made; each one's months are complete.

    A large log is used as it comes: 100 candidates of 120 features are 50 kB a decision.
    """
    serve, left = recommending or rules_serve(world), decisions
    for number in count(wave.first):
        if left <= 0:
            return
        person = make_person(world, number, seed, wave.day, wave.span)
        journey = Journey(world, person, np.random.default_rng([world.seed, seed, number, 1]))
        made = tuple(islice(decide(journey, serve, policy), left))
        left -= len(made)
        learner = Learner(person.learner_id, person.profile, moment(person.visits[0]))
        yield Course(learner, made, tuple(outcome for _, outcome in journey.events))


def simulate(
    world: World, decisions: int, seed: int, recommending: Recommending | None = None, policy: Policy = EXPLORING
) -> SimulatedLog:
    """The whole log at once."""
    made = tuple(courses(world, decisions, seed, recommending, policy))
    impressions = (decision.impression for course in made for decision in course.decisions)
    outcomes = (outcome for course in made for outcome in course.outcomes)
    return SimulatedLog(
        tuple(sorted(impressions, key=lambda i: (i.shown_at, i.impression_id))),
        tuple(sorted(outcomes, key=lambda o: (o.occurred_at, o.outcome_id))),
        tuple(course.learner for course in made),
    )


def decide(journey: Journey, serve: Recommending, policy: Policy = EXPLORING) -> Iterator[Decision]:
    """Answers each visit of one learner, and lets the learner answer back."""
    for visit in travel(journey):
        impression_id = f"{visit.person.learner_id}-{visit.number:03d}"
        seed = int.from_bytes(hashlib.sha256(impression_id.encode()).digest()[:4], "big")
        request = request_of(journey.world, visit, policy, seed)
        result = serve(request)
        impression = _impression(journey.world, visit, result, impression_id, seed)
        journey.answer(impression.slate, visit.likely, visit.day, impression_id)
        yield Decision(visit, request, result, impression)


def request_of(world: World, visit: Visit, policy: Policy, seed: int, limit: int = SLATE) -> RecommendRequest:
    """What serving would ask for this visit."""
    return RecommendRequest(
        snapshot=visit.snapshot,
        goal=world.setting.goals[visit.person.goal],
        goal_vector=world.setting.goal_vectors[visit.person.goal],
        constraints=Constraints(),
        limit=limit,
        seed=seed,
        today=moment(visit.day).date(),
        policy=policy,
    )


def _impression(world: World, visit: Visit, result: Recommendation, impression_id: str, seed: int) -> Impression:
    goal = world.setting.goals[visit.person.goal]
    return Impression(
        impression_id=impression_id,
        shown_at=moment(visit.day),
        learner_id=visit.person.learner_id,
        goal_text=goal.label,
        occupation_uri=goal.occupation_uri,
        candidates=result.candidates,
        scores=result.scores,
        feature_names=result.feature_names,
        features=np.ascontiguousarray(result.features, dtype="<f4").tobytes(),
        slate=tuple(item.credential_id for item in result.items),
        policy=result.policy,
        propensity=result.propensity,
        seed=seed,
        bundle_version="simulated",
        catalogue_version=world.index.version,
        degraded=result.degraded,
        filters=dict(result.filters),
        history=visit.snapshot.history,
    )


def is_simulated(learner_id: str) -> bool:
    """Whether an id is one that this module made."""
    return learner_id.startswith(PREFIX)
