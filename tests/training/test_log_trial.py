from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from credpath.recommender.features import FEATURES
from credpath.store.session import Database
from training.dataset import load_candidates, load_decisions
from training.log_trial import SLATE, TASTE, pull, write_log

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def filled(sqlite_database: Database) -> Database:
    write_log(sqlite_database, "acme", 300, seed=3, until=UNTIL)
    return sqlite_database


def test_a_trial_log_is_read_as_a_real_one(filled: Database) -> None:
    found = load_decisions(filled, "acme", UNTIL)
    counts = found.counts
    assert counts["impressions"] == 300
    assert counts["censored"] + len(found) == 300
    assert 0 < counts["answered"] < len(found)
    assert (found.sizes == SLATE).all()
    assert found.features.shape == (SLATE * len(found), len(FEATURES))
    assert counts["outcomes_named"] > counts["outcomes_standing_alone"] > 0
    assert len(found.history) > 0


def test_some_impressions_have_all_their_candidates_with_the_slate_among_them(filled: Database) -> None:
    found = load_decisions(filled, "acme", UNTIL)
    wide = load_candidates(filled, "acme", found.impression_ids)
    at = next(row for row, one in enumerate(wide) if one.candidates)
    rows = slice(*found.starts[at : at + 2])
    places = [wide[at].candidates.index(found.ids[c]) for c in found.credentials[rows]]
    assert np.array_equal(wide[at].features[places], found.features[rows])


def test_what_draws_is_taken_up_more_often(filled: Database) -> None:
    found = load_decisions(filled, "acme", UNTIL)
    drawn = pull(found.features[:, None, :]).ravel()
    assert drawn[found.label > 0].mean() > drawn[found.label == 0].mean()
    assert set(TASTE) <= set(FEATURES)


def test_the_same_seed_gives_the_same_log(filled: Database, tmp_path: object) -> None:
    other = Database(f"sqlite:///{tmp_path}/other.db")
    other.migrate()
    write_log(other, "acme", 300, seed=3, until=UNTIL)
    assert load_decisions(other, "acme", UNTIL).digest() == load_decisions(filled, "acme", UNTIL).digest()
    other.dispose()
