"""One simulated learner's way through the months: visits, what was shown, what came of it, and what they did alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from credpath.domain.attempts import UNDATED, attempts_of
from credpath.domain.histories import taken_up
from credpath.domain.learner import LearnerSnapshot
from credpath.domain.mastery import Evidence
from credpath.domain.money import REFERENCE_RATES
from credpath.domain.outcomes import PASS, Outcome, OutcomeKind, activity
from credpath.domain.paths import Constraints
from credpath.recommender.csr import Doubles, Mask
from credpath.recommender.filters import filter_catalogue, limits_of
from credpath.recommender.standing import stand
from credpath.service.told import as_of, told_of, with_mastery
from training.simulated_people import YEAR_BEFORE, Person, moment
from training.simulated_truth import RULES, Moment, Prospects, Rules, learn, prospects
from training.simulated_world import World

# Whoever finds a credential alone weighs it so much more firmly than somebody to whom it is shown.
RESOLVE = 1.3
TAKES_UP_ALONE = 0.25  # expected credentials between two visits that no impression led to
LEFT_ALONE = 120.0  # days
# Days until a completion: (SETTLING + 7 * weeks) * exp(DELAY_SPREAD * z), z standard normal.
SETTLING, DELAY_SPREAD = 10.0, 0.25
DROP_SHAPE = (1.2, 2.0)  # of the Beta distribution of the share of that time after which somebody drops out
AWARD_AFTER, AWARD_SPREAD = 3.0, 14.0  # days from completion to award: so many, and up to so many more


@dataclass(slots=True)
class Journey:
    """What happened to one learner so far, and what is still to come of what was begun: (day, outcome)."""

    world: World
    person: Person
    random: np.random.Generator
    rules: Rules = RULES
    skills: Doubles = field(init=False)
    events: list[tuple[float, Outcome]] = field(default_factory=list)
    to_learn: list[tuple[float, int]] = field(default_factory=list)
    declared: list[Evidence] = field(init=False)
    passed: dict[int, float] = field(default_factory=dict)  # row -> when it was last shown

    def __post_init__(self) -> None:
        self.skills = self.person.skills
        self.declared = [
            Evidence(f"declared:{uri}"[:200], uri, "self_declared", 1.0, UNDATED, uri[:200])
            for uri in sorted(set(self.person.profile.declared_skills))
        ]

    def snapshot(self, day: float) -> LearnerSnapshot:
        """What serving would read of the learner on that day."""
        known = tuple(outcome for at, outcome in self.events if at <= day)
        state, history = activity(known), taken_up(known)
        snapshot = LearnerSnapshot(
            self.person.learner_id, self.person.profile, state.held, state.in_progress, state.dismissed, {}, history
        )
        return with_mastery(snapshot, (*self._told(known), *self.declared), as_of(moment(day)))

    def stands(self, snapshot: LearnerSnapshot, day: float) -> Moment:
        """Where the learner really stands then."""
        for at, row in sorted(self.to_learn):
            if at <= day:
                self.skills = learn(self.world, self.skills, row, self.person.ability)
        self.to_learn = [(at, row) for at, row in self.to_learn if at > day]
        history = tuple(self.world.index.position[c] for c in snapshot.history)
        return Moment(self.skills, history, len(snapshot.in_progress), moment(day).month)

    def answer(self, slate: tuple[str, ...], likely: Prospects, day: float, impression_id: str) -> None:
        """Looks down the slate; what is clicked, dismissed and taken up follows from the rules."""
        for place, credential_id in enumerate(slate):
            row, looked = self.world.index.position[credential_id], self.rules.looks_at(place)
            self.passed[row] = day
            drawn, minute = self.random.random(3), (place + 1) / 1440.0
            if drawn[0] >= looked:
                continue
            if drawn[1] < likely.click[row]:
                self._note(row, "clicked", day + minute, impression_id)
                if drawn[2] < likely.enrol[row]:
                    self.take_up(row, likely, day + minute, impression_id)
            elif drawn[2] < likely.dismiss[row]:
                self._note(row, "dismissed", day + minute, impression_id)

    def take_up(self, row: int, likely: Prospects, day: float, impression_id: str = "") -> None:
        """Enrols, and decides at once how it will end; the outcomes come when they are due."""
        drawn, weeks = self.random.random(5), float(likely.weeks[row])
        enrolled = day + 5.0 * drawn[0]
        self._note(row, "enrolled", enrolled, impression_id)
        if drawn[1] >= likely.start[row]:
            return
        started = enrolled + 0.1 + 9.0 * drawn[2]
        self._note(row, "started", started, impression_id)
        whole = (SETTLING + 7.0 * weeks) * float(np.exp(DELAY_SPREAD * self.random.standard_normal()))
        if drawn[3] >= likely.complete[row]:
            dropped = max(started + 1.0, day + whole * float(self.random.beta(*DROP_SHAPE)))
            self._note(row, "dropped", dropped, impression_id)
            return
        completed = max(started + 1.0, day + whole)
        self._note(row, "completed", completed, impression_id, self._score(row))
        self.to_learn.append((completed, row))
        if drawn[4] < likely.award[row]:
            self._note(row, "awarded", completed + AWARD_AFTER + AWARD_SPREAD * self.random.random(), impression_id)

    def eligible(self, snapshot: LearnerSnapshot, day: float) -> Mask:
        """(n,) what may be next for the learner on that day."""
        limits = limits_of(Constraints(), snapshot.profile)
        standing = stand(self.world.index, snapshot)
        return filter_catalogue(self.world.index, standing, limits, moment(day).date(), REFERENCE_RATES).eligible

    def alone(self, day: float) -> None:
        """Takes something up that nobody recommended: from a friend, a search, an employer."""
        snapshot = self.snapshot(day)
        open_to = self.eligible(snapshot, day)
        # Who was shown something lately and left it does not go and look for it.
        open_to[[row for row, at in self.passed.items() if at > day - LEFT_ALONE]] = False
        if not open_to.any():
            return
        likely = prospects(self.world, self.person, self.stands(snapshot, day), self.rules)
        pull = np.where(open_to, RESOLVE * likely.pull + np.log(self.world.fame), -np.inf)
        odds = np.exp(pull - pull.max())
        self.take_up(int(self.random.choice(len(odds), p=odds / odds.sum())), likely, day)

    def _told(self, known: tuple[Outcome, ...]) -> Iterator[Evidence]:
        """What becomes of credentials says of the skills that they teach, as serving derives it."""
        index, taught = self.world.index, self.world.setting.taught
        for attempt in attempts_of(known):
            credential = index.credentials[index.position[attempt.credential_id]]
            yield from told_of(attempt, credential, taught.get(attempt.credential_id, ()))

    def _score(self, row: int) -> float:
        mark = 0.68 + 0.09 * self.person.ability + 0.05 * float(self.world.support[row])
        return round(float(np.clip(mark + 0.1 * self.random.standard_normal(), PASS, 1.0)), 3)

    def _note(self, row: int, kind: OutcomeKind, day: float, impression_id: str, score: float | None = None) -> None:
        learner = self.person.learner_id
        name = f"{learner}-{len(self.events):04d}"
        known = Outcome(name, learner, self.world.index.ids[row], kind, moment(day), score, impression_id)
        self.events.append((day, known))


@dataclass(frozen=True, slots=True)
class Visit:
    """A learner asks what to do next: visit `number` of theirs. `likely`: what would come of each answer."""

    person: Person
    number: int
    day: float
    snapshot: LearnerSnapshot
    likely: Prospects


def travel(journey: Journey) -> Iterator[Visit]:
    """Yields each visit in turn; whoever answers it calls `journey.answer` before asking for the next one."""
    person, random = journey.person, journey.random
    if not person.visits:
        return
    for day in sorted((person.visits[0] - YEAR_BEFORE * random.random(person.before)).tolist()):
        journey.alone(day)
    for number, day in enumerate(person.visits):
        snapshot = journey.snapshot(day)
        yield Visit(person, number, day, snapshot, _likely(journey, snapshot, day))
        if number + 1 < len(person.visits):
            for _ in range(int(random.poisson(TAKES_UP_ALONE))):
                journey.alone(day + float(random.random()) * (person.visits[number + 1] - day))


def _likely(journey: Journey, snapshot: LearnerSnapshot, day: float) -> Prospects:
    return prospects(journey.world, journey.person, journey.stands(snapshot, day), journey.rules)
