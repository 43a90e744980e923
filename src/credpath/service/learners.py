"""Learners: profile, awards, assessment results, mastery, export, and being forgotten."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from credpath.domain.learner import Learner
from credpath.service.assessments import add_assessments, regrade, void_assessment
from credpath.service.awards import add_award, withdraw_award
from credpath.service.context import Context
from credpath.service.happened import check_each
from credpath.service.mastery import mastery_of, unknown_learner
from credpath.store import learners as rows

__all__ = [
    "add_assessments", "add_award", "export_learner", "forget_learner", "get_learner", "mastery_of", "put_learner",
    "regrade", "void_assessment", "withdraw_award",
]  # fmt: skip


def put_learner(context: Context, tenant: str, learner: Learner) -> tuple[Learner, bool]:
    """Stores the profile whole; putting the same again changes nothing. Returns (stored, created).

    Raises InvalidInput for something that is said to have been said in the future.
    """
    now = context.clock()
    check_each((one.said_at for one in learner.profile.not_yet), "not_yet.{}.said_at", now)

    def write(connection: Connection) -> bool:
        created = rows.get_learner(connection, tenant, learner.learner_id) is None
        rows.put_learner(connection, tenant, learner, now)
        return created

    created = context.writer.submit(write).result()
    return get_learner(context, tenant, learner.learner_id), created


def get_learner(context: Context, tenant: str, learner_id: str) -> Learner:
    """Raises NotFound, in the same words for another tenant's learner as for nobody."""
    with context.database.read() as connection:
        found = rows.get_learner(connection, tenant, learner_id)
    if found is None:
        raise unknown_learner(learner_id)
    return found


def export_learner(context: Context, tenant: str, learner_id: str) -> dict[str, Any]:
    """Everything that is kept of the learner, JSON-ready. Raises NotFound."""
    with context.database.read() as connection:
        document = rows.export_learner(connection, tenant, learner_id)
    if not any(document[kind] for kind in ("profile", "awards", "evidence", "outcomes", "impressions")):
        raise unknown_learner(learner_id)
    return document


def forget_learner(context: Context, tenant: str, learner_id: str) -> dict[str, int]:
    """Removes every row of the learner; returns how many of each kind. Raises NotFound when there was none."""
    counts = context.writer.submit(lambda c: rows.forget_learner(c, tenant, learner_id)).result()
    if not any(counts.values()):
        raise unknown_learner(learner_id)
    context.database.scrub()
    return counts
