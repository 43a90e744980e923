"""Import files: a taxonomy, learners, outcomes, assessment results. Each is all or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from credpath.domain.evidence import Evidence
from credpath.domain.mastery import MasteryModel
from credpath.domain.outcomes import Outcome
from credpath.errors import BatchRefused, InvalidInput, Refusal
from credpath.interop.assessments import read_assessments
from credpath.interop.esco import read_esco
from credpath.interop.learners import LearnerRecord, read_learners
from credpath.interop.native_taxonomy import read_native_taxonomy
from credpath.interop.onet import read_onet
from credpath.interop.outcomes import read_outcomes
from credpath.interop.reading import Read
from credpath.service import tasks
from credpath.service.assessed import evidence_of_each
from credpath.service.assessments import replace_results
from credpath.service.context import Context
from credpath.service.happened import refused_rows
from credpath.service.mastery_models import serving_model
from credpath.service.outcomes import store
from credpath.service.tasks import followed
from credpath.service.tenants import check_tenant
from credpath.store import learners as rows
from credpath.store.credentials import known_ids
from credpath.store.imports import record_import
from credpath.store.taxonomies import save_taxonomy

Progress = Callable[[str, int], None]
OfLearners = Mapping[str, Sequence[Evidence]]
TAXONOMY_READERS = {"esco": read_esco, "onet": read_onet, "native": read_native_taxonomy}
AS_REGRADE = "import it with --regrade if the file is right; PUT it to its assessment_id over HTTP"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """`applied` False: a dry run. `refusals` are rows that were left out; a refused batch raises instead."""

    kind: str
    read: int
    inserted: int
    updated: int
    unchanged: int
    refusals: tuple[Refusal, ...]
    applied: bool
    detail: str = ""
    warnings: tuple[Refusal, ...] = ()


def detect_taxonomy_format(folder: Path) -> str:
    """Which taxonomy a folder holds, by its file names. Raises InvalidInput naming what was looked for."""
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is not a folder", where=str(folder), fix="give the folder of the release")
    names = {p.name.casefold() for p in folder.iterdir()}
    if "taxonomy.json" in names:
        return "native"
    if any(n.startswith("occupations_") and n.endswith(".csv") for n in names):
        return "esco"
    if any(n.replace("_", " ").startswith("occupation data") for n in names):
        return "onet"
    raise InvalidInput(
        "no taxonomy here: neither occupations_en.csv (ESCO), Occupation Data.txt (O*NET) nor taxonomy.json",
        where=str(folder), fix="give the folder that holds the files, or --format",
    )  # fmt: skip


def import_taxonomy(context: Context, owner: str, folder: Path, form: str, progress: Progress) -> ImportReport:
    """Reads a whole release and makes it the owner's active taxonomy; importing it again changes nothing."""
    check_tenant(owner, public=True)
    form = form or detect_taxonomy_format(folder)
    if form not in TAXONOMY_READERS:
        raise InvalidInput(f"unknown taxonomy format {form!r}", where="--format", fix=", ".join(TAXONOMY_READERS))
    with followed(context, owner, "import", f"taxonomy: {folder.name}") as task:
        return finished(task, _import_taxonomy(context, owner, folder, form, task.beside(progress)))


def _import_taxonomy(context: Context, owner: str, folder: Path, form: str, progress: Progress) -> ImportReport:
    read = TAXONOMY_READERS[form](folder, progress)
    taxonomy = read.items[0]
    if form == "native" and read.refusals:
        what, fix = f"{len(read.refusals)} bad rows; nothing was imported", "mend what is named, then import again"
        raise BatchRefused(what, read.refusals, where=str(folder), fix=fix)
    now = context.clock()
    with context.database.write() as connection:
        saved = save_taxonomy(connection, owner, taxonomy, now)
        record_import(connection, owner, f"taxonomy/{form}", now, _counts(read.rows, saved), read.refusals)
    links = sum(len(o.requirements) for o in taxonomy.occupations)
    detail = (
        f"{taxonomy.scheme} {taxonomy.release}: {len(taxonomy.occupations)} occupations, "
        f"{len(taxonomy.skills)} skills, {links} links between them"
    )
    unchanged = read.rows if saved.unchanged else 0
    return ImportReport("taxonomy", read.rows, saved.inserted, saved.updated, unchanged, read.refusals, True, detail)


def import_learners(context: Context, tenant: str, file: Path, progress: Progress) -> ImportReport:
    """Reads profiles with their awards from JSON Lines."""
    with followed(context, tenant, "import", f"learners: {file.name}") as task:
        read, now = read_learners(file, task.beside(progress)), context.clock()
        _refuse((*read.refusals, *refused_rows(read, file, _moments_of_learner, now)), file)
        with context.database.write() as connection:
            changed = rows.put_learners(connection, tenant, [record.learner for record in read.items], now)
            rows.add_awards(connection, tenant, [award for record in read.items for award in record.awards])
            record_import(connection, tenant, "learners", now, {"read": read.rows}, ())
        return finished(task, ImportReport("learners", read.rows, changed, 0, read.rows - changed, (), True))


def import_outcomes(context: Context, tenant: str, file: Path, progress: Progress) -> ImportReport:
    """Reads outcomes; learners that are not known yet are created. The same file again changes nothing.

    A credential that the catalogue does not have (yet) is a warning at its first line: it may come later.
    """
    with followed(context, tenant, "import", f"outcomes: {file.name}") as task:
        read, now = read_outcomes(file, task.beside(progress)), context.clock()
        _refuse((*read.refusals, *refused_rows(read, file, _moment_of_outcome, now)), file)
        with context.database.write() as connection:
            saved = store(connection, tenant, read.items, now)
            known = known_ids(connection, tenant, {outcome.credential_id for outcome in read.items})
            record_import(connection, tenant, "outcomes", now, {"read": read.rows, "inserted": saved.inserted}, ())
        unchanged = read.rows - saved.inserted  # known before, or a repeat within the file
        report = ImportReport("outcomes", read.rows, saved.inserted, 0, unchanged, (), True)
        return finished(task, replace(report, warnings=_of_no_credential(read, known, file)))


def _of_no_credential(read: Read[Outcome], known: frozenset[str], file: Path) -> tuple[Refusal, ...]:
    first: dict[str, int] = {}
    for line, outcome in zip(read.lines, read.items, strict=True):
        if outcome.credential_id not in known:
            first.setdefault(outcome.credential_id, line)
    fix = "import it too, or mend the id"
    return tuple(
        Refusal(file.name, line, f"no credential {name!r} in the catalogue", fix) for name, line in first.items()
    )


def _moments_of_learner(record: LearnerRecord) -> list[tuple[str, datetime]]:
    said = [("said_at", one.said_at) for one in record.learner.profile.not_yet]
    return [*said, *(("awarded_at", award.awarded_at) for award in record.awards)]


def _moment_of_outcome(outcome: Outcome) -> list[tuple[str, datetime]]:
    return [] if outcome.ordinal else [("occurred_at", outcome.occurred_at)]


def import_assessments(
    context: Context, tenant: str, file: Path, progress: Progress, *, regrade: bool = False
) -> ImportReport:
    """Reads assessment results; needs a bundle, which knows the skills by their labels.

    `regrade`: the file holds all that is known of the assessments that it names; what else is kept of them goes.
    Without it, a result that differs from the one that is kept is refused by its line.
    """
    with followed(context, tenant, "import", f"assessments: {file.name}") as task:
        read, now = read_assessments(file, task.beside(progress)), context.clock()
        ahead = refused_rows(read, file, lambda result: [("occurred_at", result.occurred_at)], now)
        _refuse((*read.refusals, *ahead), file)
        taxonomy, model = context.serving.taxonomy(tenant), serving_model(context, tenant)
        found = evidence_of_each(read.items, taxonomy, context, file.name, read.lines)
        evidence: dict[str, list[Evidence]] = {}
        for result, pieces in zip(read.items, found, strict=True):
            evidence.setdefault(result.learner_id, []).extend(pieces)
        lines = {pieces[0].evidence_id: line for line, pieces in zip(read.lines, found, strict=True)}
        with context.database.write() as connection:
            rows.ensure_learners(connection, tenant, sorted(evidence), now)
            if regrade:
                counts = _regraded(connection, tenant, evidence, model)
            else:
                counts = _added(connection, tenant, evidence, model, file, lines)
            record_import(connection, tenant, "assessments", now, {"read": read.rows, **counts}, ())
        detail = f"{counts['voided']} earlier results no longer count" if counts["voided"] else ""
        unchanged = read.rows - counts["inserted"]
        return finished(
            task, ImportReport("assessments", read.rows, counts["inserted"], 0, unchanged, (), True, detail)
        )


def _regraded(connection: Connection, tenant: str, evidence: OfLearners, model: MasteryModel) -> Counter[str]:
    counts = Counter[str]()
    for learner_id, pieces in sorted(evidence.items()):
        named = {piece.reference for piece in pieces}
        gone, come = replace_results(connection, tenant, learner_id, named, pieces, model)
        counts.update(voided=len(gone), inserted=_results(come))
    return counts


def _added(
    connection: Connection,
    tenant: str,
    evidence: OfLearners,
    model: MasteryModel,
    file: Path,
    lines: Mapping[str, int],
) -> Counter[str]:
    counts, refusals = Counter[str](), set[Refusal]()
    for learner_id, pieces in sorted(evidence.items()):
        come = rows.add_evidence(connection, tenant, learner_id, pieces, model)
        counts.update(voided=0, inserted=_results(come))
        for piece, known in rows.other_results(connection, tenant, learner_id, come):
            what = f"assessment {piece.reference!r} has another result, {known.score:.0%}, at the same time"
            refusals.add(Refusal(file.name, lines[piece.evidence_id], what, AS_REGRADE))
    _refuse(refusals, file)
    return counts


def finished(task: tasks.Progress, report: ImportReport) -> ImportReport:
    """The report, which the task is said to have come to."""
    refused = f", {len(report.refusals)} refused" if report.refusals else ""
    task.came_to(f"{report.inserted} new, {report.updated} changed, {report.unchanged} unchanged{refused}")
    return report


def _results(pieces: Sequence[Evidence]) -> int:
    """How many results the pieces are of: one over several skills is several pieces with one id."""
    return len({piece.evidence_id for piece in pieces})


def _refuse(refusals: Iterable[Refusal], file: Path) -> None:
    ordered = sorted(refusals, key=lambda r: (r.line, r.reason, r.fix))
    if ordered:
        raise BatchRefused(
            f"{len(ordered)} bad rows; nothing was imported", ordered, where=str(file), fix="mend them, import again"
        )


def _counts(read: int, saved: Any) -> dict[str, int]:
    return {"read": read, "inserted": saved.inserted, "updated": saved.updated, "removed": saved.removed}
