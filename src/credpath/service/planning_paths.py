"""Plan an ordered path to the goal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from credpath.domain.catalogue import Credential
from credpath.domain.experiments import assign
from credpath.domain.goals import CareerGoal, GoalAnswer
from credpath.domain.paths import LearningPath
from credpath.recommender.planning import plan
from credpath.service.asking import Ask, understand
from credpath.service.context import Context
from credpath.service.recommending import learned_for, request


@dataclass(frozen=True, slots=True)
class PathAnswer:
    """Alternatives of ordered steps, best first. `credentials` holds the records of all steps."""

    goal: CareerGoal
    goal_answer: GoalAnswer | None
    paths: tuple[LearningPath, ...]
    credentials: Mapping[str, Credential]
    degraded: bool
    bundle_version: str
    catalogue_version: str
    taxonomy: str
    unknown_skills: tuple[str, ...] = ()


def plan_paths(context: Context, tenant: str, ask: Ask) -> PathAnswer:
    """The path that the learner's hours, weeks and budget allow; says what would have to give when it stops short."""
    question = understand(context, tenant, ask)
    index = question.catalogue.index
    asked = request(context, tenant, question, ask, ask.seed or 0, context.clock())
    assignment = assign(context.preferences.experiments, tenant, ask.learner_id)
    path = plan(index, asked, learned_for(question, assignment))
    used = sorted({step.credential_id for step in path.steps})
    return PathAnswer(
        goal=question.goal,
        goal_answer=question.goal_answer,
        paths=(path,),
        credentials={c: index.credentials[index.position[c]] for c in used},
        degraded=not question.goal.skills,
        bundle_version=question.bundle_version,
        catalogue_version=index.version,
        taxonomy=question.taxonomy.attribution,
        unknown_skills=question.unknown_skills,
    )
