"""Probes, metrics and versions: open to all, so they tell nothing of any tenant."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from credpath.api.deps import ContextDep, MetricsDep, reply
from credpath.api.errors import public_reason
from credpath.api.schemas.operations import AliveOut, ReadyOut, VersionOut
from credpath.errors import NotReady
from credpath.service import health
from credpath.service.context import Context

router = APIRouter(tags=["operations"])


@router.get("/livez", response_model=AliveOut)
async def livez() -> Response:
    """Whether the process runs; asks nothing else."""
    return reply({"alive": True})


@router.get("/readyz", response_model=ReadyOut)
def readyz(context: ContextDep) -> Response:
    """Whether it can answer: the database has this version's schema and a verified bundle serves. 503 otherwise."""
    found = health.readiness(context)
    if not found.ready:
        raise NotReady("; ".join(_public(context, found.reasons)), fix="`credpath doctor` says what to do")
    reasons = _public(context, found.reasons)
    return reply({"ready": True, "bundle_version": found.bundle_version, "reasons": reasons})


def _public(context: Context, reasons: Iterable[str]) -> list[str]:
    return [public_reason(reason).replace(str(context.serving.models), "models") for reason in reasons]


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(context: ContextDep, counted: MetricsDep) -> Response:
    """Metrics in Prometheus' text format."""
    return Response(counted.page(health.version(context).bundle_version), media_type=CONTENT_TYPE_LATEST)


@router.get("/version", response_model=VersionOut)
def version(context: ContextDep) -> Response:
    """What runs: package, bundle and taxonomies."""
    found = health.version(context)
    return reply(
        {"version": found.version, "bundle_version": found.bundle_version, "taxonomies": list(found.taxonomies)}
    )
