"""Examine an installation: schema, bundle, taxonomy, and the health of the tenant's catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from credpath.domain.catalogue_health import CatalogueHealth, examine
from credpath.service.context import Context
from credpath.service.health import little_room, writing_problem
from credpath.service.serving import BUILD
from credpath.store.credentials import catalogue_version, load_catalogue
from credpath.store.taxonomies import active_taxonomy, load_taxonomy, resolve_owner


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to put right. `fix` is a command or an action."""

    problem: str
    fix: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Nothing in `findings` means that all is well. `labels` names the skills in `health.untaught`."""

    findings: tuple[Finding, ...]
    health: CatalogueHealth
    labels: Mapping[str, str]
    taxonomy: str


def diagnose(context: Context, tenant: str) -> Diagnosis:
    """Reads everything of the tenant once; needs a bundle only for the links between credentials and skills."""
    with context.database.read() as connection:
        credentials = load_catalogue(connection, tenant)
        version = catalogue_version(connection, tenant)
        taxonomy = load_taxonomy(connection, resolve_owner(connection, tenant))
    serving = context.serving.ready and taxonomy is not None
    links = context.serving.catalogue(tenant, version).links if serving else {}
    health = examine(credentials, links, taxonomy.occupations if taxonomy else ())
    labels = {s.uri: s.label for s in taxonomy.skills} if taxonomy else {}
    named = f"{taxonomy.scheme} {taxonomy.release}" if taxonomy else ""
    return Diagnosis((*_installation(context, tenant), *_catalogue(health)), health, labels, named)


def _installation(context: Context, tenant: str) -> list[Finding]:
    findings = [Finding(reason, BUILD) for reason in context.serving.reasons]
    if problem := context.database.problem():
        findings.append(Finding(problem, "start `credpath serve` or any import once; it migrates the schema"))
    elif problem := writing_problem(context):
        findings.append(Finding(f"nothing can be written: {problem}", "check the disk and the server of the database"))
    findings.extend(Finding(reason, "make room") for reason in little_room(context))
    with context.database.read() as connection:
        if active_taxonomy(connection, resolve_owner(connection, tenant)) is None:
            findings.append(Finding("no taxonomy", "run `credpath import taxonomy DIR`"))
    return findings


def _catalogue(health: CatalogueHealth) -> list[Finding]:
    findings = []
    if not health.credentials:
        findings.append(Finding("the catalogue is empty", "run `credpath import catalogue FILE`"))
    if health.dangling:
        findings.append(
            Finding(f"{len(health.dangling)} edges lead to unknown credentials", "import them or drop the edges")
        )
    if health.cycle:
        findings.append(Finding(f"prerequisites form a cycle: {' -> '.join(health.cycle)}", "remove one edge"))
    if health.unlinked:
        findings.append(
            Finding(f"{len(health.unlinked)} credentials teach no known skill", "name their learning outcomes")
        )
    return findings
