"""Catalogue imports on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict

from credpath.api.schemas.values import Input
from credpath.errors import Refusal
from credpath.service.importing import ImportReport

Form = Literal["native", "csv", "coursera", "edx", "ctdl"]


# Judged by the reader of the format, which names every fault at once.
Record = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {"type": "object", "required": ["credential_id", "title"], "description": "As in PUT, with `credential_id`."}
    ),
]


class RecordsIn(Input):
    """Records to import, as JSON; a text body of the same content is streamed and takes less memory."""

    format: Literal["native"] = "native"
    records: list[Record] = Field(min_length=1)


class RefusalOut(TypedDict):
    """A row that was not taken: which, why, and how to mend it."""

    file: str
    line: int
    reason: str
    fix: str


class ImportOut(TypedDict):
    """What an import did, or with `applied` false would do. `version` is the catalogue's after it."""

    read: int
    inserted: int
    updated: int
    unchanged: int
    applied: bool
    refusals: list[RefusalOut]
    warnings: list[RefusalOut]
    detail: str


class SavedOut(TypedDict):
    """What a PUT did to the catalogue."""

    credential_id: str
    inserted: int
    updated: int
    unchanged: int
    catalogue_version: str


def import_out(report: ImportReport) -> ImportOut:
    """From the use case."""
    return {
        "read": report.read,
        "inserted": report.inserted,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "applied": report.applied,
        "refusals": _refusals_out(report.refusals),
        "warnings": _refusals_out(report.warnings),
        "detail": report.detail,
    }


def _refusals_out(refusals: Iterable[Refusal]) -> list[RefusalOut]:
    return [{"file": r.file, "line": r.line, "reason": r.reason, "fix": r.fix} for r in refusals]
