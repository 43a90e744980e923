"""What the learner's commands have in common: their options, and the question that these make."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from credpath.cli.printing import say
from credpath.domain.learner import Profile
from credpath.domain.money import Money
from credpath.domain.paths import Constraints
from credpath.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from credpath.domain.goals import CareerGoal, GoalAnswer
    from credpath.service.asking import Ask
    from credpath.service.context import Context

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
Country = Annotated[str, typer.Option("--country", help="Where you are, as DE.")]
Exclude = Annotated[list[str] | None, typer.Option("--exclude", help="A credential id not wanted; repeatable.")]
Participation = Annotated[
    list[str] | None, typer.Option("--participation", help="A form that suits, as online; repeatable.")
]
Accredited = Annotated[bool, typer.Option("--accredited", help="Only what states its quality assurance.")]
AwardingBody = Annotated[list[str] | None, typer.Option("--awarding-body", help="Only of this one; repeatable.")]


def limits_of(
    hours: float | None,
    weeks: float | None,
    budget: float | None,
    currency: str,
    *,
    languages: list[str] | None = None,
    country: str = "",
    excluded: list[str] | None = None,
    participation: list[str] | None = None,
    accredited: bool = False,
    awarding_bodies: list[str] | None = None,
) -> Constraints:
    """What must fit, by the options of every command. Raises InvalidInput: no currency, or no such language."""
    from credpath.interop.languages import language_codes

    if budget is not None and not currency:
        raise InvalidInput("a budget needs a currency", where="--currency", fix="for example --currency EUR")
    money = Money(budget, currency.upper()) if budget is not None else None
    codes = language_codes(languages or (), "--language")
    return Constraints(
        languages=frozenset(codes), country=country.upper(), budget=money, hours_per_week=hours, weeks=weeks,
        excluded=frozenset(excluded or ()), participation=frozenset(participation or ()), accredited=accredited,
        awarding_bodies=frozenset(awarding_bodies or ()),
    )  # fmt: skip


def ask_of(
    learner: str, goal: str, have: list[str] | None, held: list[str] | None, limit: int, limits: Constraints
) -> Ask:
    """The question of a command's options. Raises InvalidInput when it is for nobody, toward nothing."""
    from credpath.service.asking import Ask

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


def check_held(context: Context, tenant: str, ask: Ask) -> None:
    """Raises NotFound for a held credential that is not in the catalogue: it would count for nothing."""
    from credpath.service.catalogue import get_credential

    for credential_id in ask.awards:
        try:
            get_credential(context, tenant, credential_id)
        except NotFound as error:
            fix = "give the id of a credential in the catalogue, or leave it out"
            raise NotFound(error.what, where="--held", fix=fix) from None


def day_of(text: str, option: str) -> date | None:
    """A day, None without one. Raises InvalidInput."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"{text!r} is no date", where=option, fix="for example 2027-06-30") from None


def say_nearest(answer: GoalAnswer | None) -> None:
    """Warns when the words name no occupation."""
    if answer and not answer.close_enough:
        say(f"No occupation is close to {answer.target or answer.text!r}; the nearest are listed.")


def say_goal(goal: CareerGoal, answer: GoalAnswer | None) -> None:
    """What the goal was taken to mean, and what else it could."""
    say_nearest(answer)
    if goal.label:
        say(f"Goal: {goal.label} (confidence {goal.confidence:.2f}), {len(goal.skills)} skills")
        others = [m.label for m in answer.matches[1:4]] if answer else []
        if others:
            say(f"      or did you mean: {'; '.join(others)}?")


def say_shortcomings(unknown_skills: tuple[str, ...], degraded: bool, notes: tuple[str, ...] = ()) -> None:
    """What was not understood or cannot be done, and whether a fallback answered."""
    for note in notes:
        say(f"Note: {note}")
    if unknown_skills:
        say(f"Not known to the taxonomy, so not counted: {', '.join(unknown_skills)}")
    if degraded:
        say("This is a fallback: there was too little to rank by.")
