"""An operator's visit: which key, whose tenant, and how a page of theirs is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from credpath.service.catalogue_review import Reviewer
from credpath.service.cohorts import Members
from credpath.service.context import Context
from credpath.service.keys import operator_key
from credpath.service.neighbourhood import Surveyor
from credpath.service.recent_traffic import RecentTraffic
from credpath.service.remembered import Remembered
from credpath.service.traffic import Traffic
from credpath.store.keys import ApiKey
from credpath.web.forms import Form, Posted, posted_by, query_of
from credpath.web.pages import respond
from credpath.web.sessions import Session, csrf_token, session_of
from credpath.web.site import Site, site_of

NOTHING = Form()
TRAFFIC_SECONDS = 30.0
COHORT_SECONDS = 600.0
MAX_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Desk:
    """What the dashboard of one process remembers, all of it by tenant. `once`: forms that made a key already."""

    reviewer: Reviewer = field(default_factory=Reviewer)
    surveyor: Surveyor = field(default_factory=Surveyor)
    traffic: Remembered[Traffic] = field(default_factory=lambda: Remembered(TRAFFIC_SECONDS))
    members: Remembered[Members] = field(default_factory=lambda: Remembered(COHORT_SECONDS, most=8))
    once: dict[str, object] = field(default_factory=dict)

    def is_first(self, mark: str) -> bool:
        """Whether a form with this mark was not sent before; from now on it was."""
        own = object()
        first = bool(mark) and self.once.setdefault(mark, own) is own
        while len(self.once) > MAX_ONCE:
            self.once.pop(next(iter(self.once)), None)
        return first


@dataclass(frozen=True, slots=True)
class OperatorVisit:
    """One request of an operator whose key is still good. `form`: what they sent, where they sent something."""

    request: Request
    site: Site
    session: Session
    key: ApiKey
    form: Form = NOTHING

    @property
    def context(self) -> Context:
        """For use cases."""
        return self.site.context

    @property
    def tenant(self) -> str:
        """Whose rows these pages show, and no other's."""
        return self.key.tenant

    @property
    def desk(self) -> Desk:
        """What this process remembers."""
        state = self.request.app.state
        if not hasattr(state, "desk"):
            state.desk = Desk()
        desk: Desk = state.desk
        return desk

    @property
    def recent(self) -> RecentTraffic:
        """What this process answered lately."""
        recent: RecentTraffic = self.request.app.state.metrics.recent
        return recent

    @property
    def query(self) -> Form:
        """The fields of the address."""
        return query_of(self.request)

    def number(self, name: str, usual: int, low: int, high: int) -> int:
        """A whole number of the address within its bounds, or the usual one for what is none."""
        given = self.query.text(name)
        return min(high, max(low, int(given))) if given.isascii() and given.isdigit() and len(given) < 9 else usual

    def show(self, template: str, section: str, status: int = 200, **values: Any) -> Response:
        """A page of theirs; `section` is marked in the menu."""
        csrf = csrf_token(self.request, self.session)
        return respond(
            self.request, template, status, visit=self, csrf=csrf, section=section, serving=self._serving(),
            address=address, **values,
        )  # fmt: skip

    def _serving(self) -> str:
        serving = self.context.serving
        return serving.bundle.version if serving.ready else ""


def address(path: str, **fields: object) -> str:
    """A path with a query of the fields that say something."""
    given: Mapping[str, object] = {name: value for name, value in fields.items() if value not in ("", None)}
    return f"{path}?{urlencode(given)}" if given else path


def _visit(request: Request) -> OperatorVisit:
    return _of(request, session_of(request, "operator"))


def _sender(request: Request, posted: Annotated[Posted, Depends(posted_by("operator"))]) -> OperatorVisit:
    return _of(request, posted.session, posted.form)


def _of(request: Request, session: Session, form: Form = NOTHING) -> OperatorVisit:
    site = site_of(request)
    # Read at every request: a key that was revoked opens nothing from that moment on.
    key = operator_key(site.context, session.tenant, session.subject)
    return OperatorVisit(request, site, session, key, form)


VisitDep = Annotated[OperatorVisit, Depends(_visit)]
SenderDep = Annotated[OperatorVisit, Depends(_sender)]
