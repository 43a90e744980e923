from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Connection

from credpath.errors import Conflict, InvalidInput, NotFound
from credpath.store.impressions import (
    by_idempotency_key,
    get_impression,
    impressions_of,
    load_impressions,
    save_impression,
)
from credpath.store.learners import ensure_learners, forget_learner
from credpath.store.session import Database
from credpath.store.writer import GroupCommitWriter
from tests.store.samples import LATER, NOW, an_impression


@pytest.fixture
def with_ada(database: Database) -> Database:
    with database.write() as connection:
        ensure_learners(connection, "acme", ["ada"], NOW)
    return database


def test_every_field_of_an_impression_comes_back(with_ada: Database) -> None:
    with with_ada.write() as connection:
        save_impression(connection, "acme", an_impression())
    with with_ada.read() as connection:
        assert get_impression(connection, "acme", "i1") == an_impression()
        assert get_impression(connection, "acme", "i2") is None


def test_the_fields_that_a_replay_needs_come_back(with_ada: Database) -> None:
    logged = an_impression(experiment="pace/b", history=("c9", "c2"), state={"limit": 5, "mastery": [["s", 0.1, 2.5]]})
    with with_ada.write() as connection:
        save_impression(connection, "acme", logged)
        assert get_impression(connection, "acme", "i1") == logged


def test_nothing_is_shown_that_was_no_candidate(with_ada: Database) -> None:
    with pytest.raises(InvalidInput, match="'c3'"), with_ada.write() as connection:
        save_impression(connection, "acme", an_impression(slate=("c1", "c3")))


def test_feature_names_are_kept_once(with_ada: Database) -> None:
    with with_ada.write() as connection:
        for number in range(5):
            save_impression(connection, "acme", an_impression(f"i{number}"))
        save_impression(connection, "acme", an_impression("other", feature_names=("hours", "gap")))
        assert connection.exec_driver_sql("SELECT count(*) FROM feature_schema").scalar() == 2


def test_somebody_who_is_not_stored_can_be_shown_something(database: Database) -> None:
    anonymous = an_impression(learner_id="")
    with database.write() as connection:
        save_impression(connection, "acme", anonymous)
        assert get_impression(connection, "acme", "i1") == anonymous


def test_a_call_repeated_with_its_key_finds_what_it_was_answered_with(with_ada: Database) -> None:
    with with_ada.write() as connection:
        save_impression(connection, "acme", an_impression("i1"), "key-1")
        save_impression(connection, "acme", an_impression("i2"))
        assert by_idempotency_key(connection, "acme", "key-1") == an_impression("i1")
        assert by_idempotency_key(connection, "acme", "key-2") is None


def test_an_id_or_a_key_is_used_once(with_ada: Database) -> None:
    with with_ada.write() as connection:
        save_impression(connection, "acme", an_impression("i1"), "key-1")
    with pytest.raises(Conflict, match="'i1'"), with_ada.write() as connection:
        save_impression(connection, "acme", an_impression("i1", policy="other"))
    with pytest.raises(Conflict, match="Idempotency-Key"), with_ada.write() as connection:
        save_impression(connection, "acme", an_impression("i2"), "key-1")
    with with_ada.read() as connection:
        assert get_impression(connection, "acme", "i1") == an_impression("i1")
        assert get_impression(connection, "acme", "i2") is None


def test_who_comes_second_with_a_key_finds_the_answer_of_who_came_first(with_ada: Database) -> None:
    with closing(GroupCommitWriter(with_ada)) as one, closing(GroupCommitWriter(with_ada)) as other:
        jobs = {
            f"i{number}": writer.submit(partial(_save, f"i{number}"))
            for number, writer in enumerate([one, other] * 4)
        }  # fmt: skip
        lost = {key for key, job in jobs.items() if isinstance(job.exception(), Conflict)}
        with with_ada.read() as connection:
            kept = by_idempotency_key(connection, "acme", "key-1")
    assert kept is not None
    assert lost == {*jobs} - {kept.impression_id}


def _save(impression_id: str, connection: Connection) -> None:
    save_impression(connection, "acme", an_impression(impression_id), "key-1")


def test_what_was_under_way_while_its_learner_was_forgotten_does_not_bring_the_id_back(with_ada: Database) -> None:
    with with_ada.write() as connection:
        forget_learner(connection, "acme", "ada")
    with pytest.raises(NotFound, match="'ada'"), with_ada.write() as connection:
        save_impression(connection, "acme", an_impression())


def test_impressions_are_read_in_time_order_by_learner_or_by_span(with_ada: Database) -> None:
    shown = [an_impression(f"i{9 - i}", shown_at=NOW + timedelta(days=i)) for i in range(4)]
    shown[2] = an_impression("i7", shown_at=shown[2].shown_at, learner_id="")
    with with_ada.write() as connection:
        for impression in reversed(shown):
            save_impression(connection, "acme", impression)
        assert impressions_of(connection, "acme", "ada") == (shown[0], shown[1], shown[3])
        assert list(load_impressions(connection, "acme")) == shown
        assert list(load_impressions(connection, "acme", since=LATER)) == shown[1:]
        assert list(load_impressions(connection, "acme", before=LATER)) == shown[:1]
