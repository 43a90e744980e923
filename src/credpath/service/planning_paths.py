"""Plan ordered paths to the goal, and keep the one that the learner follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from credpath.domain.catalogue import Credential
from credpath.domain.experiments import assign
from credpath.domain.goals import CareerGoal, GoalAnswer
from credpath.domain.paths import KeptPath, LearningPath, PathKind
from credpath.errors import NotFound
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.learned import Learned
from credpath.recommender.planning import plan_all, plan_best
from credpath.recommender.recommend import RecommendRequest
from credpath.recommender.wording import part
from credpath.service.asking import Ask, Question, understand
from credpath.service.context import Context
from credpath.service.kept_paths import keep_shown, planned_next, still_ahead
from credpath.service.path_wishes import check_previous, check_wishes
from credpath.service.recommending import learned_for, request


@dataclass(frozen=True, slots=True)
class PathAnswer:
    """Alternatives of ordered steps, best first. `credentials` holds the records of all that they name.

    `skill_labels`: of the skills that steps move. `previous`: the steps that it started from, as far as they lay
    ahead. `kept`: which of the paths the next answer starts from, None where nothing new was kept.
    """

    goal: CareerGoal
    goal_answer: GoalAnswer | None
    paths: tuple[LearningPath, ...]
    credentials: Mapping[str, Credential]
    degraded: bool
    bundle_version: str
    catalogue_version: str
    taxonomy: str
    unknown_skills: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    skill_labels: Mapping[str, str] = field(default_factory=dict)
    planned_on: date = date.min
    previous: tuple[str, ...] = ()
    kept: PathKind | None = None

    def path(self, kind: PathKind) -> LearningPath:
        """The alternative of that kind. Raises NotFound, naming those that there are."""
        found = next((path for path in self.paths if path.kind == kind), None)
        if found is None:
            there = ", ".join(path.kind for path in self.paths) or "none"
            raise NotFound(f"no {kind!r} path differs from the others", where="alternative", fix=f"there is: {there}")
        return found


def plan_paths(
    context: Context, tenant: str, ask: Ask, previous: Sequence[str] | None = None, keep: PathKind | None = "best"
) -> PathAnswer:
    """The paths that the learner's limits allow; says what would have to give when they stop short.

    It starts from the path kept for a stored learner, or from `previous` where that is given, and keeps the
    alternative `keep` in its place (the best one where there is no such; None keeps nothing). Raises InvalidInput
    for wishes that cannot be, NotFound for a learner who is not stored.
    """
    question = understand(context, tenant, ask)
    paths, started_from = paths_of(context, tenant, ask, question, previous)
    kept = None
    if keep is not None and paths:
        chosen = next((path for path in paths if path.kind == keep), paths[0])
        kept = chosen.kind if keep_shown(context, tenant, ask.learner_id, question.goal, chosen) else None
    index = question.catalogue.index
    return PathAnswer(
        goal=question.goal,
        goal_answer=question.goal_answer,
        paths=paths,
        credentials=records_of(index, named_in(paths)),
        degraded=not question.goal.skills or question.catalogue.partial,
        bundle_version=question.bundle_version,
        catalogue_version=index.version,
        taxonomy=question.taxonomy.attribution,
        unknown_skills=question.unknown_skills,
        notes=(*question.notes, *(part(note) for path in paths[:1] for note in path.notes)),
        skill_labels=labels_of(question, skills_in(paths)),
        planned_on=context.clock().date(),
        previous=started_from,
        kept=kept,
    )


def paths_of(
    context: Context, tenant: str, ask: Ask, question: Question, previous: Sequence[str] | None = None
) -> tuple[tuple[LearningPath, ...], tuple[str, ...]]:
    """(the paths, the steps that they started from). Raises InvalidInput for wishes that cannot be."""
    asked, learned, kept = _asked(context, tenant, ask, question, previous)
    found = plan_all(question.catalogue.index, asked, learned, kept if kept.credential_ids else None)
    return found, kept.credential_ids


def best_path_of(context: Context, tenant: str, ask: Ask, question: Question) -> LearningPath:
    """The best of them alone, in half the time. Raises InvalidInput for wishes that cannot be."""
    asked, learned, kept = _asked(context, tenant, ask, question, None)
    return plan_best(question.catalogue.index, asked, learned, kept if kept.credential_ids else None)


def _asked(
    context: Context, tenant: str, ask: Ask, question: Question, previous: Sequence[str] | None
) -> tuple[RecommendRequest, Learned | None, KeptPath]:
    now = context.clock()
    check_wishes(question.catalogue.index, question.constraints, now.date())
    kept = question.kept if previous is None else KeptPath(still_ahead(check_previous(previous), question.snapshot))
    asked = request(context, tenant, question, ask, ask.seed or 0, now)
    assignment = assign(context.preferences.experiments, tenant, ask.learner_id)
    asked = replace(asked, planned=planned_next(kept, question.snapshot))
    return asked, learned_for(question, assignment), kept


def records_of(index: CatalogueIndex, credential_ids: Iterable[str]) -> dict[str, Credential]:
    """The records of those that the catalogue has, by id."""
    return {
        i: index.credentials[row] for i in sorted(set(credential_ids)) if (row := index.position.get(i)) is not None
    }


def named_in(paths: Iterable[LearningPath]) -> set[str]:
    """Every credential that the paths speak of."""
    named: set[str] = set()
    for path in paths:
        named |= {step.credential_id for step in path.steps}
        named |= {waiver.credential_id for step in path.steps for waiver in step.waivers}
        named |= {other for step in path.steps for other in step.unlocks}
        named |= {change.credential_id for change in path.changes}
        named |= {concession.subject for concession in path.concessions}
    return named


def skills_in(paths: Iterable[LearningPath]) -> set[str]:
    """URIs of the skills that the paths speak of, and of what a concession is about, which may be one."""
    steps = [step for path in paths for step in path.steps]
    moved = {uri for step in steps for uri, _, _ in step.skills}
    waived = {waiver.skill_uri for step in steps for waiver in step.waivers}
    return moved | waived | {concession.subject for path in paths for concession in path.concessions}


def labels_of(question: Question, skill_uris: Iterable[str]) -> dict[str, str]:
    """The label of each skill that the taxonomy has."""
    skills = question.taxonomy.skills
    return {uri: skills.labels[at] for uri in sorted(skill_uris) if (at := skills.position.get(uri)) is not None}
