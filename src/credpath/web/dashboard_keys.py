"""API keys: made with their secret shown once, listed, revoked."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from credpath.errors import InvalidInput, NotFound
from credpath.service.keys import SCOPES, create_key, list_keys, revoke_key
from credpath.store.keys import ApiKey
from credpath.web.dashboard_visits import OperatorVisit, SenderDep, VisitDep
from credpath.web.pages import PageRoute, go

router = APIRouter(prefix="/dashboard/keys", route_class=PageRoute)
HERE = "/dashboard/keys"


@router.get("")
def show(visit: VisitDep) -> Response:
    """The tenant's keys, live ones first, and a form for another."""
    return _page(visit)


@router.post("")
def create(visit: SenderDep) -> Response:
    """Makes a key and shows its secret, this once: the same form sent again makes none."""
    name, scopes = visit.form.text("name"), visit.form.every("scope")
    if not visit.desk.is_first(visit.form.text("once")):
        return go(HERE)
    try:
        secret, key = create_key(visit.context, visit.tenant, name, scopes)
    except InvalidInput as error:
        return _page(visit, 422, problem=error.where, name=name, scopes=scopes)
    return _page(visit, made=key, secret=secret)


@router.get("/revoke")
def ask(visit: VisitDep) -> Response:
    """Asks whether that is meant. Raises NotFound."""
    return visit.show("dashboard/revoke.html", "keys", chosen=_key(visit, visit.query.text("id")))


@router.post("/revoke")
def revoke(visit: SenderDep) -> Response:
    """Ends a key; who ends the one of this visit is signed out by that."""
    key = _key(visit, visit.form.text("id"))
    revoke_key(visit.context, visit.tenant, key.key_id)
    return go(HERE)


def _page(visit: OperatorVisit, status: int = 200, **values: object) -> Response:
    keys = list_keys(visit.context, visit.tenant)
    given = {"made": None, "secret": "", "problem": "", "name": "", "scopes": ("recommend", "read", "write"), **values}
    return visit.show(
        "dashboard/keys.html", "keys", status, live=[k for k in keys if k.revoked_at is None][::-1],
        revoked=[k for k in keys if k.revoked_at is not None][::-1], all_scopes=SCOPES, once=visit.context.new_id(),
        **given,
    )  # fmt: skip


def _key(visit: OperatorVisit, key_id: str) -> ApiKey:
    found = next((k for k in list_keys(visit.context, visit.tenant) if k.key_id == key_id), None)
    if found is None or found.revoked_at is not None:
        raise NotFound("no such key", where="id")
    return found
