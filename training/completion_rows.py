"""What the log says of finishing: each credential that a learner took up from a slate, or in a replayed step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from credpath.domain.outcomes import HELD_KINDS, OUTCOME_KINDS
from credpath.domain.rewards import LABEL, MATURITY
from credpath.recommender.csr import offsets
from credpath.recommender.table_features import TABLE_FEATURES
from training.completion import CompletionTrial, fit_completion, read_config
from training.completion_table import CompletionTable
from training.dataset import Decisions
from training.past_models import TAKEN
from training.ranker import RankerTable
from training.steps import StepRows
from training.tenant_log import GIVEN

# What follows what says who takes a thing up, not who finishes it; the rates in the tables do.
READ: tuple[str, ...] = (*GIVEN, *TABLE_FEATURES)
FINISHED = [OUTCOME_KINDS.index(kind) for kind in sorted(HELD_KINDS)]
MOST = 20_000  # latest rows; more sharpen nothing that an interval would show


def rows_from_slates(decisions: Decisions, table: RankerTable) -> CompletionTable:
    """Taken up after it was shown; what was not finished within the window counts as not finished."""
    rows = np.flatnonzero(np.isin(decisions.kind, TAKEN) & decisions.waited[decisions.owner])
    owner = decisions.owner[rows]
    shown = decisions.shown_at[owner]
    return CompletionTable(
        features=_read(table)[rows],
        names=READ,
        finished=np.isin(decisions.kind[rows], FINISHED),
        time=shown,
        learners=decisions.learners[owner].astype(str),
        known_at=shown + MATURITY.total_seconds(),
    )


def rows_from_steps(replayed: StepRows, table: RankerTable, known_until: float) -> CompletionTable:
    """Taken up by themselves; only steps whose window had passed by then: the slow ones would be missing otherwise."""
    group = np.arange(len(table.groups)).repeat(table.groups)
    settled = replayed.times <= known_until - MATURITY.total_seconds()
    rows = np.flatnonzero((table.labels > 0) & settled[group])
    at = replayed.times[group[rows]]
    return CompletionTable(
        features=_read(table)[rows],
        names=READ,
        finished=table.labels[rows] >= LABEL["completed"],
        time=at,
        learners=np.array(replayed.learners, dtype=np.str_)[group[rows]],
        known_at=at + MATURITY.total_seconds(),
    )


def try_completion(parts: Sequence[CompletionTable]) -> CompletionTrial:
    """Fits and judges on the latest rows of all parts, oldest first."""
    order = offsets(np.array([len(part.finished) for part in parts]))
    whole = CompletionTable(
        features=np.concatenate([part.features for part in parts]),
        names=READ,
        finished=np.concatenate([part.finished for part in parts]),
        time=np.concatenate([part.time for part in parts]),
        learners=np.concatenate([np.asarray(part.learners, dtype=np.str_) for part in parts]),
        known_at=np.concatenate([np.asarray(part.known_at) for part in parts]),
    )
    latest = np.arange(order[-1]) >= order[-1] - MOST
    return fit_completion(whole.only(latest), read_config())


def _read(table: RankerTable) -> np.ndarray:
    return table.features[:, [table.names.index(name) for name in READ]]
