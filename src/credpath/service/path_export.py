"""A planned path as a file for somebody's calendar."""

from __future__ import annotations

from collections.abc import Sequence

from credpath.domain.paths import PathKind
from credpath.errors import NotFound
from credpath.interop.path_calendar import calendar_of
from credpath.service.asking import Ask
from credpath.service.context import Context
from credpath.service.kept_paths import goal_key
from credpath.service.planning_paths import PathAnswer, plan_paths


def export_calendar(
    context: Context,
    tenant: str,
    ask: Ask,
    alternative: PathKind = "best",
    previous: Sequence[str] | None = None,
    keep: PathKind | None = None,
) -> bytes:
    """Plans, and returns one alternative as iCalendar; `keep` as in `plan_paths`.

    Raises NotFound when there is no such alternative, or no step to enter, and as `plan_paths`.
    """
    return calendar_file(context, tenant, ask, plan_paths(context, tenant, ask, previous, keep), alternative)


def calendar_file(context: Context, tenant: str, ask: Ask, answer: PathAnswer, alternative: PathKind) -> bytes:
    """One alternative of an answer that is there already."""
    path = answer.path(alternative)
    if not path.steps:
        fix = path.would_have_to_give[0] if path.would_have_to_give else "name another goal"
        raise NotFound("the path has no step that could be entered in a calendar", where="paths", fix=fix)
    return calendar_of(
        path,
        answer.credentials,
        goal=answer.goal.label or answer.goal.text,
        owner=f"{tenant}\n{ask.learner_id}\n{goal_key(answer.goal)}",
        planned_on=answer.planned_on,
        made_at=context.clock(),
    )
