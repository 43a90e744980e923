"""Awards: the credentials that a learner holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from credpath.domain.learner import Award
from credpath.store.bulk import of_stored_learner, upsert
from credpath.store.tables import AwardRow, columns_of, table_of

_AWARD = table_of(AwardRow)
_OF_LEARNER = (
    select(*columns_of(AwardRow, "learner_id", "credential_id", "awarded_at", "award_id", "grade", "evidence_url"))
    .where(_AWARD.c.tenant == bindparam("tenant"), _AWARD.c.learner_id == bindparam("learner_id"))
    .order_by(_AWARD.c.credential_id, _AWARD.c.award_id)
)
_IDENTITY = ("tenant", "learner_id", "credential_id", "awarded_at")
_UNNAMED = delete(_AWARD).where(_AWARD.c.award_id == "", *(_AWARD.c[n] == bindparam(f"its_{n}") for n in _IDENTITY))


def add_award(connection: Connection, tenant: str, award: Award) -> bool:
    """Stores an award, or its newer facts under the same credential and award id; says whether it is new or changed.

    Raises NotFound for a learner who is not stored.
    """
    if {award, award.identified} & {*awards_of(connection, tenant, award.learner_id)}:
        return False
    add_awards(connection, tenant, [award])
    return True


def add_awards(connection: Connection, tenant: str, awards: Sequence[Award]) -> None:
    """Stores many; of two with the same credential and award id the later one stays. Raises as `add_award`.

    Without an id of its own each of another time is another award, so the order in which they arrive has no effect.
    """
    ordered = sorted(awards, key=lambda a: (a.awarded_at, a.grade, a.evidence_url))
    rows = {_key(award): award for award in (one.identified for one in ordered)}
    with of_stored_learner(", ".join(sorted({a.learner_id for a in awards})[:3])):
        upsert(connection, _AWARD, [_row(tenant, rows[key]) for key in sorted(rows)])
    # Earlier releases kept them without an id: the same one is not kept twice.
    if unnamed := [_row(tenant, award) for award in ordered if not award.award_id]:
        connection.execute(_UNNAMED, [{f"its_{name}": row[name] for name in _IDENTITY} for row in unnamed])


def withdraw_awards(
    connection: Connection, tenant: str, learner_id: str, credential_id: str, award_id: str = ""
) -> tuple[Award, ...]:
    """Removes one award by its id, or every one of the credential; returns what there was."""
    found = (a for a in awards_of(connection, tenant, learner_id) if a.credential_id == credential_id)
    gone = tuple(award for award in found if award_id in ("", award.award_id))
    for award in gone:
        row = _row(tenant, award)
        key = (_AWARD.c[name] == row[name] for name in ("tenant", "learner_id", "credential_id", "award_id"))
        connection.execute(delete(_AWARD).where(*key))
    return gone


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
