"""The short-lived link by which a tenant lets a learner in: signed, and good for one learner until it expires."""

from __future__ import annotations

from datetime import datetime, timedelta

from starlette.requests import Request

from credpath.web.site import Site

PURPOSE = "link"
MINUTES = 15
MOST_MINUTES = 24 * 60
ENTRANCE = "/learn/enter/"


def mint(site: Site, tenant: str, learner_id: str, minutes: int = MINUTES) -> tuple[str, datetime]:
    """(path of the link, when it expires); the address of the site goes before it."""
    until = (site.now() + timedelta(minutes=minutes)).replace(microsecond=0)
    return ENTRANCE + site.signing.sign(PURPOSE, [tenant, learner_id], until), until


def link_for(request: Request, site: Site, tenant: str, learner_id: str, minutes: int) -> tuple[str, datetime]:
    """(whole link, when it expires)."""
    path, until = mint(site, tenant, learner_id, minutes)
    return site.address(request) + path, until


def read_link(site: Site, token: str) -> tuple[str, str]:
    """(tenant, learner id). Raises Unauthorized for a link that is not ours or has expired."""
    tenant, learner_id = site.signing.read(PURPOSE, token, site.now())
    return str(tenant), str(learner_id)
