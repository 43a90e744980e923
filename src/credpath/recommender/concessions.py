"""What would have to give: the smallest change of each kind that brings a path nearer to the goal.

Each is found by solving without the limit, then made as small as exchanges can, and verified by solving again with
exactly what is said. What a path then closes is what that last answer closes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from credpath.domain.money import Money
from credpath.domain.paths import MAX_PARALLEL, Concession, ConcessionKind, Constraints
from credpath.recommender import path_templates as say
from credpath.recommender.filters import HOURS_PER_WEEK, weeks_left
from credpath.recommender.path_alternatives import least_toll
from credpath.recommender.path_problem import Plan, Problem, closes, lasts
from credpath.recommender.path_refusals import why_not
from credpath.recommender.path_solving import Solved, as_followed, solve_quickly, yielding
from credpath.recommender.path_statement import Statement, state_problem
from credpath.recommender.wording import said

# The goal fits once so little of the first gap is left; a concession has to bring at least so much.
ENOUGH_LEFT = 0.10
WORTH_ASKING = 0.02
# Rounded up a little, so that a step fits that needs exactly what is said to be missing.
MARGIN = 1.0 + 1e-6
MOST_SKILLS = 3
MOST_WEEKS = 1_040.0  # nobody is told to wait longer
# A budget that bounds nothing, in its own currency: prices that no rate can compare stay out, as they were.
UNBOUNDED = 1e12


@dataclass(frozen=True, slots=True)
class Stopped:
    """A path that stops short: `closed` of the gap once all its steps are finished; `out`: what is asked for and
    not on it, by number."""

    statement: Statement
    solved: Solved
    closed: float
    out: tuple[str, ...]

    def of_today(self, closed: float) -> float:
        """The same share of today's gap, of which what is begun closes a part."""
        ground = self.statement.ground
        if not ground.begun.rows or not ground.gap_today:
            return closed
        return 1.0 - (1.0 - closed) * ground.gap.total / ground.gap_today


def concessions(stopped: Stopped) -> tuple[Concession, ...]:
    """() when the goal fits and all that is asked for is on the path."""
    found = [*left_out_of(stopped)]
    if stopped.closed < 1.0 - ENOUGH_LEFT and stopped.statement.ground.gap.total > 0:
        found += [
            *_time(stopped), *_money(stopped), *_at_once(stopped), *_wishes(stopped), *_start(stopped),
            *_skills(stopped), *_asked(stopped),
        ]  # fmt: skip
        found = found or [*_all_wishes(stopped)]
    return tuple(found)


def sure(statement: Statement) -> Problem:
    """The problem as if every step were finished."""
    return replace(statement.problem, taught=statement.sure_taught, near=statement.sure_near)


def _relaxed(stopped: Stopped, limits: Constraints) -> tuple[Statement, Solved, float] | None:
    """The best path under other limits, when it closes enough more to be worth asking."""
    statement = state_problem(stopped.statement.ground, limits)
    problem = sure(statement)
    carried = _carried(stopped, problem)
    solved = solve_quickly(problem, carried)
    if not solved.feasible:
        solved = solve_quickly(yielding(problem), carried)
    closed = closes(problem, solved.plan.steps)
    if closed < stopped.closed + WORTH_ASKING:
        return None
    return statement, solved, closed


def _carried(stopped: Stopped, problem: Problem) -> list[Plan]:
    """The path as it is, in another problem's numbers."""
    number = {credential_id: at for at, credential_id in enumerate(problem.ids)}
    ids = [stopped.statement.problem.ids[k] for k in stopped.solved.plan.steps]
    return [Plan(tuple(number[i] for i in ids), stopped.solved.plan.starts)] if all(i in number for i in ids) else []


def _least(
    stopped: Stopped, found: tuple[Statement, Solved, float], toll: str, amount: Callable[[Problem, Plan], float]
) -> list[float]:
    """The least of what is short with which a plan closes about as much, or all that is needed; before it, where
    nothing fits as it is, the least with which there is a first step.
    """
    statement, solved, closed = found
    problem = as_followed(sure(statement), solved.plan)
    whole = min(closed - WORTH_ASKING / 2, max(1.0 - ENOUGH_LEFT, stopped.closed + WORTH_ASKING))
    targets = {whole} if stopped.solved.plan.steps else {whole, min(whole, stopped.closed + WORTH_ASKING)}
    plans = (least_toll(problem, getattr(problem, toll), solved, target) for target in targets)
    return sorted({amount(problem, plan) for plan in plans})


def _time(stopped: Stopped) -> Iterator[Concession]:
    """More hours within the same weeks, or the same hours a week for longer."""
    limits, today = stopped.statement.limits, stopped.statement.ground.request.today
    weeks = weeks_left(limits, today)
    found = None if weeks is None else _relaxed(stopped, replace(limits, weeks=None, deadline=None))
    if weeks is None or found is None:
        return
    pace = limits.hours_per_week or HOURS_PER_WEEK
    for needed in (lasting * MARGIN for lasting in _least(stopped, found, "hours", lasts)):
        again = _relaxed(stopped, replace(limits, weeks=needed, deadline=None)) if needed > weeks else None
        if again is None:
            continue
        if stopped.statement.problem.separable and weeks > 0:
            hours = float(np.ceil(round((needed - weeks) * pace, 3)))
            yield _said(stopped, again, "hours", hours, "hours", say.HOURS, hours=hours)
        if needed <= MOST_WEEKS:
            later = float(np.ceil(round(needed - weeks, 3)))
            yield _said(stopped, again, "weeks", later, "weeks", say.WEEKS, weeks=later)


def _money(stopped: Stopped) -> Iterator[Concession]:
    limits = stopped.statement.limits
    if limits.budget is None:
        return
    currency = limits.budget.currency
    found = _relaxed(stopped, replace(limits, budget=Money(UNBOUNDED, currency)))
    if found is None:
        return
    for needed in _least(stopped, found, "money", lambda problem, plan: float(problem.money[list(plan.steps)].sum())):
        more = float(np.ceil(round(needed - limits.budget.amount, 6)))
        again = _relaxed(stopped, replace(limits, budget=Money(limits.budget.amount + more, currency)))
        if more > 0 and again is not None:
            yield _said(stopped, again, "money", more, currency, say.MONEY, money=Money(more, currency))


def _at_once(stopped: Stopped) -> Iterator[Concession]:
    limits = stopped.statement.limits
    if limits.parallel == 1 or stopped.statement.problem.weeks is None:
        return
    for count in range(limits.parallel + 1, MAX_PARALLEL + 1):
        found = _relaxed(stopped, replace(limits, parallel=count))
        if found is not None:
            more = float(count - limits.parallel)
            yield _said(stopped, found, "parallel", more, "credentials", say.PARALLEL, count=count)
            return


def _wishes(stopped: Stopped) -> Iterator[Concession]:
    limits = stopped.statement.limits
    none: frozenset[str] = frozenset()
    if limits.languages and (found := _relaxed(stopped, replace(limits, languages=none))):
        index = stopped.statement.ground.index
        steps = [index.credentials[found[0].problem.rows[k]].languages for k in found[1].plan.steps]
        spoken = sorted({code for codes in steps for code in codes[:1]} - limits.languages)
        yield _said(stopped, found, "language", 0.0, "", say.LANGUAGES, subject=", ".join(spoken))
    others = (
        ("participation", bool(limits.participation), replace(limits, participation=none)),
        ("accredited", limits.accredited, replace(limits, accredited=False)),
        ("awarding_bodies", bool(limits.awarding_bodies), replace(limits, awarding_bodies=none)),
    )
    for name, wished, without in others:
        if wished and (found := _relaxed(stopped, without)):
            yield _said(stopped, found, "wish", 0.0, "", say.WISHES[name], subject=name)


def _all_wishes(stopped: Stopped) -> Iterator[Concession]:
    """Where no change of one kind helps: what giving up all wishes together would."""
    without = Constraints()
    given = replace(
        stopped.statement.limits, languages=without.languages, participation=without.participation,
        accredited=without.accredited, awarding_bodies=without.awarding_bodies,
    )  # fmt: skip
    if given != stopped.statement.limits and (found := _relaxed(stopped, given)):
        yield _said(stopped, found, "wish", 0.0, "", say.ALL_WISHES)


def _start(stopped: Stopped) -> Iterator[Concession]:
    limits, soonest = stopped.statement.limits, stopped.statement.ground.begun.free_on
    if limits.starts_on is None or limits.starts_on <= soonest:
        return
    found = _relaxed(stopped, replace(limits, starts_on=soonest))
    if found is not None:
        weeks = float(np.ceil((limits.starts_on - soonest).days / 7.0))
        yield _said(stopped, found, "start", weeks, "weeks", say.START, weeks=weeks)


def _skills(stopped: Stopped) -> Iterator[Concession]:
    """Leaving out the few skills that stay widest open, when the rest then fits."""
    statement, problem = stopped.statement, as_followed(sure(stopped.statement), stopped.solved.plan)
    gap, taken = statement.ground.gap, list(stopped.solved.plan.steps)
    load = problem.taught[taken].sum(axis=0) + (problem.near[taken].max(axis=0) if taken else 0.0)
    open_left = np.maximum(0.0, problem.caps - np.minimum(problem.caps, problem.rooms * -np.expm1(-load)))
    widest = sorted(range(len(open_left)), key=lambda j: (-round(float(open_left[j]), 12), gap.skills[j].skill_uri))
    for count in range(1, MOST_SKILLS + 1):
        without = widest[:count]
        rest = 1.0 - float(problem.caps[without].sum())
        if rest <= WORTH_ASKING or count > len(widest):
            return
        if (open_left.sum() - open_left[without].sum()) / rest > ENOUGH_LEFT:
            continue
        caps = problem.caps.copy()
        caps[without] = 0.0
        solved = solve_quickly(replace(problem, caps=caps), [stopped.solved.plan])
        then = closes(replace(problem, caps=caps), solved.plan.steps) / rest
        if then >= 1.0 - ENOUGH_LEFT:
            labels = tuple(gap.skills[j].label or gap.skills[j].skill_uri for j in without)
            values: dict[str, object] = {"skills": labels, "then": then}
            uri = gap.skills[without[0]].skill_uri
            words = said(say.SKILLS, values)
            yield Concession("skill", float(count), "skills", uri, 1.0 - then, True, words, say.SKILLS, values)
        return


def _asked(stopped: Stopped) -> Iterator[Concession]:
    """A pin, or the stack, that keeps the path from closing more."""
    statement, limits = stopped.statement, stopped.statement.limits
    for pin in (p for p in limits.pinned if p not in stopped.out):
        found = _relaxed(stopped, replace(limits, pinned=tuple(p for p in limits.pinned if p != pin)))
        if found is not None:
            yield _said(stopped, found, "pin", 0.0, "", say.PIN, subject=pin, title=_title(statement, pin))
    if limits.stack and limits.stack not in stopped.out and (found := _relaxed(stopped, replace(limits, stack=""))):
        title = _title(statement, limits.stack)
        yield _said(stopped, found, "stack", 0.0, "", say.STACK, subject=limits.stack, title=title)


def left_out_of(stopped: Stopped) -> Iterator[Concession]:
    """What is asked for and cannot be."""
    for credential_id in stopped.out:
        kind: ConcessionKind = "stack" if credential_id == stopped.statement.limits.stack else "pin"
        template = say.STACK_OUT if kind == "stack" else say.PIN_OUT
        code = why_not(stopped.statement, credential_id)
        code = "limits" if kind == "stack" and code in ("not_offered", "prerequisite") else code
        values: dict[str, object] = {"title": _title(stopped.statement, credential_id), "why": say.WHY[code]}
        left = 1.0 - stopped.of_today(stopped.closed)
        full = left <= ENOUGH_LEFT
        yield Concession(kind, 0.0, "", credential_id, left, full, said(template, values), template, values)


def _title(statement: Statement, credential_id: str) -> str:
    row = statement.ground.index.position.get(credential_id)
    return credential_id if row is None else statement.ground.index.credentials[row].title


def _said(
    stopped: Stopped,
    found: tuple[Statement, Solved, float],
    kind: ConcessionKind,
    amount: float,
    unit: str,
    templates: str | tuple[str, str],
    subject: str = "",
    **values: object,
) -> Concession:
    """With what the path then closes; one more credential is named, another path is compared."""
    statement, solved, _ = found
    then, now = stopped.of_today(found[2]), stopped.of_today(stopped.closed)
    before = {stopped.statement.problem.ids[k] for k in stopped.solved.plan.steps}
    after = {statement.problem.ids[k] for k in solved.plan.steps}
    added = sorted(after - before)
    template = templates if isinstance(templates, str) else templates[1]
    values |= {"then": then, "now": now}
    if isinstance(templates, tuple) and before < after and len(added) == 1:
        template = templates[0]
        values |= {"title": _title(statement, added[0]), "share": then - now}
    left = max(0.0, 1.0 - then)
    full = left <= ENOUGH_LEFT
    return Concession(kind, amount, unit, subject, left, full, said(template, values), template, values)
