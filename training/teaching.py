"""From blocks of the log to a fitted ranker: rows, settings chosen on the latest part, and the final fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.csr import Doubles, Floats, Mask, Offsets, gather, offsets
from credpath.recommender.feature_names import MONOTONE, POSITION
from credpath.recommender.learned import Learned
from training.as_of import catalogue_as_of
from training.completion_rows import rows_from_slates, rows_from_steps
from training.completion_table import CompletionTable
from training.decision_rows import decision_table
from training.distributed import fit_anywhere
from training.past_models import PastModels
from training.pasts import TakeUpChoice, choose_take_ups
from training.ranker import GRADE_REWARD, LAMBDARANK, REWARD, RankerConfig, RankerTable, fit_ranker
from training.retrain_config import RetrainConfig
from training.steps import Retrieval, join_tables, replay_steps
from training.tenant_log import TenantLog

Tell = Callable[[str], None]
SAMPLE = 4_000


@dataclass(frozen=True, slots=True)
class Timed:
    """A table with the time of each group, seconds after the epoch."""

    table: RankerTable
    times: Doubles

    def only(self, groups: Mask) -> RankerTable:
        """The groups where the mask is true."""
        return pick_groups(self.table, np.flatnonzero(groups))

    def teaches(self, before: float) -> bool:
        """Whether anything that came to something lies before a moment."""
        return bool(self.table.labels[(self.times < before).repeat(self.table.groups)].any())


@dataclass(frozen=True, slots=True)
class Rows:
    """What a block, or several, has to teach: slates as shown and replayed steps."""

    slates: Timed
    steps: Timed
    retrieval: Retrieval
    ends: tuple[CompletionTable, ...]  # who finished what they took up, oldest first

    @staticmethod
    def of(parts: Sequence[Rows]) -> Rows:
        """Several blocks, oldest first."""
        slates, steps = [p.slates for p in parts], [p.steps for p in parts]
        ends = tuple(table for part in parts for table in part.ends)
        return Rows(_stack(slates), _stack(steps), sum((p.retrieval for p in parts), Retrieval()), ends)

    def sample(self) -> Floats:
        """About SAMPLE rows, evenly over all: of steps, whose candidates are those of serving, where there are any."""
        features = (self.steps if len(self.steps.times) else self.slates).table.features
        return features[:: max(1, len(features) // SAMPLE)]

    def joined(self, step_share: float, since: float = -np.inf, before: float = np.inf) -> RankerTable:
        """One table of a span, with `step_share` of the weight on steps where there are slates."""
        slates, steps = (part.only((part.times >= since) & (part.times < before)) for part in (self.slates, self.steps))
        return join_tables([(slates, 1.0 - step_share), (steps, step_share)]) if len(slates.groups) else steps


def pick_groups(table: RankerTable, groups: Offsets) -> RankerTable:
    """Some groups of a table, in the order given."""
    flat, _ = gather(offsets(table.groups), groups)
    weights = None if table.weights is None else table.weights[flat]
    return RankerTable(table.features[flat], table.names, table.groups[groups], table.labels[flat], weights)


def block_rows(
    log: TenantLog, learned: Learned, since: float, before: float, config: RetrainConfig, blocks: int, tell: Tell
) -> Rows:
    """Rows of [since, before), with models that know nothing from `since` on. `blocks`: that share the bounds."""
    decisions = log.decisions.between(since, before)
    decisions = decisions.take(~decisions.degraded)
    most = max(1, config.bounds.decisions // blocks)
    recent = decisions.take(np.arange(max(0, len(decisions) - most), len(decisions)))
    tell(f"{len(recent)} slates")
    slates = Timed(decision_table(log.stage, recent, learned), recent.shown_at)
    ends = rows_from_slates(recent, slates.table)
    choice = TakeUpChoice(_moment(since), _moment(before), learners=config.bounds.steps // blocks, seed=config.seed)
    # The popularity column of today would tell what came later.
    catalogue = catalogue_as_of(log.stage.catalogue, log.pasts, datetime.fromtimestamp(since, UTC))
    replayed = replay_steps(replace(log.stage, catalogue=catalogue), choose_take_ups(log.pasts, choice), learned)
    tell(f"{len(replayed.times)} replayed steps")
    steps = Timed(thin(replayed.table, config.bounds.candidates, config.seed), replayed.times)
    if not len(log.decisions):
        ends = rows_from_steps(replayed, steps.table, min(before, log.now.timestamp()))
    return Rows(slates, steps, replayed.retrieval, (ends,))


def thin(table: RankerTable, most: int, seed: int) -> RankerTable:
    """At most `most` rows a group: all that were taken up, and others drawn evenly.

    Never by their rank: a ranker that only sees the likely ones learns that the unlikely ones are good.
    """
    group = np.arange(len(table.groups)).repeat(table.groups)
    draw = np.where(table.labels > 0, -1.0, np.random.default_rng(seed).random(len(group)))
    order = np.lexsort((draw, group))
    place = np.empty(len(group), dtype=np.int64)
    place[order] = np.arange(len(group)) - (np.cumsum(table.groups) - table.groups).repeat(table.groups)
    kept = place < most
    sizes = np.bincount(group[kept], minlength=len(table.groups))
    weights = None if table.weights is None else table.weights[kept]
    return RankerTable(table.features[kept], table.names, sizes, table.labels[kept], weights)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the tuning part chose, and what every combination reached there."""

    ranker: RankerConfig
    step_share: float
    tried: Mapping[str, float]


def held_back(rows: Rows, config: RetrainConfig) -> tuple[float, RankerTable]:
    """(when the tuning part begins, its slates, or its steps where nothing was shown). See `can_teach`."""
    part = _tuned_on(rows)
    cut = _tuning_cut(part.times, config)
    return cut, part.only(part.times >= cut)


def can_teach(rows: Rows, config: RetrainConfig) -> bool:
    """Whether there is a later part to choose settings on, and before it something to fit any of them on."""
    cut = _tuning_cut(_tuned_on(rows).times, config)
    return bool(np.isfinite(cut) and _combinations(rows, config, cut))


def what_teaches(rows: Rows) -> str:
    """How much there is before a block that judges, in words, where `can_teach` says that it is not enough."""
    slates, steps = (f"{len(part.times):,}" for part in (rows.slates, rows.steps))
    moments = len(np.unique(_tuned_on(rows).times))
    return (
        f"before a block that judges lie {slates} slates and {steps} steps of learners with a history, at {moments:,} "
        "different times; it takes some that came to something, and later ones to choose settings on"
    )


def _tuned_on(rows: Rows) -> Timed:
    return rows.slates if len(rows.slates.times) else rows.steps


def _tuning_cut(times: Doubles, config: RetrainConfig) -> float:
    """The moment from which on the latest share lies, though never all of it; infinity where there is but one."""
    later = times[times > times.min(initial=np.inf)]
    return max(float(np.quantile(times, 1.0 - config.spans.tuning_share)), later.min()) if len(later) else np.inf


def choose_settings(rows: Rows, config: RetrainConfig, tell: Tell) -> Settings:
    """Fits every combination on the earlier rows and takes the best on the latest; equal ones go by order."""
    cut, held = held_back(rows, config)
    found: list[tuple[float, Settings]] = []
    tried: dict[str, float] = {}
    for objective, leaves, share in _combinations(rows, config, cut):
        grown = config.reward if objective == REWARD else config.ranker
        settings = replace(grown, objective=objective, leaves=leaves, seed=config.seed, threads=config.threads)
        booster = fit_ranker(_joined(rows, settings, share, before=cut), held, settings, MONOTONE)
        reached = first_value(booster.predict(held.features), held)
        name = f"{objective}, leaves {leaves}, steps {share:g}"
        tried[name] = reached
        trees = max(10, int(booster.best_iteration or settings.trees))
        tell(f"{name}: what stands first earns {reached:.3f} times what its place usually does, {trees} trees")
        found.append((reached, Settings(replace(settings, trees=trees, early_stopping=0), share, tried)))
    return max(found, key=lambda entry: entry[0])[1]


def _combinations(rows: Rows, config: RetrainConfig, cut: float) -> list[tuple[str, int, float]]:
    """What can be fitted on the rows before the cut. Slates alone teach the reward: a step left no others out."""
    shown, tried = bool(len(rows.slates.times)), config.tried
    rewarded, stepped = rows.slates.teaches(cut), rows.steps.teaches(cut)
    shares = tried.step_shares if shown and len(rows.steps.times) else (0.0,)
    some = [share for share in shares if rewarded or (stepped and (share > 0 or not shown))]
    pointwise = [(REWARD, leaves, 0.0) for leaves in tried.reward_leaves if rewarded and REWARD in tried.objectives]
    return pointwise + [(LAMBDARANK, leaves, share) for leaves, share in product(tried.leaves, some)]


def teaching_table(rows: Rows, settings: Settings, before: float = np.inf) -> RankerTable:
    """The rows that settings are fitted on."""
    return _joined(rows, settings.ranker, settings.step_share, before)


def _joined(rows: Rows, settings: RankerConfig, share: float, before: float = np.inf) -> RankerTable:
    if settings.objective == REWARD:
        return rows.slates.only(rows.slates.times < before)
    return rows.joined(share, before=before)


def first_value(scores: NDArray[np.floating], table: RankerTable) -> float:
    """Mean reward of what a ranker puts first within each group, over the mean reward at the place it was shown at.

    1: no better than chance among what was shown. NDCG within slates prefers rankers that repeat the order shown.
    """
    place = table.features[:, table.names.index(POSITION)].astype(np.int64)
    reward = np.array(GRADE_REWARD)[table.labels]
    usual = np.bincount(place, reward) / np.maximum(1, np.bincount(place))
    group = np.arange(len(table.groups)).repeat(table.groups)
    order = np.lexsort((-scores, group))
    first = order[np.cumsum(table.groups) - table.groups]
    worth = usual[place[first]]
    return float(np.mean(np.divide(reward[first], worth, out=np.zeros(len(first)), where=worth > 0)))


def fit_final(rows: Rows, settings: Settings, config: RetrainConfig, tell: Tell) -> Any:
    """The forest of all rows with the chosen settings."""
    table = teaching_table(rows, settings)
    if settings.ranker.objective == REWARD:  # small trees over slates alone: past one machine there is nothing to gain
        if config.distributed.asked:
            tell("the reward forest is fitted here: [distributed] is for LambdaRank")
        return fit_ranker(table, None, settings.ranker, MONOTONE)
    return fit_anywhere(table, None, settings.ranker, MONOTONE, config.distributed)


def rows_by_block(
    log: TenantLog, models: PastModels, cuts: Sequence[float], config: RetrainConfig, tell: Tell
) -> list[tuple[Learned, Rows]]:
    """For each block after the first: the models of what came before it, and its rows."""
    ends = [*cuts[1:], np.inf]
    found = []
    for at, (since, before) in enumerate(zip(cuts, ends, strict=True), 2):
        tell(f"block {at}: models of the past")
        learned = models.before(since)
        found.append((learned, block_rows(log, learned, since, before, config, len(cuts), tell)))
    return found


def _stack(parts: Sequence[Timed]) -> Timed:
    tables = [part.table for part in parts]
    weights = [np.ones(len(t.features), np.float32) if t.weights is None else t.weights for t in tables]
    table = RankerTable(
        np.concatenate([t.features for t in tables]),
        tables[0].names,
        np.concatenate([t.groups for t in tables]),
        np.concatenate([t.labels for t in tables]),
        np.concatenate(weights),
    )
    return Timed(table, np.concatenate([part.times for part in parts]))


def _moment(at: float) -> datetime | None:
    return None if np.isinf(at) else datetime.fromtimestamp(at, UTC)
