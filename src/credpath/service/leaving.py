"""The end of a tenant: every row of it, and where else something of it is left."""

from __future__ import annotations

from credpath.errors import NotFound
from credpath.recommender.bundle import list_bundles
from credpath.service.context import Context
from credpath.service.present_index import KeptEncodings
from credpath.service.tenants import check_tenant
from credpath.store import tenants as rows

# The folders of a bundle that have one of each tenant's in them.
IN_BUNDLES = ("catalogues", "learned", "taxonomies")


def list_tenants(context: Context) -> tuple[str, ...]:
    """Every tenant that has a catalogue, a key or a learner, sorted."""
    with context.database.read() as connection:
        return rows.list_tenants(connection)


def count_tenant(context: Context, tenant: str) -> dict[str, int]:
    """What `forget_tenant` would remove: how many rows of each table. Raises NotFound, InvalidInput for `public`."""
    with context.database.read() as connection:
        return _something(tenant, rows.count_tenant(connection, check_tenant(tenant)))


def forget_tenant(context: Context, tenant: str) -> dict[str, int]:
    """Removes every row of the tenant at once, its keys too, which end with that; returns how many of each table.

    Raises NotFound where there was none, and InvalidInput for `public`, whose taxonomies are everybody's.
    """
    check_tenant(tenant)
    counts = context.writer.submit(lambda connection: rows.forget_tenant(connection, tenant)).result()
    context.database.scrub()
    KeptEncodings(context.serving.models).clear()  # whose words are whose is not kept there
    return _something(tenant, counts)


def bundles_with(context: Context, tenant: str) -> tuple[str, ...]:
    """The bundles on disk that hold something of the tenant, newest first; none is ever changed."""
    models = context.serving.models
    versions = (bundle.version for bundle in list_bundles(models))
    return tuple(v for v in versions if any((models / v / folder / tenant).is_dir() for folder in IN_BUNDLES))


def _something(tenant: str, counts: dict[str, int]) -> dict[str, int]:
    if not counts:
        raise NotFound(f"there is nothing of a tenant {tenant!r}", where="tenant", fix="`credpath tenants list`")
    return counts
