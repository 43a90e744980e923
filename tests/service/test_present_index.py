from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from credpath.recommender.encoding import FloatArray, HashEncoder
from credpath.service.loading import LoadedBundle
from credpath.service.present_index import ENCODED, index_present, read_present
from credpath.service.serving import Serving
from credpath.store.credentials import catalogue_version
from tests.api.world import World, bundle, credentials, open_world

TENANT = "campus"


class CountingEncoder(HashEncoder):
    """Remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> FloatArray:
        self.asked += texts
        return super().encode(texts)


def version_of(world: World) -> str:
    with world.context.database.read() as connection:
        return catalogue_version(connection, TENANT)


def serving_with(world: World, opened: LoadedBundle) -> Serving:
    world.settings.models.mkdir(exist_ok=True)
    return Serving(world.settings.models, world.context.database, _bundle=opened)


def test_neither_another_process_nor_another_bundle_encodes_again_what_one_has(tmp_path: Path) -> None:
    world = open_world(tmp_path)
    encoder = CountingEncoder()
    first = serving_with(world, replace(bundle(), encoder=encoder)).catalogue(TENANT, version_of(world))
    assert encoder.asked
    encoder.asked.clear()
    again = serving_with(world, replace(bundle(), version="another", encoder=encoder))
    second = again.catalogue(TENANT, version_of(world))
    assert encoder.asked == []
    assert np.array_equal(first.index.vectors, second.index.vectors)
    assert dict(first.links) == dict(second.links)
    other = replace(bundle(), encoder=encoder, encoder_digest="of another model")
    serving_with(world, other).catalogue(TENANT, version_of(world))
    assert encoder.asked
    assert (world.settings.models / ENCODED).is_file()
    world.context.close()


def test_what_is_not_encoded_yet_is_linked_by_what_it_declares_and_the_version_says_so(tmp_path: Path) -> None:
    world = open_world(tmp_path)
    present = read_present(world.context.database, TENANT, bundle())
    whole = index_present(world.context.database, TENANT, bundle())
    nothing = present.index({})
    assert (nothing.partial, whole.partial) == (True, False)
    assert (nothing.index.version, whole.index.version) == (f"{present.version}~0", present.version)
    assert nothing.is_of(present.version)
    assert not np.any(nothing.index.vectors)
    for credential in credentials():
        declared = {outcome.skill_uri for outcome in credential.outcomes}
        assert declared <= {link.skill_uri for link in nothing.links[credential.credential_id]}
    world.context.close()


def test_half_encoded_and_then_the_rest_comes_to_the_same_as_all_at_once(tmp_path: Path) -> None:
    world = open_world(tmp_path)
    database = world.context.database
    present = read_present(database, TENANT, bundle())
    half = present.index(present.encode(tuple(present.lacking)[:4]))
    rest = read_present(database, TENANT, bundle(), half)
    assert len(rest.lacking) == len(present.lacking) - 4
    stepwise, whole = rest.index(rest.encode(tuple(rest.lacking))), index_present(database, TENANT, bundle())
    assert np.array_equal(stepwise.index.vectors, whole.index.vectors)
    assert dict(stepwise.links) == dict(whole.links)
    world.context.close()


def test_a_record_that_another_tenant_has_in_the_bundle_is_taken_from_there(tmp_path: Path) -> None:
    world = open_world(tmp_path)
    same = index_present(world.context.database, TENANT, bundle())
    assert read_present(world.context.database, TENANT, replace(bundle(), catalogues={"other": same})).lacking == {}
    world.context.close()
