"""Probes, metrics and versions: open to all, so they tell nothing of any tenant."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from anyio.to_thread import run_sync
from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response

from credpath.api.deps import ContextDep, MetricsDep, reply
from credpath.api.errors import public_reason
from credpath.api.metrics import Metrics
from credpath.api.schemas.operations import AliveOut, ReadyOut, VersionOut
from credpath.errors import NotReady
from credpath.service import health
from credpath.service.context import Context
from credpath.service.tenants import PUBLIC

router = APIRouter(tags=["operations"])


async def _beside(request: Request, work: Callable[[], Response]) -> Response:
    """Runs in threads of the probes' own: they are answered when all the others are taken."""
    return await run_sync(work, limiter=request.app.state.probe_threads)


@router.head("/livez", include_in_schema=False)
@router.get("/livez", response_model=AliveOut)
async def livez() -> Response:
    """Whether the process runs; asks nothing else."""
    return reply({"alive": True})


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", response_model=ReadyOut)
async def readyz(request: Request, context: ContextDep) -> Response:
    """Whether it can answer: the database has this version's schema and a verified bundle serves. 503 otherwise."""
    return await _beside(request, partial(_ready, context))


def _ready(context: Context) -> Response:
    found = health.readiness(context)
    if not found.ready:
        raise NotReady("; ".join(_public(context, found.reasons)), fix="`credpath doctor` says what to do")
    reasons = _public(context, found.reasons)
    return reply({"ready": True, "bundle_version": found.bundle_version, "reasons": reasons})


def _public(context: Context, reasons: Iterable[str]) -> list[str]:
    return [public_reason(reason, str(context.serving.models)) for reason in reasons]


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request, context: ContextDep, counted: MetricsDep) -> Response:
    """Metrics in Prometheus' text format."""
    return await _beside(request, partial(_counted, context, counted))


def _counted(context: Context, counted: Metrics) -> Response:
    return Response(counted.page(health.version(context).bundle_version), media_type=CONTENT_TYPE_LATEST)


@router.head("/version", include_in_schema=False)
@router.get("/version", response_model=VersionOut)
async def version(context: ContextDep) -> Response:
    """What runs: package, bundle and the taxonomies that all tenants may use."""
    found = health.version(context)
    public = [taxonomy for taxonomy in found.taxonomies if taxonomy.startswith(f"{PUBLIC}: ")]
    return reply({"version": found.version, "bundle_version": found.bundle_version, "taxonomies": public})
