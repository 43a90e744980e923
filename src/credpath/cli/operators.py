"""Commands of the operator: keys, export and forget."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from credpath.cli.printing import print_json, say, table
from credpath.cli.running import AsJson, Tenant, opened, reported, tenant_of

keys = typer.Typer(no_args_is_help=True, help="API keys of a tenant.")


@keys.command("create")
@reported
def create_key(
    name: Annotated[str, typer.Option(help="What the key is for.")] = "key",
    scopes: Annotated[str, typer.Option(help="Of recommend,read,write,admin; comma between.")] = "recommend,read,write",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    """Make a key. Its secret is shown once and stored as a hash."""
    from credpath.service import keys as key_cases

    wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
    with opened(first=True) as context:
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
    from credpath.service import keys as key_cases

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
    from credpath.service import keys as key_cases

    with opened() as context:
        key_cases.revoke_key(context, tenant_of(tenant), key_id)
    print_json({"revoked": key_id}) if as_json else say(f"revoked {key_id}")


@reported
def export(learner: str, tenant: Tenant = "", as_json: AsJson = True) -> None:  # noqa: ARG001 - always JSON
    """Print everything that is kept of a learner as JSON."""
    from credpath.service import learners

    with opened() as context:
        print_json(learners.export_learner(context, tenant_of(tenant), learner))


@reported
def forget(learner: str, tenant: Tenant = "", as_json: AsJson = False) -> None:
    """Remove everything that is kept of a learner."""
    from credpath.service import learners

    with opened() as context:
        counts = learners.forget_learner(context, tenant_of(tenant), learner)
    if as_json:
        print_json({"forgotten": learner, "removed": counts})
        return
    say(f"forgot {learner}: " + ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items()) if n))
