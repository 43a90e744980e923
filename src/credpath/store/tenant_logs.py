"""All that is stored of all learners of a tenant, one pass a table: what training replays their past from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from credpath.domain.learner import Award, Learner
from credpath.domain.mastery import Evidence
from credpath.store.codec import decode_profile
from credpath.store.mastery_states import PIECES
from credpath.store.tables import AwardRow, EvidenceRow, LearnerRow, columns_of, table_of

_LEARNER, _AWARD, _EVIDENCE = table_of(LearnerRow), table_of(AwardRow), table_of(EvidenceRow)
_LEARNERS = (
    select(*columns_of(LearnerRow, "learner_id", "profile", "updated_at"))
    .where(_LEARNER.c.tenant == bindparam("tenant"))
    .order_by(_LEARNER.c.learner_id)
)
_AWARDS = (
    select(*columns_of(AwardRow, "learner_id", "credential_id", "awarded_at", "award_id", "grade", "evidence_url"))
    .where(_AWARD.c.tenant == bindparam("tenant"))
    .order_by(_AWARD.c.learner_id, _AWARD.c.credential_id, _AWARD.c.award_id)
)
_EVIDENCES = (
    select(*columns_of(EvidenceRow, "learner_id", *PIECES))
    .where(_EVIDENCE.c.tenant == bindparam("tenant"))
    .order_by(_EVIDENCE.c.learner_id, _EVIDENCE.c.at, _EVIDENCE.c.evidence_id, _EVIDENCE.c.skill_uri)
)
_AT_ONCE = 1_000


def load_learners(connection: Connection, tenant: str) -> Iterator[Learner]:
    """Every learner with the profile as it is now, by id."""
    for learner_id, profile, updated_at in _rows(connection, tenant, _LEARNERS):
        yield Learner(learner_id, decode_profile(profile), updated_at)


def load_awards(connection: Connection, tenant: str) -> Iterator[Award]:
    """Every award, by learner and credential."""
    return (Award(*row) for row in _rows(connection, tenant, _AWARDS))


def load_evidence(connection: Connection, tenant: str) -> Iterator[tuple[str, Evidence]]:
    """(learner id, observation) of the whole mastery log, by learner and time."""
    return ((row[0], Evidence(*row[1:])) for row in _rows(connection, tenant, _EVIDENCES))


def _rows(connection: Connection, tenant: str, statement: Select[Any]) -> Iterator[Any]:
    return iter(connection.execute(statement.execution_options(yield_per=_AT_ONCE), {"tenant": tenant}))
