"""What learners do on their own page: change what they said of themself, and say what became of a credential."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import Connection

from credpath.domain.catalogue import Credential
from credpath.domain.learner import Award, LearnerSnapshot
from credpath.domain.outcomes import Outcome, OutcomeKind
from credpath.domain.rules import check_happened
from credpath.errors import Conflict, InvalidInput, NotFound
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.service.catalogue import get_credential
from credpath.service.context import Context
from credpath.service.mastery import read_learner, unknown_learner
from credpath.service.outcomes import store
from credpath.service.own_words import keep_words, resolver
from credpath.store import learners as rows
from credpath.store import outcomes as outcome_rows
from credpath.store.credentials import catalogue_version
from credpath.store.learners import add_award

Action = Literal["clicked", "enrolled", "started", "completed", "dropped", "dismissed", "known"]
ACTIONS: tuple[Action, ...] = get_args(Action)
# A skill counts as taught where a credential is at least so surely and strongly linked to it.
TAUGHT = 0.3


@dataclass(frozen=True, slots=True)
class Taken:
    """A credential that the learner took up, holds or waved away. `record` is None once the catalogue lacks it.

    `at`: when it was last heard of. `award`: what proves it, where something does.
    """

    credential_id: str
    record: Credential | None
    at: datetime | None = None
    award: Award | None = None

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


def standing(context: Context, tenant: str, learner_id: str) -> Standing:
    """Raises NotFound."""
    reading = read_learner(context, tenant, learner_id)
    index = reading.serving.catalogue.index if reading.serving else None
    taken = _taken(reading.snapshot, index)
    return Standing(
        declared=declared_of(context, tenant, reading.snapshot.profile.declared_skills),
        not_yet=declared_of(context, tenant, [one.skill for one in reading.snapshot.profile.not_yet]),
        held=taken(reading.snapshot.held),
        in_progress=taken(reading.snapshot.in_progress),
        dismissed=taken(reading.snapshot.dismissed),
    )


def declared_of(context: Context, tenant: str, skills: Iterable[str]) -> tuple[Declared, ...]:
    """The skills by label, each under the name that the taxonomy gives it."""
    resolve = resolver(context, tenant)
    matches = ((words, resolve(words)) for words in skills)
    found = [Declared(words, match.label if match else words, match is not None) for words, match in matches]
    return tuple(sorted(found, key=lambda d: (not d.known, d.label.casefold(), d.words)))


def _taken(snapshot: LearnerSnapshot, index: CatalogueIndex | None) -> Callable[[frozenset[str]], tuple[Taken, ...]]:
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

    return lambda ids: tuple(sorted((one(i) for i in ids), key=key))


def act(
    context: Context, tenant: str, learner_id: str, credential_id: str, action: str, *, impression_id: str, once: str
) -> Credential:
    """Logs what the learner says became of a credential; returns its record.

    "known" waves the credential away and declares the skills that it teaches. The same `once` again changes nothing,
    so that a form sent twice counts once. Raises NotFound for an unknown learner or credential.
    """
    if action not in ACTIONS:
        raise InvalidInput(f"unknown action {action[:40]!r}", where="action", fix=", ".join(ACTIONS))
    record = get_credential(context, tenant, credential_id)
    kind: OutcomeKind = "dismissed" if action == "known" else action
    told = hashlib.sha256(f"{learner_id}\0{credential_id}\0{action}\0{once}".encode()).hexdigest()[:32]
    outcome = Outcome(f"page:{told}", learner_id, credential_id, kind, context.clock(), impression_id=impression_id)
    log_outcome(context, tenant, outcome)
    if action == "known":
        keep_words(context, tenant, learner_id, taught_by(context, tenant, credential_id))
    return record


def log_outcome(context: Context, tenant: str, outcome: Outcome) -> None:
    """Stores one outcome of a stored learner. An id that is there already is the same form sent again."""
    now = context.clock()

    def write(connection: Connection) -> None:
        # Not of somebody who was forgotten while their page was open: storing it would bring them back.
        if rows.get_learner(connection, tenant, outcome.learner_id) is None:
            raise unknown_learner(outcome.learner_id)
        store(connection, tenant, (outcome,), now)

    try:
        context.writer.submit(write).result()
    except Conflict:
        return


def take_back(context: Context, tenant: str, learner_id: str, credential_id: str) -> None:
    """Takes a dismissal back, so that the credential may be suggested again. Raises NotFound where there is none."""

    def write(connection: Connection) -> int:
        return outcome_rows.withdraw(connection, tenant, learner_id, credential_id, "dismissed")

    if not context.writer.submit(write).result():
        raise NotFound("there is no such dismissal", where="credential_id")


def hold(context: Context, tenant: str, award: Award, once: str) -> Credential:
    """Records that the learner holds a credential: as an award with its proof, and as an outcome in the log."""
    check_happened(award.awarded_at, "awarded_at", context.clock())
    record = get_credential(context, tenant, award.credential_id)
    context.writer.submit(lambda connection: add_award(connection, tenant, award)).result()
    told = hashlib.sha256(f"{award.learner_id}\0{award.credential_id}\0awarded\0{once}".encode()).hexdigest()[:32]
    log_outcome(
        context, tenant, Outcome(f"page:{told}", award.learner_id, award.credential_id, "awarded", award.awarded_at)
    )
    return record


def taught_by(context: Context, tenant: str, credential_id: str) -> tuple[str, ...]:
    """URIs of the skills that a credential is surely enough linked to, strongest first."""
    with context.database.read() as connection:
        version = catalogue_version(connection, tenant)
    links = context.serving.catalogue(tenant, version).links.get(credential_id, ())
    sure = [(link.strength * link.confidence, link.skill_uri) for link in links]
    return tuple(dict.fromkeys(uri for worth, uri in sorted(sure, key=lambda p: (-p[0], p[1])) if worth >= TAUGHT))
