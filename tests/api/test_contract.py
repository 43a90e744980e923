"""Generated calls against the OpenAPI document, over a socket: what it promises is what the server does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    missing_required_header,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from credpath.api.app import bare_app, create_app
from tests.api.serving import served
from tests.api.world import World, open_world

# What a schema cannot say (a learner that exists, an id seen before) leaves out the checks that judge whether
# data was rightly taken or refused; test_hostile.py asks that by hand.
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    missing_required_header,
    unsupported_method,
)


@schemathesis.serializer("application/x-ndjson", "application/jsonl")
def as_text(_: Any, value: Any) -> bytes:
    return str(value).encode()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """One of its own: the generated calls fill it with what they make up."""
    return open_world(tmp_path_factory.mktemp("contract"))


@pytest.fixture(scope="module")
def url(world: World) -> Iterator[str]:
    with served(create_app(world.context, world.settings)) as base:
        yield base


schema = schemathesis.openapi.from_dict(bare_app().openapi())


@schema.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_server_keeps_what_the_document_promises(case: schemathesis.Case, world: World, url: str) -> None:
    response = case.call_and_validate(base_url=url, headers=world.headers(), checks=CHECKS)  # raises for each check
    assert response.status_code < 500 or response.status_code == 503
