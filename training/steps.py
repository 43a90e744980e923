"""Rows for the ranker from what learners did without being shown anything: each step replayed as it would have looked.

Just before a take-up the pipeline of serving is asked for its candidates; the credential that was in truth taken next
is the right answer. So an institution's history of who completed what is enough to start with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np

from credpath.domain.goals import CareerGoal
from credpath.domain.learner import LearnerSnapshot, Profile
from credpath.domain.mastery import COUNTING, MasteryModel
from credpath.domain.money import REFERENCE_RATES
from credpath.domain.paths import Constraints
from credpath.recommender.csr import Doubles, Floats, Mask, Offsets
from credpath.recommender.encoding import Encoder
from credpath.recommender.features import FEATURES
from credpath.recommender.filters import filter_catalogue
from credpath.recommender.learned import Learned
from credpath.recommender.recommend import Considered, RecommendRequest, consider
from credpath.recommender.retrieval import FUSION, MAX_CANDIDATES, Candidates
from credpath.recommender.standing import Standing, stand
from credpath.service.asking import Ask, complete, find_goal
from credpath.service.indexing import IndexedCatalogue
from credpath.service.loading import LoadedTaxonomy
from credpath.service.told import as_of, with_derived_mastery
from training.pasts import TakeUp
from training.ranker import RankerTable

Tick = Callable[[int], None]
JUDGED = 200  # candidates within which retrieval is judged apart from ranking


@dataclass(frozen=True, slots=True)
class Toward:
    """A goal as a request carries it."""

    goal: CareerGoal
    vector: Floats | None


@dataclass(frozen=True, slots=True)
class Stage:
    """What one tenant's questions are answered with. `today` stands in for moments that only order.

    `goals`: words -> what they mean; see `set_stage`. `mastery`: what estimates it while serving.
    """

    catalogue: IndexedCatalogue
    taxonomy: LoadedTaxonomy
    goals: Mapping[str, Toward]
    today: date
    default_languages: tuple[str, ...] = ()
    mastery: MasteryModel = COUNTING


def set_stage(
    catalogue: IndexedCatalogue,
    taxonomy: LoadedTaxonomy,
    encoder: Encoder,
    goal_texts: Iterable[str],
    today: date,
    default_languages: Sequence[str] = (),
) -> Stage:
    """Finds what each distinct goal text means, once, and encodes the answers together."""
    found = {text: find_goal(Ask(), Profile(goal=text), taxonomy)[0] for text in sorted({*goal_texts, ""})}
    words = sorted({goal.label or goal.text for goal in found.values()} - {""})
    vectors = dict(zip(words, encoder.encode(words), strict=True))
    goals = {text: Toward(goal, vectors.get(goal.label or goal.text)) for text, goal in found.items()}
    return Stage(catalogue, taxonomy, goals, today, tuple(default_languages))


@dataclass(frozen=True, slots=True)
class Moment:
    """A learner just before a take-up, with all that is the same whoever recommends. `truth`: rows, ascending.

    Of the taken credentials those that the catalogue no longer has are left out of `truth`, `rewards`, `grades`.
    """

    take_up: TakeUp
    snapshot: LearnerSnapshot
    toward: Toward
    standing: Standing
    limits: Constraints
    today: date
    truth: Offsets
    rewards: Doubles
    grades: Offsets

    @property
    def learner_id(self) -> str:
        """Whose moment it is."""
        return self.take_up.past.learner_id


def moment_of(stage: Stage, take_up: TakeUp) -> Moment:
    """Rebuilds the state just before a take-up, mastery derived from awards and declared skills included."""
    index = stage.catalogue.index
    before, day = take_up.past.before(take_up.at, stage.mastery), as_of(take_up.at)
    snapshot, _ = with_derived_mastery(before, stage.taxonomy, stage.catalogue, day, stage.mastery)
    profile = take_up.past.profile
    known = [at for at, credential_id in enumerate(take_up.credentials) if credential_id in index.position]
    return Moment(
        take_up=take_up,
        snapshot=snapshot,
        toward=stage.goals[profile.goal],
        standing=stand(index, snapshot),
        limits=complete(Constraints(), profile, stage.default_languages),
        today=stage.today if take_up.ordinal else take_up.at.date(),
        truth=np.array([index.position[take_up.credentials[at]] for at in known], dtype=np.int64),
        rewards=np.array([take_up.rewards[at] for at in known]),
        grades=np.array([take_up.grades[at] for at in known], dtype=np.int64),
    )


def consider_at(stage: Stage, moment: Moment, learned: Learned | None) -> Considered:
    """What the recommender would have ranked at that moment."""
    request = RecommendRequest(
        snapshot=moment.snapshot,
        goal=moment.toward.goal,
        goal_vector=moment.toward.vector,
        constraints=moment.limits,
        limit=1,
        seed=0,
        today=moment.today,
    )
    return consider(stage.catalogue.index, request, moment.standing, moment.limits, moment.today, learned)


def offered_at(stage: Stage, moment: Moment) -> Mask:
    """(n,) what its filters let through, whoever ranks."""
    index, limits = stage.catalogue.index, moment.limits
    return filter_catalogue(index, moment.standing, limits, moment.today, REFERENCE_RATES).eligible


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What became of `take_ups` credentials that were taken: each is counted once.

    `unknown`: no longer in the catalogue. `filtered`: not eligible then, by today's rules. `missed`: eligible and
    not among the candidates. `found`: among them; `found_at_200`: among the 200 that the retrievers agree on most.
    `candidates`: of all `questions` together.
    """

    take_ups: int = 0
    unknown: int = 0
    filtered: int = 0
    missed: int = 0
    found: int = 0
    found_at_200: int = 0
    candidates: int = 0
    questions: int = 0

    @property
    def filtered_share(self) -> float:
        """Share that the filters took out, of those in the catalogue."""
        return self._share(self.filtered)

    @property
    def recall(self) -> float:
        """Share found at all, of those in the catalogue; what filters took out counts as not found."""
        return self._share(self.found)

    @property
    def recall_at_200(self) -> float:
        """The same with 200 candidates a question, however many were ranked."""
        return self._share(self.found_at_200)

    def _share(self, count: int) -> float:
        known = self.take_ups - self.unknown
        return count / known if known else 0.0

    def __add__(self, other: Retrieval) -> Retrieval:
        mine, theirs = asdict(self), asdict(other)
        return Retrieval(**{name: mine[name] + theirs[name] for name in mine})

    def as_dict(self) -> dict[str, float]:
        """For a report."""
        shown = self.candidates / max(1, self.questions)
        return {**asdict(self), "recall": self.recall, "recall_at_200": self.recall_at_200, "mean_candidates": shown}


def retrieval_of(moment: Moment, considered: Considered) -> Retrieval:
    """Where the credentials taken at one moment stand."""
    candidates = considered.situation.candidates
    found = int(np.isin(moment.truth, candidates.rows).sum())
    within = int(np.isin(moment.truth, candidates.rows[leading(candidates, JUDGED)]).sum())
    eligible = int(considered.situation.eligibility.eligible[moment.truth].sum())
    taken, known = len(moment.take_up.credentials), len(moment.truth)
    return Retrieval(
        take_ups=taken, unknown=taken - known, filtered=known - eligible, missed=eligible - found, found=found,
        found_at_200=within, candidates=len(candidates.rows), questions=1,
    )  # fmt: skip


def leading(candidates: Candidates, most: int) -> Offsets:
    """Places of the `most` candidates that stand first when the retrievers' ranks are fused."""
    rank = 1.0 / np.maximum(candidates.ranks, 1e-9) - 1.0
    fused = np.where(candidates.ranks > 0, 1.0 / (FUSION + rank), 0.0).sum(axis=1)
    return np.argsort(-fused, kind="stable")[:most]


@dataclass(frozen=True, slots=True)
class StepRows:
    """Rows for one fit, and one learner id and time (seconds) a group."""

    table: RankerTable
    retrieval: Retrieval
    learners: tuple[str, ...]
    times: Doubles


def replay_steps(
    stage: Stage, take_ups: Sequence[TakeUp], learned: Learned | None, tick: Tick = lambda _: None
) -> StepRows:
    """One group a take-up whose credential was retrieved, with every candidate of it.

    A row's label is the grade that the taken credential reached, 0 for all others. With one right answer a group
    its grade cancels out of LambdaRank's gradient, so the group weighs by its reward instead. `learned` must have
    been fitted on what happened before every take-up.
    """
    # one allocation, since the parts and the whole together would take twice as much; untouched pages cost nothing
    features = np.empty((len(take_ups) * MAX_CANDIDATES, len(FEATURES)), dtype=np.float32)
    labels = np.zeros(len(features), dtype=np.int8)
    groups, weights, kept, retrieval, end = [], [], [], Retrieval(), 0
    for moment, considered in _replayed(stage, take_ups, learned, tick):
        retrieval += retrieval_of(moment, considered)
        rows = considered.situation.candidates.rows
        shown = np.isin(moment.truth, rows)
        if not shown.any():
            continue
        start, end = end, end + len(rows)
        features[start:end] = considered.features
        labels[start + np.searchsorted(rows, moment.truth[shown])] = moment.grades[shown]
        groups.append(len(rows))
        weights.append(float(moment.rewards[shown].max()))
        kept.append(moment)
    sizes = np.array(groups, dtype=np.int64)
    table = RankerTable(features[:end], FEATURES, sizes, labels[:end], np.repeat(_level(weights), sizes))
    times = np.array([moment.take_up.at.timestamp() for moment in kept])
    return StepRows(table, retrieval, tuple(moment.learner_id for moment in kept), times)


def _replayed(
    stage: Stage, take_ups: Sequence[TakeUp], learned: Learned | None, tick: Tick
) -> Iterator[tuple[Moment, Considered]]:
    for done, take_up in enumerate(take_ups, 1):
        moment = moment_of(stage, take_up)
        yield moment, consider_at(stage, moment, learned)
        tick(done)


LEAST_WEIGHT = 0.1  # of a take-up that came to nothing, against the average: it was chosen all the same


def _level(rewards: Sequence[float]) -> Floats:
    """Weights with a mean of 1."""
    worth = np.maximum(np.asarray(rewards, dtype=np.float32), LEAST_WEIGHT)
    return worth / worth.mean() if len(worth) else worth


def join_tables(parts: Sequence[tuple[RankerTable, float]]) -> RankerTable:
    """One table of several, each with the share of all weight that it shall have; empty parts take no share.

    Slates as shown have positions from 1, replayed steps and serving have 0: the trees keep what was seen because it
    was shown first apart from what was chosen freely.
    """
    filled = [(table, share) for table, share in parts if len(table.groups) and share > 0]
    if not filled:
        return parts[0][0]
    total = sum(len(table.groups) for table, _ in filled)
    shares = sum(share for _, share in filled)
    weights = [_weights(table) * (share / shares * total / _group_weight(table)) for table, share in filled]
    tables = [table for table, _ in filled]
    if any(table.names != tables[0].names for table in tables):
        raise ValueError("tables with different columns cannot be joined")
    return RankerTable(
        np.concatenate([table.features for table in tables]),
        tables[0].names,
        np.concatenate([table.groups for table in tables]),
        np.concatenate([table.labels for table in tables]),
        np.concatenate(weights).astype(np.float32),
    )


def _weights(table: RankerTable) -> Doubles:
    return np.ones(len(table.features)) if table.weights is None else np.asarray(table.weights, dtype=np.float64)


def _group_weight(table: RankerTable) -> float:
    """The sum over groups of their mean weight: LambdaRank counts a group by its rows' weights, not their number."""
    starts = np.cumsum(table.groups) - table.groups
    return float((np.add.reduceat(_weights(table), starts) / table.groups).sum())
