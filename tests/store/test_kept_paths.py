from __future__ import annotations

from datetime import timedelta

import pytest

from credpath.errors import NotFound
from credpath.store.kept_paths import MAX_KEPT, StoredPath, keep_path, kept_paths_of
from credpath.store.learners import ensure_learners
from credpath.store.session import Database
from tests.store.samples import LATER, NOW


def test_a_path_is_kept_in_the_order_of_its_steps_and_replaced_by_the_next_one(database: Database) -> None:
    with database.write() as connection:
        ensure_learners(connection, "acme", ["ada"], NOW)
        keep_path(connection, "acme", "ada", "job:analyst", ["c3", "c1", "c2"], NOW)
        keep_path(connection, "acme", "ada", "words:gärtnern", ["c1"], NOW)
        keep_path(connection, "acme", "ada", "job:analyst", ["c1", "é/ü"], LATER)
    with database.read() as connection:
        assert kept_paths_of(connection, "acme", "ada") == (
            StoredPath("job:analyst", ("c1", "é/ü"), LATER),
            StoredPath("words:gärtnern", ("c1",), NOW),
        )
        assert kept_paths_of(connection, "acme", "bob") == ()


def test_only_the_latest_goals_are_kept(database: Database) -> None:
    with database.write() as connection:
        ensure_learners(connection, "acme", ["ada"], NOW)
        for number in range(MAX_KEPT + 3):
            keep_path(connection, "acme", "ada", f"job:{99 - number}", ["c1"], NOW + timedelta(seconds=number))
        kept = kept_paths_of(connection, "acme", "ada")
    assert len(kept) == MAX_KEPT
    assert min(path.planned_at for path in kept) == NOW + timedelta(seconds=3)


def test_a_path_of_nobody_is_refused_as_that(database: Database) -> None:
    with pytest.raises(NotFound, match="nobody"), database.write() as connection:
        keep_path(connection, "acme", "nobody", "job:analyst", ["c1"], NOW)
