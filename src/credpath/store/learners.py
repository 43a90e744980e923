"""Learners and the snapshot that a recommendation reads; all that is written about a learner is reached from here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Float, Text, bindparam, cast, literal, null, select, union_all

from credpath.domain.histories import taken_up
from credpath.domain.learner import Award, Learner, LearnerSnapshot, Profile
from credpath.domain.mastery import Evidence, replay
from credpath.domain.outcomes import Outcome, activity
from credpath.store.awards import add_award, add_awards
from credpath.store.bulk import insert_new, rows_by_key, upsert
from credpath.store.codec import decode_profile, encode
from credpath.store.erasure import export_learner, forget_learner
from credpath.store.evidence import add_evidence
from credpath.store.tables import AwardRow, EvidenceRow, LearnerRow, OutcomeRow, table_of

__all__ = [
    "add_award", "add_awards", "add_evidence", "ensure_learners", "export_learner", "forget_learner", "get_learner",
    "list_learners", "put_learner", "put_learners", "snapshot",
]  # fmt: skip

_LEARNER = table_of(LearnerRow)
_COLUMNS = (_LEARNER.c.learner_id, _LEARNER.c.profile, _LEARNER.c.updated_at)
_OF_TENANT = _LEARNER.c.tenant == bindparam("tenant")
_ONE = select(*_COLUMNS).where(_OF_TENANT, _LEARNER.c.learner_id == bindparam("learner_id"))
_PAGE = (
    select(*_COLUMNS)
    .where(_OF_TENANT, _LEARNER.c.learner_id > bindparam("after"))
    .order_by(_LEARNER.c.learner_id)
    .limit(bindparam("limit"))
)


def put_learner(connection: Connection, tenant: str, learner: Learner, now: datetime) -> bool:
    """Stores the profile whole; says whether that changed anything."""
    return put_learners(connection, tenant, [learner], now) == 1


def put_learners(connection: Connection, tenant: str, learners: Iterable[Learner], now: datetime) -> int:
    """Stores profiles; returns how many are new or changed. Of two with one id the last stays."""
    profiles = {learner.learner_id: encode(learner.profile) for learner in learners}
    present = {row[0]: row[1] for row in rows_by_key(connection, _COLUMNS, tenant, sorted(profiles))}
    changed = [key for key in sorted(profiles) if present.get(key) != profiles[key]]
    upsert(connection, _LEARNER, [_row(tenant, key, profiles[key], now) for key in changed])
    return len(changed)


def ensure_learners(connection: Connection, tenant: str, learner_ids: Iterable[str], now: datetime) -> int:
    """Stores an empty profile for whoever has none; returns how many were new."""
    empty = encode(Profile())
    rows = [_row(tenant, learner_id, empty, now) for learner_id in sorted(set(learner_ids))]
    return len(insert_new(connection, _LEARNER, rows))


def get_learner(connection: Connection, tenant: str, learner_id: str) -> Learner | None:
    """One learner, or None."""
    found = connection.execute(_ONE, {"tenant": tenant, "learner_id": learner_id}).one_or_none()
    return None if found is None else _learner(found)


def list_learners(connection: Connection, tenant: str, after: str = "", limit: int = 50) -> tuple[Learner, ...]:
    """A page by id; `after` is the last id of the page before."""
    values = {"tenant": tenant, "after": after, "limit": limit}
    return tuple(_learner(row) for row in connection.execute(_PAGE, values))


def snapshot(connection: Connection, tenant: str, learner_id: str) -> LearnerSnapshot | None:
    """All that a recommendation reads of the learner, by one query; None when the learner is not stored."""
    profile: Profile | None = None
    evidence, outcomes, awards = [], [], []
    for part, first, second, third, fourth, score, share, at in connection.execute(
        _SNAPSHOT, {"tenant": tenant, "learner_id": learner_id}
    ):
        if part == "evidence":
            evidence.append(Evidence(first, second, third, score, at, fourth, share))
        elif part == "outcome":
            outcomes.append(Outcome(first, learner_id, second, third, at))
        elif part == "award":
            awards.append(Award(learner_id, first, at))
        else:
            profile = decode_profile(first)
    if profile is None:
        return None
    state = activity(tuple(outcomes), frozenset(award.credential_id for award in awards))
    return LearnerSnapshot(
        learner_id=learner_id,
        profile=profile,
        held=state.held,
        in_progress=state.in_progress,
        dismissed=state.dismissed,
        mastery=replay(evidence),
        history=taken_up(outcomes, awards),
    )


def _parts(row: Any, part: str, *columns: Any) -> Any:
    """One member of the snapshot's union: who it is, four texts, two numbers, a time."""
    table = table_of(row)
    of_learner = (table.c.tenant == bindparam("tenant"), table.c.learner_id == bindparam("learner_id"))
    return select(literal(part, Text).label("part"), *columns).where(*of_learner)


def _snapshot_statement() -> Any:
    evidence, award, outcome = (table_of(row).c for row in (EvidenceRow, AwardRow, OutcomeRow))
    text, number, time = cast(null(), Text), cast(null(), Float), cast(null(), evidence.at.type)
    seen = (evidence.evidence_id, evidence.skill_uri, evidence.kind, evidence.reference)
    happened = (outcome.outcome_id, outcome.credential_id, outcome.kind, text)
    return union_all(
        _parts(EvidenceRow, "evidence", *seen, evidence.score, evidence.share, evidence.at),
        _parts(OutcomeRow, "outcome", *happened, number, number, outcome.occurred_at),
        _parts(AwardRow, "award", award.credential_id, text, text, text, number, number, award.awarded_at),
        _parts(LearnerRow, "profile", _LEARNER.c.profile, text, text, text, number, number, time),
    )


_SNAPSHOT = _snapshot_statement()


def _row(tenant: str, learner_id: str, profile: str, now: datetime) -> dict[str, Any]:
    return {"tenant": tenant, "learner_id": learner_id, "profile": profile, "updated_at": now}


def _learner(row: Sequence[Any]) -> Learner:
    learner_id, profile, updated_at = row
    return Learner(learner_id, decode_profile(profile), updated_at)
