"""Why a credential cannot be a step of a path."""

from __future__ import annotations

from credpath.recommender.filters import ends_by, refused_by
from credpath.recommender.path_statement import Statement


def why_not(statement: Statement, credential_id: str) -> str:
    """The filter that takes it, "prerequisite", "limits" when it may be a step by itself, or "unknown"."""
    ground, limits = statement.ground, statement.limits
    row = ground.index.position.get(credential_id)
    if row is None:
        return "unknown"
    today = ground.request.today
    code = refused_by(ground.index, ground.standing, limits, today, ground.request.rates, ends_by(limits, today), row)
    return code or ("limits" if row in statement.problem.rows else "prerequisite")
