"""What learners do on their own page: change what they said of themself, and say what became of a credential."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import Connection

from credpath.domain.catalogue import Credential
from credpath.domain.learner import Award, LearnerSnapshot
from credpath.domain.outcomes import HELD_KINDS, IN_PROGRESS_KINDS, Outcome, OutcomeKind
from credpath.domain.rules import check_happened
from credpath.errors import Conflict, InvalidInput
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.service.awards import SAID_ON_PAGE
from credpath.service.catalogue import get_credential
from credpath.service.context import Context
from credpath.service.mastery import read_learner, unknown_learner
from credpath.service.outcomes import store
from credpath.service.own_words import put_changed, resolver, said
from credpath.service.taking_back import NOTHING, Gained, gained_between, is_said_here
from credpath.store import learners as rows
from credpath.store import outcomes as outcome_rows
from credpath.store.awards import awards_of
from credpath.store.credentials import catalogue_version

Action = Literal["clicked", "enrolled", "started", "completed", "dropped", "dismissed", "known"]
ACTIONS: tuple[Action, ...] = get_args(Action)
# A skill counts as taught where a credential is at least so surely and strongly linked to it.
TAUGHT = 0.3


@dataclass(frozen=True, slots=True)
class Taken:
    """A credential that the learner took up, holds or waved away. `record` is None once the catalogue lacks it.

    `at`: when it was last heard of. `award`: what proves it, where something does. `said`: the id of the outcome by
    which the learner themself said so on their page, which `unsay` takes back; "" where it came from elsewhere.
    """

    credential_id: str
    record: Credential | None
    at: datetime | None = None
    award: Award | None = None
    said: str = ""

    @property
    def title(self) -> str:
        """Of the record, else the id."""
        return self.record.title if self.record else self.credential_id


@dataclass(frozen=True, slots=True)
class Declared:
    """A skill that the learner named: their words as kept, and the taxonomy's name. `known`: the taxonomy has it."""

    words: str
    label: str
    known: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a learner is: latest first in each list. `not_yet`: skills that they said they do not have."""

    declared: tuple[Declared, ...]
    not_yet: tuple[Declared, ...]
    held: tuple[Taken, ...]
    in_progress: tuple[Taken, ...]
    dismissed: tuple[Taken, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What an action came to. `said`: the id of its outcome, "" where it added nothing."""

    record: Credential
    said: str
    gained: Gained = NOTHING


def standing(context: Context, tenant: str, learner_id: str) -> Standing:
    """Raises NotFound."""
    reading = read_learner(context, tenant, learner_id)
    index = reading.serving.catalogue.index if reading.serving else None
    taken = _taken(reading.snapshot, index)
    return Standing(
        declared=declared_of(context, tenant, reading.snapshot.profile.declared_skills),
        not_yet=declared_of(context, tenant, [one.skill for one in reading.snapshot.profile.not_yet]),
        held=taken(reading.snapshot.held, HELD_KINDS),
        in_progress=taken(reading.snapshot.in_progress, IN_PROGRESS_KINDS),
        dismissed=taken(reading.snapshot.dismissed, frozenset()),
    )


def declared_of(context: Context, tenant: str, skills: Iterable[str]) -> tuple[Declared, ...]:
    """The skills by label, each under the name that the taxonomy gives it."""
    resolve = resolver(context, tenant)
    matches = ((words, resolve(words)) for words in skills)
    found = [Declared(words, match.label if match else words, match is not None) for words, match in matches]
    return tuple(sorted(found, key=lambda d: (not d.known, d.label.casefold(), d.words)))


def _taken(
    snapshot: LearnerSnapshot, index: CatalogueIndex | None
) -> Callable[[frozenset[str], frozenset[str]], tuple[Taken, ...]]:
    latest: dict[str, datetime] = {}
    for outcome in snapshot.outcomes:
        if not outcome.ordinal:
            latest[outcome.credential_id] = max(
                outcome.occurred_at, latest.get(outcome.credential_id, outcome.occurred_at)
            )
    awards = {award.credential_id: award for award in sorted(snapshot.awards, key=lambda a: (a.awarded_at, a.award_id))}

    def one(credential_id: str) -> Taken:
        row = index.position.get(credential_id) if index else None
        record = index.credentials[row] if index and row is not None else None
        award = awards.get(credential_id)
        return Taken(credential_id, record, award.awarded_at if award else latest.get(credential_id), award)

    def key(taken: Taken) -> tuple[float, str]:
        return (-taken.at.timestamp() if taken.at else 0.0, taken.credential_id)

    def every(ids: frozenset[str], kinds: frozenset[str]) -> tuple[Taken, ...]:
        said_here = {o.credential_id: o.outcome_id for o in snapshot.outcomes if o.kind in kinds and is_said_here(o)}
        return tuple(sorted((replace(one(i), said=said_here.get(i, "")) for i in ids), key=key))

    return every


def act(
    context: Context, tenant: str, learner_id: str, credential_id: str, action: str, *, impression_id: str, once: str
) -> Done:
    """Logs what the learner says became of a credential.

    "known" waves the credential away and declares the skills that it teaches. The same `once` again changes nothing,
    so that a form sent twice counts once. Raises NotFound for an unknown learner or credential.
    """
    if action not in ACTIONS:
        raise InvalidInput(f"unknown action {action[:40]!r}", where="action", fix=", ".join(ACTIONS))
    record = get_credential(context, tenant, credential_id)
    kind: OutcomeKind = "dismissed" if action == "known" else action
    outcome_id = _said_id(learner_id, credential_id, action, once)
    outcome = Outcome(outcome_id, learner_id, credential_id, kind, context.clock(), impression_id=impression_id)
    taught = taught_by(context, tenant, credential_id) if action == "known" else ()
    return Done(record, outcome_id, _log(context, tenant, outcome, taught))


def _log(context: Context, tenant: str, outcome: Outcome, taught: Collection[str]) -> Gained:
    """Stores one outcome of a stored learner and declares what they know by it; returns what that added."""
    now, resolve = context.clock(), resolver(context, tenant)

    def write(connection: Connection) -> Gained:
        # Not of somebody who was forgotten while their page was open: storing it would bring them back.
        known = rows.get_learner(connection, tenant, outcome.learner_id)
        if known is None:
            raise unknown_learner(outcome.learner_id)
        store(connection, tenant, (outcome,), now)
        if not taught:
            return NOTHING
        after = put_changed(
            connection, tenant, outcome.learner_id, lambda profile: said(profile, taught, (), now, resolve), now
        )
        return gained_between(known.profile, after)

    try:
        return context.writer.submit(write).result()
    except Conflict:  # an id that is there already is the same form sent again
        return NOTHING


def hold(context: Context, tenant: str, award: Award, once: str) -> Done:
    """Records that the learner holds a credential: as an award with its proof, and as an outcome in the log.

    An award that is there already gets the newer proof and no outcome, as it was not the page that brought it.
    """
    now, learner_id = context.clock(), award.learner_id
    check_happened(award.awarded_at, "awarded_at", now)
    record = get_credential(context, tenant, award.credential_id)
    told = _said_id(learner_id, award.credential_id, f"awarded {award.awarded_at:%Y-%m-%d}", once)
    outcome = Outcome(told, learner_id, award.credential_id, "awarded", award.awarded_at)

    def write(connection: Connection) -> str:
        known = {one.identified.award_id for one in awards_of(connection, tenant, learner_id)}
        rows.add_award(connection, tenant, award)
        if award.identified.award_id not in known:
            store(connection, tenant, (outcome,), now)
        here = outcome_rows.outcomes_of(connection, tenant, learner_id)
        return told if told in {one.outcome_id for one in here} else ""

    try:
        return Done(record, context.writer.submit(write).result())
    except Conflict:  # the same form again, a moment later
        return Done(record, told)


def _said_id(learner_id: str, credential_id: str, what: str, once: str) -> str:
    told = hashlib.sha256(f"{learner_id}\0{credential_id}\0{what}\0{once}".encode()).hexdigest()[:32]
    return f"{SAID_ON_PAGE}{told}"


def taught_by(context: Context, tenant: str, credential_id: str) -> tuple[str, ...]:
    """URIs of the skills that a credential is surely enough linked to, strongest first."""
    with context.database.read() as connection:
        version = catalogue_version(connection, tenant)
    links = context.serving.catalogue(tenant, version).links.get(credential_id, ())
    sure = [(link.strength * link.confidence, link.skill_uri) for link in links]
    return tuple(dict.fromkeys(uri for worth, uri in sorted(sure, key=lambda p: (-p[0], p[1])) if worth >= TAUGHT))
