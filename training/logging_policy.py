"""Which policy chose the first places of a log: read back from what a sample of impressions says of itself."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np

from credpath.recommender.exploration import Policy
from credpath.service.context import Context
from credpath.store.impressions import get_impression
from training.tenant_log import TenantLog

LOOKED_AT = 60  # impressions, evenly over the latest quarter of the log


def logging_policy(context: Context, log: TenantLog) -> Policy | None:
    """The policy of most of the latest impressions; None where they do not say."""
    count = len(log.decisions)
    spread = np.linspace(0.75 * count, count - 1, LOOKED_AT) if count else np.zeros(0)
    said: Counter[str] = Counter()
    with context.database.read() as connection:
        for place in sorted(set(spread.astype(int).tolist())):
            found = get_impression(connection, log.tenant, log.decisions.impression_ids[place])
            if found is not None and "policy" in found.state:
                said[json.dumps(found.state["policy"], sort_keys=True)] += 1
    # Equal counts go by text, so that the same log gives the same policy.
    best = max(sorted(said), key=lambda text: said[text], default="")
    return Policy(**json.loads(best)) if best else None
