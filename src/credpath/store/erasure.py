"""A learner's rights: everything that is kept of them as one document, and nothing kept any more."""

from __future__ import annotations

import base64
import re
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, delete, or_, select, update

from credpath.domain.mastery_state import state_to_dict
from credpath.store.awards import awards_of
from credpath.store.codec import dump, load
from credpath.store.evidence import evidence_of
from credpath.store.impressions import impressions_of
from credpath.store.kept_paths import kept_paths_of
from credpath.store.mastery_states import kept_mastery
from credpath.store.outcomes import outcomes_of
from credpath.store.tables import (
    AwardRow,
    EvidenceRow,
    IdempotencyRow,
    ImportRunRow,
    ImpressionRow,
    KeptPathRow,
    LearnerRow,
    MasteryStateRow,
    OutcomeRow,
    table_of,
)

FORGOTTEN = "(forgotten)"
_LEARNER, _RUN = table_of(LearnerRow), table_of(ImportRunRow)
_IMPRESSION, _IDEMPOTENCY = table_of(ImpressionRow), table_of(IdempotencyRow)
# In this order: what refers to a row goes before the row.
_OWNED = {
    "impressions": _IMPRESSION, "outcomes": table_of(OutcomeRow), "evidence": table_of(EvidenceRow),
    "mastery_state": table_of(MasteryStateRow), "kept_paths": table_of(KeptPathRow), "awards": table_of(AwardRow),
    "profile": _LEARNER,
}  # fmt: skip


def export_learner(connection: Connection, tenant: str, learner_id: str) -> dict[str, Any]:
    """Everything that is kept of the learner, JSON-ready: times in ISO 8601, ranking features as base64 of float32.

    Without a stored learner, `profile` is None and the lists hold what was reported all the same.
    """
    columns = (_LEARNER.c.profile, _LEARNER.c.updated_at)
    found = connection.execute(select(*columns).where(*_is(_LEARNER, tenant, learner_id))).one_or_none()
    rows: dict[str, tuple[Any, ...]] = {
        "awards": awards_of(connection, tenant, learner_id),
        "evidence": evidence_of(connection, tenant, learner_id),
        "outcomes": outcomes_of(connection, tenant, learner_id),
        "impressions": impressions_of(connection, tenant, learner_id),
        "kept_paths": kept_paths_of(connection, tenant, learner_id),
    }
    state = state_to_dict(kept_mastery(connection, tenant, learner_id).state) if rows["evidence"] else None
    return {
        "learner_id": learner_id,
        "profile": load(found.profile) if found else None,
        "updated_at": found.updated_at.isoformat() if found else None,
        "mastery_state": load(dump(state)),
        **{name: [load(dump(_plain(asdict(row)))) for row in kept] for name, kept in rows.items()},
    }


def forget_learner(connection: Connection, tenant: str, learner_id: str) -> dict[str, int]:
    """Deletes every row of the learner and their id in import records; returns how many of each kind.

    `Database.scrub` afterwards removes the deleted rows from the files too.
    """
    connection.execute(select(_LEARNER.c.learner_id).where(*_is(_LEARNER, tenant, learner_id)).with_for_update())
    counts = {
        name: connection.execute(delete(table).where(*_is(table, tenant, learner_id))).rowcount
        for name, table in _OWNED.items()
    }
    return {**counts, "import_records": _forget_in_imports(connection, tenant, learner_id)}


def _is(table: Any, tenant: str, learner_id: str) -> tuple[Any, Any]:
    return table.c.tenant == tenant, table.c.learner_id == learner_id


def _forget_in_imports(connection: Connection, tenant: str, learner_id: str) -> int:
    """Strikes the id out of what imports refused, where it stands as a word, plain or as Python quotes it."""
    forms = sorted({learner_id, repr(learner_id)[1:-1]})
    word = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, forms))})(?!\w)")
    named = or_(*(_RUN.c.refusals.contains(dump(form)[1:-1], autoescape=True) for form in forms))
    rows = connection.execute(select(_RUN.c.number, _RUN.c.refusals).where(_RUN.c.tenant == tenant, named)).all()
    changed = 0
    for number, refusals in rows:
        kept = dump([{**r, "reason": word.sub(FORGOTTEN, r["reason"]), "fix": word.sub(FORGOTTEN, r["fix"])}
                     for r in load(refusals)])  # fmt: skip
        if kept != refusals:
            where = (_RUN.c.tenant == tenant, _RUN.c.number == number)
            connection.execute(update(_RUN).where(*where).values(refusals=kept))
            changed += 1
    return changed


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    return {k: base64.b64encode(v).decode() if isinstance(v, bytes) else v for k, v in fields.items()}
