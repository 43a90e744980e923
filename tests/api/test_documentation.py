"""The committed OpenAPI document, and the page that shows it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from credpath.api.app import bare_app
from credpath.api.documentation import COMMITTED, PAGE, STATIC, text_of
from credpath.api.security import SCOPES


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return bare_app().openapi()


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_the_committed_document_is_that_of_the_code(schema: dict[str, Any]) -> None:
    same = COMMITTED.read_text(encoding="utf-8") == text_of(schema)
    assert same, "review the change, then `python -m credpath.api.documentation > src/credpath/api/openapi.json`"


def test_the_command_writes_the_document(schema: dict[str, Any]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "credpath.api.documentation"], capture_output=True, text=True, check=True
    )
    assert done.stdout == text_of(schema)


def test_it_is_openapi_3_1_and_names_exactly_the_routes_of_the_table(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1")
    assert {name for name, _ in operations(schema)} == set(SCOPES)


def test_every_operation_is_described_tagged_and_has_an_id_of_its_own(schema: dict[str, Any]) -> None:
    found = dict(operations(schema))
    assert all(operation["description"] and operation["tags"] for operation in found.values())
    ids = [operation["operationId"] for operation in found.values()]
    assert len(set(ids)) == len(ids)


def test_every_protected_operation_names_its_scope_and_its_problems(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema):
        if SCOPES[name] is None:
            assert "security" not in operation
            continue
        assert operation["security"] == [{"ApiKey": [SCOPES[name]]}]
        assert {"401", "403", "429", "503"} <= operation["responses"].keys(), name
        if "requestBody" in operation:
            assert {"413", "415", "422"} <= operation["responses"].keys(), name


def test_every_error_is_documented_as_a_problem(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema):
        for status, response in operation["responses"].items():
            if status < "400":
                continue
            target = response["$ref"].rpartition("/")[2]
            content = schema["components"]["responses"][target]["content"]
            assert list(content) == ["application/problem+json"], (name, status)


def test_every_reference_leads_somewhere(schema: dict[str, Any]) -> None:
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(schema))):
        place: Any = schema
        for part in reference.split("/"):
            place = place[part]
        assert place


def test_the_page_loads_nothing_from_outside() -> None:
    links = re.findall(r'(?:src|href)="([^"]+)"', PAGE)
    assert links
    assert not [link for link in links if ":" in link or link.startswith("/")]
    assert {link.rpartition("/")[2] for link in links} - {"openapi.json"} <= {p.name for p in STATIC.iterdir()}
    assert "@import" not in (STATIC / "swagger-ui.css").read_text(encoding="utf-8")
