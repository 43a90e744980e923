from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from credpath.domain.outcomes import Outcome
from credpath.store.outcomes import POPULARITY, OutcomesSaved, load_outcomes, outcomes_of, popularity, save_outcomes
from credpath.store.session import Database
from tests.store.samples import LATER, NOW, an_outcome

ORDINAL = Outcome("n1", "ada", "c2", "enrolled", datetime(1970, 1, 1, 0, 0, 7, tzinfo=UTC), ordinal=True)


def test_every_field_of_an_outcome_comes_back_in_time_order(database: Database) -> None:
    outcomes = (an_outcome(), ORDINAL, an_outcome("o2", "clicked", learner_id="bob", score=None, impression_id=""))
    with database.write() as connection:
        assert save_outcomes(connection, "acme", outcomes) == OutcomesSaved(3, 0, ())
        assert outcomes_of(connection, "acme", "ada") == (ORDINAL, outcomes[0])
        assert tuple(load_outcomes(connection, "acme")) == (ORDINAL, outcomes[0], outcomes[2])


@pytest.mark.parametrize("many", [3, 1_200])
def test_a_batch_sent_again_is_all_duplicates_and_a_changed_one_is_a_conflict(database: Database, many: int) -> None:
    batch = [an_outcome(f"o{i:04d}") for i in range(many)]
    with database.write() as connection:
        assert save_outcomes(connection, "acme", batch) == OutcomesSaved(many, 0, ())
        assert save_outcomes(connection, "acme", [*batch, *batch[:2]]) == OutcomesSaved(0, many + 2, ())
        changed = [*batch[1:], an_outcome("o0000", "dropped"), an_outcome("new")]
        assert save_outcomes(connection, "acme", changed) == OutcomesSaved(1, many - 1, ("o0000",))
        assert an_outcome("o0000") in outcomes_of(connection, "acme", "ada")


def test_an_id_with_two_contents_in_one_batch_is_a_conflict_in_any_order(database: Database) -> None:
    two = [an_outcome("o1", "completed"), an_outcome("o1", "dropped")]
    with database.write() as connection:
        for batch in (two, two[::-1]):
            assert save_outcomes(connection, "acme", [*batch, an_outcome("o2")]).conflicts == ("o1",)
        assert outcomes_of(connection, "acme", "ada") == (an_outcome("o2"),)


def test_the_same_moment_in_another_time_zone_is_the_same_outcome(database: Database) -> None:
    elsewhere = an_outcome(occurred_at=NOW.astimezone(timezone(timedelta(hours=9))))
    with database.write() as connection:
        save_outcomes(connection, "acme", [elsewhere])
        assert save_outcomes(connection, "acme", [an_outcome()]) == OutcomesSaved(0, 1, ())
        assert outcomes_of(connection, "acme", "ada")[0].occurred_at.tzinfo == UTC


def test_outcomes_of_a_span_of_time_start_with_its_first_moment_and_end_before_its_last(database: Database) -> None:
    outcomes = [an_outcome(f"o{i}", occurred_at=NOW + timedelta(days=i)) for i in range(4)]
    with database.write() as connection:
        save_outcomes(connection, "acme", outcomes)
        assert list(load_outcomes(connection, "acme", since=LATER)) == outcomes[1:]
        assert list(load_outcomes(connection, "acme", before=LATER)) == outcomes[:1]
        assert list(load_outcomes(connection, "acme", LATER, LATER + timedelta(days=1))) == outcomes[1:2]


def test_popularity_counts_each_learner_once_by_the_strongest_outcome(database: Database) -> None:
    outcomes = [
        an_outcome("o1", "clicked", learner_id="ada"),
        an_outcome("o2", "enrolled", learner_id="ada"),
        an_outcome("o3", "completed", learner_id="ada"),
        an_outcome("o4", "awarded", learner_id="ada"),
        an_outcome("o5", "enrolled", learner_id="bob"),
        an_outcome("o6", "clicked", learner_id="bob", credential_id="c2"),
        an_outcome("o7", "dismissed", learner_id="ada", credential_id="c3"),
        an_outcome("o8", "completed", learner_id="ada", credential_id="c4", score=0.3),
        an_outcome("o9", "completed", learner_id="bob", credential_id="c4", score=0.5),
    ]
    with database.write() as connection:
        save_outcomes(connection, "acme", outcomes)
        counted = {"c1": 1.5, "c2": 0.1, "c3": 0.0, "c4": 1.0 + POPULARITY["dropped"]}
        assert popularity(connection, "acme") == pytest.approx(counted)
