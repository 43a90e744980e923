"""Step two, where you want to go: occupations found as one types, compared by what is shown and what is missing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fastapi import APIRouter
from starlette.responses import Response

from credpath.domain.goals import CareerGoal, GoalAnswer, GoalMatch, SkillGap, shown_share, skill_gaps
from credpath.errors import InvalidInput
from credpath.service.asking import Ask
from credpath.service.comparing import GoalWords, compare_goals
from credpath.service.goals import find_goals
from credpath.service.mastery import read_learner
from credpath.service.own_words import change_profile
from credpath.web.forms import query_of
from credpath.web.learner_visits import SenderDep, Visit, VisitDep
from credpath.web.pages import PageRoute, go
from credpath.web.plan_views import closes, path_view

router = APIRouter(prefix="/learn/goal", route_class=PageRoute)
COMPARED = 4
NAMED = 5
# A smaller gap is none to a person: their own word alone leaves 0.03 of what an essential skill needs.
SHOWN_ENOUGH = 0.05


@dataclass(frozen=True, slots=True)
class Comparison:
    """One occupation beside the learner. `shown`: the share of its requirement that they show, 0..1."""

    goal: CareerGoal
    match: GoalMatch
    shown: float
    missing: tuple[SkillGap, ...]  # what weighs most
    missing_count: int
    have: tuple[SkillGap, ...]
    have_count: int
    shared: int  # skills that it has in common with the first one


@router.get("")
def show(visit: VisitDep) -> Response:
    """A search, and what it found side by side; without words, the goal that is set."""
    words = query_of(visit.request).text("q")[:200] or visit.profile.goal
    answer, compared = _compare(visit, words) if words else (None, ())
    current = next((c for c in compared if _same(c.goal.label, visit.profile.goal)), None)
    return visit.show(
        "learner/goal.html", step="goal", words=words, answer=answer, compared=compared, current=current,
    )  # fmt: skip


@router.post("")
def choose(visit: SenderDep) -> Response:
    """Sets the goal."""
    goal = visit.form.text("goal")
    if not goal:
        raise InvalidInput("no goal was chosen", where="goal", fix="choose an occupation, or write your goal")
    change_profile(visit.context, visit.tenant, visit.learner_id, lambda profile: replace(profile, goal=goal))
    return go("/learn/gap?done=goal")


@router.get("/ways")
async def compare_ways(visit: VisitDep) -> Response:
    """The whole ways to two goals side by side, and what they share. Keeps neither path."""
    asked = query_of(visit.request)
    one, other = GoalWords(asked.text("a")), GoalWords(asked.text("b"))

    def work() -> Response:
        found = compare_goals(visit.context, visit.tenant, Ask(learner_id=visit.learner_id), (one, other))
        views = [path_view(side.best, found.credentials, found.planned_on) for side in found.sides]
        return visit.show(
            "learner/ways.html", step="goal", found=found, views=views, words=(one.text, other.text), closes=closes
        )

    return await visit.plan_in_turn(work)


def _compare(visit: Visit, words: str) -> tuple[GoalAnswer | None, tuple[Comparison, ...]]:
    found = find_goals(visit.context, visit.tenant, words, COMPARED)
    reading = read_learner(visit.context, visit.tenant, visit.learner_id)
    first = {skill.skill_uri for skill in found.goals[0].skills} if found.goals else set()
    compared = []
    for match, goal in zip(found.answer.matches, found.goals, strict=True):
        gaps = skill_gaps(goal, reading.gap(goal).levels)
        missing = tuple(g for g in gaps if g.gap > SHOWN_ENOUGH)
        have = tuple(sorted((g for g in gaps if g.gap <= SHOWN_ENOUGH), key=lambda g: -g.skill.weight))
        shared = sum(skill.skill_uri in first for skill in goal.skills)
        compared.append(
            Comparison(goal, match, shown_share(gaps), missing[:NAMED], len(missing), have[:NAMED],
                       len(have), shared)
        )  # fmt: skip
    return found.answer, tuple(compared)


def _same(one: str, other: str) -> bool:
    return one.casefold().strip() == other.casefold().strip()
