"""The mastery log: what was observed of a learner, skill by skill. The state is what the log replays to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, bindparam, delete, or_, select

from credpath.domain.mastery import COUNTING, Evidence, MasteryModel
from credpath.domain.rules import check_time
from credpath.errors import Conflict, NotFound
from credpath.store.bulk import insert_new, of_stored_learner
from credpath.store.mastery_states import PIECES, evidence_of, keep_up, lock_log
from credpath.store.tables import EvidenceRow, columns_of, table_of

__all__ = [
    "add_evidence", "check_first_results", "evidence_of", "items_answered", "other_results", "replace_evidence",
    "void_evidence",
]  # fmt: skip

_EVIDENCE = table_of(EvidenceRow)
_ITEMS = (
    select(_EVIDENCE.c.item_id)
    .where(_EVIDENCE.c.tenant == bindparam("tenant"), _EVIDENCE.c.learner_id == bindparam("learner_id"))
    .where(_EVIDENCE.c.item_id != "")
    .distinct()
)
# More ids than this in one query, and reading the whole log is quicker.
FEW = 200


def add_evidence(
    connection: Connection, tenant: str, learner_id: str, evidence: Iterable[Evidence], model: MasteryModel = COUNTING
) -> tuple[Evidence, ...]:
    """Appends to the log and keeps its state up; returns what was not in it yet, in the order given.

    Raises NotFound for a learner who is not stored; Conflict when an id was used before for another observation of the
    same skill.
    """
    pieces: dict[tuple[str, str], Evidence] = {}
    for piece in evidence:
        _same(pieces.setdefault((piece.evidence_id, piece.skill_uri), piece), piece)
    if not pieces:
        return ()
    lock_log(connection, tenant, learner_id)
    rows = [_row(tenant, learner_id, pieces[key]) for key in sorted(pieces)]
    with of_stored_learner(learner_id):
        inserted = {key[2:] for key in insert_new(connection, _EVIDENCE, rows)}
    new = tuple(piece for key, piece in pieces.items() if key in inserted)
    if len(new) < len(pieces):
        for known in _like(connection, tenant, learner_id, pieces.values()):
            given = pieces.get((known.evidence_id, known.skill_uri), known)
            if _unlike(known, given):
                _same(known, given)
    if new:
        keep_up(connection, tenant, learner_id, new, model)
    return new


def check_first_results(connection: Connection, tenant: str, learner_id: str, evidence: Collection[Evidence]) -> None:
    """Raises Conflict where an assessment has another result on the same skill or item at the same time.

    That is a regrade, and never taken for a further result without being called one.
    """
    for piece, _ in other_results(connection, tenant, learner_id, evidence):
        raise Conflict(
            f"assessment {piece.reference!r} has another result on {piece.skill_uri!r} at the same time",
            where="assessment_id", fix="call a corrected result a regrade: PUT it to its assessment_id",
        )  # fmt: skip


def other_results(
    connection: Connection, tenant: str, learner_id: str, evidence: Collection[Evidence]
) -> tuple[tuple[Evidence, Evidence], ...]:
    """(piece, what is kept) wherever its assessment has another result on its skill or item at the same time."""
    given = {_sitting(piece): piece for piece in evidence if piece.reference}
    if not given:
        return ()
    known = _like(connection, tenant, learner_id, given.values())
    pairs = ((given.get(_sitting(one)), one) for one in known if one.reference)
    return tuple((piece, one) for piece, one in pairs if piece is not None and piece.evidence_id != one.evidence_id)


def items_answered(connection: Connection, tenant: str, learner_id: str) -> frozenset[str]:
    """Every item behind the learner's evidence, however long ago."""
    whose = {"tenant": tenant, "learner_id": learner_id}
    return frozenset(connection.execute(_ITEMS, whose).scalars())


def void_evidence(
    connection: Connection, tenant: str, learner_id: str, reference: str, model: MasteryModel = COUNTING
) -> tuple[Evidence, ...]:
    """Takes the results of an assessment out of the log, as if they had never been; returns them, in time order.

    `reference`: the assessment's id, or the id of one piece of evidence.
    """
    return replace_evidence(connection, tenant, learner_id, {reference}, (), model)[0]


def replace_evidence(
    connection: Connection,
    tenant: str,
    learner_id: str,
    references: Collection[str],
    evidence: Iterable[Evidence],
    model: MasteryModel = COUNTING,
) -> tuple[tuple[Evidence, ...], tuple[Evidence, ...]]:
    """Regrades: what is kept of these assessments goes, `evidence` comes instead; returns (gone, come).

    What stays as it was is in neither. Afterwards the state is that of a log in which it had been so from the start.
    Raises as `add_evidence`.
    """
    if not lock_log(connection, tenant, learner_id):
        raise NotFound(f"no learner {learner_id!r}", where="learner_id", fix="PUT the learner first")
    known = evidence_of(connection, tenant, learner_id)
    kept = [piece for piece in known if piece.reference in references or piece.evidence_id in references]
    given = {(piece.evidence_id, piece.skill_uri): piece for piece in evidence}
    gone = tuple(piece for piece in kept if _unlike(piece, given.get((piece.evidence_id, piece.skill_uri))))
    for piece in gone:
        key = {"tenant": tenant, "learner_id": learner_id, "evidence_id": piece.evidence_id}
        where = (_EVIDENCE.c[name] == value for name, value in (key | {"skill_uri": piece.skill_uri}).items())
        connection.execute(delete(_EVIDENCE).where(*where))
    if gone:
        keep_up(connection, tenant, learner_id, (), model)
    return gone, add_evidence(connection, tenant, learner_id, given.values(), model)


def _like(connection: Connection, tenant: str, learner_id: str, pieces: Collection[Evidence]) -> tuple[Evidence, ...]:
    """The part of the log that has an id or an assessment in common with these pieces."""
    ids = {piece.evidence_id for piece in pieces}
    references = {piece.reference for piece in pieces if piece.reference}
    if len(ids) > FEW or len(references) > FEW:
        return evidence_of(connection, tenant, learner_id)
    of_learner = (_EVIDENCE.c.tenant == tenant, _EVIDENCE.c.learner_id == learner_id)
    alike = or_(_EVIDENCE.c.evidence_id.in_(ids), _EVIDENCE.c.reference.in_(references))
    rows = connection.execute(select(*columns_of(EvidenceRow, *PIECES)).where(*of_learner, alike))
    return tuple(Evidence(*row) for row in rows)


def _sitting(piece: Evidence) -> tuple[object, ...]:
    return piece.reference, piece.skill_uri, piece.item_id, piece.at


def _unlike(known: Evidence, given: Evidence | None) -> bool:
    """Whether they differ in more than what was not kept of an item before there was a column for it."""
    if given is None or known == given:
        return given is None
    return known != replace(given, kind="assessment" if given.kind == "item" else given.kind, item_id="")


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
        "reference": piece.reference, "share": float(piece.share), "item_id": piece.item_id,
        "difficulty": None if piece.difficulty is None else float(piece.difficulty),
    }  # fmt: skip
