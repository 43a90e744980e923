"""Who is at the other end: a signed cookie a role, and the mark that proves a form came from our own page."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from credpath.errors import Forbidden
from credpath.web.site import site_of

Role = Literal["learner", "operator"]
LASTS = timedelta(hours=8)
# A cookie goes only to the pages of its role, so that neither role's pages ever see the other's.
PATHS: Mapping[Role, str] = {"learner": "/learn", "operator": "/dashboard"}
CSRF = "csrf"


@dataclass(frozen=True, slots=True)
class Session:
    """One visit. `subject`: the learner's id, or the id of the operator's key. `nonce` differs in every session."""

    role: Role
    tenant: str
    subject: str
    nonce: str


def begin(request: Request, response: Response, role: Role, tenant: str, subject: str) -> Session:
    """Signs somebody in: the response carries the cookie."""
    site = site_of(request)
    session = Session(role, tenant, subject, secrets.token_hex(16))
    token = site.signing.sign(role, [tenant, subject, session.nonce], site.now() + LASTS)
    response.set_cookie(
        cookie_name(role), token, max_age=int(LASTS.total_seconds()), path=PATHS[role],
        secure=site.is_secure(request), httponly=True, samesite="lax",
    )  # fmt: skip
    return session


def session_of(request: Request, role: Role) -> Session:
    """The session of a request. Raises Unauthorized where there is none, or its time is over."""
    site = site_of(request)
    token = request.cookies.get(cookie_name(role), "")
    tenant, subject, nonce = site.signing.read(role, token, site.now())
    return Session(role, tenant, subject, nonce)


def end(response: Response, role: Role) -> None:
    """Signs out."""
    response.delete_cookie(cookie_name(role), path=PATHS[role], httponly=True, samesite="lax")


def csrf_token(request: Request, session: Session) -> str:
    """What each form of this session carries in its field `csrf`."""
    return site_of(request).signing.mark(CSRF, session.nonce)


def check_form(request: Request, session: Session, given: str) -> None:
    """Raises Forbidden for a form that another site sent, or an earlier session's page."""
    came_from = request.headers.get("sec-fetch-site", "same-origin")
    if came_from not in ("same-origin", "none") or not site_of(request).signing.is_mark(CSRF, session.nonce, given):
        raise Forbidden("this form did not come from this page", where=CSRF, fix="open the page again and repeat")


def cookie_name(role: Role) -> str:
    """Of the role's cookie."""
    return f"credpath_{role}"
