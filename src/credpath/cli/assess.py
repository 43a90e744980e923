"""The learner's adaptive check: which skill to ask about next; on a terminal it asks until it is done."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from credpath.cli.asked import GoalText, Have, Held, Language, LearnerId, ask_of, check_held, limits_of
from credpath.cli.printing import print_json, say
from credpath.cli.running import AsJson, Tenant, opened, reported, tenant_of

if TYPE_CHECKING:
    from credpath.service.asking import Ask
    from credpath.service.context import Context
    from credpath.service.next_assessment import NextAssessment, Offer

EvenIfSure = Annotated[
    bool, typer.Option("--even-if-sure", help="Ask on where the next credential is sure already.")
]  # fmt: skip


@reported
def assess(
    learner: LearnerId = "",
    goal: GoalText = "",
    have: Have = None,
    held: Held = None,
    language: Language = None,
    tenant: Tenant = "",
    even_if_sure: EvenIfSure = False,
    as_json: AsJson = False,
) -> None:
    """Tell which skill to ask about next. On a terminal, ask until the next credential is certain; stores nothing."""
    from credpath.service.next_assessment import Offer, next_assessment

    asked = ask_of(learner, goal, have, held, 1, limits_of(None, None, None, "", languages=language))
    with opened() as context:
        owner, offer = tenant_of(tenant), Offer(even_if_sure=even_if_sure)
        check_held(context, owner, asked)
        found = next_assessment(context, owner, asked, offer)
        if as_json:
            print_json(document(found))
            return
        if sys.stdin.isatty() and sys.stdout.isatty():
            found = _ask_until_done(context, owner, asked, offer, found)
    _print(found)


def document(found: NextAssessment) -> dict[str, object]:
    """As JSON: the question with what it was made from."""
    question = asdict(found.question)
    records = {i: credential.title for i, credential in found.credentials.items()}
    told = {name: value for name, value in asdict(found).items() if name != "said"}
    return {**told, "why": found.why, "question": question, "done": found.question.done, "credentials": records}


def _ask_until_done(context: Context, tenant: str, asked: Ask, offer: Offer, found: NextAssessment) -> NextAssessment:
    from credpath.service.next_assessment import next_assessment

    answers: dict[str, bool] = {}
    told = False
    say(f"Toward {found.goal.label or found.goal.text}: answer yes or no.")
    while found.question.chosen is not None:
        if found.question.done and not told:
            say(f"Sure already; asking on. {found.why}")
        told = found.question.done
        belief = found.question.chosen.belief
        answers[belief.skill_uri] = typer.confirm(f"{len(answers) + 1}. Can you do this: {belief.label}?")
        found = next_assessment(context, tenant, asked, offer, answers)
    return found


def _print(found: NextAssessment) -> None:
    question = found.question
    if question.chosen is not None:
        label = "Sure already; to ask all the same" if question.done else "Ask next"
        say(f"{label}: {question.chosen.belief.label}  [{question.chosen.belief.skill_uri}]")
    else:
        say("Nothing more to ask.")
    say(f"   {found.why}")
    if question.first:
        title = found.credentials[question.first].title
        say(f"First now: {title}  [{question.first}], certain to {question.certainty:.0%}")
    if not question.done:
        say(f"About {question.left} questions are left; send each result to `credpath import assessments`.")
    if found.unknown_skills:
        say(f"Not known to the taxonomy, so not counted: {', '.join(found.unknown_skills)}")
