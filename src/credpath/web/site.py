"""What every page is given: the use cases' context, the signatures, and where the site is to be found."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from starlette.requests import Request

from credpath.service.context import Context
from credpath.web.i18n import Languages
from credpath.web.signing import Signing, secret_of


@dataclass(frozen=True, slots=True)
class Site:
    """Lives in `app.state.site`. `public_url`: the address that people use, "" for the one they called."""

    context: Context
    signing: Signing
    public_url: str = ""
    languages: Languages = field(default_factory=Languages)

    def now(self) -> datetime:
        """The present, by the clock of the context."""
        return self.context.clock()

    def address(self, request: Request) -> str:
        """The site's address without a slash at its end."""
        return (self.public_url or str(request.base_url)).rstrip("/")

    def is_secure(self, request: Request) -> bool:
        """Whether people come over TLS, so that a cookie may insist on it."""
        return self.address(request).startswith("https://")


def open_site(context: Context, secret: str, home: Path, public_url: str = "") -> Site:
    """The site over an open context. Raises InvalidInput for a secret that is too short."""
    return Site(context, Signing(secret_of(secret, home)), public_url)


def site_of(request: Request) -> Site:
    """The site that the request came to."""
    site: Site = request.app.state.site
    return site
