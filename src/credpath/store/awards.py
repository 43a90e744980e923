"""Awards: the credentials that a learner holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select

from credpath.domain.learner import Award
from credpath.store.bulk import of_stored_learner, upsert
from credpath.store.tables import AwardRow, columns_of, table_of

_AWARD = table_of(AwardRow)
_OF_LEARNER = (
    select(*columns_of(AwardRow, "learner_id", "credential_id", "awarded_at", "award_id", "grade", "evidence_url"))
    .where(_AWARD.c.tenant == bindparam("tenant"), _AWARD.c.learner_id == bindparam("learner_id"))
    .order_by(_AWARD.c.credential_id, _AWARD.c.award_id)
)


def add_award(connection: Connection, tenant: str, award: Award) -> bool:
    """Stores an award, or its newer facts under the same credential and award id; says whether it is new or changed.

    Raises NotFound for a learner who is not stored.
    """
    if award in awards_of(connection, tenant, award.learner_id):
        return False
    add_awards(connection, tenant, [award])
    return True


def add_awards(connection: Connection, tenant: str, awards: Sequence[Award]) -> None:
    """Stores many; of two with the same credential and award id the later one stays. Raises as `add_award`."""
    rows = {_key(award): award for award in sorted(awards, key=lambda a: (a.awarded_at, a.grade, a.evidence_url))}
    with of_stored_learner(", ".join(sorted({a.learner_id for a in awards})[:3])):
        upsert(connection, _AWARD, [_row(tenant, rows[key]) for key in sorted(rows)])


def awards_of(connection: Connection, tenant: str, learner_id: str) -> tuple[Award, ...]:
    """What the learner holds, by credential."""
    return tuple(Award(*row) for row in connection.execute(_OF_LEARNER, {"tenant": tenant, "learner_id": learner_id}))


def _key(award: Award) -> tuple[str, str, str]:
    return award.learner_id, award.credential_id, award.award_id


def _row(tenant: str, award: Award) -> dict[str, Any]:
    return {
        "tenant": tenant, "learner_id": award.learner_id, "credential_id": award.credential_id,
        "award_id": award.award_id, "awarded_at": award.awarded_at, "grade": award.grade,
        "evidence_url": award.evidence_url,
    }  # fmt: skip
