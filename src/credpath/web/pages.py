"""Templates to pages: one environment, one set of headers, and errors that a person can read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import structlog
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from credpath.errors import (
    Conflict,
    CredpathError,
    Forbidden,
    InvalidInput,
    NotFound,
    NotReady,
    TooLarge,
    Unauthorized,
)
from credpath.web.i18n import install, language_of
from credpath.web.inert import shown_inert
from credpath.web.site import site_of
from credpath.web.speaking import Language

log = structlog.get_logger(__name__)

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
# No inline script or style, nothing from elsewhere, no frame around it.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    # `no-referrer` would make browsers hide the origin of our own forms as well.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Vary": "Cookie, Accept-Language",
}
STATUSES: Mapping[type[CredpathError], int] = {
    InvalidInput: 422, TooLarge: 413, Conflict: 409, NotFound: 404, Forbidden: 403, Unauthorized: 401, NotReady: 503,
}  # fmt: skip
# Said of one visit of the page, not of the page.
PASSING = frozenset({"done", "about", "said", "gained", "lang"})
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class PageRoute(APIRoute):
    """A route whose errors are pages, where those of the API are problem documents."""

    def get_route_handler(self) -> Handler:
        """The handler that the router calls."""
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await answer(request)
            except CredpathError as error:
                return error_page(request, error)
            except RequestValidationError:
                return error_page(request, InvalidInput("the address or form cannot be read", where="form"))

        return handle


class Assets(StaticFiles):
    """Files that a page names with their digest, so that a browser may keep them for good."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """A file, or 304."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


@cache
def environment(language: Language) -> Environment:
    """Every template's, one a language: escapes what it is given, refuses what it is not given."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=shown_inert,
    )
    install(made, language)
    made.globals.update(static=static, here=here, tongues=tongues)
    return made


def render(language: Language, template: str, **values: Any) -> str:
    """A template's text; it finds `language` beside what it is given."""
    return environment(language).get_template(template).render(**values)


def respond(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """A page in the language of the request, with the headers of every page."""
    text = render(language_of(request), template, request=request, **values)
    return HTMLResponse(text, status, HEADERS)


def go(address: str) -> Response:
    """After a form: the browser asks for this page next, and going back does not send the form again."""
    return RedirectResponse(address, 303, HEADERS)


def error_page(request: Request, error: CredpathError) -> Response:
    """What went wrong and what to do next. A NotReady's words name hosts and folders, which stay in the log."""
    status = next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)
    if status >= 500:
        log.error("cannot show the page", reason=str(error), status=status)
    shown = error if status < 500 else None
    return respond(request, "error.html", status, code=status, error=shown, section=_section(request))


def _section(request: Request) -> str:
    return "dashboard" if request.url.path.startswith("/dashboard") else "learner"


@cache
def static(name: str) -> str:
    """The address of a file of `static/`, which changes with its content."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def here(request: Request, *, at: str = "", fragment: str = "", **changes: str | Sequence[str] | None) -> str:
    """The address of the request with other values for some fields of its query: None drops a field.

    `at`: another page that reads the same fields.
    """
    kept = [(name, value) for name, value in parse_qsl(request.url.query) if name not in {*changes, *PASSING}]
    for name, value in changes.items():
        kept += [(name, one) for one in ([value] if isinstance(value, str) else value or ())]
    query = f"?{urlencode(kept)}" if kept else ""
    return f"{at or request.url.path}{query}{'#' + fragment if fragment else ''}"


def tongues(request: Request) -> tuple[Language, ...]:
    """The languages that a visitor may choose from."""
    return site_of(request).languages.offered
