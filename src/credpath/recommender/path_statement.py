"""From a catalogue and a learner to the problem of the best path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from credpath.domain.paths import Constraints
from credpath.recommender.begun import too_long
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.closing import GoalGap
from credpath.recommender.csr import Doubles, Floats, Mask, Offsets
from credpath.recommender.feature_names import COLUMN
from credpath.recommender.features import feature_matrix
from credpath.recommender.filters import (
    HOURS_PER_WEEK,
    Eligibility,
    begins_on,
    ends_by,
    filter_catalogue,
    prices,
    weeks_left,
)
from credpath.recommender.learned import Learned
from credpath.recommender.path_arrays import as_loads, durations, moves, reach_chances, widened, windows
from credpath.recommender.path_begun import Begun
from credpath.recommender.path_nodes import Nodes, nodes_of, ordered
from credpath.recommender.path_prices import WORDS_STEPS, credits_of, draws_of, helps_of, prices_of, ramps_of
from credpath.recommender.path_problem import MAX_STEPS, Group, Problem
from credpath.recommender.path_rows import choose_rows
from credpath.recommender.ranking import best_first
from credpath.recommender.recommend import Considered, RecommendRequest
from credpath.recommender.retrieval import RETRIEVERS, Candidates
from credpath.recommender.situation import Situation
from credpath.recommender.standing import AWARD_LEVEL, Standing

TINY = 1e-12  # instead of a division by nothing


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a path starts: who stands where, what is open, and what a recommendation made of it.

    `standing`, `gap`: once what is `begun` is finished; `gap_today`: the total that is open until then.
    `wanted`: rows that must be candidates if they may be steps at all; `first`: the row of the recommended next
    credential, -1 without one; `asked_stacks`: rows of the stacks among what is asked for.
    """

    index: CatalogueIndex
    request: RecommendRequest
    standing: Standing
    gap: GoalGap
    gap_today: float
    begun: Begun
    considered: Considered
    learned: Learned
    wanted: tuple[int, ...] = ()
    first: int = -1
    asked_stacks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """A problem with what its arrays were made from.

    `required`: the groups of `problem` that the catalogue states. `features`: of its candidates at the start;
    `chances` (k, 3) or None. `sure_taught`, `sure_near`: the loads when every step is finished. `eligibility`: under
    `limits`, with what opens before the end.
    """

    ground: Ground
    limits: Constraints
    problem: Problem
    required: tuple[Group, ...]
    features: Floats
    chances: Floats | None
    sure_taught: Doubles
    sure_near: Doubles
    eligibility: Eligibility
    situation: Situation

    @property
    def start(self) -> date:
        """The day on which the path begins."""
        return begins_on(self.limits, self.ground.request.today)


def state_problem(ground: Ground, limits: Constraints) -> Statement:
    """The candidates under these limits with everything that the path is judged by."""
    index, request = ground.index, ground.request
    until = ends_by(limits, request.today)
    eligibility = filter_catalogue(index, ground.standing, limits, request.today, request.rates, until)
    gated = ground.standing.held | eligibility.waived
    allowed = eligibility.eligible | eligibility.locked
    open_rows = allowed & index.graph.attainable(gated, allowed)[: len(index.ids)]
    nodes = _nodes(ground, open_rows, gated)
    situation, features = _seen(ground, limits, eligibility, nodes.rows)
    return _stated(ground, limits, eligibility, nodes, situation, features)


def _nodes(ground: Ground, open_rows: Mask, gated: Mask) -> Nodes:
    index, considered = ground.index, ground.considered
    ranked = considered.situation.candidates.rows[best_first(considered.scores)]
    first = (ground.first,) if ground.first >= 0 else ()
    closes = considered.situation.closed.of_row
    rows = choose_rows(index, open_rows, closes, ranked, (*first, *ground.wanted), gated)
    pinned = {*first, *ground.wanted}
    fit = [row for row in rows if row in pinned or not too_long(index, row)]
    return nodes_of(index, fit, gated, ground.standing.held, ground.asked_stacks)


def _seen(
    ground: Ground, limits: Constraints, eligibility: Eligibility, rows: Sequence[int]
) -> tuple[Situation, Floats]:
    """The candidates as a ranker sees them; those that the recommendation considered have the very same features."""
    s = ground.considered.situation
    chosen: Offsets = np.array(rows, dtype=np.int64)
    candidates = Candidates(chosen, np.zeros((len(chosen), len(RETRIEVERS)), dtype=np.float32), degraded=False)
    amounts, via = s.closed.matrix(chosen)
    situation = replace(s, limits=limits, candidates=candidates, amounts=amounts, via=via, eligibility=eligibility)
    features = feature_matrix(situation)
    at = np.searchsorted(s.candidates.rows, chosen)
    known = at < len(s.candidates.rows)
    known[known] = s.candidates.rows[at[known]] == chosen[known]
    features[known] = ground.considered.features[at[known]]
    return situation, features


def _stated(
    ground: Ground,
    limits: Constraints,
    eligibility: Eligibility,
    nodes: Nodes,
    situation: Situation,
    features: Floats,
) -> Statement:
    index, rows = ground.index, np.array(nodes.rows, dtype=np.int64)
    chances = ground.learned.chances(features)
    helps, unhelped = helps_of(situation, nodes)
    free = {ground.first, *ground.wanted}
    groups = (*nodes.groups, *ramps_of(situation, features, nodes.rows, free))
    places, groups, helps = ordered(nodes.total, groups, helps)
    strong, near = moves(index, ground.gap, rows)
    likely = np.ones(len(rows)) if chances is None else chances[:, 0].astype(np.float64)
    reach = reach_chances(likely, nodes.total, places, groups)[: len(rows), None]
    words = not ground.request.goal.skills

    def wide(values: Doubles, fill: float = 0.0) -> Doubles:
        return widened(values, nodes.total, fill)

    problem = Problem(
        ids=tuple(index.ids[row] for row in nodes.rows),
        rows=nodes.rows,
        taught=wide(as_loads(strong * reach)),
        near=wide(as_loads(near * reach)),
        chances=wide(likely, 1.0),
        prices=wide(prices_of(situation, features) + unhelped),
        credits=wide(credits_of(features, words)),
        places=places,
        groups=groups,
        helps=helps,
        draws=draws_of(situation, nodes),
        steep=wide(features[:, COLUMN["over_level"]].astype(np.float64)),
        **dict[str, Any]((name, wide(*values)) for name, values in _columns(ground, limits, rows).items()),
        **_goal(ground.gap),
        **_limits(ground, limits, nodes, words),
    )
    loads = wide(as_loads(strong)), wide(as_loads(near))
    return Statement(ground, limits, problem, nodes.groups, features, chances, *loads, eligibility, situation)


def _goal(gap: GoalGap) -> dict[str, Any]:
    """What each skill can close, as shares of the gap."""
    total = max(gap.total, TINY)
    caps = gap.weights * gap.gap / total
    return {
        "caps": caps if gap.total > 0 else np.zeros(len(caps)),
        "rooms": gap.weights * np.maximum(0.0, AWARD_LEVEL - gap.mastery) / total,
    }


def _columns(ground: Ground, limits: Constraints, rows: Offsets) -> dict[str, tuple[Doubles, float]]:
    """(values of the candidates, value of an earned node) of what their records say."""
    index, request = ground.index, ground.request
    weeks_each, pace_each = durations(index, limits, rows)
    opens, shuts = windows(index, begins_on(limits, request.today), rows)
    money, _ = prices(index, limits.budget.currency if limits.budget else "USD", request.rates, rows)
    return {
        "hours": (index.columns.hours[rows], 0.0),
        "money": (np.nan_to_num(money), 0.0),
        "ects": (np.array([index.credentials[row].ects or 0.0 for row in rows.tolist()]), 0.0),
        "weeks_each": (weeks_each, 0.0),
        "pace_each": (pace_each, 0.0),
        "opens": (opens, 0.0),
        "shuts": (shuts, np.inf),
    }


def _limits(ground: Ground, limits: Constraints, nodes: Nodes, words: bool) -> dict[str, Any]:
    """What the limits say, as the problem has it; what is wanted but cannot be a step is left out."""
    index = ground.index
    number = {row: at for at, row in enumerate(nodes.rows)} | dict(nodes.earned)
    held = ground.standing.held
    asked = {index.position.get(i, -1) for i in asked_ids(limits)}
    return {
        "pace": limits.hours_per_week or HOURS_PER_WEEK,
        "parallel": limits.parallel,
        "weeks": weeks_left(limits, ground.request.today),
        "budget": None if limits.budget is None else limits.budget.amount,
        "most": WORDS_STEPS if words else MAX_STEPS,
        "first": number.get(ground.first, -1),
        "required": tuple(sorted(number[row] for row in asked if row in number and not held[row])),
    }


def asked_ids(limits: Constraints) -> tuple[str, ...]:
    """Pins, then the stack that is to be completed."""
    return (*limits.pinned, limits.stack) if limits.stack else limits.pinned
