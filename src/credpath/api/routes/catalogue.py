"""The tenant's catalogue: read it, put one record, import many."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from credpath.api.bodies import TEXT_TYPES, ProtectedRoute, media_type_of, parse_json, validated
from credpath.api.deps import BodyDep, CallDep, PathId, reply
from credpath.api.errors import UnsupportedMedia
from credpath.api.paging import seal, unseal
from credpath.api.schemas.credential_in import CredentialIn
from credpath.api.schemas.credential_out import CredentialOut, CredentialsOut, credential_out
from credpath.api.schemas.imports import Form, ImportOut, RecordsIn, SavedOut, import_out
from credpath.api.schemas.values import Input, Label
from credpath.errors import InvalidInput
from credpath.service import catalogue

router = APIRouter(prefix="/v1", route_class=ProtectedRoute, tags=["catalogue"])
JSON = "application/json"
TEXT_SCHEMA = {"schema": {"type": "string"}}
IMPORT_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "Text of the format, or JSON `{format, records}`.",
        "content": {JSON: {"schema": RecordsIn.model_json_schema()}, **dict.fromkeys(TEXT_TYPES, TEXT_SCHEMA)},
    }
}


class CredentialsQuery(Input):
    """Which part of the catalogue."""

    q: Label = Field("", description="Words that the record holds.", examples=["analytics"])
    limit: Annotated[int, Field(ge=1, le=catalogue.MAX_PAGE)] = 20
    cursor: Annotated[str, Field(max_length=2_000)] = Field("", description="`next_cursor` of the page before.")


class ImportQuery(Input):
    """How to read the body, and whether to keep what was read."""

    format: Form | None = Field(None, description="Default: native for JSON Lines, csv for CSV, ctdl for JSON-LD.")
    dry_run: bool = Field(False, description="Check only; nothing is written.")


@router.get("/credentials", response_model=CredentialsOut)
def list_credentials(query: Annotated[CredentialsQuery, Query()], call: CallDep) -> Response:
    """Lists credentials in a stable order, a page at a time."""
    limit = min(query.limit, call.settings.page_limit)
    after = unseal(query.cursor, query.q)
    page, following = catalogue.list_credentials(call.context, call.tenant, query.q, after, limit)
    return reply({"items": [credential_out(c) for c in page], "next_cursor": seal(following, query.q)})


@router.get("/credentials/{credential_id}", response_model=CredentialOut)
def get_credential(credential_id: PathId, call: CallDep) -> Response:
    """Reads one record."""
    return reply(credential_out(catalogue.get_credential(call.context, call.tenant, credential_id)))


@router.put("/credentials/{credential_id}", response_model=SavedOut)
def put_credential(credential_id: PathId, body: CredentialIn, call: CallDep) -> Response:
    """Stores one record whole. One that breaks the catalogue, for example by a cycle, is refused."""
    if body.credential_id not in (None, credential_id):
        raise InvalidInput("is not the id of the path", where="credential_id", fix="leave it out")
    saved = catalogue.put_credential(call.context, call.tenant, body.of(credential_id))
    return reply(
        {
            "credential_id": credential_id,
            "inserted": saved.inserted,
            "updated": saved.updated,
            "unchanged": saved.unchanged,
            "catalogue_version": saved.version,
        }
    )


@router.post("/credentials:import", response_model=ImportOut, openapi_extra=IMPORT_BODY)
def import_credentials(
    request: Request, body: BodyDep, query: Annotated[ImportQuery, Query()], call: CallDep
) -> Response:
    """Imports a catalogue whole or not at all; importing it again changes nothing.

    In the native and CSV formats any bad row refuses the batch, naming every one; in foreign formats bad rows are
    left out and reported.
    """
    content, form = _content(media_type_of(request), body, query.format)
    report = catalogue.import_catalogue_text(call.context, call.tenant, content, form, dry_run=query.dry_run)
    return reply(import_out(report))


def _content(media_type: str, body: bytes, form: Form | None) -> tuple[bytes, str]:
    """(text, format) of a body, whichever way it was sent."""
    if media_type == JSON:
        records = validated(RecordsIn, parse_json(body)).records
        return b"\n".join(orjson.dumps(record) for record in records), form or "native"
    if media_type not in TEXT_TYPES:
        known = ", ".join((JSON, *TEXT_TYPES))
        raise UnsupportedMedia(f"cannot import {media_type[:80]!r}", where="content-type", fix=f"send one of {known}")
    if not body.strip():
        raise InvalidInput("the body is empty", where="body", fix="send at least one record")
    return body, form or TEXT_TYPES[media_type]
