"""Paths and comparisons for a person to read on a terminal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from credpath.cli.asked import say_goal, say_shortcomings
from credpath.cli.printing import say, table
from credpath.domain.catalogue import Credential
from credpath.domain.goals import CareerGoal
from credpath.domain.money import Money
from credpath.domain.paths import Change, LearningPath, StackProgress, Step

if TYPE_CHECKING:
    from credpath.service.comparing import Comparison
    from credpath.service.planning_paths import PathAnswer

KIND_NAMES = {
    "best": "the best", "fastest": "the fastest", "cheapest": "the cheapest", "surest": "the surest",
    "most_credit": "the most creditable",
}  # fmt: skip
REASONS_SHOWN, SKILLS_SHOWN, OPENED_SHOWN, STACKS_SHOWN = 2, 4, 3, 4
PROVEN = 0.0005  # what would be shown as 0.0%
INDENT = "   "


def print_paths(answer: PathAnswer) -> None:
    """The best path step by step, the others by their totals."""
    say_goal(answer.goal, answer.goal_answer)
    say_shortcomings(answer.unknown_skills, answer.degraded, answer.notes)
    if not answer.paths:
        say("Nothing in the catalogue leads there.")
        return
    best, *others = answer.paths
    _print_changes(best, answer)
    for number, step in enumerate(best.steps, 1):
        _print_step(number, step, answer)
    say("")
    for line in totals(best, answer.goal):
        say(line)
    if best.would_have_to_give:
        say("\nTo get further:")
    for sentence in best.would_have_to_give:
        say(f"{INDENT}{sentence}")
    for other in others:
        _print_other(other, best, answer)
    if answer.kept:
        say(f"\nKept: {KIND_NAMES[answer.kept]} path; the next answer starts from it.")


def _print_changes(path: LearningPath, answer: PathAnswer) -> None:
    if answer.previous and not path.changes:
        say("\nAs it was kept.")
    # Most changes of an answer have one reason: it is said once.
    by_reason: dict[str, list[Change]] = defaultdict(list)
    for change in path.changes:
        by_reason[change.sentence.rpartition(": ")[2]].append(change)
    for reason, changes in by_reason.items():
        say(f"\nChanged since the path that was kept: {reason}")
        for kind in ("removed", "added", "moved"):
            names = [_title(c.credential_id, answer.credentials) for c in changes if c.kind == kind]
            if names:
                say(f"{INDENT}{kind}: {'; '.join(names)}")


def _print_step(number: int, step: Step, answer: PathAnswer) -> None:
    credential = answer.credentials[step.credential_id]
    by = f" - {credential.awarding_body}" if credential.awarding_body else ""
    say(f"\n{number}. {weeks_of(step)}: {credential.title}{by}  [{step.credential_id}]")
    for line in _facts(step, answer):
        say(f"{INDENT}{line}")


def _facts(step: Step, answer: PathAnswer) -> Iterator[str]:
    about = "about " if step.workload_estimated else ""
    effort = [f"{about}{step.workload_hours:.0f} h", price(step.cost)]
    if step.ects:
        effort.append(f"{step.ects:g} ECTS")
    if step.completion_probability is not None:
        effort.append(f"finished by {step.completion_probability:.0%} of those who enrol")
    yield ", ".join(effort)
    yield from (reason.sentence for reason in step.reasons[:REASONS_SHOWN])
    if step.skills:
        moved = [f"{answer.skill_labels.get(u, u)} {before:.0%} -> {after:.0%}" for u, before, after in step.skills]
        yield f"Mastery: {few(moved, SKILLS_SHOWN)}"
    for waiver in step.waivers:
        skill = answer.skill_labels.get(waiver.skill_uri, waiver.skill_uri)
        title = _title(waiver.credential_id, answer.credentials)
        yield f"Not needed first: {title}, since {skill} is mastered to {waiver.mastery:.0%} at least"
    yield from (f"Then: {progress(stack)}" for stack in step.stacks)
    if step.unlocks:
        yield f"Opens: {few([_title(other, answer.credentials) for other in step.unlocks], OPENED_SHOWN)}"


def totals(path: LearningPath, goal: CareerGoal) -> list[str]:
    """What the path comes to, in lines. What is open is said as a share of all that the goal asks for."""
    until = f", until {day(path.ends_on)}" if path.ends_on else ""
    effort = f"{count(len(path.steps), 'step')}, {path.hours:.0f} h, {path.weeks:.0f} weeks{until}, {path_price(path)}"
    credit = f", {path.ects:g} ECTS" if path.ects else ""
    lines = [f"In all: {effort}{credit}; gap {goal.share(path.gap_before):.0%} -> {goal.share(path.gap_after):.0%}"]
    if path.completion_probability is not None and path.gap_expected is not None:
        lines.append(
            f"{INDENT}All steps are finished by {path.completion_probability:.0%}; counting that, "
            f"a gap of {goal.share(path.gap_expected):.0%} is to be expected at the end"
        )
    lines += [f"{INDENT}Brings {progress(stack)}" for stack in path.stacks[:STACKS_SHOWN]]
    if path.kind == "best" and path.optimality_gap is not None:
        share = path.optimality_gap
        proven = "no path is worth more" if share < PROVEN else f"worth at most {share:.1%} less than the best possible"
        lines.append(f"{INDENT}Proven: {proven} for its effort ({path.solver})")
    return lines


def _print_other(path: LearningPath, best: LearningPath, answer: PathAnswer) -> None:
    here, there = ([step.credential_id for step in one.steps] for one in (path, best))
    say(f"\nOr {KIND_NAMES[path.kind]} path:")
    for line in totals(path, answer.goal):
        say(line)
    for word, names in (
        ("With", [c for c in here if c not in there]),
        ("Without", [c for c in there if c not in here]),
    ):
        if names:
            say(f"{INDENT}{word} {', '.join(f'{_title(name, answer.credentials)} [{name}]' for name in names)}")


def print_comparison(found: Comparison) -> None:
    """Both goals beside each other, then what they share."""
    for side in found.sides:
        say_goal(side.goal, side.goal_answer)
    of_both = tuple(note for note in found.sides[0].notes if note in found.sides[1].notes)
    say_shortcomings(found.unknown_skills, False, of_both)
    say("")
    for sentence in found.summary:
        say(sentence)
    for at, side in enumerate(found.sides):
        other = found.sides[1 - at].goal
        say(f"\nToward {side.goal.label or side.goal.text}")
        say_shortcomings((), False, tuple(note for note in side.notes if note not in of_both))
        rows = [
            (
                number, weeks_of(step), _title(step.credential_id, found.credentials), f"{step.workload_hours:.0f} h",
                price(step.cost), f"{side.goal.share(step.gap_closed):.0%}", f"{other.share(closes):.0%}",
                "yes" if step.credential_id in found.shared_credentials else "",
            )
            for number, (step, closes) in enumerate(zip(side.best.steps, side.closes_of_other, strict=True), 1)
        ]  # fmt: skip
        table(("", "when", "credential", "hours", "cost", "closes", f"of {other.label or other.text}", "on both"), rows)
    if found.shared_skills:
        say("\nSkills that both need")
        names = [side.goal.label or side.goal.text for side in found.sides]
        shared = [
            (s.label, f"{s.mastery:.0%}", *(f"{weight:.1%}" for weight in s.weights)) for s in found.shared_skills
        ]
        table(("skill", "mastered", *(f"weight for {name}" for name in names)), shared)
    together = found.together
    cost = price(together.cost) if together.cost else "cost not stated"
    say(f"\nBoth together: {count(len(together.credential_ids), 'step')}, {together.hours:.0f} h, {cost}")


def weeks_of(step: Step) -> str:
    """When the step is taken; its days where they are known."""
    weeks = f"weeks {step.start_week:.0f}-{step.end_week:.0f}"
    return f"{weeks} ({day(step.starts_on)} to {day(step.ends_on)})" if step.starts_on and step.ends_on else weeks


def day(found: date) -> str:
    """As 3 Mar 2027, whatever the locale."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{found.day} {months[found.month - 1]} {found.year}"


def price(cost: Money | None) -> str:
    """Of one step."""
    if cost is None:
        return "price not stated"
    return f"{cost.amount:,.0f} {cost.currency}" if cost.amount else "free"


def path_price(path: LearningPath) -> str:
    """Of all steps, with how many state no price."""
    cost = f"{path.cost.amount:,.0f} {path.cost.currency}" if path.cost else "cost not stated"
    unpriced = f" and {count(path.unpriced_steps, 'step')} without a stated price" if path.unpriced_steps else ""
    return f"{cost}{unpriced}"


def progress(stack: StackProgress) -> str:
    """How far the larger credential is."""
    here = " known here" if stack.partial else ""
    return f"{stack.after:g} of {stack.need:g} {stack.unit}{here} for {stack.title}"


def few(names: Sequence[str], most: int) -> str:
    """The first of them, and how many more."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def count(number: int, noun: str) -> str:
    """As 1 step, 2 steps."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _title(credential_id: str, credentials: Mapping[str, Credential]) -> str:
    known = credentials.get(credential_id)
    return known.title if known else credential_id
