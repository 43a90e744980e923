"""The mastery log: what was observed of a learner, skill by skill. The state is what the log replays to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, bindparam, select

from credpath.domain.mastery import Evidence
from credpath.domain.rules import check_time
from credpath.errors import Conflict
from credpath.store.bulk import insert_new, of_stored_learner
from credpath.store.tables import EvidenceRow, columns_of, table_of

_EVIDENCE = table_of(EvidenceRow)
_OF_LEARNER = (
    select(*columns_of(EvidenceRow, "evidence_id", "skill_uri", "kind", "score", "at", "reference", "share"))
    .where(_EVIDENCE.c.tenant == bindparam("tenant"), _EVIDENCE.c.learner_id == bindparam("learner_id"))
    .order_by(_EVIDENCE.c.at, _EVIDENCE.c.evidence_id, _EVIDENCE.c.skill_uri)
)


def add_evidence(
    connection: Connection, tenant: str, learner_id: str, evidence: Iterable[Evidence]
) -> tuple[Evidence, ...]:
    """Appends to the log; returns what was not in it yet, in the order given.

    Raises NotFound for a learner who is not stored, Conflict when an id was used before for another observation
    of the same skill.
    """
    pieces: dict[tuple[str, str], Evidence] = {}
    for piece in evidence:
        _same(pieces.setdefault((piece.evidence_id, piece.skill_uri), piece), piece)
    rows = [_row(tenant, learner_id, pieces[key]) for key in sorted(pieces)]
    with of_stored_learner(learner_id):
        inserted = {key[2:] for key in insert_new(connection, _EVIDENCE, rows)}
    if len(inserted) < len(pieces):
        for known in evidence_of(connection, tenant, learner_id):
            _same(known, pieces.get((known.evidence_id, known.skill_uri), known))
    return tuple(piece for key, piece in pieces.items() if key in inserted)


def evidence_of(connection: Connection, tenant: str, learner_id: str) -> tuple[Evidence, ...]:
    """The learner's log in time order."""
    rows = connection.execute(_OF_LEARNER, {"tenant": tenant, "learner_id": learner_id})
    return tuple(Evidence(*row) for row in rows)


def _same(known: Evidence, given: Evidence) -> None:
    if known != given:
        raise Conflict(
            f"evidence {given.evidence_id!r} on {given.skill_uri!r} was given before with another content",
            where="evidence_id", fix="give each observation its own id",
        )  # fmt: skip


def _row(tenant: str, learner_id: str, piece: Evidence) -> dict[str, Any]:
    return {
        "tenant": tenant, "learner_id": learner_id, "evidence_id": piece.evidence_id, "skill_uri": piece.skill_uri,
        "kind": piece.kind, "score": float(piece.score), "at": check_time(piece.at, "at"),
        "reference": piece.reference, "share": float(piece.share),
    }  # fmt: skip
