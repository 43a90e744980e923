"""The training matrix: mature decisions with their slates, features as logged, and what came of them.

What is not mature is censored: left out and counted, never a negative. The same rows of the log, in whatever order
and however often they arrived, give the same bytes; `Decisions.digest` says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from credpath.domain.learner import Award
from credpath.domain.outcomes import OUTCOME_KINDS, Impression, Outcome
from credpath.domain.rewards import MATURITY
from credpath.errors import Conflict
from credpath.recommender.csr import Doubles, Floats, Mask, Offsets, gather, offsets
from credpath.recommender.features import FEATURES
from credpath.store.decisions import (
    Happened,
    SlateFeatures,
    features_of,
    load_considered,
    load_features,
    load_happened,
    load_shown,
    shown_of,
)
from credpath.store.session import Database
from credpath.store.tenant_logs import load_awards
from training.decisions import Decisions
from training.joining import ANSWERS, MICROSECOND, OutcomeJoin, Worth
from training.slates import COLUMNS, MICROSECONDS, SlateLog, as_array, fill, micros, rearranged

__all__ = ["ALL", "CandidateSet", "Decisions", "Selection", "load_candidates", "load_decisions", "read_decisions"]

MATURITY_MICROS = MATURITY // MICROSECOND
T = TypeVar("T")

DISMISSED = OUTCOME_KINDS.index("dismissed")


class CandidateSet(NamedTuple):
    """Every candidate of one decision, by id. `features` (k, names) as logged; `planned`: as `Considered` has it."""

    candidates: tuple[str, ...]
    scores: Doubles
    features: Floats
    planned: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which mature decisions go into the matrix: all of them by default.

    `informative`: only where labels differ within the slate, for nothing else moves a ranker that learns from pairs;
    it is the same fit in a fraction of the memory. `at_most`: a sample, drawn by a hash of the impression's id.
    """

    informative: bool = False
    at_most: int | None = None


ALL = Selection()


def read_decisions(
    impressions: Iterable[Impression],
    outcomes: Iterable[Outcome],
    *,
    now: datetime,
    awards: Iterable[Award] = (),
    names: Sequence[str] = FEATURES,
    selection: Selection = ALL,
) -> Decisions:
    """Joins what was shown and what happened up to `now`. A repeated impression or outcome counts once.

    `names`: the feature columns; what an impression of another version lacks becomes 0. Raises Conflict when an id
    comes with two contents.
    """
    log, known = SlateLog(), [i for i in _once(impressions, "impression_id") if i.shown_at <= now]
    for impression in known:
        log.add(shown_of(impression))
    join = OutcomeJoin(log, micros(now))
    join.take(
        Happened(o.learner_id, o.credential_id, o.kind, o.occurred_at, o.impression_id, o.ordinal, o.score)
        for o in _once(outcomes, "outcome_id")
    )
    join.take_awards(awards)
    return _decide(join, tuple(names), map(features_of, known), selection)


def load_decisions(
    database: Database, tenant: str, now: datetime, names: Sequence[str] = FEATURES, selection: Selection = ALL
) -> Decisions:
    """`read_decisions` of a tenant's log: read as a stream, so that a million impressions fit in memory."""
    log = SlateLog()
    with database.read() as connection:
        for shown in load_shown(connection, tenant, now):
            log.add(shown)
        join = OutcomeJoin(log, micros(now))
        join.take(load_happened(connection, tenant))
        join.take_awards(load_awards(connection, tenant))
        return _decide(join, tuple(names), load_features(connection, tenant, now), selection)


def load_candidates(
    database: Database, tenant: str, impression_ids: Sequence[str], names: Sequence[str] = FEATURES
) -> list[CandidateSet]:
    """All candidates of some decisions, in the order of the ids; 48 kB each for 200 candidates, so ask for a sample.

    An impression that is not stored any more gives an empty set.
    """
    log, wanted = {}, tuple(names)
    with database.read() as connection:
        for found in load_considered(connection, tenant, impression_ids):
            features = rearranged(found.features, found.feature_names, wanted)
            scores = np.array(found.scores, dtype=np.float64)
            log[found.impression_id] = CandidateSet(found.candidates, scores, features, found.planned)
    nothing = CandidateSet((), np.zeros(0), np.zeros((0, len(wanted)), dtype=np.float32))
    return [log.get(key, nothing) for key in impression_ids]


def _once(items: Iterable[T], key: str) -> list[T]:
    known: dict[str, T] = {}
    for item in items:
        if known.setdefault(getattr(item, key), item) != item:
            raise Conflict(f"{key} {getattr(item, key)!r} comes twice with different content", where=key)
    return list(known.values())


@dataclass(frozen=True, slots=True)
class _Found:
    """(slates,) which have anything on them, which waited, which are decided, and which of those are chosen."""

    shown: Mask
    waited: Mask
    decided: Mask
    chosen: Mask


def _decide(
    join: OutcomeJoin, names: tuple[str, ...], slates: Iterable[SlateFeatures], selection: Selection
) -> Decisions:
    """The decisions of everything that was taken in; `slates` may hold more than they need."""
    log, worth = join.log, Worth.table()
    happened = np.frombuffer(bytes(join.happened), np.uint8)
    found = _find(log, worth, happened, join.now, selection)
    chosen = join.order[found.chosen[join.order]]
    ids, renumbered = log.words.sorted()
    starts = offsets(as_array(log.sizes))
    flat, owner = gather(starts, chosen)
    own_starts = offsets(np.diff(starts)[chosen])
    history_starts, history = join.histories(chosen, renumbered)
    impression_ids = tuple(log.impression_ids[slate] for slate in chosen.tolist())
    sets = happened[flat]
    rows = dict(zip(impression_ids, own_starts.tolist(), strict=False))
    features, others = fill(rows, len(flat), slates, names)
    degraded: Mask = np.frombuffer(bytes(log.degraded), np.bool_)[chosen]
    return Decisions(
        impression_ids=impression_ids,
        shown_at=np.array(log.shown_at, np.int64)[chosen] / MICROSECONDS,
        **{name: log.columns[name].coded(chosen) for name in COLUMNS},
        propensity=np.array(log.propensity, np.float64)[chosen],
        degraded=degraded,
        waited=found.waited[chosen],
        ids=ids,
        starts=own_starts,
        credentials=renumbered[as_array(log.credentials)[flat]],
        names=names,
        features=features,
        position=(np.arange(len(flat)) - own_starts[owner] + 1).astype(np.int32),
        reward=worth.reward[sets],
        label=worth.label[sets],
        kind=worth.kind[sets],
        history_starts=history_starts,
        history=history,
        counts={
            **_counts(join, found, happened),
            "decisions": len(chosen),
            "degraded": int(degraded.sum()),
            "other_features": others,
        },
    )


def _find(log: SlateLog, worth: Worth, happened: NDArray[np.uint8], now: int, selection: Selection) -> _Found:
    sizes = as_array(log.sizes)
    owner = np.arange(len(sizes)).repeat(sizes)
    dismissed = np.bincount(owner, weights=worth.kind[happened] == DISMISSED, minlength=len(sizes))
    shown: Mask = sizes > 0
    waited: Mask = now - np.array(log.shown_at, np.int64) >= MATURITY_MICROS
    decided = shown & (waited | (dismissed == sizes))
    chosen = decided.copy()
    if selection.informative:
        chosen &= _differ(owner, worth.label[happened], len(sizes))
    if selection.at_most is not None and chosen.sum() > selection.at_most:
        chosen[_unlucky(log.impression_ids, np.flatnonzero(chosen), selection.at_most)] = False
    return _Found(shown, waited, decided, chosen)


def _differ(owner: Offsets, label: NDArray[np.int8], size: int) -> Mask:
    """(size,) whether the labels of a slate differ."""
    least, most = np.full(size, 127, np.int8), np.full(size, -1, np.int8)
    np.minimum.at(least, owner, label)
    np.maximum.at(most, owner, label)
    return least < most


def _unlucky(ids: Sequence[str], slates: Offsets, at_most: int) -> Offsets:
    """The slates that a sample leaves out: those with the highest hashes, whatever else is in the log."""
    lots = [(hashlib.blake2b(ids[slate].encode(), digest_size=8).digest(), ids[slate]) for slate in slates.tolist()]
    order = sorted(range(len(lots)), key=lots.__getitem__)
    return slates[order[at_most:]]


def _counts(join: OutcomeJoin, found: _Found, happened: NDArray[np.uint8]) -> dict[str, int]:
    """What was read, and what is not in the matrix for which reason."""
    sizes = as_array(join.log.sizes)
    answers = np.bincount(np.arange(len(sizes)).repeat(sizes), weights=happened > 0, minlength=len(sizes))
    return {
        "impressions": len(join.log),
        "empty": int((~found.shown).sum()),
        "censored": int((found.shown & ~found.decided).sum()),
        "mature": int((found.shown & found.waited).sum()),
        "dismissed_early": int((found.decided & ~found.waited).sum()),
        "answered": int((found.decided & (answers > 0)).sum()),
        "not_selected": int((found.decided & ~found.chosen).sum()),
        "outcomes": sum(join.counts.values()),
        **{f"outcomes_{what}": join.counts[what] for what in ANSWERS},
    }
