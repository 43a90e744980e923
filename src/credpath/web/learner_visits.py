"""A learner's visit: who it is, and how a page of theirs is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from credpath.domain.catalogue import Credential
from credpath.domain.learner import Learner, Profile
from credpath.errors import NotFound
from credpath.service import learners
from credpath.service.catalogue import get_credential
from credpath.service.context import Context
from credpath.web.forms import Form, Posted, posted_by, query_of
from credpath.web.pages import respond
from credpath.web.sessions import Session, csrf_token, session_of
from credpath.web.site import Site, site_of

NOTHING = Form()


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a learner who is signed in and still known. `form`: what they sent, where they sent something."""

    request: Request
    site: Site
    session: Session
    learner: Learner
    form: Form = NOTHING

    @property
    def context(self) -> Context:
        """For use cases."""
        return self.site.context

    @property
    def tenant(self) -> str:
        """Whose learner it is."""
        return self.session.tenant

    @property
    def learner_id(self) -> str:
        """The tenant's own id of the learner."""
        return self.session.subject

    @property
    def profile(self) -> Profile:
        """What the learner said of themself."""
        return self.learner.profile

    def show(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page of theirs. `once` makes an action of it count once, however often its form is sent."""
        csrf = csrf_token(self.request, self.session)
        once = self.context.new_id()
        done, about = self._done()
        return respond(
            self.request, template, status, visit=self, csrf=csrf, once=once, done=done, about=about,
            undo=self._undo(), **values,
        )  # fmt: skip

    async def plan_in_turn(self, work: Callable[[], Response]) -> Response:
        """Runs what plans a path when its turn has come, so that whoever plans none does not wait for it."""
        response: Response = await self.request.app.state.path_turns.take(work)
        return response

    def _done(self) -> tuple[str, Credential | None]:
        """What the action before this page was, and the credential that it was about."""
        asked = query_of(self.request)
        if not asked.text("about"):
            return asked.text("done"), None
        try:
            return asked.text("done"), get_credential(self.context, self.tenant, asked.text("about"))
        except NotFound:
            return "", None

    def _undo(self) -> dict[str, str]:
        """What takes that action back, as its form sends it."""
        asked = query_of(self.request)
        return {name: value for name in ("said", "gained") if (value := asked.text(name))}


def _visit(request: Request) -> Visit:
    return _of(request, session_of(request, "learner"))


def _sender(request: Request, posted: Annotated[Posted, Depends(posted_by("learner"))]) -> Visit:
    return _of(request, posted.session, posted.form)


def _of(request: Request, session: Session, form: Form = NOTHING) -> Visit:
    site = site_of(request)
    # Read at every request: who was forgotten must not come back by an action of an open page.
    learner = learners.get_learner(site.context, session.tenant, session.subject)
    return Visit(request, site, session, learner, form)


VisitDep = Annotated[Visit, Depends(_visit)]
SenderDep = Annotated[Visit, Depends(_sender)]
