"""Models of what happened before a moment: what a row of the log may be told, and nothing that came after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from credpath.domain.outcomes import OUTCOME_KINDS
from credpath.domain.rewards import MATURITY
from credpath.recommender.co_completion import CoCompletion
from credpath.recommender.csr import Doubles
from credpath.recommender.learned import Learned
from credpath.recommender.outcome_tables import OutcomeTables
from training.dataset import Decisions
from training.item_models import ItemModelConfig, fit_co_completion
from training.outcome_tabulation import ShownLines, tabulate, take_ups_of
from training.retrain_config import Spans
from training.sequences import Sequences
from training.tenant_log import TenantLog

TAKEN = [OUTCOME_KINDS.index(kind) for kind in ("enrolled", "started", "completed", "awarded", "dropped")]
DISMISSED = OUTCOME_KINDS.index("dismissed")
LEAST_LEARNERS = 2  # with two steps each: below that nothing follows anything
# Take-ups from which on attention is worth its minutes: below, the counts of the item-to-item models know as much.
ATTENTION_STEPS = 200_000
FIELD_DIGITS = 2  # of an ISCO code: sub-major groups


@dataclass(frozen=True, slots=True)
class PastModels:
    """Fits models on everything before any moment."""

    log: TenantLog
    sequences: Sequences
    items: ItemModelConfig

    def before(self, cut: float) -> Learned:
        """What outcomes before `cut` (seconds after the epoch, or infinity) teach; without a ranker."""
        return Learned(co_completion=self.co_completion(cut), tables=self.tables(cut))

    def co_completion(self, cut: float) -> CoCompletion | None:
        """The item-to-item models, or None where hardly anybody took two things up."""
        earlier = self.sequences.before(cut)
        if int((earlier.lengths > 1).sum()) < LEAST_LEARNERS:
            return None
        enough = len(self.sequences.items) >= ATTENTION_STEPS
        attention = self.items.attention if enough else replace(self.items.attention, positions=0)
        return fit_co_completion(earlier, replace(self.items, attention=attention))

    def tables(self, cut: float) -> OutcomeTables:
        """The counts; an impression is in them once it was mature by the cut."""
        log = self.log
        at = log.now if np.isinf(cut) else datetime.fromtimestamp(cut, UTC)
        take_ups = take_ups_of(log.outcomes(None if np.isinf(cut) else at), at)
        fields = {uri: code[:FIELD_DIGITS] for uri, code in log.isco.items() if code}
        mature = log.decisions.shown_at <= at.timestamp() - MATURITY.total_seconds()
        return tabulate(take_ups, log.goal_of(), fields, shown_lines(log.decisions.take(mature)))


def shown_lines(decisions: Decisions) -> ShownLines:
    """Every line of every slate with what came of it."""
    taken, dismissed = np.isin(decisions.kind, TAKEN), decisions.kind == DISMISSED
    return ShownLines(decisions.ids, decisions.credentials.astype(np.int64), taken, dismissed)


def cuts_of(log: TenantLog, sequences: Sequences, spans: Spans, seen_until: float = -np.inf) -> tuple[float, ...]:
    """(blocks - 1,) moments that cut the log into blocks of equal count, in seconds after the epoch.

    By decisions where there are any, else by take-ups. Each is the moment at which something happened, and nothing of
    one moment lies in two blocks. The blocks that judge begin after `seen_until`, the latest moment that the champion
    has learned from: on what it has seen no champion can be compared.
    """
    times = log.decisions.shown_at if len(log.decisions) else sequences.times
    if times is None or not len(times):
        return (np.inf,) * (spans.blocks - 1)
    if np.isinf(seen_until):
        return _even(times, spans.blocks)
    before, after = times[times <= seen_until], times[times > seen_until]
    first = float(after.min(initial=np.inf))
    taught = _even(before, spans.blocks - spans.judged) if len(before) else (first,) * (spans.blocks - spans.judged - 1)
    judged = _even(after, spans.judged) if len(after) else (np.inf,) * (spans.judged - 1)
    return (*taught, first, *judged)


def _even(times: Doubles, blocks: int) -> tuple[float, ...]:
    # A cut between two moments would come to lie on the earlier one when it is rounded to a time.
    return tuple(float(cut) for cut in np.quantile(times, np.arange(1, blocks) / blocks, method="higher"))
