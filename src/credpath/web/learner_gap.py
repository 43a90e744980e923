"""Step three, the gap: which skills, how sure, on what evidence, and how the credentials that close it are regarded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from credpath.domain.goals import GoalSkill
from credpath.errors import InvalidInput
from credpath.service.asking import Ask
from credpath.service.mastery_page import MasteryPage, SkillPage, mastery_page
from credpath.service.planning_paths import plan_paths
from credpath.service.regard import regards
from credpath.web.learner_goal import SHOWN_ENOUGH
from credpath.web.learner_visits import Visit, VisitDep
from credpath.web.pages import PageRoute, go

router = APIRouter(prefix="/learn/gap", route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class GapRow:
    """One skill of the goal. `gap`: what is missing of the needed level; `share`: of the whole goal, 0..1."""

    page: SkillPage
    needed: GoalSkill
    gap: float
    share: float


@dataclass(frozen=True, slots=True)
class GapView:
    """`covered`: the share of the goal that is shown, 0..1; by what was seen between `surely` and `perhaps` with 90 %.

    `unseen`: how many skills of the goal have no evidence. They count as far as skills that are shown lie near them.
    """

    goal: str
    covered: float
    surely: float
    perhaps: float
    open: tuple[GapRow, ...]
    closed: tuple[GapRow, ...]
    others: tuple[SkillPage, ...]
    unseen: int


@router.get("")
async def show(visit: VisitDep) -> Response:
    """The gap to the goal that is set."""
    if not visit.profile.goal.strip():
        return go("/learn/goal")
    return await visit.plan_in_turn(lambda: _page(visit))


def _page(visit: Visit) -> Response:
    goal = visit.profile.goal.strip()
    try:
        page = mastery_page(visit.context, visit.tenant, visit.learner_id, goal)
    except InvalidInput:
        return visit.show("learner/gap.html", step="gap", view=None, regarded=())
    return visit.show("learner/gap.html", step="gap", view=view_of(page), regarded=_regarded(visit))


def view_of(page: MasteryPage) -> GapView:
    """The page's skills by what is missing of them, most first."""
    assert page.goal is not None  # noqa: S101 -- it was asked for
    whole = sum(s.weight * s.required_level for s in page.goal.skills) or 1.0
    rows = sorted((_row(p, p.needed, whole) for p in page.skills if p.needed), key=lambda r: (-r.share, r.page.label))
    return GapView(
        goal=page.goal.label,
        covered=_covered(rows, whole, lambda page: page.level),
        surely=_covered(rows, whole, lambda page: min(page.level, _seen(page)[0])),
        perhaps=_covered(rows, whole, lambda page: max(page.level, _seen(page)[1])),
        open=tuple(row for row in rows if row.gap > SHOWN_ENOUGH),
        closed=tuple(row for row in rows if row.gap <= SHOWN_ENOUGH),
        others=tuple(p for p in page.skills if not p.needed),
        unseen=sum(row.page.basis != "evidence" for row in rows),
    )


def _row(page: SkillPage, needed: GoalSkill, whole: float) -> GapRow:
    # As every suggestion has it.
    gap = max(0.0, needed.required_level - page.level)
    return GapRow(page, needed, gap, needed.weight * gap / whole)


def _covered(rows: list[GapRow], whole: float, level: Callable[[SkillPage], float]) -> float:
    """The share of the goal that is shown if every skill has that level."""
    return sum(r.needed.weight * min(r.needed.required_level, level(r.page)) for r in rows) / whole


def _seen(page: SkillPage) -> tuple[float, float]:
    return page.mastery.interval if page.basis == "evidence" else (0.0, 0.0)


def _regarded(visit: Visit) -> tuple[object, ...]:
    answer = plan_paths(visit.context, visit.tenant, Ask(learner_id=visit.learner_id), keep=None)
    return regards(visit.context, visit.tenant, [s.credential_id for path in answer.paths[:1] for s in path.steps])
