"""What happened to a learner and a credential."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from credpath.api.bodies import ProtectedRoute
from credpath.api.deps import CallDep, check_batch, reply
from credpath.api.schemas.outcomes import OutcomesIn, OutcomesOut
from credpath.service import outcomes

router = APIRouter(prefix="/v1", route_class=ProtectedRoute, tags=["outcomes"])


@router.post("/outcomes", response_model=OutcomesOut)
def record_outcomes(body: OutcomesIn, call: CallDep) -> Response:
    """Stores a batch, durable once answered; the same batch again only counts duplicates.

    An id that was used before for something else refuses the batch with 409.
    """
    check_batch(body.outcomes, call.settings.batch_limit)
    batch = [entry.of() for entry in body.outcomes]
    saved = outcomes.record_outcomes(call.context, call.tenant, batch)
    impressions, credentials = outcomes.count_unknown(call.context, call.tenant, batch)
    counts = {"inserted": saved.inserted, "duplicates": saved.duplicates}
    return reply({**counts, "unknown_impressions": impressions, "unknown_credentials": credentials})
