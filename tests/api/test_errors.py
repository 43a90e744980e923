from __future__ import annotations

import json
from typing import Any

import pytest

from credpath import errors
from credpath.api.errors import RateLimited, of_credpath_error, of_validation, public_reason


class Unheard(errors.CredpathError):
    """An error of a class that HTTP was never told of."""


def document(error: errors.CredpathError) -> tuple[int, dict[str, Any], dict[str, str]]:
    response = of_credpath_error("request-1", error)
    return response.status_code, json.loads(bytes(response.body)), dict(response.headers)


@pytest.mark.parametrize(
    ("kind", "status", "slug"),
    [
        (errors.InvalidInput, 422, "invalid-input"),
        (errors.NotFound, 404, "not-found"),
        (errors.Conflict, 409, "conflict"),
        (errors.Unauthorized, 401, "unauthorized"),
        (errors.Forbidden, 403, "forbidden"),
        (errors.TooLarge, 413, "too-large"),
        (errors.NotReady, 503, "not-ready"),
        (errors.BundleRefused, 409, "bundle-refused"),
    ],
)
def test_each_error_has_its_status_and_says_what_and_how_to_go_on(kind: Any, status: int, slug: str) -> None:
    got, problem, headers = document(kind("what happened", where="here", fix="do this"))
    assert (got, problem["status"]) == (status, status)
    assert problem["type"].endswith(f"/{slug}")
    assert (problem["detail"], problem["hint"], problem["instance"]) == ("what happened", "do this", "request-1")
    assert headers["content-type"] == "application/problem+json"


def test_every_error_class_of_the_package_has_a_status() -> None:
    kinds = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.CredpathError)]
    for kind in kinds:
        if kind not in (errors.CredpathError, errors.BatchRefused):
            assert document(kind("x"))[0] != 500, kind


def test_a_refused_batch_names_every_row() -> None:
    rows = [errors.Refusal("a.csv", line, "bad", "mend") for line in (2, 7)]
    status, problem, _ = document(errors.BatchRefused("2 bad rows", rows, where="/somewhere/private"))
    assert status == 422
    assert [r["line"] for r in problem["refusals"]] == [2, 7]
    assert problem["refusal_count"] == 2
    assert "private" not in json.dumps(problem)


def test_an_unknown_kind_of_error_is_internal_and_keeps_its_text() -> None:
    status, problem, _ = document(Unheard("secret"))
    assert status == 500
    assert "secret" not in json.dumps(problem)


def test_the_host_of_the_database_stays_in_the_log() -> None:
    what = 'the database cannot be used: connection to server at "db.internal" failed'
    _, problem, _ = document(errors.NotReady(what, where="postgresql://u@db.internal/x"))
    assert problem["detail"] == "the database cannot be used"
    assert "db.internal" not in json.dumps(problem)


def test_a_refused_bundle_is_told_by_version_and_file_without_its_folder_and_tenant() -> None:
    for folder in ("catalogues", "learned", "taxonomies"):
        place = f"/srv/our models/v1/{folder}/northfield/index.faiss"
        refused = errors.BundleRefused("index.faiss was altered", where=place)
        problem = json.loads(bytes(of_credpath_error("request-1", refused, "/srv/our models").body))
        assert problem["where"] == f"models/v1/{folder}/index.faiss"
        assert problem["detail"] == "index.faiss was altered"
        reason = public_reason(f"bundle refused: {refused}", "/srv/our models")
        assert reason == f"bundle refused: models/v1/{folder}/index.faiss: index.faiss was altered"


def test_authentication_errors_say_how_to_authenticate() -> None:
    assert document(errors.Unauthorized("x"))[2]["www-authenticate"] == 'Bearer realm="credpath"'
    assert 'scope="write"' in document(errors.Forbidden("x", where="write"))[2]["www-authenticate"]


def test_a_limited_call_says_when_to_go_on() -> None:
    assert document(RateLimited("x", retry_after=17))[2]["retry-after"] == "17"


def test_validation_names_each_field_without_repeating_its_value() -> None:
    faults = [
        {"loc": ("body", "outcomes", 3, "score"), "type": "less_than_equal", "msg": "at most 1", "input": "my secret"},
        {"loc": ("body", "wages"), "type": "extra_forbidden", "msg": "Extra inputs are not permitted"},
        {"loc": ("body",), "type": "missing", "msg": "Field required"},
    ]
    response = of_validation("request-1", faults)
    problem = json.loads(bytes(response.body))
    assert [e["where"] for e in problem["errors"]] == ["outcomes.3.score", "wages", "body"]
    assert "my secret" not in json.dumps(problem)
    assert all(e["what"] for e in problem["errors"])
    assert problem["detail"].startswith("3 values are not valid")
