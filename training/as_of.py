"""A catalogue as it stood at a moment: what has been counted of outcomes since then is taken out again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

import numpy as np

from credpath.domain.histories import first_taken_up
from credpath.recommender.columns import popularity_of
from credpath.recommender.csr import Doubles
from credpath.service.indexing import IndexedCatalogue
from credpath.store.outcomes import POPULARITY
from training.pasts import Past


def catalogue_as_of(catalogue: IndexedCatalogue, pasts: Iterable[Past], at: datetime) -> IndexedCatalogue:
    """The same records, links and vectors, with the popularity that the tenant's outcomes before `at` give.

    A test on what came after `at` would otherwise be told by the popularity column what was popular then.
    """
    index = catalogue.index
    counted = popularity_of(index.credentials, popularity_before(pasts, at))
    return replace(catalogue, index=replace(index, columns=replace(index.columns, popularity=counted)))


def popularity_before(pasts: Iterable[Past], at: datetime) -> dict[str, float]:
    """credential_id -> sum over learners of what their strongest outcome before `at` counts, as the store counts it."""
    totals: Counter[str] = Counter()
    for past in pasts:
        strongest: dict[str, float] = {}
        for outcome in past.until(at).outcomes:
            worth = max(POPULARITY[outcome.counted_as], strongest.get(outcome.credential_id, 0.0))
            strongest[outcome.credential_id] = worth
        totals.update(strongest)
    return dict(totals)


def take_up_counts(pasts: Iterable[Past], position: Mapping[str, int], at: datetime | None = None) -> Doubles:
    """(n,) how many learners took each credential of a catalogue up, before `at` where given."""
    counts = np.zeros(len(position))
    for past in pasts:
        for credential_id, moment in first_taken_up(past.outcomes, past.awards).items():
            row = position.get(credential_id)
            if row is not None and (at is None or moment < at):
                counts[row] += 1
    return counts
