"""Who is compared: the product with one model or another, and what it must beat to be worth having.

Each puts the whole catalogue in order for a learner at a moment. Nobody may name what the learner has taken up.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from credpath.domain.outcomes import HELD_KINDS
from credpath.domain.rewards import MATURITY
from credpath.recommender.co_completion import LEARNED, CoCompletion
from credpath.recommender.csr import Doubles, Floats, Mask, Offsets
from credpath.recommender.learned import Learned
from credpath.recommender.recommend import Considered
from training.pasts import TakeUp
from training.steps import Moment, Retrieval, Stage, consider_at, moment_of, offered_at, retrieval_of

NEVER = -np.inf
ITEM_MODELS = ("item_knn", "ease", "markov", "slist")


class Contender(Protocol):
    """One or several systems that share their work. A score of minus infinity: it would never name that credential."""

    @property
    def names(self) -> tuple[str, ...]:
        """The systems that it scores for."""

    def scores(self, moment: Moment, /) -> Mapping[str, Doubles]:
        """name -> (n,) over the rows of the catalogue."""


@dataclass(frozen=True, slots=True)
class Popularity:
    """The same for everybody: how many learners took each credential up before the cut, (n,)."""

    counts: Doubles
    names: tuple[str, ...] = ("popularity",)

    def scores(self, _: Moment, /) -> Mapping[str, Doubles]:
        """The counts."""
        return {self.names[0]: self.counts}


@dataclass(frozen=True, slots=True)
class Cosine:
    """Likeness of a credential's text to the goal's, and nothing else; without a goal it has no opinion. (n, d)."""

    vectors: Floats
    names: tuple[str, ...] = ("cosine",)

    def scores(self, moment: Moment, /) -> Mapping[str, Doubles]:
        """Cosines, since vectors have length 1."""
        vector = moment.toward.vector
        if vector is None:
            return {self.names[0]: np.zeros(len(self.vectors))}
        return {self.names[0]: (self.vectors @ vector).astype(np.float64)}


class ItemModels:
    """ItemKNN, EASE, Markov and SLIST by themselves, tuned and fitted on what happened before the cut."""

    def __init__(self, models: CoCompletion, stage: Stage) -> None:
        self.names = ITEM_MODELS
        self._followers = models.bind(stage.catalogue.index.ids, stage.catalogue.index.vectors)

    def scores(self, moment: Moment, /) -> Mapping[str, Doubles]:
        """What each model makes of the learner's history; all zero without one."""
        found = self._followers.scores(self._followers.history_rows(moment.snapshot.history))
        return {name: np.asarray(found[LEARNED.index(name)], dtype=np.float64) for name in self.names}


@dataclass
class Product:
    """The recommender itself, with a learned model or (None) by rules.

    Its candidates come first, in its order; then the other eligible credentials, all alike, so that popularity
    decides among them; what its filters take out it never names. It keeps what it saw on the way: `retrieval`,
    `seconds` a question, and `promises`: the probability of completing told for each credential that was in truth
    taken, and whether it was completed, where that is decided by `now`.
    """

    name: str
    stage: Stage
    learned: Learned | None = None
    now: datetime | None = None
    retrieval: Retrieval = field(default_factory=Retrieval)
    seconds: list[float] = field(default_factory=list)
    promises: list[tuple[float, bool]] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """Its own."""
        return (self.name,)

    def scores(self, moment: Moment, /) -> Mapping[str, Doubles]:
        """Higher for what would be shown earlier."""
        started = time.perf_counter()
        considered = consider_at(self.stage, moment, self.learned)
        self.seconds.append(time.perf_counter() - started)
        self.retrieval += retrieval_of(moment, considered)
        self._promise(moment, considered)
        return {self.name: whole_order(considered)}

    def _promise(self, moment: Moment, considered: Considered) -> None:
        rows = considered.situation.candidates.rows
        taken = np.isin(rows, moment.truth)
        chances = None if self.learned is None else self.learned.chances(considered.features[taken])
        if chances is None:
            return
        for chance, row in zip(chances[:, 0].tolist(), rows[taken].tolist(), strict=True):
            finished = was_completed(moment.take_up, self.stage.catalogue.index.ids[row], self.now)
            if finished is not None:
                self.promises.append((chance, finished))


def was_completed(take_up: TakeUp, credential_id: str, now: datetime | None) -> bool | None:
    """Whether a credential that was taken up was finished; None while that is open."""
    kinds = take_up.past.kinds(credential_id)
    if kinds & HELD_KINDS:
        return True
    over = take_up.ordinal or (now is not None and now - take_up.at >= MATURITY)
    return False if "dropped" in kinds or over else None


def whole_order(considered: Considered) -> Doubles:
    """(n,) the candidates by score, above the other eligible ones at 0; minus infinity for what is not eligible."""
    situation = considered.situation
    order = np.where(situation.eligibility.eligible, 0.0, NEVER)
    rows = situation.candidates.rows
    best_first = np.argsort(-considered.scores, kind="stable")
    order[rows[best_first]] = np.arange(len(rows), 0, -1)
    return order


@dataclass(frozen=True, slots=True)
class Case:
    """What the figures need to know of one moment. `truth`: rows of the catalogue that were taken next."""

    learner_id: str
    earlier: int
    occupation_uri: str
    truth: Offsets


@dataclass(frozen=True, slots=True)
class Standings:
    """How the systems ordered the catalogue, for every credential that was in truth taken next.

    `ranks`: system -> (T,), 1 for the best, infinite for what would never be named; `lists`: system -> (M, depth)
    rows of the first places, -1 for none. `case` (T,): row into `cases`; `truth` (T,): row of the catalogue.
    """

    cases: tuple[Case, ...]
    case: Offsets
    truth: Offsets
    ranks: Mapping[str, Doubles]
    lists: Mapping[str, Offsets]

    @property
    def learners(self) -> NDArray[np.str_]:
        """(T,) whose each rank is."""
        return np.array([case.learner_id for case in self.cases], dtype=np.str_)[self.case]


def run_contenders(
    stage: Stage,
    take_ups: Sequence[TakeUp],
    contenders: Sequence[Contender],
    counts: Doubles,
    depth: int = 10,
    tick: Callable[[int], None] = lambda _: None,
) -> Standings:
    """Ranks under full ranking: the whole catalogue competes, the history is masked, equal scores go by popularity.

    All rank behind the same filters, as they would serve: what those take out nobody names, the truth included.
    Where several credentials were taken at one moment, each is ranked with the others masked. `counts` (n,): take-ups
    before the cut. Take-ups of credentials that the catalogue no longer has count for nobody.
    """
    popular = np.lexsort((np.arange(len(counts)), -counts))
    place = np.argsort(popular)
    names = [name for contender in contenders for name in contender.names]
    ranks: dict[str, list[float]] = {name: [] for name in names}
    lists: dict[str, list[Offsets]] = {name: [] for name in names}
    cases = []
    for done, take_up in enumerate(take_ups, 1):
        moment = moment_of(stage, take_up)
        masked = _taken(moment, stage.catalogue.index.position) | ~offered_at(stage, moment)
        for contender in contenders:
            for name, scores in contender.scores(moment).items():
                line = np.where(masked, NEVER, scores)[popular]
                ranks[name] += ranks_of(line, place[moment.truth])
                lists[name].append(_leading(line, popular, depth))
        cases.append(Case(moment.learner_id, take_up.earlier, moment.toward.goal.occupation_uri, moment.truth))
        tick(done)
    return Standings(
        cases=tuple(cases),
        case=np.repeat(np.arange(len(cases)), [len(case.truth) for case in cases]),
        truth=np.concatenate([np.zeros(0, dtype=np.int64), *(case.truth for case in cases)]),
        ranks={name: np.array(found) for name, found in ranks.items()},
        lists={name: np.array(found, dtype=np.int64).reshape(-1, depth) for name, found in lists.items()},
    )


def ranks_of(line: Doubles, truths: Offsets) -> list[float]:
    """The rank of each place of `truths` in `line`, the other truths left out; equal scores go by place."""
    own = line[truths]
    found = []
    for at, score in zip(truths.tolist(), own.tolist(), strict=True):
        ahead = int((line > score).sum()) + int((line[:at] == score).sum())
        others = int(((own > score) | ((own == score) & (truths < at))).sum())
        found.append(np.inf if score == NEVER else 1.0 + ahead - others)
    return found


def _leading(line: Doubles, popular: Offsets, depth: int) -> Offsets:
    """(depth,) rows of the catalogue in the first places, -1 where nothing more would be named."""
    width = min(depth, len(line))
    floor = np.partition(line, len(line) - width)[len(line) - width] if width else 0.0
    strong = np.flatnonzero(line >= floor)
    places = strong[np.argsort(-line[strong], kind="stable")[:width]]
    rows = np.full(depth, -1, dtype=np.int64)
    rows[: len(places)] = np.where(line[places] == NEVER, -1, popular[places])
    return rows


def _taken(moment: Moment, position: Mapping[str, int]) -> Mask:
    snapshot = moment.snapshot
    mask = np.zeros(len(position), dtype=bool)
    known = {*snapshot.history, *snapshot.held, *snapshot.in_progress} & position.keys()
    mask[[position[credential_id] for credential_id in known]] = True
    return mask
