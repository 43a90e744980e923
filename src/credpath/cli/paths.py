"""The learner's commands about the way: path and compare."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

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
    Participation,
    Weeks,
    ask_of,
    check_held,
    day_of,
    limits_of,
)
from credpath.cli.path_printing import print_comparison, print_paths
from credpath.cli.printing import print_json, say
from credpath.cli.running import AsJson, Tenant, opened, reported, tenant_of
from credpath.domain.learner import Profile
from credpath.domain.paths import MAX_PARALLEL, Constraints, PathKind
from credpath.errors import InvalidInput

if TYPE_CHECKING:
    from credpath.service.asking import Ask

KINDS: tuple[PathKind, ...] = get_args(PathKind)
Parallel = Annotated[int, typer.Option("--parallel", min=1, max=MAX_PARALLEL, help="So many at once at most.")]
StartsOn = Annotated[str, typer.Option("--starts-on", help="The day to begin, as 2027-01-11. Default: today.")]
Deadline = Annotated[str, typer.Option("--deadline", help="The day by which all is done.")]
Pin = Annotated[list[str] | None, typer.Option("--pin", help="A credential id that must be on it; repeatable.")]
Stack = Annotated[str, typer.Option("--stack", help="The id of a larger credential to complete.")]
Previous = Annotated[
    list[str] | None, typer.Option("--previous", help="A step of the path to stay with, in order; repeatable.")
]
Calendar = Annotated[
    Path | None, typer.Option("--calendar", dir_okay=False, help="Write an alternative to this iCalendar file.")
]
Alternative = Annotated[str, typer.Option("--alternative", help=f"Which one to export: {', '.join(KINDS)}.")]
NotKept = Annotated[bool, typer.Option("--what-if", help="Only try: a stored learner's path stays as it was.")]
Goals = Annotated[list[str] | None, typer.Option("--goal", help="A career goal in your own words; give two.")]


@reported
def path(
    learner: LearnerId = "",
    goal: GoalText = "",
    have: Have = None,
    held: Held = None,
    hours_per_week: Hours = None,
    weeks: Weeks = None,
    deadline: Deadline = "",
    starts_on: StartsOn = "",
    budget: Budget = None,
    currency: Currency = "",
    parallel: Parallel = 1,
    pin: Pin = None,
    stack: Stack = "",
    language: Language = None,
    country: Country = "",
    exclude: Exclude = None,
    participation: Participation = None,
    accredited: Accredited = False,
    awarding_body: AwardingBody = None,
    previous: Previous = None,
    what_if: NotKept = False,
    calendar: Calendar = None,
    alternative: Alternative = "best",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    """Plan an ordered path to a goal within all limits, with alternatives, or say what would have to give."""
    from credpath.service.path_export import calendar_file
    from credpath.service.planning_paths import plan_paths

    kind = _kind(alternative)
    limits = limits_of(
        hours_per_week, weeks, budget, currency, languages=language, country=country, excluded=exclude,
        participation=participation, accredited=accredited, awarding_bodies=awarding_body,
    )  # fmt: skip
    limits = _of_path(limits, parallel, starts_on, deadline, pin, stack)
    ask, owner = ask_of(learner, goal, have, held, 5, limits), tenant_of(tenant)
    with opened() as context:
        check_held(context, owner, ask)
        answer = plan_paths(context, owner, ask, previous, None if what_if else kind)
        file = calendar_file(context, owner, ask, answer, kind) if calendar else b""
    if calendar:
        _write(calendar, file)
    if as_json:
        print_json(asdict(answer))
        return
    print_paths(answer)
    if calendar:
        say(f"{calendar}: one event for each step of the {alternative} path")


@reported
def compare(
    goal: Goals = None,
    learner: LearnerId = "",
    have: Have = None,
    held: Held = None,
    hours_per_week: Hours = None,
    weeks: Weeks = None,
    deadline: Deadline = "",
    budget: Budget = None,
    currency: Currency = "",
    parallel: Parallel = 1,
    language: Language = None,
    country: Country = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    """Compare two goals from the same start: what each takes, and what both share."""
    from credpath.service.comparing import GoalWords, compare_goals

    if len(goal or ()) != 2:
        raise InvalidInput("compare takes two goals", where="--goal", fix="give --goal TEXT twice")
    limits = limits_of(hours_per_week, weeks, budget, currency, languages=language, country=country)
    limits = _of_path(limits, parallel, "", deadline, None, "")
    ask = ask_of(learner, "", have, held, 5, limits) if learner else _of_nobody(have, held, limits)
    one, other = (GoalWords(text) for text in goal or ())
    with opened() as context:
        owner = tenant_of(tenant)
        check_held(context, owner, ask)
        found = compare_goals(context, owner, ask, (one, other))
    if as_json:
        print_json(asdict(found))
        return
    print_comparison(found)


def _of_nobody(have: list[str] | None, held: list[str] | None, limits: Constraints) -> Ask:
    from credpath.service.asking import Ask

    return Ask(profile=Profile(declared_skills=tuple(have or ())), awards=tuple(held or ()), constraints=limits)


def _of_path(
    limits: Constraints, parallel: int, starts_on: str, deadline: str, pins: list[str] | None, stack: str
) -> Constraints:
    return replace(
        limits, parallel=parallel, starts_on=day_of(starts_on, "--starts-on"), deadline=day_of(deadline, "--deadline"),
        pinned=tuple(pins or ()), stack=stack,
    )  # fmt: skip


def _kind(name: str) -> PathKind:
    found = next((kind for kind in KINDS if kind == name.replace("-", "_")), None)
    if found is None:
        raise InvalidInput(f"unknown alternative {name!r}", where="--alternative", fix=", ".join(KINDS))
    return found


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise InvalidInput(f"cannot write {file}: {error.strerror}", where="--calendar") from error
