"""`credpath import ...`: taxonomy, catalogue, learners, outcomes, assessments."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from credpath.cli.printing import ERR, print_json, print_refusals, progress, say
from credpath.cli.running import AsJson, File, Tenant, opened, reported, tenant_of
from credpath.service.tenants import PUBLIC

if TYPE_CHECKING:
    from credpath.service.importing import ImportReport

app = typer.Typer(no_args_is_help=True, help="Import files; each import is all or nothing.")
Format = Annotated[str, typer.Option("--format", help="Found from the file when not given.")]


@app.command("taxonomy")
@reported
def taxonomy(
    folder: Annotated[Path, typer.Argument(help="Folder of an ESCO CSV, O*NET text or native release.")],
    form: Format = "",
    tenant: Annotated[
        str, typer.Option(help="A tenant's own taxonomy; without it, the one that all may use.")
    ] = PUBLIC,
    as_json: AsJson = False,
) -> None:
    """Import a whole classification of occupations and skills and make it the active one."""
    from credpath.service import importing

    with opened(first=True) as context, progress("taxonomy", as_json) as tick:
        show(importing.import_taxonomy(context, tenant, folder, form, tick), as_json)


@app.command("catalogue")
@reported
def import_catalogue(
    file: File,
    form: Format = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")] = False,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    """Import credentials: native JSON Lines, csv, coursera, edx, or CTDL JSON-LD."""
    from credpath.service import catalogue

    with opened(first=True) as context, progress("catalogue", as_json) as tick:
        owner = tenant_of(tenant)
        show(catalogue.import_catalogue(context, owner, file, form, dry_run=dry_run, progress=tick), as_json)


@app.command("learners")
@reported
def import_learners(file: File, tenant: Tenant = "", as_json: AsJson = False) -> None:
    """Import learner profiles with their awards (JSON Lines)."""
    from credpath.service import importing

    with opened(first=True) as context, progress("learners", as_json) as tick:
        show(importing.import_learners(context, tenant_of(tenant), file, tick), as_json)


@app.command("outcomes")
@reported
def import_outcomes(file: File, tenant: Tenant = "", as_json: AsJson = False) -> None:
    """Import what happened: who clicked, enrolled in, completed or dropped what, and when (CSV)."""
    from credpath.service import importing

    with opened(first=True) as context, progress("outcomes", as_json) as tick:
        show(importing.import_outcomes(context, tenant_of(tenant), file, tick), as_json)


@app.command("assessments")
@reported
def import_assessments(
    file: File,
    regrade: Annotated[
        bool, typer.Option("--regrade", help="Let the file replace what is kept of the assessments that it names.")
    ] = False,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    """Import scores on named skills and answers to items (CSV); needs a bundle, which knows skills by their labels."""
    from credpath.service import importing

    with opened(first=True) as context, progress("assessments", as_json) as tick:
        show(importing.import_assessments(context, tenant_of(tenant), file, tick, regrade=regrade), as_json)


def show(report: ImportReport, as_json: bool) -> None:
    """The report, for a machine or a person."""
    if as_json:
        print_json(asdict(report))
        return
    say(
        f"{report.kind}: {report.read} rows read, {report.inserted} new, {report.updated} changed, "
        f"{report.unchanged} unchanged, {len(report.refusals)} refused"
    )
    if report.detail:
        say(report.detail)
    print_refusals(report.refusals)
    if report.warnings:
        ERR.print(f"{len(report.warnings)} warnings:")
        print_refusals(report.warnings)
