"""The command `doctor`: what ails the settings, the installation and the catalogue."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from credpath.cli.copying import left_behind
from credpath.cli.printing import print_json, say, table
from credpath.cli.running import AsJson, Tenant, absent_database, opened, reported, settings, tenant_of
from credpath.errors import InvalidInput

if TYPE_CHECKING:
    from credpath.config import Settings
    from credpath.service.doctor import Diagnosis, Finding

SHOWN = 15


@reported
def doctor(tenant: Tenant = "", as_json: AsJson = False) -> None:
    """Examine the settings, the installation and the health of the catalogue."""
    chosen, owner = settings(), tenant_of(tenant)
    findings = _of_settings(chosen)
    diagnosis = None
    if nothing := _nothing_there(chosen):
        findings.append(nothing)
    else:
        diagnosis = _diagnosed(owner)
        findings.extend((*_left_behind(chosen), *diagnosis.findings))
    if as_json:
        health = _health(diagnosis) if diagnosis else None
        print_json({"findings": [asdict(f) for f in findings], "health": health, "settings": chosen.shown()})
        return
    _print_settings(chosen)
    if diagnosis:
        _print_health(diagnosis)
    for finding in findings:
        say(f"! {finding.problem}: {finding.fix}")
    if not findings:
        say("nothing to put right in the installation")


def _diagnosed(tenant: str) -> Diagnosis:
    from credpath.service.doctor import diagnose

    with opened() as context:
        return diagnose(context, tenant)


def _of_settings(chosen: Settings) -> list[Finding]:
    from credpath.config import unknown_variables
    from credpath.service.doctor import Finding
    from credpath.web.signing import FILE, Signing

    findings = [
        Finding(f"there is no setting {name}", f"did you mean {nearest}?" if nearest else f"unset {name}")
        for name, nearest in unknown_variables(os.environ).items()
    ]
    kept = chosen.home / FILE
    secret = chosen.secret or (kept.read_text(encoding="ascii").strip() if kept.exists() else "")
    try:
        Signing(secret) if secret else None
    except InvalidInput as error:
        findings.append(Finding(f"{error.where if chosen.secret else kept}: {error.what}", error.fix))
    return findings


def _nothing_there(chosen: Settings) -> Finding | None:
    from credpath.service.doctor import Finding

    absent = absent_database(chosen)
    return Finding(*absent) if absent else None


def _left_behind(chosen: Settings) -> list[Finding]:
    from credpath.service.doctor import Finding

    forgotten = left_behind(chosen)
    return [Finding(*forgotten)] if forgotten else []


def _health(diagnosis: Diagnosis) -> dict[str, Any]:
    health = {**asdict(diagnosis.health), "mean_complete": diagnosis.health.mean_complete}
    health["untaught"] = [
        {"skill_uri": uri, "label": diagnosis.labels.get(uri, ""), "occupations": n}
        for uri, n in diagnosis.health.untaught
    ]
    return health


def _print_settings(chosen: Settings) -> None:
    usual = type(chosen).model_construct().shown()
    changed = [(name, value) for name, value in sorted(chosen.shown().items()) if value != usual[name]]
    table(("setting", "value"), changed)
    say(f"{len(usual) - len(changed)} other settings are at their defaults; --json lists them all")


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


def _print_some(title: str, lines: list[str]) -> None:
    say(f"{title}: {len(lines)}")
    for line in lines[:SHOWN]:
        say(f"    {line}")
    if len(lines) > SHOWN:
        say(f"    ... and {len(lines) - SHOWN} more; --json lists them all")
