"""The catalogue: read it, change one record, import a file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import Connection

from credpath.domain.batches import BatchVerdict, repeats, validate_batch
from credpath.domain.catalogue import Credential
from credpath.errors import BatchRefused, InvalidInput, NotFound, Refusal
from credpath.interop.catalogue_csv import read_catalogue_csv
from credpath.interop.catalogue_jsonl import read_catalogue_jsonl
from credpath.interop.catalogue_read import CatalogueRead
from credpath.interop.coursera import read_coursera
from credpath.interop.ctdl import read_ctdl
from credpath.interop.edx import read_edx
from credpath.service.context import Context
from credpath.service.importing import ImportReport, finished
from credpath.service.tasks import followed
from credpath.store import credentials as rows
from credpath.store.credentials import CatalogueSaved
from credpath.store.imports import record_import

Reader = Callable[..., CatalogueRead]
NATIVE: Mapping[str, Reader] = {"native": read_catalogue_jsonl, "csv": read_catalogue_csv}
FOREIGN: Mapping[str, Reader] = {"coursera": read_coursera, "edx": read_edx, "ctdl": read_ctdl}
MAX_PAGE = 100


class _DryRun(Exception):
    """Leaves a write transaction without writing."""


def get_credential(context: Context, tenant: str, credential_id: str) -> Credential:
    """Raises NotFound, in the same words for another tenant's credential as for none."""
    with context.database.read() as connection:
        found = rows.get_credential(connection, tenant, credential_id)
    if found is None:
        fix = "GET /v1/credentials lists what there is; credpath import catalogue adds to it"
        raise NotFound(f"no credential {credential_id!r}", where="credential_id", fix=fix)
    return found


def list_credentials(
    context: Context, tenant: str, query: str, after: str, limit: int
) -> tuple[tuple[Credential, ...], str]:
    """(page, where the next one begins or ""): credentials whose words hold `query`, in a stable order."""
    if not 1 <= limit <= MAX_PAGE:
        fix = f"ask for 1 to {MAX_PAGE}"
        raise InvalidInput(f"limit is {limit}, not within 1 to {MAX_PAGE}", where="limit", fix=fix)
    with context.database.read() as connection:
        page = rows.list_credentials(connection, tenant, query, after, limit + 1)
    more = len(page) > limit
    return page[:limit], page[limit - 1].credential_id if more else ""


def put_credential(context: Context, tenant: str, credential: Credential) -> CatalogueSaved:
    """Stores one record, judged against the whole catalogue like an import. Raises BatchRefused."""
    now = context.clock()

    def write(connection: Connection) -> CatalogueSaved:
        verdict = validate_batch((credential,), _reachable(connection, tenant, credential))
        _refuse(verdict.refusals, credential.credential_id)
        return rows.save_credentials(connection, tenant, verdict.accepted, now)

    return context.writer.submit(write).result()


def detect_format(file: Path) -> str:
    """The format that a file's name and first line suggest. Raises InvalidInput when they suggest none."""
    suffix = file.suffix.casefold()
    if suffix in (".jsonld", ".json"):
        return "ctdl"
    if suffix in (".jsonl", ".ndjson"):
        return "native"
    try:
        with file.open(encoding="utf-8-sig", errors="replace") as stream:
            header = stream.readline(10_000)
    except OSError as error:
        fix = "check the path and its permissions"
        raise InvalidInput(f"cannot read {file}: {error.strerror}", where=str(file), fix=fix) from error
    for form, mark in (("coursera", "learning_product_type"), ("edx", "associatedprograms"), ("csv", "credential_id")):
        if mark in header:
            return form
    raise InvalidInput(
        "the format is not clear from the file", where=str(file), fix="give --format native|csv|coursera|edx|ctdl"
    )


def import_catalogue(
    context: Context,
    tenant: str,
    file: Path,
    form: str = "",
    *,
    dry_run: bool = False,
    progress: Callable[[str, int], None] = lambda _stage, _rows: None,
) -> ImportReport:
    """Imports a file whole or not at all; the same file again changes nothing.

    In our own formats any bad row refuses the batch, since its author can mend it; in foreign ones bad rows are
    left out and reported. A cycle of prerequisites or one id with two contents refuses any batch. Raises
    BatchRefused with every bad row.
    """
    form = form or detect_format(file)
    if form not in {**NATIVE, **FOREIGN}:
        raise InvalidInput(f"unknown format {form!r}", where="--format", fix=", ".join((*NATIVE, *FOREIGN)))
    if dry_run:
        return _import(context, tenant, file, form, progress, dry_run=True)
    with followed(context, tenant, "import", f"catalogue: {file.name}") as task:
        return finished(task, _import(context, tenant, file, form, task.beside(progress), dry_run=False))


def _import(
    context: Context, tenant: str, file: Path, form: str, progress: Callable[[str, int], None], *, dry_run: bool
) -> ImportReport:
    reader = {**NATIVE, **FOREIGN}[form]
    read = _read_ctdl(context, tenant, file, progress) if form == "ctdl" else reader(file, progress)
    if form in NATIVE and read.refusals:
        every = {*read.refusals, *repeats(read.items, read.places)}
        _refuse(tuple(sorted(every, key=lambda r: (r.line, r.reason))), str(file))
    if not read.items:
        fix = f"give credentials in the format {form}, or another --format"
        reasons = read.refusals or (Refusal(file.name, 0, "the file holds no credential", fix),)
        raise BatchRefused("nothing to import", reasons, where=str(file), fix=fix)
    saved, verdict = _apply(context, tenant, read, form, str(file), dry_run)
    return ImportReport(
        "catalogue", read.rows, saved.inserted, saved.updated, saved.unchanged, read.refusals, not dry_run,
        f"catalogue version {saved.version}" if not dry_run else "dry run: nothing was written",
        verdict.warnings,
    )  # fmt: skip


def import_catalogue_text(
    context: Context, tenant: str, content: bytes, form: str, *, dry_run: bool = False
) -> ImportReport:
    """`import_catalogue` of a request body."""
    suffix = ".csv" if form == "csv" else ".jsonl"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"body{suffix}"
        file.write_bytes(content)
        return import_catalogue(context, tenant, file, form or "native", dry_run=dry_run)


def _read_ctdl(context: Context, tenant: str, file: Path, progress: Callable[[str, int], None]) -> CatalogueRead:
    """A CTDL file may require what an earlier one brought, so it is told what is there."""
    with context.database.read() as connection:
        known = frozenset(c.credential_id for c in rows.load_catalogue(connection, tenant))
    return read_ctdl(file, progress, known=known)


def _apply(
    context: Context, tenant: str, read: CatalogueRead, form: str, where: str, dry_run: bool
) -> tuple[CatalogueSaved, BatchVerdict]:
    now = context.clock()
    result: tuple[CatalogueSaved, BatchVerdict] | None = None
    try:
        with context.database.write() as connection:
            # Judged inside the write: two imports at once could otherwise close a cycle between them.
            known = {c.credential_id: c for c in rows.load_catalogue(connection, tenant)}
            verdict = validate_batch(read.items, known, foreign=form in FOREIGN, places=read.places)
            _refuse(verdict.refusals, where)
            saved = rows.save_credentials(connection, tenant, verdict.accepted, now)
            counts = {"read": read.rows, "inserted": saved.inserted, "updated": saved.updated}
            record_import(connection, tenant, f"catalogue/{form}", now, counts, read.refusals)
            result = saved, verdict
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    assert result is not None  # noqa: S101 - every other way out raises
    return result


def _reachable(connection: Connection, tenant: str, credential: Credential) -> dict[str, Credential]:
    """What the record's edges lead to, step by step: enough to find a dangling edge or a cycle through it."""
    known: dict[str, Credential] = {}
    waiting = list(credential.edges())
    while waiting:
        credential_id = waiting.pop()
        if credential_id in known or credential_id == credential.credential_id:
            continue
        found = rows.get_credential(connection, tenant, credential_id)
        if found is not None:
            known[credential_id] = found
            waiting.extend(found.edges())
    return known


def _refuse(refusals: tuple[Refusal, ...], where: str) -> None:
    if refusals:
        raise BatchRefused(
            f"{len(refusals)} reasons to refuse; nothing was imported", refusals, where=where,
            fix="mend what is named, then import again",
        )  # fmt: skip
