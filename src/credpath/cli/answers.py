"""The learner's commands about what is next: goals and recommend."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from credpath.cli.asked import (
    Accredited,
    AwardingBody,
    Budget,
    Country,
    Currency,
    Exclude,
    GoalText,
    Have,
    Held,
    Hours,
    Language,
    LearnerId,
    Limit,
    Participation,
    Weeks,
    ask_of,
    check_held,
    limits_of,
    say_goal,
    say_nearest,
    say_shortcomings,
)
from credpath.cli.printing import print_json, say, table
from credpath.cli.running import AsJson, Tenant, opened, reported, tenant_of

if TYPE_CHECKING:
    from credpath.domain.paths import RecommendedItem
    from credpath.service.explaining import Explanation
    from credpath.service.recommending import RecommendAnswer


@reported
def goals(
    text: Annotated[str, typer.Argument(help="A career goal in your own words.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=25)] = 5,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    """Find the occupations that a goal may mean, with the skills that they need."""
    from credpath.service.goals import find_goals

    with opened() as context:
        found = find_goals(context, tenant_of(tenant), text, limit)
    if as_json:
        print_json({"answer": asdict(found.answer), "goals": [asdict(g) for g in found.goals]})
        return
    say_nearest(found.answer)
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
    country: Country = "",
    exclude: Exclude = None,
    participation: Participation = None,
    accredited: Accredited = False,
    awarding_body: AwardingBody = None,
    explained: Annotated[bool, typer.Option("--explain", help="Show each feature's part in the score.")] = False,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    """Recommend the next micro-credential toward a goal, with reasons."""
    from credpath.service.explaining import explain
    from credpath.service.recommending import recommend as recommend_next

    limits = limits_of(
        hours_per_week, weeks, budget, currency, languages=language, country=country, excluded=exclude,
        participation=participation, accredited=accredited, awarding_bodies=awarding_body,
    )  # fmt: skip
    ask = ask_of(learner, goal, have, held, limit, limits)
    with opened() as context:
        owner = tenant_of(tenant)
        check_held(context, owner, ask)
        answer = recommend_next(context, owner, ask)
        explanation = explain(context, owner, answer.impression_id) if explained else None
    if as_json:
        print_json({**asdict(answer), "explanation": asdict(explanation) if explanation else None})
        return
    _print_recommendation(answer)
    if explanation:
        _print_explanation(explanation)


def _print_recommendation(answer: RecommendAnswer) -> None:
    say_goal(answer.goal, answer.goal_answer)
    say_shortcomings(answer.unknown_skills, answer.degraded, answer.notes)
    for item in answer.items:
        _print_item(answer, item)
    if not answer.items:
        # What does not fit is counted by why.
        empty = "The catalogue is empty: run `credpath import catalogue FILE`, with the same --tenant."
        say("Nothing in the catalogue fits." if answer.filters else empty)
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
