"""Find the occupations that a career goal in words may mean."""

from __future__ import annotations

from dataclasses import dataclass

from credpath.domain.goals import CareerGoal, GoalAnswer
from credpath.domain.rules import MAX_LABEL, check_text
from credpath.errors import InvalidInput
from credpath.service.context import Context

MAX_GOALS = 25


@dataclass(frozen=True, slots=True)
class GoalsAnswer:
    """Ranked matches, and for each the goal with its weighted skills. `taxonomy` is the attribution to show."""

    answer: GoalAnswer
    goals: tuple[CareerGoal, ...]
    taxonomy: str


def find_goals(context: Context, tenant: str, text: str, limit: int = 5) -> GoalsAnswer:
    """Occupations for the words, best first. Raises InvalidInput for empty words, NotReady without a taxonomy."""
    check_text(text, "q", limit=MAX_LABEL, empty=False)
    if not 1 <= limit <= MAX_GOALS:
        fix = f"ask for 1 to {MAX_GOALS}"
        raise InvalidInput(f"limit is {limit}, not within 1 to {MAX_GOALS}", where="limit", fix=fix)
    taxonomy = context.serving.taxonomy(tenant)
    answer = taxonomy.match(text, limit)
    goals = tuple(taxonomy.career_goal(m.occupation_uri, text, m.confidence) for m in answer.matches)
    return GoalsAnswer(answer, goals, taxonomy.attribution)
