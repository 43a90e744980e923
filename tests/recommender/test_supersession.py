from __future__ import annotations

from credpath.recommender.supersession import MOST_VERSIONS, replaced_by, superseded_rows
from tests.recommender.worlds import offer


def test_a_version_replaces_all_that_came_before_it() -> None:
    versions = [offer("v1"), offer("v2", supersedes=("v1",)), offer("v3", supersedes=("v2", "v0"))]
    assert replaced_by(versions) == {"v2": ("v1",), "v3": ("v0", "v1", "v2")}


def test_versions_that_claim_to_replace_each_other_replace_nothing() -> None:
    ring = [offer("a", supersedes=("b",)), offer("b", supersedes=("c",)), offer("c", supersedes=("a",))]
    replaced = replaced_by(ring)
    assert set(replaced.values()) == {()}
    assert not superseded_rows(ring, replaced).any()


def test_a_chain_of_thousands_is_read_in_moments_and_leaves_only_its_end() -> None:
    chain = [offer(f"v{n:04d}", supersedes=(f"v{n - 1:04d}",) if n else ()) for n in range(3_000)]
    replaced = replaced_by(chain)
    assert max(map(len, replaced.values())) == MOST_VERSIONS
    assert (~superseded_rows(chain, replaced)).sum() == 1


def test_only_an_active_version_takes_the_older_ones_away() -> None:
    versions = [offer("v1"), offer("v2", supersedes=("v1",), status="withdrawn"), offer("w", status="superseded")]
    assert superseded_rows(versions, replaced_by(versions)).tolist() == [False, False, True]
