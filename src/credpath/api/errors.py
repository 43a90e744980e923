"""Every error as one problem document (RFC 9457): what happened, where, and what to do next."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from credpath.errors import (
    BatchRefused,
    BundleRefused,
    Conflict,
    CredpathError,
    Forbidden,
    InvalidInput,
    NotFound,
    NotReady,
    TooLarge,
    Unauthorized,
)

log = structlog.get_logger(__name__)

PROBLEM_TYPE = "application/problem+json"
PROBLEM_BASE = "https://credpath.org/problems/"
# How pydantic names the branch of a union that a value was tried as; no field is called so.
BRANCH = re.compile(r"[A-Z]\w*In|constrained-\w+|str|int")
# The folders of a bundle whose folders are called after tenants.
OF_TENANTS = re.compile(r"\b(catalogues|learned|taxonomies)/[^/\s:]+")
MAX_ERRORS_SHOWN = 50
MAX_REFUSALS_SHOWN = 1_000


class RateLimited(CredpathError):
    """The key made more calls than its limit allows; `retry_after` seconds until the next is taken."""

    slug = "rate-limited"

    def __init__(self, what: str, *, retry_after: int, fix: str = "") -> None:
        super().__init__(what, fix=fix)
        self.retry_after = retry_after


class UnsupportedMedia(CredpathError):
    """The body is of a type or coding that the route does not read."""

    slug = "unsupported-media-type"


class MalformedBody(CredpathError):
    """The body is not a JSON document."""

    slug = "malformed-body"


# The nearest class in the order of inheritance decides.
STATUSES: Mapping[type[CredpathError], int] = {
    InvalidInput: 422,
    BatchRefused: 422,
    MalformedBody: 422,
    UnsupportedMedia: 415,
    TooLarge: 413,
    BundleRefused: 409,
    Conflict: 409,
    NotFound: 404,
    Forbidden: 403,
    Unauthorized: 401,
    RateLimited: 429,
    NotReady: 503,
}
TITLES: Mapping[int, str] = {
    400: "Bad request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "Invalid input",
    429: "Too many requests",
    431: "Head too large",
    500: "Internal error",
    503: "Not ready",
}
# What the framework itself raises: status -> (slug, detail, hint).
FRAMEWORK: Mapping[int, tuple[str, str, str]] = {
    404: ("not-found", "there is no such path", "/docs lists the paths"),
    405: ("method-not-allowed", "the path does not take this method", "the header Allow lists the methods"),
}


def problem(
    request_id: str,
    status: int,
    slug: str,
    detail: str,
    *,
    hint: str = "",
    headers: Mapping[str, str] | None = None,
    members: Mapping[str, Any] | None = None,
) -> Response:
    """A problem document as a response. `instance` is the request id, by which the logs find the call."""
    document = {
        "type": PROBLEM_BASE + slug,
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        "instance": request_id,
        "hint": hint,
        **(members or {}),
    }
    return Response(orjson.dumps(document), status, headers, PROBLEM_TYPE)


def of_credpath_error(request_id: str, error: CredpathError, models: str = "") -> Response:
    """The response for an error that a user can act on; an error of no known class is a 500 without its text.

    `models`: the folder of the bundles, which no answer names.
    """
    status = next((STATUSES[c] for c in type(error).__mro__ if c in STATUSES), 500)
    if status >= 500:
        log.error("cannot answer", reason=str(error), status=status)
    if status == 500:
        return internal_error(request_id)
    return problem(
        request_id,
        status,
        error.slug,
        public_reason(error.what, models) if isinstance(error, NotReady | BundleRefused) else error.what,
        hint=error.fix,
        headers=_headers(error),
        members=_members(error, status, models),
    )


def internal_error(request_id: str) -> Response:
    """A 500 that tells the caller nothing but the id under which the log has the cause."""
    hint = "quote `instance` to the operator; the server's log has the cause under it"
    return problem(request_id, 500, "internal-error", "the server failed on this call", hint=hint)


def public_reason(reason: str, models: str = "") -> str:
    """A reason as anybody may read it; the log has it whole.

    What a database driver says names hosts and users, the files of a bundle where it lies and its tenants.
    """
    told = re.sub(r".*(the database cannot be used).*", r"\1", reason, flags=re.DOTALL)
    return OF_TENANTS.sub(r"\1", told.replace(models, "models") if models else told)


def _headers(error: CredpathError) -> dict[str, str] | None:
    if isinstance(error, Unauthorized):
        return {"WWW-Authenticate": 'Bearer realm="credpath"'}
    if isinstance(error, Forbidden):
        return {"WWW-Authenticate": f'Bearer realm="credpath", error="insufficient_scope", scope="{error.where}"'}
    if isinstance(error, RateLimited):
        return {"Retry-After": str(error.retry_after)}
    return None


def _members(error: CredpathError, status: int, models: str) -> dict[str, Any]:
    if isinstance(error, BatchRefused):
        shown = [_refusal(r.file, r.line, r.reason, r.fix) for r in error.refusals[:MAX_REFUSALS_SHOWN]]
        return {"refusals": shown, "refusal_count": len(error.refusals)}
    if status == 422:
        return {"errors": [_fault(error.where, error.what, error.fix)]}
    if isinstance(error, BundleRefused):
        return {"where": public_reason(error.where, models)}
    # A NotReady names the database's host or a folder: the log's business.
    return {"where": error.where} if error.where and not isinstance(error, Forbidden | NotReady) else {}


def _refusal(file: str, line: int, reason: str, fix: str) -> dict[str, Any]:
    return {"file": file, "line": line, "reason": reason, "fix": fix}


def _fault(where: str, what: str, fix: str) -> dict[str, str]:
    return {"where": where, "what": what, "fix": fix}


def of_validation(request_id: str, faults: Sequence[Mapping[str, Any]]) -> Response:
    """A 422 that names every field that is wrong, from pydantic's list; the values are not repeated."""
    errors = [_of_pydantic(fault) for fault in faults[:MAX_ERRORS_SHOWN]]
    count = len(faults)
    first = f"{errors[0]['where']}: {errors[0]['what']}" if errors else "the input is not valid"
    detail = first if count == 1 else f"{count} values are not valid; the first is {first}"
    return problem(
        request_id, 422, "invalid-input", detail, hint="correct the values under `errors`", members={"errors": errors}
    )


def _of_pydantic(fault: Mapping[str, Any]) -> dict[str, str]:
    # The first part says where the value came from (body, query, path); a lone "body" means the body as a whole.
    kind, what = str(fault["type"]), str(fault["msg"])
    named = kind == "extra_forbidden"  # then the last part is what the caller wrote, whatever it looks like
    place = [str(part) for part in fault["loc"] if named or not BRANCH.fullmatch(str(part))]
    where = ".".join(place[1:] if place[0] == "body" and len(place) > 1 else place)
    if kind == "extra_forbidden":
        return _fault(where, "there is no such field", "remove it, or mend its name")
    if kind == "missing":
        return _fault(where, "is required", f"give {where}")
    if kind == "string_pattern_mismatch":
        return _fault(where, "is not of the form that is asked for", "see the pattern in /openapi.json")
    return _fault(where, what.removeprefix("Value error, "), "")


def install_handlers(app: FastAPI) -> None:
    """Makes every error of the routes a problem document. What escapes these is caught by middleware.Observe."""
    app.add_exception_handler(CredpathError, _handle_credpath)
    app.add_exception_handler(RequestValidationError, _handle_validation)
    app.add_exception_handler(HTTPException, _handle_http)


async def _handle_credpath(request: Request, error: Exception) -> Response:
    assert isinstance(error, CredpathError)  # noqa: S101 -- starlette types every handler's error as Exception
    return of_credpath_error(request.state.request_id, error, str(request.app.state.context.serving.models))


async def _handle_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    return of_validation(request.state.request_id, error.errors())


async def _handle_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    status = error.status_code
    slug, detail, hint = FRAMEWORK.get(status, ("bad-request", "the request cannot be read", "/docs shows its form"))
    headers = dict(error.headers or {})
    if status == 405:
        headers["Allow"] = request.app.state.rights.methods(request.scope.get("endpoint"), headers.get("Allow", ""))
    return problem(request.state.request_id, status, slug, detail, hint=hint, headers=headers)
