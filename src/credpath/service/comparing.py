"""Compare two goals from the same start: what each takes, and what both share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from credpath.domain.catalogue import Credential
from credpath.domain.goals import CareerGoal, GoalAnswer
from credpath.domain.money import Money
from credpath.domain.paths import LearningPath, Step
from credpath.domain.rules import MAX_LABEL, check_text
from credpath.errors import InvalidInput
from credpath.recommender.overlap import SharedSkill, closes_along, shared_skills
from credpath.recommender.path_steps import total_cost
from credpath.recommender.wording import part
from credpath.service.asking import Ask, Question, understand
from credpath.service.context import Context
from credpath.service.kept_paths import goal_key
from credpath.service.planning_paths import best_path_of, labels_of, named_in, records_of, skills_in

NAMED = 3  # so many shared skills are named in a sentence


@dataclass(frozen=True, slots=True)
class GoalWords:
    """A goal to compare: in words, or the occupation that is meant."""

    text: str = ""
    occupation_uri: str = ""

    def __post_init__(self) -> None:
        check_text(self.text, "goal", limit=MAX_LABEL)
        check_text(self.occupation_uri, "occupation_uri", limit=MAX_LABEL)
        if not self.text.strip() and not self.occupation_uri:
            raise InvalidInput("one of the goals is empty", where="goals", fix="give each its words or occupation_uri")


@dataclass(frozen=True, slots=True)
class Side:
    """One goal with its best path, alone: whoever chooses the goal asks for its alternatives.

    `closes_of_other`: for each step of the path, what it closes of the other goal, in units of its weights, after those
    before it. `shared_weight`: the share of this goal that lies in skills which the other needs as well. `notes`:
    what is to be known before the rest, as of a path that is asked for alone.
    """

    goal: CareerGoal
    goal_answer: GoalAnswer | None
    paths: tuple[LearningPath, ...]
    closes_of_other: tuple[float, ...]
    shared_weight: float
    notes: tuple[str, ...] = ()

    @property
    def best(self) -> LearningPath:
        """The path that the comparison is about."""
        return self.paths[0]


@dataclass(frozen=True, slots=True)
class Together:
    """Both best paths, what is on both counted once. Steps without a known price are counted, not priced."""

    credential_ids: tuple[str, ...]
    hours: float
    cost: Money | None
    unpriced_steps: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two goals from the same start. `shared_credentials` are on both best paths, in the order of the first.

    `summary`: sentences made from the figures. `credentials` and `skill_labels`: of all that is named.
    """

    sides: tuple[Side, Side]
    shared_credentials: tuple[str, ...]
    shared_skills: tuple[SharedSkill, ...]
    together: Together
    summary: tuple[str, ...]
    credentials: Mapping[str, Credential]
    skill_labels: Mapping[str, str]
    unknown_skills: tuple[str, ...]
    bundle_version: str
    catalogue_version: str
    taxonomy: str
    planned_on: date


def compare_goals(context: Context, tenant: str, ask: Ask, goals: tuple[GoalWords, GoalWords]) -> Comparison:
    """Plans toward both goals within the limits of `ask`, whose own goal counts for nothing; keeps neither path.

    Raises InvalidInput when both mean the same, and as `plan_paths`.
    """
    asks = [replace(ask, goal_text=goal.text, occupation_uri=goal.occupation_uri) for goal in goals]
    one, other = _understand_both(context, tenant, asks)
    if goal_key(one.goal) == goal_key(other.goal):
        meant = one.goal.label or one.goal.text
        raise InvalidInput(f"both goals mean {meant!r}", where="goals", fix="give two goals that differ")
    questions, index = (one, other), one.catalogue.index
    paths = [best_path_of(context, tenant, a, q) for a, q in zip(asks, questions, strict=True)]
    shared = shared_skills(one.goal, other.goal, one.snapshot)
    steps = [[step.credential_id for step in path.steps] for path in paths]
    sides = tuple(
        Side(
            question.goal,
            question.goal_answer,
            (path,),
            closes_along(index, question.snapshot, questions[1 - at].goal, steps[at]),
            math.fsum(skill.weights[at] for skill in shared),
            (*question.notes, *(part(note) for note in path.notes)),
        )
        for at, (question, path) in enumerate(zip(questions, paths, strict=True))
    )
    on_both = tuple(step for step in steps[0] if step in set(steps[1]))
    together = _together(paths, one, context.preferences.exchange_rates)
    return Comparison(
        sides=(sides[0], sides[1]),
        shared_credentials=on_both,
        shared_skills=shared,
        together=together,
        summary=tuple(summarise((sides[0], sides[1]), on_both, shared)),
        credentials=records_of(index, named_in(paths)),
        skill_labels=labels_of(one, skills_in(paths)),
        unknown_skills=one.unknown_skills,
        bundle_version=one.bundle_version,
        catalogue_version=index.version,
        taxonomy=one.taxonomy.attribution,
        planned_on=context.clock().date(),
    )


def _understand_both(context: Context, tenant: str, asks: Sequence[Ask]) -> tuple[Question, Question]:
    """Both from the same bundle and catalogue, so that what they share can be told."""
    while True:
        one, other = (understand(context, tenant, ask) for ask in asks)
        same = one.bundle_version == other.bundle_version and one.catalogue.index is other.catalogue.index
        if same:
            return one, other


def _together(paths: Sequence[LearningPath], question: Question, rates: Mapping[str, float]) -> Together:
    steps: dict[str, Step] = {step.credential_id: step for path in paths for step in path.steps}
    budget = question.constraints.budget
    cost, unpriced = total_cost(list(steps.values()), budget.currency if budget else "", rates)
    return Together(tuple(steps), math.fsum(step.workload_hours for step in steps.values()), cost, unpriced)


def summarise(sides: tuple[Side, Side], shared: Sequence[str], skills: Sequence[SharedSkill]) -> list[str]:
    """What a person would want to know first, each sentence from the figures of the comparison."""
    names = [side.goal.label or side.goal.text for side in sides]
    said = [_takes(name, side) for name, side in zip(names, sides, strict=True)]
    if skills:
        said.append(f"Both need {_listed([skill.label for skill in skills])}: {_shares(names, sides)}.")
    else:
        said.append("They need no skill in common.")
    if shared:
        plural = "s are" if len(shared) > 1 else " is"
        said.append(f"{len(shared)} credential{plural} on both paths.")
    said += [_closes(names[at], sides[1 - at].goal, sides[at]) for at in (0, 1) if sides[at].best.steps]
    return said


def _listed(labels: Sequence[str]) -> str:
    """As "a", "a and b", "a, b, c and 4 more"."""
    *first, last = labels if len(labels) <= NAMED + 1 else (*labels[:NAMED], f"{len(labels) - NAMED} more")
    return f"{', '.join(first)} and {last}" if first else last


def _takes(name: str, side: Side) -> str:
    path = side.best
    if not path.steps:
        return f"{name}: no step fits, {side.goal.share(path.gap_before):.0%} of it is still to be learned."
    cost = f"{path.cost.amount:,.0f} {path.cost.currency}" if path.cost else "no stated price"
    count = f"{len(path.steps)} step{'s' if len(path.steps) > 1 else ''}"
    before, after = side.goal.share(path.gap_before), side.goal.share(path.gap_after)
    return (
        f"{name}: {count}, {path.hours:.0f} hours, {path.weeks:.0f} weeks, {cost}; "
        f"what is still to be learned goes from {before:.0%} to {after:.0%}."
    )


def _shares(names: Sequence[str], sides: Sequence[Side]) -> str:
    return " and ".join(f"{side.shared_weight:.0%} of {name}" for name, side in zip(names, sides, strict=True))


def _closes(name: str, other: CareerGoal, side: Side) -> str:
    share = other.share(math.fsum(side.closes_of_other))
    return f"The path to {name} closes {share:.0%} of {other.label or other.text} as well."
