from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.learner import Learner, Profile
from credpath.service import learners
from credpath.service.cohorts import LEAST, Chosen, Cohort, Member, Members, examine_cohort, read_members, sampled
from tests.api.world import World, open_world, uri


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = open_world(tmp_path)
    yield made
    made.context.close()


def member(goal: str = "analyst", country: str = "FR", progress: float = 0.5, **gaps: float) -> Member:
    return Member(f"job:{goal}", goal, country, progress, {f"skill:{s}": (gap, 0.5) for s, gap in gaps.items()})


def of(*members: Member) -> Members:
    return Members(members, {"skill:sql": "SQL"}, len(members), len(members))


def test_learners_are_read_without_their_names(world: World) -> None:
    for n in range(6):
        learners.put_learner(
            world.context, "campus", Learner(f"secret-{n}", Profile(goal="web developer", country="de"))
        )
    found = read_members(world.context, "campus")
    assert (len(found.members), found.read, found.stored) == (7, 7, 7)
    assert "secret" not in repr(found)
    developer = next(m for m in found.members if m.goal == "web developer")
    assert developer.country == "DE"
    assert set(developer.gaps) == {uri("JavaScript"), uri("HTML"), uri("SQL")}
    assert read_members(world.context, "other") == Members((), {}, 0, 0)


def test_who_has_shown_skills_lacks_them_no_more(world: World) -> None:
    found = read_members(world.context, "campus")
    (analyst,) = found.members
    assert 0 < analyst.progress < 1
    assert uri("SQL") in analyst.gaps


def test_of_very_many_an_even_sample_is_read_always_the_same() -> None:
    ids = [f"learner-{n}" for n in range(1_000)]
    chosen = sampled(ids, 100)
    assert len(chosen) == 100
    assert chosen == sampled(ids[::-1], 100)
    assert sampled(ids[:50], 100) == tuple(ids[:50])
    assert 20 < sum(int(i.split("-")[1]) < 500 for i in chosen) < 80


def test_a_group_is_told_by_what_it_lacks_and_who_teaches_it() -> None:
    members = of(*[member(sql=0.6, rust=0.4) for _ in range(6)])
    found = examine_cohort(members, {"skill:sql": ("c1", "c2")})
    assert (found.learners, found.progress) == (6, 0.5)
    (need,), (lacking,) = found.needs, found.lacking
    assert (need.label, need.learners, round(need.gap, 2), need.teachers) == ("SQL", 6, 0.6, ("c1", "c2"))
    assert (lacking.label, lacking.teachers) == ("skill:rust", ())
    assert found.steps == (0, 0, 6, 0, 0)


def test_what_few_learners_lack_is_not_told() -> None:
    members = of(*[member(sql=0.6) for _ in range(LEAST - 1)], *[member() for _ in range(9)])
    assert examine_cohort(members, {}).lacking == ()


def test_a_small_group_is_not_shown_and_neither_is_its_only_companion() -> None:
    few = [member("rare") for _ in range(LEAST - 1)]
    found = examine_cohort(of(*few, *[member("common") for _ in range(20)], *[member("other") for _ in range(9)]), {})
    assert [g.label for g in found.goals] == ["common"], "29 less 20 must not be two groups of which one is known"
    assert found.goals_hidden == 2
    assert examine_cohort(of(*few), {}).hidden


def test_a_choice_of_a_hidden_group_is_refused() -> None:
    members = of(*[member("rare", "DE") for _ in range(4)], *[member("common") for _ in range(30)])
    assert examine_cohort(members, {}, Chosen("job:rare")).hidden
    assert examine_cohort(members, {}, Chosen("job:nothing")).hidden
    assert examine_cohort(members, {}, Chosen(country="DE")).hidden


def test_a_choice_whose_rest_would_be_given_away_is_refused() -> None:
    members = of(*[member("common", "FR") for _ in range(30)], *[member("common", "DE") for _ in range(2)],
                 *[member("other", "FR") for _ in range(20)], *[member("other", "DE") for _ in range(20)])  # fmt: skip
    assert not examine_cohort(members, {}, Chosen("job:common")).hidden
    assert examine_cohort(members, {}, Chosen("job:common", "FR")).hidden, "32 less 30 tells of two"
    assert not examine_cohort(members, {}, Chosen("job:other", "FR")).hidden


groups = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.floats(0, 1)), max_size=40)


@given(groups)
def test_no_count_below_the_least_is_ever_told(drawn: list[tuple[str, str, float]]) -> None:
    members = of(*[member(goal, country, progress, sql=1 - progress) for goal, country, progress in drawn])
    choices = [Chosen(), *(Chosen(f"job:{g}", c) for g in "abc" for c in ("", "x", "y")), Chosen(country="x")]
    for chosen in choices:
        assert min(told(examine_cohort(members, {}, chosen)), default=LEAST) >= LEAST


def told(found: Cohort) -> list[int]:
    """Every count above none that a page would show."""
    if found.hidden:
        assert (found.goals, found.needs, found.lacking, found.steps) == ((), (), (), ())
        return []
    groups = [*(g.learners for g in (*found.goals, *found.countries)), *(n.learners for n in found.lacking)]
    assert found.learners is not None
    assert None not in groups
    return [found.learners, *(n for n in groups if n is not None), *(step for step in found.steps if step)]
