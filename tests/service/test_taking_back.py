"""What was said on the page by mistake leaves nothing behind once it is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from credpath.domain.learner import Award, Learner
from credpath.domain.outcomes import Outcome
from credpath.errors import NotFound
from credpath.service import learners
from credpath.service.mastery import read_learner
from credpath.service.outcomes import record_outcomes
from credpath.service.own_page import Done, act, hold, standing
from credpath.service.own_words import change_profile, keep_words
from credpath.service.taking_back import Gained, take_back, unsay
from tests.api.world import World, open_world, uri

T, WHO = "campus", "learner-1"
DAY = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = open_world(tmp_path)
    yield made
    made.context.close()


def do(world: World, credential: str, action: str, once: str = "1") -> Done:
    return act(world.context, T, WHO, credential, action, impression_id=world.impression_id, once=once)


def kept(world: World) -> dict[str, Any]:
    """All that is kept, but for when the profile was last written; and mastery with it."""
    document = learners.export_learner(world.context, T, WHO)
    mastery = read_learner(world.context, T, WHO).mastery
    return {**document, "updated_at": None, "mastery": {u: (m.held, m.missing) for u, m in mastery.items()}}


def happened(world: World) -> list[tuple[str, str]]:
    return [(o["kind"], o["credential_id"]) for o in kept(world)["outcomes"]]


def report(world: World, outcome_id: str, credential: str, kind: Any) -> None:
    record_outcomes(world.context, T, [Outcome(outcome_id, WHO, credential, kind, DAY)])


@pytest.mark.parametrize("before", [(), ("enrolled",), ("enrolled", "dropped"), ("completed",)])
@pytest.mark.parametrize("action", ["enrolled", "started", "completed", "dropped", "held"])
def test_whatever_is_taken_back_all_is_as_before(world: World, action: str, before: tuple[str, ...]) -> None:
    for number, earlier in enumerate(before):
        do(world, "statistics", earlier, once=f"earlier-{number}")
    found, where = kept(world), standing(world.context, T, WHO)
    if action == "held":
        done = hold(world.context, T, Award(WHO, "statistics", DAY, evidence_url="https://proof.test/1"), "1")
    else:
        done = do(world, "statistics", action)
    assert kept(world) != found
    assert unsay(world.context, T, WHO, done.said).credential_id == "statistics"
    assert kept(world) == found
    assert standing(world.context, T, WHO) == where
    with pytest.raises(NotFound):
        unsay(world.context, T, WHO, done.said)


def test_what_is_known_already_leaves_no_skill_behind_once_it_is_taken_back(world: World) -> None:
    keep_words(world.context, T, WHO, (), (uri("SQL"),))
    before = kept(world)
    done = do(world, "analyst", "known")
    assert len(learners.get_learner(world.context, T, WHO).profile.declared_skills) == 4
    take_back(world.context, T, WHO, "analyst", done.gained)
    assert kept(world) == before


def test_a_skill_that_was_declared_before_stays_when_the_rest_is_taken_back(world: World) -> None:
    keep_words(world.context, T, WHO, (uri("statistics"),))
    before = kept(world)
    done = do(world, "analyst", "known")
    assert uri("statistics") not in done.gained.declared
    take_back(world.context, T, WHO, "analyst", done.gained)
    assert kept(world) == before


def test_what_was_said_of_a_skill_since_then_stays(world: World) -> None:
    keep_words(world.context, T, WHO, (), (uri("SQL"),))
    done = do(world, "sql-basics", "known")
    change_profile(world.context, T, WHO, lambda p: replace(p, declared_skills=("SQL",)))
    take_back(world.context, T, WHO, "sql-basics", done.gained)
    profile = learners.get_learner(world.context, T, WHO).profile
    assert (profile.declared_skills, profile.not_yet) == (("SQL",), ())


def test_a_plain_dismissal_that_is_taken_back_takes_no_skill_along(world: World) -> None:
    keep_words(world.context, T, WHO, (uri("SQL"),))
    before = kept(world)
    assert do(world, "sql-basics", "dismissed").gained == Gained()
    take_back(world.context, T, WHO, "sql-basics")
    assert kept(world) == before


def test_a_dismissal_can_be_taken_back_and_nothing_else_goes_with_it(world: World) -> None:
    do(world, "agile", "dismissed", once="a")
    do(world, "agile", "dismissed", once="b")
    do(world, "agile", "clicked")
    do(world, "statistics", "dismissed")
    take_back(world.context, T, WHO, "agile")
    assert sorted(happened(world)) == [("clicked", "agile"), ("dismissed", "statistics")]
    assert [taken.credential_id for taken in standing(world.context, T, WHO).dismissed] == ["statistics"]
    with pytest.raises(NotFound):
        take_back(world.context, T, WHO, "agile", Gained(declared=("spreadsheets",)))
    assert learners.get_learner(world.context, T, WHO).profile.declared_skills == ("spreadsheets",)


def test_what_came_from_elsewhere_cannot_be_taken_back_on_the_page(world: World) -> None:
    report(world, "lms-1", "statistics", "completed")
    report(world, "lms-2", "agile", "enrolled")
    learners.add_award(world.context, T, Award(WHO, "charts", DAY))
    where = standing(world.context, T, WHO)
    assert {taken.said for taken in (*where.held, *where.in_progress)} == {""}
    for outcome_id in ("lms-1", "lms-2", "page:nothing"):
        with pytest.raises(NotFound):
            unsay(world.context, T, WHO, outcome_id)
    said = hold(world.context, T, Award(WHO, "charts", DAY.replace(day=3)), "1").said
    unsay(world.context, T, WHO, said)
    assert [award["awarded_at"][:10] for award in kept(world)["awards"]] == ["2026-01-02"]


def test_somebody_elses_word_and_a_click_cannot_be_taken_back(world: World) -> None:
    learners.put_learner(world.context, T, Learner("other"))
    completed = do(world, "statistics", "completed").said
    with pytest.raises(NotFound):
        unsay(world.context, T, "other", completed)
    with pytest.raises(NotFound):
        unsay(world.context, T, WHO, do(world, "statistics", "clicked").said)
    assert sorted(happened(world)) == [("clicked", "statistics"), ("completed", "statistics")]


def test_each_thing_that_was_said_on_the_page_is_listed_with_what_takes_it_back(world: World) -> None:
    enrolled = do(world, "agile", "enrolled").said
    held = hold(world.context, T, Award(WHO, "charts", DAY), "1").said
    do(world, "sheets", "dismissed")
    where = standing(world.context, T, WHO)
    found = [taken.said for taken in (*where.in_progress, *where.held, *where.dismissed)]
    assert found == [enrolled, held, ""]
