"""Full-ranking figures on what learners took up after a cut: each system alone, against the others, and by slice.

Nothing after the cut may have reached a model, a count or the catalogue's popularity column (`training.as_of`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.errors import InvalidInput
from credpath.evaluation.calibration import Bin, error_by_chance, expected_error, reliability
from credpath.evaluation.intervals import Interval, bootstrap_means
from credpath.evaluation.ranking import coverage, hr_at, mrr, ndcg_at, popularity_lift
from credpath.evaluation.slices import Slice, by_slice, group_gap
from credpath.recommender.co_completion import CoCompletion
from credpath.recommender.csr import Doubles
from credpath.recommender.learned import Learned
from training.contenders import Contender, Cosine, ItemModels, Popularity, Product, Standings, run_contenders
from training.pasts import TakeUp
from training.steps import Retrieval, Stage

RULES, CHALLENGER, CHAMPION = "rules", "challenger", "champion"
PRODUCTS = (CHALLENGER, CHAMPION, RULES)
METRIC = "ndcg_at_10"  # what slices and the gate are told in
FEW_EARLIER, FEW_TAKE_UPS = 5, 5
# ISCO-08, major groups (International Labour Organization, 2012).
FIELDS: Mapping[str, str] = {
    "0": "armed forces", "1": "managers", "2": "professionals", "3": "technicians and associate professionals",
    "4": "clerical support", "5": "service and sales", "6": "agriculture, forestry and fishery",
    "7": "craft and related trades", "8": "plant and machine operators", "9": "elementary occupations",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contest:
    """What is compared. A missing champion is the rules ranker, which always takes part.

    `counts` (n,): take-ups before the cut. `item_models`: fitted on the same, tuned before it.
    """

    challenger: Learned
    champion: Learned | None
    item_models: CoCompletion | None
    counts: Doubles


@dataclass(frozen=True, slots=True)
class Slicing:
    """What figures are told apart by. `isco`: occupation URI -> ISCO code. `groups`: learner id -> group, if given.

    `least`: learners below which a cell is hidden.
    """

    tenant: str = ""
    isco: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] | None = None
    least: int = 20


@dataclass(frozen=True, slots=True)
class Figures:
    """One system. `retrieval`, `milliseconds` and `calibration` for products; the last only with a completion model."""

    metrics: Mapping[str, Interval]
    coverage: float
    popularity_lift: float
    hits_by_rank: tuple[float, ...]
    retrieval: Retrieval | None = None
    milliseconds: Mapping[str, float] = field(default_factory=dict)
    calibration: tuple[Bin, ...] | None = None

    @property
    def calibration_error(self) -> float | None:
        """ECE of the probabilities of completing; None without any that was decided."""
        return expected_error(self.calibration) if self.calibration else None

    @property
    def calibration_error_above_chance(self) -> float | None:
        """The part of it that so few rows do not show of right probabilities, at least 0."""
        found = self.calibration_error
        return None if found is None else max(0.0, found - error_by_chance(self.calibration or ()))

    def as_dict(self) -> dict[str, Any]:
        """For the card and the run."""
        return {
            "metrics": {name: interval.as_dict() for name, interval in self.metrics.items()},
            "coverage": self.coverage,
            "popularity_lift": self.popularity_lift,
            "hits_by_rank": list(self.hits_by_rank),
            "retrieval": self.retrieval.as_dict() if self.retrieval else None,
            "milliseconds": dict(self.milliseconds),
            "calibration_error": self.calibration_error,
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All figures of one test. `differences`: other system -> metric -> challenger less other, paired by learner.

    `slices`: kind of slice -> system -> cell of METRIC. `credential_share`: of the credential taken most.
    """

    steps: int
    learners: int
    credentials: int
    credential_share: float
    systems: Mapping[str, Figures]
    differences: Mapping[str, Mapping[str, Interval]]
    slices: Mapping[str, Mapping[str, Mapping[str, Slice]]]
    group_gaps: Mapping[str, Interval | None]

    @property
    def best_baseline(self) -> str:
        """The strongest system that is no product, by METRIC; "" where there is none."""
        others = [name for name in sorted(self.systems) if name not in PRODUCTS]
        return max(others, key=lambda name: self.systems[name].metrics[METRIC].value, default="")

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, for the card and the run."""
        return {
            "steps": self.steps, "learners": self.learners, "credentials": self.credentials,
            "credential_share": self.credential_share, "best_baseline": self.best_baseline,
            "systems": {name: figures.as_dict() for name, figures in self.systems.items()},
            "differences": {o: {m: i.as_dict() for m, i in by.items()} for o, by in self.differences.items()},
            "slices": {
                kind: {system: {cell: s.as_dict() for cell, s in cells.items()} for system, cells in systems.items()}
                for kind, systems in self.slices.items()
            },
            "group_gaps": {name: gap.as_dict() if gap else None for name, gap in self.group_gaps.items()},
        }  # fmt: skip


def evaluate(
    stage: Stage,
    take_ups: Sequence[TakeUp],
    contest: Contest,
    slicing: Slicing | None = None,
    *,
    now: datetime | None = None,
    seed: int = 0,
    tick: Callable[[int], None] = lambda _: None,
) -> Evaluation:
    """Ranks the whole catalogue with every system for every take-up. Raises InvalidInput when nothing can be ranked.

    `now`: by when a completion is decided; None: only what ended counts for calibration.
    """
    products = _products(stage, contest, now)
    standings = run_contenders(stage, take_ups, [*products, *_baselines(stage, contest)], contest.counts, tick=tick)
    if not len(standings.truth):
        raise InvalidInput("no step after the cut is in the catalogue", where="evaluation", fix="wait, or cut earlier")
    values = {name: metrics_of(ranks) for name, ranks in standings.ranks.items()}
    systems = figures_of(standings, values, contest.counts, seed)
    for product in products:
        systems[product.name] = _with_product(systems[product.name], product)
    most = Counter(standings.truth.tolist()).most_common(1)[0][1]
    return Evaluation(
        steps=len(standings.truth),
        learners=len(set(standings.learners.tolist())),
        credentials=len(set(standings.truth.tolist())),
        credential_share=most / len(standings.truth),
        systems=systems,
        differences=differences_of(values, standings.learners, seed),
        slices=_slices(standings, values, contest.counts, slicing or Slicing(), seed),
        group_gaps=_gaps(standings, values, slicing or Slicing(), seed),
    )


def _products(stage: Stage, contest: Contest, now: datetime | None) -> list[Product]:
    found = [Product(CHALLENGER, stage, contest.challenger, now), Product(RULES, stage, None, now)]
    return found if contest.champion is None else [*found, Product(CHAMPION, stage, contest.champion, now)]


def _baselines(stage: Stage, contest: Contest) -> list[Contender]:
    found: list[Contender] = [Popularity(contest.counts), Cosine(stage.catalogue.index.vectors)]
    return found if contest.item_models is None else [*found, ItemModels(contest.item_models, stage)]


def metrics_of(ranks: Doubles) -> dict[str, Doubles]:
    """metric -> one value a rank."""
    hits = {f"hr_at_{k}": hr_at(ranks, k) for k in (5, 10)}
    return hits | {f"ndcg_at_{k}": ndcg_at(ranks, k) for k in (5, 10)} | {"mrr": mrr(ranks)}


def figures_of(
    standings: Standings, values: Mapping[str, Mapping[str, Doubles]], counts: Doubles, seed: int
) -> dict[str, Figures]:
    """Every system's figures, those that only a product has left out."""
    found = {}
    for name, lists in standings.lists.items():
        ranks = standings.ranks[name]
        found[name] = Figures(
            metrics=bootstrap_means(values[name], seed, learners=standings.learners),
            coverage=coverage(lists, len(counts)),
            popularity_lift=popularity_lift(lists, standings.truth, counts),
            hits_by_rank=tuple(float((ranks <= k).mean()) for k in range(1, lists.shape[1] + 1)),
        )
    return found


def _with_product(figures: Figures, product: Product) -> Figures:
    milliseconds = 1e3 * np.asarray(product.seconds)
    told = np.array([chance for chance, _ in product.promises])
    happened = np.array([finished for _, finished in product.promises], dtype=bool)
    return Figures(
        figures.metrics, figures.coverage, figures.popularity_lift, figures.hits_by_rank,
        retrieval=product.retrieval,
        milliseconds={f"p{q}": float(np.percentile(milliseconds, q)) for q in (50, 95)},
        calibration=reliability(told, happened) if len(told) else None,
    )  # fmt: skip


def differences_of(
    values: Mapping[str, Mapping[str, Doubles]], learners: NDArray[np.str_], seed: int, ours: str = CHALLENGER
) -> dict[str, dict[str, Interval]]:
    """other system -> metric -> ours less theirs on the same ranks; a missing champion is the rules."""
    found = {}
    for other in values:
        if other != ours:
            columns = {metric: values[ours][metric] - values[other][metric] for metric in values[ours]}
            found[other] = bootstrap_means(columns, seed, learners=learners)
    return found if CHAMPION in found or RULES not in found else found | {CHAMPION: found[RULES]}


def _slices(
    standings: Standings,
    values: Mapping[str, Mapping[str, Doubles]],
    counts: Doubles,
    slicing: Slicing,
    seed: int,
) -> dict[str, dict[str, dict[str, Slice]]]:
    return {
        kind: {
            name: by_slice(by[METRIC], cells, slicing.least, seed=seed, learners=standings.learners)
            for name, by in values.items()
        }
        for kind, cells in slice_names(standings, counts, slicing).items()
    }


def slice_names(standings: Standings, counts: Doubles, slicing: Slicing) -> dict[str, NDArray[np.str_]]:
    """kind of slice -> (T,) the cell of each rank."""
    cases = [standings.cases[at] for at in standings.case.tolist()]
    taken = [int(counts[row]) for row in standings.truth.tolist()]
    found = {
        "learner": [_warmth(case.earlier, FEW_EARLIER) for case in cases],
        "credential": [_warmth(count, FEW_TAKE_UPS) for count in taken],
        "goal_field": [goal_field(slicing.isco.get(case.occupation_uri, "")) for case in cases],
        "tenant": [slicing.tenant for _ in cases],
    }
    if slicing.groups is not None:
        found["group"] = [slicing.groups.get(case.learner_id, "not said") for case in cases]
    return {kind: np.array(cells, dtype=np.str_) for kind, cells in found.items()}


def _warmth(count: int, few: int) -> str:
    return "none before" if not count else f"1 to {few - 1} before" if count < few else f"{few} or more before"


def goal_field(isco_code: str) -> str:
    """The major group of an ISCO code, in words."""
    return FIELDS.get(isco_code[:1], "no occupation")


def _gaps(
    standings: Standings, values: Mapping[str, Mapping[str, Doubles]], slicing: Slicing, seed: int
) -> dict[str, Interval | None]:
    if slicing.groups is None:
        return {}
    groups = np.array([slicing.groups.get(who, "not said") for who in standings.learners.tolist()], dtype=np.str_)
    return {
        name: group_gap(by[METRIC], groups, slicing.least, seed=seed, learners=standings.learners)
        for name, by in values.items()
        if name in PRODUCTS
    }
