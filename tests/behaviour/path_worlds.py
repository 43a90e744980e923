"""Random catalogues and questions for paths, with every wish and limit, and a judge that knows only the records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from credpath.domain.catalogue import Credential, Preparation, PrerequisiteGroup, SkillLink, StackRule
from credpath.domain.money import REFERENCE_RATES, Money, convert
from credpath.domain.paths import Constraints, LearningPath, Step
from credpath.recommender.filters import HOURS_PER_WEEK
from credpath.recommender.path_problem import MAX_STEPS
from credpath.recommender.recommend import RecommendRequest
from credpath.recommender.waivers import WAIVED_FROM
from tests.recommender.worlds import SKILLS, TODAY, ask, goal_of, learner, teaches

NAMES = [f"c{n:02d}" for n in range(10)]
FORMS = ("", "online", "Online, self-paced", "on-site", "blended")
CLOSE = 1e-6
World = dict[Credential, tuple[SkillLink, ...]]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to ten credentials; hard edges lead to earlier ids only, so that there is no cycle."""
    made: World = {}
    for at, name in enumerate(NAMES[: draw(st.integers(1, len(NAMES)))]):
        credential = Credential(name, f"Title {at}", **draw(_facts(at)), **draw(_effort()))
        skills = draw(st.lists(st.sampled_from(SKILLS), max_size=3, unique=True))
        made[credential] = teaches(*skills, strength=draw(st.sampled_from([0.3, 0.7, 1.0])))
    return made


@st.composite
def _facts(draw: st.DrawFn, at: int) -> dict[str, Any]:
    earlier = st.lists(st.sampled_from([*NAMES[:at], "elsewhere"]), min_size=1, max_size=3, unique=True)
    groups = []
    for members in draw(st.lists(earlier, max_size=1 if at % 2 else 2)):
        kind = draw(st.sampled_from(["all_of", "any_of", "k_of"]))
        groups.append(PrerequisiteGroup(kind, tuple(members), draw(st.integers(1, len(members)))))
    helpful = draw(st.lists(st.sampled_from([n for n in NAMES if n != NAMES[at]]), max_size=1))
    return {
        "prerequisites": tuple(groups),
        "preparation": tuple(Preparation(credential_id=i) for i in helpful),
        "stacks_into": ("c09",) if at < 9 and draw(st.booleans()) else (),
        "stack": StackRule("n_of", 2.0) if at == 9 else None,
        "supersedes": (NAMES[at - 1],) if at and draw(st.integers(0, 9)) == 0 else (),
        "languages": draw(st.sampled_from([(), ("en",), ("de",)])),
        "participation": draw(st.sampled_from(FORMS)),
        "quality_assurance": draw(st.sampled_from(["", "external review"])),
        "awarding_body": draw(st.sampled_from(["", "Aber", "Bern"])),
        "status": draw(st.sampled_from(["active", "active", "active", "withdrawn"])),
    }


@st.composite
def _effort(draw: st.DrawFn) -> dict[str, Any]:
    starts = draw(st.sampled_from([None, None, -10, 0, 20, 60]))
    ends = draw(st.sampled_from([None, None, 30, 90]))
    first = None if starts is None else TODAY + timedelta(days=starts)
    last = None if ends is None else (first or TODAY) + timedelta(days=ends)
    return {
        "level": draw(st.sampled_from(["", "introductory", "intermediate", "advanced"])),
        "workload_hours": draw(st.sampled_from([None, 4.0, 20.0, 60.0, 900.0])),
        "duration_weeks": draw(st.sampled_from([None, 2.0, 6.0])),
        "ects": draw(st.sampled_from([None, 1.0, 5.0])),
        "cost": draw(st.sampled_from([None, Money(0, "EUR"), Money(50, "USD"), Money(400, "EUR"), Money(9, "XOF")])),
        "starts_on": first,
        "ends_on": last,
    }


@st.composite
def path_questions(draw: st.DrawFn) -> RecommendRequest:
    """Every limit and wish, each often absent."""
    some = st.lists(st.sampled_from([*NAMES, "elsewhere"]), max_size=2)
    levels = draw(st.dictionaries(st.sampled_from(SKILLS), st.sampled_from([0.0, 0.3, 0.7, 1.0]), max_size=4))
    who = learner(held=draw(some), in_progress=draw(some), dismissed=draw(some), **levels)
    out = frozenset(draw(some))
    pins = tuple(dict.fromkeys(i for i in draw(st.lists(st.sampled_from(NAMES), max_size=2)) if i not in out))
    begin = draw(st.sampled_from([None, None, TODAY + timedelta(days=14)]))
    until = draw(st.sampled_from([None, None, 30, 120]))
    limits: dict[str, Any] = {
        "languages": draw(st.sampled_from([frozenset(), frozenset({"en"})])),
        "budget": draw(st.sampled_from([None, Money(0, "EUR"), Money(120, "EUR"), Money(500, "USD")])),
        "weeks": draw(st.sampled_from([None, 2.0, 12.0])),
        "hours_per_week": draw(st.sampled_from([None, 5.0, 11.0])),
        "excluded": out,
        "participation": draw(st.sampled_from([frozenset(), frozenset(), frozenset({"online"})])),
        "accredited": draw(st.sampled_from([False, False, True])),
        "awarding_bodies": draw(st.sampled_from([frozenset(), frozenset(), frozenset({"ABER "})])),
        "parallel": draw(st.sampled_from([1, 1, 2, 3])),
        "starts_on": begin,
        "deadline": None if until is None else (begin or TODAY) + timedelta(days=until),
        "pinned": pins,
        "stack": draw(st.sampled_from(["", "", "c09"])) if "c09" not in out else "",
    }
    goal = goal_of(*draw(st.lists(st.sampled_from(SKILLS), max_size=4, unique=True)))
    vector = draw(st.sampled_from([None, [1.0, 0.0], [0.6, 0.8]]))
    return ask(goal, who, vector=vector, **limits)


def broken(world: World, question: RecommendRequest, path: LearningPath) -> list[str]:
    """Every limit that the path breaks, judged by the records alone."""
    by_id = {c.credential_id: c for c in world}
    return [
        *_broken_totals(question, path),
        *_broken_steps(by_id, question, path),
        *_broken_order(world, question, path),
    ]


def _broken_totals(question: RecommendRequest, path: LearningPath) -> Iterator[str]:
    limits = question.constraints
    if len({s.credential_id for s in path.steps}) != len(path.steps) or len(path.steps) > MAX_STEPS:
        yield "steps"
    if limits.weeks is not None and path.weeks > limits.weeks + CLOSE:
        yield "weeks"
    if limits.deadline is not None and any(s.ends_on is None or s.ends_on > limits.deadline for s in path.steps):
        yield "deadline"
    begin = limits.starts_on or TODAY
    if any(s.starts_on is None or s.starts_on < begin for s in path.steps):
        yield "starts_on"
    for step in path.steps:
        beside = [o for o in path.steps if o.start_week <= step.start_week + CLOSE < o.end_week]
        pace = sum(o.workload_hours / max(CLOSE, o.end_week - o.start_week) for o in beside)
        if len(beside) > limits.parallel:
            yield "parallel"
        if pace > (limits.hours_per_week or HOURS_PER_WEEK) + CLOSE:
            yield "hours_per_week"


def _broken_steps(by_id: Mapping[str, Credential], question: RecommendRequest, path: LearningPath) -> Iterator[str]:
    limits, who, spent = question.constraints, question.snapshot, 0.0
    for step in path.steps:
        credential = by_id[step.credential_id]
        if step.credential_id in who.held | who.in_progress | who.dismissed | limits.excluded:
            yield "excluded"
        if credential.status != "active":
            yield "status"
        yield from _broken_wishes(credential, limits)
        if not _starts_in_time(credential, step):
            yield "dates"
        if limits.budget is not None and credential.cost is not None:
            price = convert(credential.cost, limits.budget.currency, REFERENCE_RATES)
            spent += float("inf") if price is None else price
    if limits.budget is not None and spent > limits.budget.amount + CLOSE:
        yield "budget"


def _broken_wishes(credential: Credential, limits: Constraints) -> Iterator[str]:
    if limits.languages and credential.languages and not set(credential.languages) & limits.languages:
        yield "language"
    if limits.participation and credential.participation and not credential.participation.lower().startswith("online"):
        yield "participation"
    if limits.accredited and not credential.quality_assurance:
        yield "accredited"
    if limits.awarding_bodies and credential.awarding_body != "Aber":
        yield "awarding_body"


def _starts_in_time(credential: Credential, step: Step) -> bool:
    start = step.starts_on or date.min
    return (credential.starts_on or date.min) <= start <= (credential.ends_on or date.max)


def _broken_order(world: World, question: RecommendRequest, path: LearningPath) -> Iterator[str]:
    by_id = {c.credential_id: c for c in world}
    for step in path.steps:
        before = {o.credential_id for o in path.steps if o.end_week <= step.start_week + CLOSE}
        # What is under way is finished before the first step.
        held = _standing_for(world, {*question.snapshot.held, *question.snapshot.in_progress, *before})
        waived = {w.credential_id for w in step.waivers}
        for group in by_id[step.credential_id].prerequisites:
            if len(set(group.credential_ids) & (held | waived)) < group.needed:
                yield "prerequisites"
        for waiver in step.waivers:
            teaching = {link.skill_uri for c in world if c.credential_id == waiver.credential_id for link in world[c]}
            known = question.snapshot.mastery
            if not teaching or any(known[u].interval[0] < WAIVED_FROM for u in teaching):
                yield "waiver"


def _standing_for(world: World, held: set[str]) -> set[str]:
    """With older versions and with the stack that two members earn."""
    older = {old for c in world if c.credential_id in held for old in _older(world, c)}
    held = held | older
    members = [c for c in world if "c09" in c.stacks_into]
    rule = any(c.credential_id == "c09" and c.status == "active" and c.stack for c in world)
    if rule and sum(c.status == "active" for c in members) >= 2 and len({c.credential_id for c in members} & held) >= 2:
        earned = next(c for c in world if c.credential_id == "c09")
        if all(len(set(g.credential_ids) & held) >= g.needed for g in earned.prerequisites):
            held = held | {"c09", *_older(world, earned)}
    return held


def _older(world: World, credential: Credential) -> set[str]:
    found, waiting = set[str](), list(credential.supersedes)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += [o for c in world if c.credential_id == one for o in c.supersedes]
    return found
