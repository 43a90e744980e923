"""The paths that learners were given: what still lies ahead on them, one row a learner and goal.

The next answer starts from it, so that a path stays as it was unless something better is worth the change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from credpath.domain.rules import check_time
from credpath.store.bulk import of_stored_learner, upsert
from credpath.store.codec import dump, load_words
from credpath.store.tables import KeptPathRow, columns_of, table_of

# Of the goals that somebody tries out, the paths to the latest so many are kept.
MAX_KEPT = 20
_PATH = table_of(KeptPathRow)
_OF_LEARNER = (
    select(*columns_of(KeptPathRow, "goal_key", "credential_ids", "planned_at"))
    .where(_PATH.c.tenant == bindparam("tenant"), _PATH.c.learner_id == bindparam("learner_id"))
    .order_by(_PATH.c.goal_key)
)


@dataclass(frozen=True, slots=True)
class StoredPath:
    """The steps in their order, as they were when the path was given. `goal_key`: what it leads to."""

    goal_key: str
    credential_ids: tuple[str, ...]
    planned_at: datetime


def keep_path(
    connection: Connection, tenant: str, learner_id: str, goal_key: str, credential_ids: Sequence[str], now: datetime
) -> None:
    """Keeps the path instead of the earlier one to the same goal; drops the oldest beyond MAX_KEPT.

    Raises NotFound for a learner who is not stored.
    """
    row = {
        "tenant": tenant, "learner_id": learner_id, "goal_key": goal_key, "credential_ids": dump(list(credential_ids)),
        "planned_at": check_time(now, "planned_at"),
    }  # fmt: skip
    with of_stored_learner(learner_id):
        upsert(connection, _PATH, [row])
    latest = sorted(kept_paths_of(connection, tenant, learner_id), key=lambda p: (p.planned_at, p.goal_key))
    for old in latest[:-MAX_KEPT]:
        whose = (_PATH.c.tenant == tenant, _PATH.c.learner_id == learner_id, _PATH.c.goal_key == old.goal_key)
        connection.execute(delete(_PATH).where(*whose))


def kept_paths_of(connection: Connection, tenant: str, learner_id: str) -> tuple[StoredPath, ...]:
    """All of the learner's, by goal: a few rows beside each other, so one read whatever the goal turns out to be."""
    rows = connection.execute(_OF_LEARNER, {"tenant": tenant, "learner_id": learner_id})
    return tuple(StoredPath(key, load_words(ids), at) for key, ids, at in rows)
