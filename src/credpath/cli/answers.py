"""The learner's commands: goals, recommend, path."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from credpath.cli.printing import print_json, say, table
from credpath.cli.running import AsJson, Tenant, opened, reported, tenant_of
from credpath.domain.goals import GoalAnswer
from credpath.domain.learner import Profile
from credpath.domain.money import Money
from credpath.domain.paths import Constraints, LearningPath, RecommendedItem
from credpath.errors import InvalidInput
from credpath.service.asking import Ask
from credpath.service.explaining import Explanation, explain
from credpath.service.goals import find_goals
from credpath.service.planning_paths import PathAnswer, plan_paths
from credpath.service.recommending import RecommendAnswer
from credpath.service.recommending import recommend as recommend_next

LearnerId = Annotated[str, typer.Option("--learner", help="A stored learner.")]
GoalText = Annotated[str, typer.Option("--goal", help="A career goal in your own words.")]
Have = Annotated[list[str] | None, typer.Option("--have", help="A skill that you have; may be repeated.")]
Held = Annotated[list[str] | None, typer.Option("--held", help="A credential id that you hold; may be repeated.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=50)]
Hours = Annotated[float | None, typer.Option("--hours-per-week", help="Hours you have in a week.")]
Weeks = Annotated[float | None, typer.Option("--weeks", help="Weeks until you want to be done.")]
Budget = Annotated[float | None, typer.Option("--budget", help="What it may cost in all; needs --currency.")]
Currency = Annotated[str, typer.Option("--currency", help="ISO 4217 code of the budget.")]
Language = Annotated[list[str] | None, typer.Option("--language", help="A language you learn in, as en; repeatable.")]


@reported
def goals(
    text: Annotated[str, typer.Argument(help="A career goal in your own words.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=25)] = 5,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    """Find the occupations that a goal may mean, with the skills that they need."""
    with opened() as context:
        found = find_goals(context, tenant_of(tenant), text, limit)
    if as_json:
        print_json({"answer": asdict(found.answer), "goals": [asdict(g) for g in found.goals]})
        return
    _say_nearest(found.answer)
    rows = [
        (f"{m.confidence:.2f}", m.label, m.matched_label, ", ".join(s.label for s in g.skills[:5]))
        for m, g in zip(found.answer.matches, found.goals, strict=True)
    ]
    table(("confidence", "occupation", "matched by", "needs most"), rows)
    say(found.taxonomy)


@reported
def recommend(
    learner: LearnerId = "",
    goal: GoalText = "",
    have: Have = None,
    held: Held = None,
    limit: Limit = 5,
    hours_per_week: Hours = None,
    weeks: Weeks = None,
    budget: Budget = None,
    currency: Currency = "",
    language: Language = None,
    explained: Annotated[bool, typer.Option("--explain", help="Show each feature's part in the score.")] = False,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    """Recommend the next micro-credential toward a goal, with reasons."""
    limits = _limits(hours_per_week, weeks, budget, currency, language)
    ask = ask_of(learner, goal, have, held, limit, limits)
    with opened() as context:
        owner = tenant_of(tenant)
        answer = recommend_next(context, owner, ask)
        explanation = explain(context, owner, answer.impression_id) if explained else None
    if as_json:
        print_json({**asdict(answer), "explanation": asdict(explanation) if explanation else None})
        return
    _print_recommendation(answer)
    if explanation:
        _print_explanation(explanation)


@reported
def path(
    learner: LearnerId = "",
    goal: GoalText = "",
    have: Have = None,
    held: Held = None,
    hours_per_week: Hours = None,
    weeks: Weeks = None,
    budget: Budget = None,
    currency: Currency = "",
    language: Language = None,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    """Plan an ordered path to a goal within hours, weeks and budget."""
    limits = _limits(hours_per_week, weeks, budget, currency, language)
    with opened() as context:
        answer = plan_paths(context, tenant_of(tenant), ask_of(learner, goal, have, held, 5, limits))
    if as_json:
        print_json(asdict(answer))
        return
    _print_path(answer)


def _limits(
    hours: float | None, weeks: float | None, budget: float | None, currency: str, languages: list[str] | None
) -> Constraints:
    if budget is not None and not currency:
        raise InvalidInput("a budget needs a currency", where="--currency", fix="for example --currency EUR")
    money = Money(budget, currency.upper()) if budget is not None else None
    return Constraints(
        languages=frozenset(languages or ()), budget=money, hours_per_week=hours, weeks=weeks,
    )  # fmt: skip


def ask_of(
    learner: str, goal: str, have: list[str] | None, held: list[str] | None, limit: int, limits: Constraints
) -> Ask:
    """The question of a command's options. Raises InvalidInput when it is for nobody, toward nothing."""
    if not learner and not goal:
        raise InvalidInput("for whom, or toward what?", where="--goal", fix="give --goal TEXT, --learner ID, or both")
    profile = None if learner else Profile(declared_skills=tuple(have or ()))
    if learner and (have or held):
        raise InvalidInput(
            "--have and --held describe somebody who is not stored", where="--have", fix="drop --learner"
        )
    return Ask(
        learner_id=learner, profile=profile, awards=tuple(held or ()), goal_text=goal, constraints=limits, limit=limit
    )


def _say_nearest(answer: GoalAnswer | None) -> None:
    if answer and not answer.close_enough:
        say(f"No occupation is close to {answer.target or answer.text!r}; the nearest are listed.")


def _say_goal(answer: RecommendAnswer | PathAnswer) -> None:
    _say_nearest(answer.goal_answer)
    if answer.goal.label:
        say(f"Goal: {answer.goal.label} (confidence {answer.goal.confidence:.2f}), {len(answer.goal.skills)} skills")
        others = [m.label for m in answer.goal_answer.matches[1:4]] if answer.goal_answer else []
        if others:
            say(f"      or did you mean: {'; '.join(others)}?")
    if answer.unknown_skills:
        say(f"Not known to the taxonomy, so not counted: {', '.join(answer.unknown_skills)}")
    if answer.degraded:
        say("This is a fallback: there was too little to rank by.")


def _print_recommendation(answer: RecommendAnswer) -> None:
    _say_goal(answer)
    for item in answer.items:
        _print_item(answer, item)
    if not answer.items:
        say("Nothing in the catalogue fits.")
    if answer.filters:
        say("Left out: " + ", ".join(f"{n} {reason}" for reason, n in sorted(answer.filters.items())))
    say(f"impression {answer.impression_id}, policy {answer.policy}, bundle {answer.bundle_version}")


def _print_item(answer: RecommendAnswer, item: RecommendedItem) -> None:
    credential = answer.credentials[item.credential_id]
    by = f" - {credential.awarding_body}" if credential.awarding_body else ""
    say(f"\n{item.rank}. {credential.title}{by}  [{item.credential_id}]")
    for reason in item.reasons:
        say(f"   {reason.sentence}")
    say(f"   EU elements {item.eu_complete}/9, score {item.score:.3f}")


def _print_explanation(explanation: Explanation) -> None:
    say("\nReplayed from the log: " + ("same scores" if explanation.replayed else "the ranker has changed since"))
    for credential_id, parts in explanation.contributions.items():
        rows = [(p.feature, f"{p.value:.3f}", f"{p.contribution:+.4f}") for p in parts]
        table(("feature", "value", "part of the score"), rows, title=credential_id)


def _print_path(answer: PathAnswer) -> None:
    _say_goal(answer)
    for number, found in enumerate(answer.paths, 1):
        if len(answer.paths) > 1:
            say(f"\nAlternative {number}")
        _print_steps(answer, found)


def _print_steps(answer: PathAnswer, found: LearningPath) -> None:
    for number, step in enumerate(found.steps, 1):
        title = answer.credentials[step.credential_id].title
        about = "about " if step.workload_estimated else ""
        say(f"\n{number}. weeks {step.start_week:.0f}-{step.end_week:.0f}: {title}  [{step.credential_id}]")
        price = f"{step.cost.amount:g} {step.cost.currency}" if step.cost else "price not stated"
        say(f"   {about}{step.workload_hours:.0f} h, {price}")
        for reason in step.reasons[:2]:
            say(f"   {reason.sentence}")
    cost = f"{found.cost.amount:,.0f} {found.cost.currency}" if found.cost else "cost not stated"
    unpriced = f" and {found.unpriced_steps} steps without a stated price" if found.unpriced_steps else ""
    say(
        f"\nIn all: {len(found.steps)} steps, {found.hours:.0f} h, {found.weeks:.0f} weeks, {cost}{unpriced}; "
        f"gap {found.gap_before:.0%} -> {found.gap_after:.0%}"
    )
    for sentence in found.would_have_to_give:
        say(f"   {sentence}")
