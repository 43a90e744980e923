"""The OpenAPI document, and the page that shows it without any network.

`python -m credpath.api.documentation > src/credpath/api/openapi.json` rewrites the committed copy.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from credpath.api.errors import PROBLEM_BASE, PROBLEM_TYPE, TITLES
from credpath.api.schemas.operations import Problem
from credpath.api.security import SCOPES

STATIC = Path(__file__).parent / "static"
COMMITTED = Path(__file__).parent / "openapi.json"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>credpath API</title>
<link rel="icon" type="image/png" href="docs/static/favicon-32x32.png">
<link rel="stylesheet" href="docs/static/swagger-ui.css">
</head>
<body>
<main id="swagger-ui"><noscript>The schema is at <a href="openapi.json">openapi.json</a>.</noscript></main>
<script src="docs/static/swagger-ui-bundle.js"></script>
<script src="docs/static/docs.js"></script>
</body>
</html>
"""
TAGS = [
    {"name": "recommend", "description": "What to take next, the path to a goal, and why."},
    {"name": "learners", "description": "Profiles, mastery, assessment results, awards; export and erasure."},
    {"name": "outcomes", "description": "What happened after a recommendation, or without one."},
    {"name": "catalogue", "description": "The tenant's micro-credentials."},
    {"name": "models", "description": "Which bundle serves."},
    {"name": "operations", "description": "Probes, metrics, versions; open to all."},
]
DESCRIPTION = """Recommends the next micro-credential toward a career goal, with reasons.

Send `Authorization: Bearer cp_...`; `credpath keys create` makes a key. Each operation names the scope that it needs:
`recommend`, `read`, `write` or `admin`, which includes the others. A key sees the rows of its own tenant only.

Every error is a problem document (`application/problem+json`) with a `hint`; `instance` is the id of the request,
which the header `X-Request-ID` carries too. Where a JSON object repeats a name, the last one counts.
"""
# Beside what follows from the shape of an operation: 401, 403, 429 and 503 under a scope, 413, 415 and 422 with
# a body, 422 with parameters.
FURTHER: Mapping[str, tuple[int, ...]] = {
    "POST /v1/recommendations": (404, 409),
    "POST /v1/paths": (404,),
    "POST /v1/paths:compare": (404,),
    "POST /v1/paths:calendar": (404,),
    "GET /v1/impressions/{impression_id}/explanation": (404,),
    "GET /v1/learners/{learner_id}": (404,),
    "DELETE /v1/learners/{learner_id}": (404,),
    "GET /v1/learners/{learner_id}/export": (404,),
    "GET /v1/learners/{learner_id}/mastery": (404,),
    "POST /v1/learners/{learner_id}/assessments": (404, 409),
    "PUT /v1/learners/{learner_id}/assessments/{assessment_id}": (404, 409),
    "DELETE /v1/learners/{learner_id}/assessments/{assessment_id}": (404,),
    "DELETE /v1/learners/{learner_id}/awards/{credential_id}": (404,),
    "POST /v1/learners/{learner_id}/assessments:next": (404,),
    "POST /v1/learners/{learner_id}/awards": (404, 409),
    "POST /v1/learners/{learner_id}/links": (404,),
    "POST /v1/outcomes": (409,),
    "GET /v1/credentials/{credential_id}": (404,),
    "POST /v1/models/{version}:promote": (404, 409),
    "POST /v1/models:rollback": (409,),
    "GET /readyz": (503,),
}
WHEN: Mapping[int, str] = {
    401: "No API key, or one that is unknown or revoked.",
    403: "The key lacks the scope.",
    404: "No such thing for this tenant.",
    409: "The state, or an id that was used before, stands against it.",
    413: "The body or batch is over its bound.",
    415: "The body is of a type or coding that this route does not read.",
    422: "The input is not valid; `errors` or `refusals` names each fault.",
    429: "The key made too many calls; `Retry-After` says when to go on.",
    503: "Nothing to answer from, for example no bundle yet, or no database.",
}
SLUGS: Mapping[int, str] = {
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    409: "conflict",
    413: "too-large",
    415: "unsupported-media-type",
    422: "invalid-input",
    429: "rate-limited",
    503: "not-ready",
}


def complete(schema: dict[str, Any]) -> dict[str, Any]:
    """Adds to FastAPI's document what holds for every operation: the key, its scope, and the problems."""
    components = schema.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    adapted = TypeAdapter(Problem).json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(adapted.pop("$defs", {}))
    schemas["Problem"] = adapted
    components["responses"] = {slug: _problem_response(status) for status, slug in SLUGS.items()}
    components["securitySchemes"] = {"ApiKey": {"type": "http", "scheme": "bearer", "bearerFormat": "cp_..."}}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            _complete_operation(f"{method.upper()} {path}", operation)
    return schema


def _complete_operation(name: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    # The page shows the summary beside the path; the framework's would only be the function's name.
    operation["summary"] = operation["description"].partition("\n")[0].rstrip(".")
    scope = SCOPES.get(name)
    if scope:
        operation["security"] = [{"ApiKey": [scope]}]
        operation["description"] = f"{operation['description']}\n\nScope: `{scope}`."
    statuses = {*FURTHER.get(name, ()), *((401, 403, 429, 503) if scope else ())}
    if operation.get("parameters"):
        statuses.add(422)
    if "requestBody" in operation:
        statuses.update((413, 415, 422))
    for status in sorted(statuses):
        responses[str(status)] = {"$ref": f"#/components/responses/{SLUGS[status]}"}


def _problem_response(status: int) -> dict[str, Any]:
    example = {
        "type": PROBLEM_BASE + SLUGS[status],
        "title": TITLES[status],
        "status": status,
        "detail": WHEN[status],
        "instance": "5f2b0c6e0f3a4c1d9a7e8b6c5d4e3f2a",
        "hint": "what to do next",
    }
    headers = {"X-Request-ID": {"description": "The id of the request.", "schema": {"type": "string"}}}
    if status == 429:
        headers["Retry-After"] = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
    if status in (401, 403):
        headers["WWW-Authenticate"] = {"description": "How to authenticate.", "schema": {"type": "string"}}
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    return {"description": WHEN[status], "headers": headers, "content": {PROBLEM_TYPE: content}}


class Assets(StaticFiles):
    """The files of the page; they change only with the version, so a browser may keep them for a day."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """A file, or 304."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=86400"
        return response


async def show_page(_: Request) -> Response:
    """The page; all that it loads comes from here."""
    return HTMLResponse(PAGE, headers={"Content-Security-Policy": PAGE_POLICY})


def install_page(app: FastAPI) -> None:
    """Serves the page at /docs."""
    app.add_route("/docs", show_page, include_in_schema=False)
    app.mount("/docs/static", Assets(directory=STATIC), name="docs-static")


def text_of(schema: Mapping[str, Any]) -> str:
    """The document as it is committed: sorted, so that a change shows as itself."""
    return json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    """Writes the document to stdout."""
    from credpath.api.app import bare_app  # it imports this module

    sys.stdout.write(text_of(bare_app().openapi()))


if __name__ == "__main__":
    main()
