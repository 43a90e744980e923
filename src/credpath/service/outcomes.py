"""Record what happened after a recommendation, or without one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from credpath.domain.outcomes import Outcome
from credpath.errors import Conflict, TooLarge
from credpath.service.context import Context
from credpath.service.happened import check_each
from credpath.store.credentials import known_ids
from credpath.store.impressions import known_impressions
from credpath.store.learners import ensure_learners
from credpath.store.outcomes import OutcomesSaved, save_outcomes

MAX_BATCH = 1_000


def record_outcomes(context: Context, tenant: str, outcomes: Sequence[Outcome]) -> OutcomesSaved:
    """Stores a batch whole, idempotent by outcome id, durable when this returns.

    An impression id is kept as it was given. Whether there is such an impression, of this learner, with this
    credential on its slate, is asked when training joins the two within the tenant: asked here, the answer would
    depend on what arrived first.

    Raises Conflict, and stores nothing, when an id was used before for something else; InvalidInput for a time that
    lies ahead. A number that only orders may be any.
    """
    if len(outcomes) > MAX_BATCH:
        raise TooLarge(f"{len(outcomes)} outcomes in a batch, over {MAX_BATCH}", fix="send several batches")
    batch, now = tuple(outcomes), context.clock()
    check_each((now if o.ordinal else o.occurred_at for o in batch), "outcomes.{}.occurred_at", now)
    return context.writer.submit(lambda connection: store(connection, tenant, batch, now)).result()


def count_unknown(context: Context, tenant: str, outcomes: Sequence[Outcome]) -> tuple[int, int]:
    """(outcomes that answer an impression that is not there, outcomes of a credential outside the catalogue).

    A hint for who sends them, and no refusal: an import or another call may bring either later.
    """
    answered = {outcome.impression_id for outcome in outcomes if outcome.impression_id}
    with context.database.read() as connection:
        shown = known_impressions(connection, tenant, answered)
        offered = known_ids(connection, tenant, {outcome.credential_id for outcome in outcomes})
    unknown = answered - shown
    return sum(o.impression_id in unknown for o in outcomes), sum(o.credential_id not in offered for o in outcomes)


def store(connection: Connection, tenant: str, outcomes: tuple[Outcome, ...], now: datetime) -> OutcomesSaved:
    """Saves within the caller's transaction; refuses the batch on a conflict.

    Learners who are not stored yet get an empty profile, so that they can be recommended to, exported, forgotten.
    """
    ensure_learners(connection, tenant, {o.learner_id for o in outcomes}, now)
    saved = save_outcomes(connection, tenant, outcomes)
    if saved.conflicts:
        shown = ", ".join(saved.conflicts[:10])
        raise Conflict(
            f"{len(saved.conflicts)} outcome ids were used before for something else: {shown}",
            where="outcome_id",
            fix="give each outcome its own id; send an unchanged one again at will",
        )
    return saved
