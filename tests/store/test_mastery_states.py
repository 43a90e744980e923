"""The kept state is what the log replays to: whatever arrived in whichever order, and whatever was taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event, text

from credpath.domain.kept_mastery import RECENT_KEPT, keep
from credpath.domain.mastery import COUNTING, CountingModel, Evidence, replay
from credpath.errors import Conflict, NotFound
from credpath.store.erasure import forget_learner
from credpath.store.evidence import add_evidence, check_first_results, evidence_of, replace_evidence, void_evidence
from credpath.store.learners import ensure_learners, snapshot
from credpath.store.mastery_states import kept_mastery, pack_kept, refresh_mastery, unpack_kept
from credpath.store.session import Database
from tests.store.samples import LATER, NOW, evidence

TENANT, ADA = "acme", "ada"
OTHER_MODEL = CountingModel(version="another")

pieces = st.builds(
    lambda number, skill, kind, right, minutes, hard: Evidence(
        f"e{number}", f"skill:{skill}", kind, right, NOW + timedelta(minutes=minutes), f"quiz-{number % 4}", 0.5,
        f"q{number}", hard,
    ),
    st.integers(0, 40), st.integers(0, 3), st.sampled_from(["assessment", "item"]), st.sampled_from([0.0, 0.5, 1.0]),
    st.integers(0, 60 * 24 * 900), st.sampled_from([None, 0.25, 0.9]),
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """What happens to a log: pieces come, in this order and these batches; or an assessment is taken back."""

    come: tuple[Evidence, ...] = ()
    void: str = ""


steps = st.lists(
    st.one_of(
        st.lists(pieces, max_size=4, unique_by=lambda e: e.evidence_id).map(lambda p: Step(come=tuple(p))),
        st.sampled_from([f"quiz-{n}" for n in range(4)]).map(lambda reference: Step(void=reference)),
    ),
    max_size=12,
)


def row(connection: Connection) -> Any:
    return connection.execute(text("SELECT version, pieces FROM mastery_state")).one_or_none()


@pytest.fixture
def log(database: Database) -> Iterator[Connection]:
    """A transaction in which Ada is stored; nothing of it is kept."""
    with database.write() as connection:
        ensure_learners(connection, TENANT, [ADA], NOW)
        yield connection
        connection.rollback()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(steps)
def test_the_state_is_what_the_log_replays_to_after_any_arrivals_and_retractions(
    database: Database, happening: list[Step]
) -> None:
    with database.write() as connection:
        ensure_learners(connection, TENANT, [ADA], NOW)
        expected: dict[tuple[str, str], Evidence] = {}
        for step in happening:
            if step.void:
                void_evidence(connection, TENANT, ADA, step.void)
                expected = {key: e for key, e in expected.items() if e.reference != step.void}
                continue
            fresh = [e for e in step.come if (e.evidence_id, e.skill_uri) not in expected]
            add_evidence(connection, TENANT, ADA, fresh)
            expected |= {(e.evidence_id, e.skill_uri): e for e in fresh}
            assert kept_mastery(connection, TENANT, ADA) == keep(expected.values())
        found = kept_mastery(connection, TENANT, ADA)
        assert found == keep(expected.values())
        assert found.state == replay(evidence_of(connection, TENANT, ADA))
        assert (row(connection) is None) == (not expected)
        connection.rollback()


@settings(max_examples=50, deadline=None)
@given(st.lists(pieces, unique_by=lambda e: (e.evidence_id, e.skill_uri)))
def test_what_is_packed_comes_back_to_the_last_bit(log: list[Evidence]) -> None:
    kept = keep(log)
    assert unpack_kept(pack_kept(kept)) == kept


def test_only_the_latest_pieces_of_a_skill_are_kept_beside_the_state(log: Connection) -> None:
    many = [evidence(f"e{n:02d}", at=NOW + timedelta(days=n)) for n in range(30)]
    add_evidence(log, TENANT, ADA, many)
    assert kept_mastery(log, TENANT, ADA).recent == {"skill:sql": tuple(many[-RECENT_KEPT:])}


def queries(connection: Connection, work: Callable[[], object]) -> list[str]:
    seen: list[str] = []

    def note(*execution: Any) -> None:
        seen.append(execution[2])

    event.listen(connection, "before_cursor_execute", note)
    work()
    event.remove(connection, "before_cursor_execute", note)
    return seen


def reads_the_log(statements: list[str]) -> bool:
    return any("evidence.score" in statement for statement in statements)


def test_a_later_piece_is_taken_in_without_reading_the_log_and_a_late_one_replays_it(log: Connection) -> None:
    add_evidence(log, TENANT, ADA, [evidence("e1", at=LATER)])
    assert not reads_the_log(
        queries(log, lambda: add_evidence(log, TENANT, ADA, [evidence("e2", at=LATER + timedelta(1))]))
    )
    assert reads_the_log(queries(log, lambda: add_evidence(log, TENANT, ADA, [evidence("e3")])))
    assert kept_mastery(log, TENANT, ADA) == keep(evidence_of(log, TENANT, ADA))


def test_a_retraction_leaves_the_log_as_if_the_result_had_never_been(log: Connection) -> None:
    stays = [evidence("e1"), evidence("e3", "skill:r", at=LATER, reference="exam-2")]
    gone = [evidence("e2", at=LATER, reference="exam-3"), evidence("e2", "skill:r", at=LATER, reference="exam-3")]
    add_evidence(log, TENANT, ADA, [*stays, *gone])
    assert set(void_evidence(log, TENANT, ADA, "exam-3")) == set(gone)
    assert kept_mastery(log, TENANT, ADA) == keep(stays)
    assert void_evidence(log, TENANT, ADA, "exam-3") == ()
    assert void_evidence(log, TENANT, ADA, "e1") == (stays[0],), "one piece by its own id"
    assert void_evidence(log, TENANT, ADA, "exam-2") == (stays[1],)
    assert row(log) is None
    with pytest.raises(NotFound):
        void_evidence(log, TENANT, "nobody", "exam-2")


def test_a_regrade_leaves_the_log_as_if_the_result_had_been_so_from_the_start(log: Connection) -> None:
    other, first, same = evidence("e1", reference="other"), evidence("e2", score=0.25), evidence("e3", "skill:r")
    after = evidence("e4", at=LATER, reference="later")
    add_evidence(log, TENANT, ADA, [other, first, same, after])
    better = evidence("e5", score=1.0)
    assert replace_evidence(log, TENANT, ADA, {"exam-1"}, [better, same]) == ((first,), (better,))
    assert kept_mastery(log, TENANT, ADA) == keep([other, better, same, after])
    assert replace_evidence(log, TENANT, ADA, {"exam-1"}, [better, same]) == ((), ())


def test_another_result_of_an_assessment_at_the_same_time_is_not_taken_for_a_further_one(log: Connection) -> None:
    quiz = evidence("e1", kind="item", item_id="q1")
    add_evidence(log, TENANT, ADA, [quiz])
    again = evidence("e2", kind="item", item_id="q1", score=0.0)
    with pytest.raises(Conflict, match="regrade"):
        check_first_results(log, TENANT, ADA, [again])
    for further in (
        quiz, replace(again, at=LATER), replace(again, item_id="q2"), replace(again, skill_uri="skill:r"),
        replace(again, reference="exam-2"), replace(again, reference=""),
    ):  # fmt: skip
        check_first_results(log, TENANT, ADA, [further])


def test_an_answer_kept_before_there_was_a_column_for_its_item_is_known_again(log: Connection) -> None:
    add_evidence(log, TENANT, ADA, [evidence("e1")])
    assert add_evidence(log, TENANT, ADA, [evidence("e1", kind="item", item_id="q1")]) == ()
    assert evidence_of(log, TENANT, ADA) == (evidence("e1"),), "and keeps the weight that it had"
    with pytest.raises(Conflict):
        add_evidence(log, TENANT, ADA, [evidence("e1", kind="item", item_id="q1", score=0.1)])


def test_a_state_of_another_model_is_replayed_until_it_is_made_anew(database: Database) -> None:
    with database.write() as connection:
        ensure_learners(connection, TENANT, [ADA, "bob"], NOW)
        add_evidence(connection, TENANT, ADA, [evidence("e1"), evidence("e2", at=LATER)], OTHER_MODEL)
        found = kept_mastery(connection, TENANT, ADA)
        assert (found, found.stale) == (keep(evidence_of(connection, TENANT, ADA)), True)
        read = snapshot(connection, TENANT, ADA)
        assert read is not None
        assert read.kept.stale
        assert refresh_mastery(connection, TENANT, ADA) is True
        assert (row(connection).version, kept_mastery(connection, TENANT, ADA).stale) == (COUNTING.version, False)
        assert [refresh_mastery(connection, TENANT, who) for who in (ADA, "bob", "nobody")] == [False] * 3


def test_a_row_that_covers_less_than_the_log_is_made_anew_with_the_next_piece(log: Connection) -> None:
    add_evidence(log, TENANT, ADA, [evidence("e1"), evidence("e2", "skill:r")])
    log.execute(text("DELETE FROM evidence WHERE evidence_id = 'e2'"))
    add_evidence(log, TENANT, ADA, [evidence("e3", at=LATER)])
    assert kept_mastery(log, TENANT, ADA) == keep([evidence("e1"), evidence("e3", at=LATER)])


def test_who_write_of_one_learner_at_once_lose_nothing(database: Database) -> None:
    with database.write() as connection:
        ensure_learners(connection, TENANT, [ADA], NOW)

    def answer(number: int) -> None:
        piece = evidence(f"e{number:02d}", at=NOW + timedelta(minutes=number))
        database.transact(lambda connection: add_evidence(connection, TENANT, ADA, [piece]))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(answer, range(24)))
    with database.write() as connection:
        assert len(evidence_of(connection, TENANT, ADA)) == 24
        assert kept_mastery(connection, TENANT, ADA) == keep(evidence_of(connection, TENANT, ADA))
        forget_learner(connection, TENANT, ADA)
        assert row(connection) is None
