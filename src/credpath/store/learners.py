"""Learners and the snapshot that a recommendation reads; all that is written about a learner is reached from here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Float, Integer, Text, bindparam, cast, literal, null, select, union_all

from credpath.domain.histories import taken_up
from credpath.domain.kept_mastery import KeptMastery
from credpath.domain.learner import Award, Learner, LearnerSnapshot, Profile
from credpath.domain.mastery import COUNTING, MasteryModel
from credpath.domain.outcomes import Outcome, activity
from credpath.store.awards import add_award, add_awards, withdraw_awards
from credpath.store.bulk import insert_new, rows_by_key, upsert
from credpath.store.codec import decode_profile, encode
from credpath.store.erasure import export_learner, forget_learner
from credpath.store.evidence import (
    add_evidence,
    check_first_results,
    items_answered,
    other_results,
    replace_evidence,
    void_evidence,
)
from credpath.store.mastery_states import evidence_of, read_kept, refresh_mastery
from credpath.store.tables import AwardRow, LearnerRow, MasteryStateRow, OutcomeRow, table_of

__all__ = [
    "add_award", "add_awards", "add_evidence", "check_first_results", "ensure_learners", "evidence_of",
    "export_learner", "forget_learner", "get_learner", "items_answered", "list_learners", "other_results",
    "put_learner", "put_learners",
    "refresh_mastery", "replace_evidence", "snapshot", "void_evidence", "withdraw_awards",
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


def snapshot(
    connection: Connection, tenant: str, learner_id: str, model: MasteryModel = COUNTING
) -> LearnerSnapshot | None:
    """All that a recommendation reads of the learner, by one query; None when the learner is not stored.

    `mastery` is left to be estimated from the rest. A second query reads the log of who was last assessed by another
    model; `kept.stale` then asks for `refresh_mastery`.
    """
    profile: Profile | None = None
    kept, outcomes, awards = KeptMastery(), [], []
    for part, first, second, third, number, flag, at, packed in connection.execute(
        _SNAPSHOT, {"tenant": tenant, "learner_id": learner_id}
    ):
        if part == "outcome":
            outcomes.append(Outcome(first, learner_id, second, third, at, number, ordinal=bool(flag)))
        elif part == "award":
            awards.append(Award(learner_id, first, at, second, evidence_url=third))
        elif part == "state":
            kept = read_kept(connection, tenant, learner_id, model, (first, flag, packed))
        else:
            profile = decode_profile(first)
    return None if profile is None else assemble(learner_id, profile, kept, outcomes, awards)


def assemble(
    learner_id: str, profile: Profile, kept: KeptMastery, outcomes: list[Outcome], awards: list[Award]
) -> LearnerSnapshot:
    """A snapshot from its parts, in whatever order they were read."""
    state = activity(tuple(outcomes), frozenset(award.credential_id for award in awards))
    return LearnerSnapshot(
        learner_id=learner_id,
        profile=profile,
        held=state.held,
        in_progress=state.in_progress,
        dismissed=state.dismissed,
        dropped=state.dropped,
        history=taken_up(outcomes, awards),
        kept=kept,
        awards=tuple(sorted(awards, key=lambda a: (a.credential_id, a.award_id))),
        outcomes=tuple(sorted(outcomes, key=lambda o: (o.occurred_at, o.outcome_id))),
    )


def _parts(row: Any, part: str, *columns: Any) -> Any:
    """One member of the snapshot's union: who it is, three texts, a number, a count, a time, bytes."""
    table = table_of(row)
    of_learner = (table.c.tenant == bindparam("tenant"), table.c.learner_id == bindparam("learner_id"))
    return select(literal(part, Text).label("part"), *columns).where(*of_learner)


def _snapshot_statement() -> Any:
    kept, award, outcome = (table_of(row).c for row in (MasteryStateRow, AwardRow, OutcomeRow))
    text, number, count = cast(null(), Text), cast(null(), Float), cast(null(), Integer)
    time, packed = cast(null(), outcome.occurred_at.type), cast(null(), kept.packed.type)
    happened = (outcome.outcome_id, outcome.credential_id, outcome.kind, outcome.score)
    gained = (award.credential_id, award.award_id, award.evidence_url, number, count, award.awarded_at)
    return union_all(
        _parts(OutcomeRow, "outcome", *happened, cast(outcome.ordinal, Integer), outcome.occurred_at, packed),
        _parts(AwardRow, "award", *gained, packed),
        _parts(MasteryStateRow, "state", kept.version, text, text, number, kept.pieces, time, kept.packed),
        _parts(LearnerRow, "profile", _LEARNER.c.profile, text, text, number, count, time, packed),
    )


_SNAPSHOT = _snapshot_statement()


def _row(tenant: str, learner_id: str, profile: str, now: datetime) -> dict[str, Any]:
    return {"tenant": tenant, "learner_id": learner_id, "profile": profile, "updated_at": now}


def _learner(row: Sequence[Any]) -> Learner:
    learner_id, profile, updated_at = row
    return Learner(learner_id, decode_profile(profile), updated_at)
