"""The state that a learner's mastery log comes to, one row a learner, brought up to date with every change of the log.

Reading it takes the same time however long the log is. `keep_up` is called in the transaction that changed the log.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, delete, func, select

from credpath.domain.kept_mastery import KeptMastery, keep, place_of
from credpath.domain.mastery import COUNTING, Evidence, MasteryModel
from credpath.domain.mastery_state import state_from_dict, state_to_dict
from credpath.errors import InvalidInput
from credpath.store.bulk import upsert
from credpath.store.tables import EvidenceRow, LearnerRow, MasteryStateRow, columns_of, table_of

_EVIDENCE, _STATE, _LEARNER = table_of(EvidenceRow), table_of(MasteryStateRow), table_of(LearnerRow)
PIECES = ("evidence_id", "skill_uri", "kind", "score", "at", "reference", "share", "item_id", "difficulty")
_LEVEL = 1


def _of_learner(table: Any) -> tuple[Any, Any]:
    return table.c.tenant == bindparam("tenant"), table.c.learner_id == bindparam("learner_id")


_LOG = (
    select(*columns_of(EvidenceRow, *PIECES))
    .where(*_of_learner(_EVIDENCE))
    .order_by(_EVIDENCE.c.at, _EVIDENCE.c.evidence_id, _EVIDENCE.c.skill_uri)
)
_LENGTH = select(func.count()).select_from(_EVIDENCE).where(*_of_learner(_EVIDENCE))
_KEPT = select(*columns_of(MasteryStateRow, "version", "pieces", "packed")).where(*_of_learner(_STATE))
# Two who write evidence of one learner take turns; a row that only refers to the learner waits for neither.
_LOCK = select(_LEARNER.c.learner_id).where(*_of_learner(_LEARNER)).with_for_update(key_share=True)


def evidence_of(connection: Connection, tenant: str, learner_id: str) -> tuple[Evidence, ...]:
    """The learner's log in time order."""
    rows = connection.execute(_LOG, {"tenant": tenant, "learner_id": learner_id})
    return tuple(Evidence(*row) for row in rows)


def lock_log(connection: Connection, tenant: str, learner_id: str) -> bool:
    """Makes others wait who want to change the learner's log; says whether there is such a learner."""
    return connection.execute(_LOCK, {"tenant": tenant, "learner_id": learner_id}).one_or_none() is not None


def kept_mastery(connection: Connection, tenant: str, learner_id: str, model: MasteryModel = COUNTING) -> KeptMastery:
    """What the log comes to by that model."""
    found = connection.execute(_KEPT, {"tenant": tenant, "learner_id": learner_id}).one_or_none()
    return KeptMastery() if found is None else read_kept(connection, tenant, learner_id, model, tuple(found))


def read_kept(
    connection: Connection, tenant: str, learner_id: str, model: MasteryModel, row: Sequence[Any]
) -> KeptMastery:
    """What a row says (version, pieces, packed), or where another model made it, what the log says: then `stale`."""
    known = _known(row, model)
    if known is not None:
        return known
    found = keep(evidence_of(connection, tenant, learner_id), model)
    return KeptMastery(found.state, found.recent, found.last, found.pieces, stale=True)


def keep_up(
    connection: Connection, tenant: str, learner_id: str, added: Iterable[Evidence], model: MasteryModel = COUNTING
) -> KeptMastery:
    """Brings the row up to date with the log, in which `added` is new.

    What is later than everything before is taken in; after anything else the log is replayed.
    """
    added, whose = tuple(added), {"tenant": tenant, "learner_id": learner_id}
    row = connection.execute(_KEPT, whose).one_or_none()
    known = KeptMastery() if row is None else _known(tuple(row), model)
    length = int(connection.execute(_LENGTH, whose).scalar_one())
    if known is None or known.pieces + len(added) != length or not known.continues(added):
        kept = keep(evidence_of(connection, tenant, learner_id), model)
    else:
        kept = known.after(added, model)
    _write(connection, tenant, learner_id, kept, model)
    return kept


def refresh_mastery(connection: Connection, tenant: str, learner_id: str, model: MasteryModel = COUNTING) -> bool:
    """Makes a row of another model anew; says whether it had to. Nothing happens to who has no evidence."""
    if not lock_log(connection, tenant, learner_id):
        return False
    found = kept_mastery(connection, tenant, learner_id, model)
    if found.stale:
        _write(connection, tenant, learner_id, found, model)
    return found.stale


def _write(connection: Connection, tenant: str, learner_id: str, kept: KeptMastery, model: MasteryModel) -> None:
    if kept.pieces:
        upsert(connection, _STATE, [{
            "tenant": tenant, "learner_id": learner_id, "version": model.version, "pieces": kept.pieces,
            "packed": pack_kept(kept),
        }])  # fmt: skip
    else:
        connection.execute(delete(_STATE).where(_STATE.c.tenant == tenant, _STATE.c.learner_id == learner_id))


def _known(row: Sequence[Any], model: MasteryModel) -> KeptMastery | None:
    version, _, packed = row
    if version != model.version:
        return None
    try:
        return unpack_kept(packed)
    except InvalidInput:  # of an earlier release
        return None


def pack_kept(kept: KeptMastery) -> bytes:
    """Deflated JSON."""
    record = {
        "state": state_to_dict(kept.state),
        "recent": {uri: [_piece(piece) for piece in pieces] for uri, pieces in kept.recent.items()},
        "pieces": kept.pieces,
    }
    return zlib.compress(orjson.dumps(record), _LEVEL)


def unpack_kept(packed: bytes) -> KeptMastery:
    """What `pack_kept` was given. Raises InvalidInput for a state of another format."""
    record = orjson.loads(zlib.decompress(packed))
    state = state_from_dict(record["state"])
    recent = {uri: tuple(_evidence(uri, piece) for piece in pieces) for uri, pieces in record["recent"].items()}
    last = max((place_of(pieces[-1]) for pieces in recent.values()), default=None)
    return KeptMastery(state, recent, last, record["pieces"])


def _piece(e: Evidence) -> list[Any]:
    return [e.evidence_id, e.kind, e.score, e.at.isoformat(), e.reference, e.share, e.item_id, e.difficulty]


def _evidence(skill_uri: str, piece: list[Any]) -> Evidence:
    evidence_id, kind, score, at, *rest = piece
    return Evidence(evidence_id, skill_uri, kind, score, datetime.fromisoformat(at), *rest)
