"""A learner as of any moment before: the state that the recommender would have read then, and what came next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
from sqlalchemy import Connection

from credpath.domain.histories import first_taken_up, taken_up
from credpath.domain.kept_mastery import keep
from credpath.domain.learner import Award, Learner, LearnerSnapshot, Profile
from credpath.domain.mastery import COUNTING, Evidence, MasteryModel
from credpath.domain.outcomes import Outcome, OutcomeKind, activity
from credpath.domain.rewards import reward_of
from credpath.store.outcomes import load_outcomes
from credpath.store.tenant_logs import load_awards, load_evidence, load_learners


@dataclass(frozen=True, slots=True)
class Past:
    """One learner with everything that is dated. The profile is as it is now: what it said before is not kept."""

    learner_id: str
    profile: Profile = field(default_factory=Profile)
    outcomes: tuple[Outcome, ...] = ()
    awards: tuple[Award, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def before(self, at: datetime, model: MasteryModel = COUNTING) -> LearnerSnapshot:
        """The state just before `at`, as the store would have answered; what happened at `at` is not in it.

        As there, `mastery` is left to be estimated from the rest.
        """
        known = self.until(at)
        state = activity(known.outcomes, frozenset(award.credential_id for award in known.awards))
        return LearnerSnapshot(
            learner_id=self.learner_id,
            profile=self.profile,
            held=state.held,
            in_progress=state.in_progress,
            dismissed=state.dismissed,
            history=taken_up(known.outcomes, known.awards),
            kept=keep(known.evidence, model),
            awards=known.awards,
            outcomes=known.outcomes,
        )

    def until(self, at: datetime) -> Past:
        """The same learner with nothing that happened at `at` or later."""
        return replace(
            self,
            outcomes=tuple(o for o in self.outcomes if o.occurred_at < at),
            awards=tuple(award for award in self.awards if award.awarded_at < at),
            evidence=tuple(piece for piece in self.evidence if piece.at < at),
        )

    def kinds(self, credential_id: str) -> set[OutcomeKind]:
        """Everything that ever happened between the learner and a credential; an award counts as awarded."""
        happened: set[OutcomeKind] = {o.counted_as for o in self.outcomes if o.credential_id == credential_id}
        return happened | ({"awarded"} if any(a.credential_id == credential_id for a in self.awards) else set())


def happened_by(pasts: Iterable[Past], now: datetime) -> tuple[tuple[Past, ...], int]:
    """Pasts without the outcomes and awards that are dated after `now`, and how many those were.

    A model would learn from a date that was mistyped that what it stands on comes last of all. Numbers that only order
    are no dates.
    """
    kept, ahead = [], 0
    for past in pasts:
        outcomes = tuple(o for o in past.outcomes if o.ordinal or o.occurred_at <= now)
        awards = tuple(award for award in past.awards if award.awarded_at <= now)
        left = len(past.outcomes) + len(past.awards) - len(outcomes) - len(awards)
        kept.append(replace(past, outcomes=outcomes, awards=awards) if left else past)
        ahead += left
    return tuple(kept), ahead


@dataclass(frozen=True, slots=True)
class TakeUp:
    """A moment at which a learner took something up for the first time; several credentials where times are equal.

    `earlier`: how many they had taken up before. `rewards` 0..1 and `grades` 1..4: what became of each, so far.
    `ordinal`: the moment only orders, so it says nothing about the calendar.
    """

    past: Past
    at: datetime
    credentials: tuple[str, ...]
    earlier: int
    rewards: tuple[float, ...]
    grades: tuple[int, ...]
    ordinal: bool = False


def take_ups(past: Past) -> tuple[TakeUp, ...]:
    """Every moment at which the learner took something up, oldest first."""
    together: dict[datetime, list[str]] = defaultdict(list)
    for credential_id, at in first_taken_up(past.outcomes, past.awards).items():
        together[at].append(credential_id)
    counting = {o.occurred_at for o in past.outcomes if o.ordinal}
    found, earlier = [], 0
    for at in sorted(together):
        credentials = tuple(sorted(together[at]))
        worth = [reward_of(past.kinds(credential_id)) for credential_id in credentials]
        rewards, grades = tuple(w[0] for w in worth), tuple(max(1, w[1]) for w in worth)
        found.append(TakeUp(past, at, credentials, earlier, rewards, grades, at in counting))
        earlier += len(credentials)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class TakeUpChoice:
    """Which take-ups are looked at: those in [`since`, `before`), of learners with at least `earlier` before them.

    Of each learner the last `latest` ones, of `learners` learners drawn by `seed` alone.
    """

    since: datetime | None = None
    before: datetime | None = None
    earlier: int = 1
    latest: int = 2
    learners: int = 4_000
    seed: int = 0


def choose_take_ups(pasts: Iterable[Past], choice: TakeUpChoice) -> tuple[TakeUp, ...]:
    """The chosen take-ups by learner id and time; the order of `pasts` has no effect."""
    each = (_of_one(past, choice) for past in sorted(pasts, key=lambda p: p.learner_id))
    fitting = [some for some in each if some]
    drawn = np.random.default_rng(choice.seed).permutation(len(fitting))[: choice.learners]
    return tuple(take_up for at in np.sort(drawn).tolist() for take_up in fitting[at])


def _of_one(past: Past, choice: TakeUpChoice) -> Sequence[TakeUp]:
    # What became of a take-up is known only as far as the range reaches: the rest is the future.
    known = past if choice.before is None else past.until(choice.before)
    fitting = [
        t for t in take_ups(known) if t.earlier >= choice.earlier and (choice.since is None or t.at >= choice.since)
    ]
    return fitting[-choice.latest :]


def read_pasts(connection: Connection, tenant: str) -> tuple[Past, ...]:
    """Everybody of the tenant who took, was awarded or showed anything, by id."""
    return gather_pasts(
        load_learners(connection, tenant),
        load_outcomes(connection, tenant),
        load_awards(connection, tenant),
        load_evidence(connection, tenant),
    )


def gather_pasts(
    learners: Iterable[Learner],
    outcomes: Iterable[Outcome],
    awards: Iterable[Award] = (),
    evidence: Iterable[tuple[str, Evidence]] = (),
) -> tuple[Past, ...]:
    """Pasts by learner id from rows in any order; somebody without a profile is taken to have said nothing.

    Outcomes as they are stored: see `Outcome.moment` for where those end up whose time is a number that only orders.
    """
    profiles = {learner.learner_id: learner.profile for learner in learners}
    happened: defaultdict[str, list[Outcome]] = defaultdict(list)
    held: defaultdict[str, list[Award]] = defaultdict(list)
    shown: defaultdict[str, list[Evidence]] = defaultdict(list)
    for outcome in outcomes:
        placed = replace(outcome, occurred_at=outcome.moment) if outcome.ordinal else outcome
        happened[outcome.learner_id].append(placed)
    for award in awards:
        held[award.learner_id].append(award)
    for learner_id, piece in evidence:
        shown[learner_id].append(piece)
    return tuple(
        Past(
            learner_id=who,
            profile=profiles.get(who, Profile()),
            outcomes=tuple(sorted(happened[who], key=lambda o: (o.occurred_at, o.outcome_id))),
            awards=tuple(sorted(held[who], key=lambda a: (a.awarded_at, a.credential_id, a.award_id))),
            evidence=tuple(sorted(shown[who], key=lambda e: (e.at, e.evidence_id, e.skill_uri))),
        )
        for who in sorted({*profiles, *happened, *held, *shown})
    )
