from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credpath.domain.mastery import Evidence, replay
from credpath.errors import Conflict
from credpath.store.evidence import add_evidence, evidence_of, items_answered
from credpath.store.learners import ensure_learners
from credpath.store.session import Database
from tests.store.samples import LATER, NOW, evidence

logs = st.lists(
    st.builds(
        lambda number, skill, score: evidence(f"e{number}", f"skill:{skill}", score=score),
        st.integers(0, 9),
        st.integers(0, 3),
        st.sampled_from([0.0, 0.5, 1.0]),
    ),
    unique_by=lambda e: (e.evidence_id, e.skill_uri),
)


def test_every_field_of_an_observation_comes_back_in_time_order(database: Database) -> None:
    log = (evidence("e2", at=LATER), evidence("e1"), evidence("e1", "skill:a", share=1 / 3, score=0.1))
    with database.write() as connection:
        ensure_learners(connection, "acme", ["ada"], NOW)
        assert add_evidence(connection, "acme", "ada", log) == log
        assert evidence_of(connection, "acme", "ada") == (log[2], log[1], log[0])
        assert evidence_of(connection, "acme", "bob") == ()


def test_what_is_in_the_log_already_is_not_new(database: Database) -> None:
    with database.write() as connection:
        ensure_learners(connection, "acme", ["ada"], NOW)
        assert add_evidence(connection, "acme", "ada", [evidence("e1"), evidence("e1")]) == (evidence("e1"),)
        assert add_evidence(connection, "acme", "ada", [evidence("e2"), evidence("e1")]) == (evidence("e2"),)
        assert add_evidence(connection, "acme", "ada", []) == ()
        assert len(evidence_of(connection, "acme", "ada")) == 2


@pytest.mark.parametrize("change", [{"score": 0.5}, {"at": LATER}, {"share": 0.25}, {"reference": "exam-2"}])
def test_an_id_used_before_for_another_observation_is_a_conflict(database: Database, change: dict[str, Any]) -> None:
    with database.write() as connection:
        ensure_learners(connection, "acme", ["ada"], NOW)
        add_evidence(connection, "acme", "ada", [evidence()])
        with pytest.raises(Conflict, match="'e1'"):
            add_evidence(connection, "acme", "ada", [evidence("e2"), evidence(**change)])
        with pytest.raises(Conflict, match="'e3'"):
            add_evidence(connection, "acme", "ada", [evidence("e3"), evidence("e3", **change)])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(logs, st.randoms(use_true_random=False), st.integers(1, 4))
def test_mastery_does_not_depend_on_how_the_log_arrived(
    database: Database, log: list[Evidence], dice: Any, parts: int
) -> None:
    arrived = dice.sample(log, len(log))
    with database.write() as connection:
        learner = f"l{dice.getrandbits(60)}-{len(log)}-{parts}"
        ensure_learners(connection, "acme", [learner], NOW)
        for part in range(parts):
            add_evidence(connection, "acme", learner, arrived[part::parts])
        assert replay(evidence_of(connection, "acme", learner)) == replay(log)
        connection.rollback()


def test_every_item_that_was_answered_is_known_however_long_the_log(database: Database) -> None:
    with database.write() as connection:
        ensure_learners(connection, "acme", ["ada"], NOW)
        add_evidence(
            connection, "acme", "ada",
            [evidence(f"e{n}", kind="item", item_id=f"q{n % 30}", at=NOW + timedelta(days=n)) for n in range(60)],
        )  # fmt: skip
        add_evidence(connection, "acme", "ada", [evidence("whole")])
        assert items_answered(connection, "acme", "ada") == {f"q{n}" for n in range(30)}
        assert items_answered(connection, "acme", "bob") == frozenset()
