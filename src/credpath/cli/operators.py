"""Commands of the operator: doctor, keys, export and forget."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from credpath.cli.printing import print_json, say, table
from credpath.cli.running import AsJson, Tenant, opened, reported, tenant_of
from credpath.service import keys as key_cases
from credpath.service import learners
from credpath.service.doctor import Diagnosis, diagnose

keys = typer.Typer(no_args_is_help=True, help="API keys of a tenant.")
SHOWN = 15


@reported
def doctor(tenant: Tenant = "", as_json: AsJson = False) -> None:
    """Examine the installation and the health of the catalogue."""
    with opened() as context:
        diagnosis = diagnose(context, tenant_of(tenant))
    if as_json:
        health = {**asdict(diagnosis.health), "mean_complete": diagnosis.health.mean_complete}
        health["untaught"] = [
            {"skill_uri": uri, "label": diagnosis.labels.get(uri, ""), "occupations": n}
            for uri, n in diagnosis.health.untaught
        ]
        print_json({"findings": [asdict(f) for f in diagnosis.findings], "health": health})
        return
    _print_health(diagnosis)


def _print_health(diagnosis: Diagnosis) -> None:
    health = diagnosis.health
    say(f"taxonomy: {diagnosis.taxonomy or 'none'}")
    say(f"catalogue: {health.credentials} credentials, {health.active} active")
    if health.credentials:
        say(f"EU elements a record: {health.mean_complete:.1f} of 9 on average")
        rows = [
            (f"{n}/9", count, "#" * round(40 * count / health.credentials)) for n, count in enumerate(health.complete)
        ]
        table(("complete", "records", ""), rows)
        lacking = sorted(health.missing_elements.items(), key=lambda p: (-p[1], p[0]))
        table(("element lacking", "records"), lacking)
    _print_some("edges that lead nowhere", [f"{a} -> {b}" for a, b in health.dangling])
    _print_some("credentials that teach no known skill", list(health.unlinked))
    _print_some("credentials that no goal needs", list(health.unneeded))
    named = [f"{diagnosis.labels.get(uri, uri)} (needed by {n} occupations)" for uri, n in health.untaught]
    _print_some(f"skills nobody teaches, of {health.required_skills} that goals need", named)
    for finding in diagnosis.findings:
        say(f"! {finding.problem}: {finding.fix}")
    if not diagnosis.findings:
        say("nothing to put right in the installation")


def _print_some(title: str, lines: list[str]) -> None:
    say(f"{title}: {len(lines)}")
    for line in lines[:SHOWN]:
        say(f"    {line}")
    if len(lines) > SHOWN:
        say(f"    ... and {len(lines) - SHOWN} more; --json lists them all")


@keys.command("create")
@reported
def create_key(
    name: Annotated[str, typer.Option(help="What the key is for.")] = "key",
    scopes: Annotated[str, typer.Option(help="Of recommend,read,write,admin; comma between.")] = "recommend,read,write",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    """Make a key. Its secret is shown once and stored as a hash."""
    wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
    with opened() as context:
        secret, key = key_cases.create_key(context, tenant_of(tenant), name, wanted)
    if as_json:
        print_json({"key_id": key.key_id, "tenant": key.tenant, "scopes": key.scopes, "secret": secret})
        return
    say(f"key {key.key_id} of tenant {key.tenant}: {', '.join(key.scopes)}")
    say(secret)


@keys.command("list")
@reported
def list_keys(tenant: Tenant = "", as_json: AsJson = False) -> None:
    """List the keys of a tenant, without secrets."""
    with opened() as context:
        found = key_cases.list_keys(context, tenant_of(tenant))
    if as_json:
        print_json({"keys": [asdict(key) for key in found]})
        return
    rows = [(k.key_id, k.name, ",".join(k.scopes), k.created_at, k.revoked_at or "") for k in found]
    table(("key", "name", "scopes", "created", "revoked"), rows)


@keys.command("revoke")
@reported
def revoke_key(key_id: str, tenant: Tenant = "", as_json: AsJson = False) -> None:
    """Make a key stop working."""
    with opened() as context:
        key_cases.revoke_key(context, tenant_of(tenant), key_id)
    print_json({"revoked": key_id}) if as_json else say(f"revoked {key_id}")


@reported
def export(learner: str, tenant: Tenant = "", as_json: AsJson = True) -> None:  # noqa: ARG001 - always JSON
    """Print everything that is kept of a learner as JSON."""
    with opened() as context:
        print_json(learners.export_learner(context, tenant_of(tenant), learner))


@reported
def forget(learner: str, tenant: Tenant = "", as_json: AsJson = False) -> None:
    """Remove everything that is kept of a learner."""
    with opened() as context:
        counts = learners.forget_learner(context, tenant_of(tenant), learner)
    if as_json:
        print_json({"forgotten": learner, "removed": counts})
        return
    say(f"forgot {learner}: " + ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items()) if n))
