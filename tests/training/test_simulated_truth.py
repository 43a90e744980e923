from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.training.simulated_settings import a_world
from training.simulated_facts import make_world
from training.simulated_people import Person, make_person
from training.simulated_truth import RULES, Moment, learn, prospects, true_gain
from training.simulated_value import expected_reward
from training.simulated_world import World


@pytest.fixture(scope="module")
def world() -> World:
    return a_world()


@pytest.fixture(scope="module")
def person(world: World) -> Person:
    return make_person(world, 0, 1, 400.0, 100.0)


def now(world: World, person: Person, *history: int, busy: int = 0, month: int = 4) -> Moment:
    return Moment(person.skills, history, busy, month)


def test_every_chance_is_between_0_and_1(world: World, person: Person) -> None:
    likely = prospects(world, person, now(world, person, 3, 8))
    for chance in (likely.click, likely.dismiss, likely.enrol, likely.start, likely.complete, likely.award):
        assert ((chance >= 0) & (chance <= 1)).all()
    worth = expected_reward(likely)
    assert ((worth >= 0) & (worth <= 1)).all()


def test_lower_places_are_looked_at_less() -> None:
    looks = [RULES.looks_at(place) for place in range(12)]
    assert looks == sorted(looks, reverse=True)
    assert looks[0] == 1.0
    assert looks[-1] > 0


def test_the_able_and_the_tenacious_complete_more(world: World, person: Person) -> None:
    plain = prospects(world, replace(person, ability=0.0, tenacity=0.0), now(world, person))
    able = prospects(world, replace(person, ability=1.0, tenacity=1.0), now(world, person))
    assert (able.complete > plain.complete).all()


def test_fewer_hours_a_week_make_everything_longer_and_end_more_often_in_dropping_out(
    world: World, person: Person
) -> None:
    few = prospects(world, replace(person, hours=3.0), now(world, person))
    many = prospects(world, replace(person, hours=9.0), now(world, person))
    assert (few.weeks > many.weeks).all()
    assert (few.complete <= many.complete).all()  # beyond hope both are 0
    assert few.complete.mean() < many.complete.mean()


def test_who_is_busy_enrols_less(world: World, person: Person) -> None:
    free, busy = (prospects(world, person, now(world, person, busy=count)) for count in (0, 2))
    assert (busy.enrol - free.enrol).mean() < 0
    assert (busy.complete <= free.complete).all()
    assert busy.complete.mean() < free.complete.mean()


def test_there_are_seasons(world: World, person: Person) -> None:
    september, july = (prospects(world, person, now(world, person, month=month)) for month in (9, 7))
    assert (september.enrol > july.enrol).all()


def test_the_thrifty_leave_the_dear(world: World, person: Person) -> None:
    dear = world.price > 200
    thrifty, other = (prospects(world, replace(person, thrift=t), now(world, person)) for t in (2.0, 0.5))
    assert (thrifty.enrol[dear] < other.enrol[dear]).all()


def test_what_others_took_next_draws(world: World, person: Person) -> None:
    first = int(world.kinship.sum(axis=1).argmax())
    follower = int(world.kinship[first].argmax())
    before, after = (prospects(world, person, now(world, person, *past)) for past in ((), (first,)))
    assert after.click[follower] > before.click[follower]


def test_what_is_learned_closes_the_true_gap(world: World, person: Person) -> None:
    gain = true_gain(world, person.goal, person.skills)
    best = int(gain.argmax())
    grown = learn(world, person.skills, best, 0.0)
    assert (grown >= person.skills).all()
    assert (grown <= 1).all()
    assert (np.maximum(0, 0.8 - grown) * world.demand[person.goal]).sum() < (
        np.maximum(0, 0.8 - person.skills) * world.demand[person.goal]
    ).sum()


def test_nothing_is_gained_by_who_has_mastered_everything(world: World, person: Person) -> None:
    assert not true_gain(world, person.goal, np.ones_like(person.skills)).any()


def test_a_completion_that_comes_too_late_is_worth_less(world: World, person: Person) -> None:
    likely = prospects(world, person, now(world, person))
    sure = replace(likely, complete=np.ones_like(likely.complete), click=np.ones_like(likely.click))
    soon = expected_reward(replace(sure, weeks=np.full_like(sure.weeks, 4.0)))
    late = expected_reward(replace(sure, weeks=np.full_like(sure.weeks, 60.0)))
    assert (soon > late).all()


def test_the_same_seed_gives_the_same_facts_and_people(world: World, person: Person) -> None:
    again = make_world(world.setting, world.seed)
    for name in ("charm", "standing", "support", "teaches", "assumes", "demand", "kinship", "traits"):
        assert np.array_equal(getattr(again, name), getattr(world, name))
    twin = make_person(again, 0, 1, 400.0, 100.0)
    assert twin.profile == person.profile
    assert np.array_equal(twin.taste, person.taste)


def test_people_tell_only_a_part_of_themselves(world: World) -> None:
    people = [make_person(world, number, 1, 400.0, 100.0) for number in range(60)]
    assert 0 < sum(p.profile.hours_per_week is None for p in people) < 60
    assert 0 < sum(p.profile.budget is None for p in people) < 60
    assert 0 < sum(p.before == 0 for p in people) < 60
    assert all(len(p.profile.declared_skills) <= (p.skills > 0.3).sum() for p in people)
