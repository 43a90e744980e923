"""A group of learners as a university or an employer may see it: how far it is, what it lacks, who could teach it.

Never a person: a group, or a part of one, of fewer than LEAST learners is not shown, nor one that would give it away.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from credpath.domain.goals import shown_share, skill_gaps
from credpath.domain.learner import LearnerSnapshot
from credpath.evaluation.slices import shown_slices
from credpath.recommender.closing import GoalGap, open_gap
from credpath.recommender.standing import stand
from credpath.service.asking import Ask, find_goal
from credpath.service.context import Context
from credpath.service.mastery_models import serving_model
from credpath.service.told import as_of, with_derived_mastery
from credpath.store.credentials import catalogue_version
from credpath.store.snapshots import list_learner_ids, snapshots_of

LEAST = 5  # learners below which nothing is said
MOST_LEARNERS = 2_000  # read of a tenant; of more, an even sample
OPEN = 0.1  # a gap from here on is one
STEPS = 5  # of the distance to the goal
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Member:
    """One learner without a name. `gaps`: skill URI -> (gap, its weight in the goal), those that are OPEN."""

    occupation_uri: str
    goal: str
    country: str
    progress: float
    gaps: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Members:
    """What was read: all that have a goal with skills, of `read` learners, of `stored` in all."""

    members: tuple[Member, ...]
    labels: Mapping[str, str]
    read: int
    stored: int


@dataclass(frozen=True, slots=True)
class Group:
    """Learners with one goal or from one country. `progress`: mean share of the goal that is met."""

    key: str
    label: str
    learners: int
    progress: float


@dataclass(frozen=True, slots=True)
class SkillNeed:
    """A skill that the group lacks. `learners`: with an open gap; `gap`: their mean, 0..1; `goals`: that ask for it.

    `teachers`: ids of active credentials that teach it, strongest first. `demand`: gap times weight, summed.
    """

    skill_uri: str
    label: str
    learners: int
    gap: float
    goals: int
    demand: float
    teachers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cohort:
    """A group. With `hidden` all else is empty. `steps`: learners by fifth of the way to the goal, None where few.

    `needs`: what it lacks and the catalogue teaches, most wanted first; `lacking`: what nobody teaches.
    """

    learners: int | None
    read: int
    stored: int
    goals: tuple[Group, ...] = ()
    goals_hidden: int = 0
    countries: tuple[Group, ...] = ()
    progress: float = 0.0
    steps: tuple[int | None, ...] = ()
    needs: tuple[SkillNeed, ...] = ()
    lacking: tuple[SkillNeed, ...] = ()

    @property
    def hidden(self) -> bool:
        """Whether the group is too small to be shown."""
        return self.learners is None


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which part of the learners: with one goal, from one country; "" for all."""

    occupation_uri: str = ""
    country: str = ""


ALL = Chosen()


def read_members(context: Context, tenant: str, most: int = MOST_LEARNERS) -> Members:
    """Reads up to `most` learners, an even sample of more, and forgets who they are. About 1 ms each."""
    model, at = serving_model(context, tenant), as_of(context.clock())
    with context.database.read() as connection:
        ids, version = list_learner_ids(connection, tenant), catalogue_version(connection, tenant)
    catalogue, taxonomy = context.serving.catalogue(tenant, version), context.serving.taxonomy(tenant)
    chosen = sampled(ids, most)
    members: list[Member] = []
    labels: dict[str, str] = {}
    for start in range(0, len(chosen), AT_ONCE):
        with context.database.read() as connection:  # none held for long
            found = list(snapshots_of(connection, tenant, chosen[start : start + AT_ONCE], model))
        for snapshot in found:
            goal, _ = find_goal(Ask(), snapshot.profile, taxonomy)
            if goal.skills:
                labels |= {skill.skill_uri: skill.label for skill in goal.skills}
                known, _ = with_derived_mastery(snapshot, taxonomy, catalogue, at, model)
                members.append(_member(known, open_gap(catalogue.index, goal, stand(catalogue.index, known))))
    return Members(tuple(members), labels, len(chosen), len(ids))


def sampled(ids: Sequence[str], most: int) -> tuple[str, ...]:
    """At most so many, by a digest of the id: the same ones every time, and in no order that means anything."""
    if len(ids) <= most:
        return tuple(ids)
    return tuple(sorted(sorted(ids, key=lambda i: hashlib.sha256(i.encode()).digest())[:most]))


def examine_cohort(
    found: Members, teachers: Mapping[str, Sequence[str]], chosen: Chosen = ALL, least: int = LEAST
) -> Cohort:
    """The chosen part. `teachers`: skill -> ids of active credentials that teach it, strongest first."""
    goals = _groups(found.members, lambda m: (m.occupation_uri, m.goal), least)
    countries = _groups(found.members, lambda m: (m.country, m.country), least)
    allowed = {("", ""), *((g.key, "") for g in goals), *(("", c.key) for c in countries)}
    inside = [
        m for m in found.members
        if chosen.occupation_uri in ("", m.occupation_uri) and chosen.country in ("", m.country)
    ]  # fmt: skip
    pair = (chosen.occupation_uri, chosen.country)
    # A part of a shown group whose rest is too small would give that rest away.
    if len(inside) < least or (pair not in allowed and not _rest_is_large(found.members, chosen, inside, least)):
        return Cohort(None, found.read, found.stored)
    needs = tuple(_needs(inside, found.labels, teachers, least))
    return Cohort(
        learners=len(inside),
        read=found.read,
        stored=found.stored,
        goals=goals,
        goals_hidden=len({m.occupation_uri for m in found.members}) - len(goals),
        countries=tuple(c for c in countries if c.key),
        progress=float(np.mean([m.progress for m in inside])),
        steps=_steps(inside, least),
        needs=tuple(need for need in needs if need.teachers),
        lacking=tuple(need for need in needs if not need.teachers),
    )


def _member(snapshot: LearnerSnapshot, gap: GoalGap) -> Member:
    goal, gaps = gap.goal, skill_gaps(gap.goal, gap.levels)
    open_gaps = {gap.skill.skill_uri: (gap.gap, gap.skill.weight) for gap in gaps if gap.gap >= OPEN}
    country = snapshot.profile.country.strip().upper()
    return Member(goal.occupation_uri, goal.label, country, shown_share(gaps), open_gaps)


def _groups(members: Iterable[Member], key_of: Callable[[Member], tuple[str, str]], least: int) -> tuple[Group, ...]:
    """The groups that may be shown, largest first."""
    progress: dict[str, list[float]] = defaultdict(list)
    labels: dict[str, str] = {}
    for member in members:
        key, label = key_of(member)
        labels[key] = label
        progress[key].append(member.progress)
    shown = shown_slices({key: len(each) for key, each in progress.items()}, least)
    groups = [Group(key, labels[key], count, float(np.mean(progress[key]))) for key, count in shown.items()]
    return tuple(sorted(groups, key=lambda g: (-g.learners, g.label, g.key)))


def _rest_is_large(members: Sequence[Member], chosen: Chosen, inside: Sequence[Member], least: int) -> bool:
    """Whether what each single choice holds beyond both together is nobody, or enough to hide in."""
    of_goal = sum(m.occupation_uri == chosen.occupation_uri for m in members) - len(inside)
    of_country = sum(m.country == chosen.country for m in members) - len(inside)
    return all(rest == 0 or rest >= least for rest in (of_goal, of_country))


def _steps(members: Sequence[Member], least: int) -> tuple[int | None, ...]:
    counts = Counter(min(STEPS - 1, int(m.progress * STEPS)) for m in members)
    shown = shown_slices({str(step): counts[step] for step in range(STEPS) if counts[step]}, least)
    return tuple(0 if not counts[step] else shown.get(str(step)) for step in range(STEPS))


@dataclass(slots=True)
class _Tally:
    gaps: list[float] = field(default_factory=list)
    goals: set[str] = field(default_factory=set)
    demand: float = 0.0


def _needs(
    members: Sequence[Member], labels: Mapping[str, str], teachers: Mapping[str, Sequence[str]], least: int
) -> Iterable[SkillNeed]:
    """Every skill that at least `least` of them lack, most wanted first."""
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    for member in members:
        for uri, (gap, weight) in member.gaps.items():
            tally = tallies[uri]
            tally.gaps.append(gap)
            tally.goals.add(member.occupation_uri)
            tally.demand += gap * weight
    for uri, tally in sorted(tallies.items(), key=lambda pair: (-pair[1].demand, pair[0])):
        if len(tally.gaps) >= least:
            mean = float(np.mean(tally.gaps))
            who = tuple(teachers.get(uri, ()))
            yield SkillNeed(uri, labels.get(uri, uri), len(tally.gaps), mean, len(tally.goals), tally.demand, who)
