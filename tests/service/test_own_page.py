from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from credpath.domain.learner import Award, Learner, Profile
from credpath.errors import InvalidInput, NotFound
from credpath.service import learners
from credpath.service.own_page import act, hold, standing, taught_by
from credpath.service.own_words import change_profile, keep_words
from tests.api.world import World, open_world, uri

T = "campus"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = open_world(tmp_path)
    yield made
    made.context.close()


def do(world: World, credential: str, action: str, once: str = "1") -> None:
    act(world.context, T, "learner-1", credential, action, impression_id=world.impression_id, once=once)


def logged(world: World) -> list[tuple[str, str, str]]:
    document = learners.export_learner(world.context, T, "learner-1")
    return [(o["kind"], o["credential_id"], o["impression_id"]) for o in document["outcomes"]]


def test_every_action_is_an_outcome_that_answers_its_impression(world: World) -> None:
    for action in ("clicked", "enrolled", "started", "completed", "dropped", "dismissed"):
        do(world, "statistics", action)
    kinds = [kind for kind, *_ in logged(world)]
    assert sorted(kinds) == sorted(["clicked", "enrolled", "started", "completed", "dropped", "dismissed"])
    assert {impression for *_, impression in logged(world)} == {world.impression_id}


def test_a_form_that_is_sent_twice_counts_once(world: World) -> None:
    do(world, "statistics", "enrolled", once="a")
    do(world, "statistics", "enrolled", once="a")
    assert len(logged(world)) == 1
    do(world, "statistics", "enrolled", once="b")
    assert len(logged(world)) == 2


def test_what_somebody_knows_already_is_waved_away_and_its_skills_are_theirs(world: World) -> None:
    do(world, "sql-basics", "known")
    where = standing(world.context, T, "learner-1")
    assert [taken.credential_id for taken in where.dismissed] == ["sql-basics"]
    assert [skill.label for skill in where.declared] == ["spreadsheets", "SQL"]
    assert taught_by(world.context, T, "sql-basics") == (uri("SQL"),)


def test_nobody_who_was_forgotten_comes_back_by_an_action(world: World) -> None:
    learners.forget_learner(world.context, T, "learner-1")
    for attempt in (
        lambda: do(world, "statistics", "enrolled"),
        lambda: keep_words(world.context, T, "learner-1", ("SQL",)),
        lambda: standing(world.context, T, "learner-1"),
    ):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(NotFound):
        learners.get_learner(world.context, T, "learner-1")


def test_another_tenants_credential_and_an_unknown_action_are_refused(world: World) -> None:
    learners.put_learner(world.context, "other", Learner("learner-1"))
    with pytest.raises(NotFound):
        act(world.context, "other", "learner-1", "agile", "enrolled", impression_id="", once="1")
    with pytest.raises(InvalidInput, match="unknown action"):
        do(world, "agile", "awarded")
    assert logged(world) == []


def test_a_credential_that_is_held_is_an_award_and_an_outcome(world: World) -> None:
    at = datetime(2026, 1, 2, 12, tzinfo=UTC)
    hold(world.context, T, Award("learner-1", "statistics", at, evidence_url="https://proof.test/1"), "once")
    (taken,) = standing(world.context, T, "learner-1").held
    assert (taken.title, taken.at) == ("statistics course", at)
    assert taken.award is not None
    assert taken.award.evidence_url == "https://proof.test/1"
    assert [kind for kind, *_ in logged(world)] == ["awarded"]


def test_a_skill_that_the_taxonomy_lacks_is_shown_as_such(world: World) -> None:
    keep_words(world.context, T, "learner-1", ("juggling with fire", uri("SQL"), uri("SQL")))
    declared = standing(world.context, T, "learner-1").declared
    assert [(d.label, d.known) for d in declared] == [
        ("spreadsheets", True),
        ("SQL", True),
        ("juggling with fire", False),
    ]


def test_changes_of_the_profile_build_on_each_other(world: World) -> None:
    change_profile(world.context, T, "learner-1", lambda p: replace(p, country="ES"))
    change_profile(world.context, T, "learner-1", lambda p: replace(p, hours_per_week=4.0))
    assert learners.get_learner(world.context, T, "learner-1").profile == Profile(
        goal="data analyst", declared_skills=("spreadsheets",), country="ES", hours_per_week=4.0
    )


def test_a_refused_change_leaves_the_profile_as_it_was(world: World) -> None:
    with pytest.raises(InvalidInput):
        change_profile(world.context, T, "learner-1", lambda p: replace(p, hours_per_week=5_000.0))
    assert learners.get_learner(world.context, T, "learner-1").profile.hours_per_week is None


def test_an_award_sent_twice_is_one_and_one_that_was_there_before_is_not_said_on_the_page(world: World) -> None:
    days = [datetime(2026, 1, day, 12, tzinfo=UTC) for day in (2, 2, 3)]
    assert len({hold(world.context, T, Award("learner-1", "statistics", at), "once").said for at in days}) == 2
    assert len(logged(world)) == 2
    at = datetime(2025, 5, 5, 12, tzinfo=UTC)
    learners.add_award(world.context, T, Award("learner-1", "agile", at))
    assert hold(world.context, T, Award("learner-1", "agile", at, evidence_url="https://p.test"), "once").said == ""
    assert len(logged(world)) == 2
