"""The next credential: the whole pipeline as a list of calls. Pure: same index, request and seed, same answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from credpath.domain.goals import CareerGoal
from credpath.domain.learner import LearnerSnapshot
from credpath.domain.money import REFERENCE_RATES
from credpath.domain.paths import Constraints, RecommendedItem
from credpath.recommender.begun import gap_ahead
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.closing import closing
from credpath.recommender.csr import Doubles, Floats
from credpath.recommender.diversity import slate
from credpath.recommender.features import COLUMN, FEATURES, Situation, candidate_ids, feature_matrix
from credpath.recommender.filters import filter_catalogue, limits_of
from credpath.recommender.items import describe
from credpath.recommender.learned import Learned
from credpath.recommender.ranking import Choice, Policy, Ranker, RulesRanker, choose
from credpath.recommender.reasons import ALIKE
from credpath.recommender.retrieval import assess_worth, retrieve
from credpath.recommender.standing import Standing, stand

RULES = RulesRanker()
ON_PATH = "path"  # leads a policy's label where the next step of a path stood first
NOT_LEARNED = Learned()
# Columns of which one is above 0 where a credential leads toward the goal's skills.
LEADING = [COLUMN[name] for name in ("gap_share", "unlock_share", "prepares_share")]


@dataclass(frozen=True, slots=True)
class RecommendRequest:
    """All that one answer depends on beside the index.

    `goal_vector`: (d,) unit, or None. `constraints` are completed by the snapshot's profile. `co_completion`:
    (n,) 0..1 in row order, how often each credential follows what the learner holds, or None without logs.
    `planned`: the next step of a path that the learner follows; it comes first unless the policy explores, or it is
    no longer eligible, or the ranker finds that it does not move the learner.
    """

    snapshot: LearnerSnapshot
    goal: CareerGoal
    goal_vector: Floats | None
    constraints: Constraints
    limit: int
    seed: int
    today: date
    policy: Policy = field(default_factory=Policy)
    co_completion: Floats | None = None
    rates: Mapping[str, float] = field(default_factory=lambda: REFERENCE_RATES)
    planned: str = ""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The slate, and what is needed to replay and learn from it.

    `candidates`, `scores` and the rows of `features` run in parallel, by id. `propensity`: the exact chance that
    `policy` puts the first item first; the policy is named with the ranker, unless that is the rules. `degraded`: a
    fallback answered, nothing is eligible, or nothing on the slate leads toward the goal; `fallback` says why the
    learned ranker did not score.
    """

    items: tuple[RecommendedItem, ...]
    candidates: tuple[str, ...]
    scores: tuple[float, ...]
    feature_names: tuple[str, ...]
    features: Floats
    policy: str
    propensity: float
    filters: dict[str, int]
    degraded: bool
    ranker: str = RULES.name
    fallback: str = ""


@dataclass(frozen=True, slots=True)
class Considered:
    """The ranked candidates of one situation, by `ranker`; `fallback` says why the learned one did not score."""

    situation: Situation
    features: Floats
    scores: Doubles
    ranker: str = RULES.name
    fallback: str = ""


def recommend(index: CatalogueIndex, request: RecommendRequest, learned: Learned | None = None) -> Recommendation:
    """The best next credentials for the learner. Empty, with `filters` saying why, only if nothing is eligible.

    A ladder, so that there is always an answer: the learned ranker; the rules; what is popular for the goal.
    """
    standing = stand(index, request.snapshot)
    limits = limits_of(request.constraints, request.snapshot.profile)
    considered = consider(index, request, standing, limits, request.today, learned)
    situation, scores = considered.situation, considered.scores
    nothing = not len(scores)
    planned = _planned(considered, request.planned)
    choice = Choice(-1, 1.0) if nothing else choose(scores, request.policy, request.seed, planned)
    places = [] if nothing else slate(situation, scores, choice.place, request.limit).tolist()
    return Recommendation(
        items=_items(considered, places, learned or NOT_LEARNED),
        candidates=candidate_ids(index, situation.candidates.rows),
        scores=tuple(scores.tolist()),
        feature_names=FEATURES,
        features=considered.features,
        policy=policy_label(request.policy, considered.ranker, on_path=planned is not None),
        propensity=choice.propensity,
        filters=situation.eligibility.counts,
        degraded=situation.candidates.degraded or bool(considered.fallback) or not _leads(considered, places),
        ranker=considered.ranker,
        fallback=considered.fallback,
    )


def policy_label(policy: Policy, ranker: str, *, on_path: bool = False) -> str:
    """Who chose, for the log: "greedy" with the rules, else for example "greedy/lambdarank"; "path" leads if it did."""
    chosen = policy.name if ranker == RULES.name else f"{policy.name}/{ranker}"
    return f"{ON_PATH}/{chosen}" if on_path else chosen


def _planned(considered: Considered, credential_id: str) -> int | None:
    """The place of a path's next step, None where it may not come first."""
    row = considered.situation.index.position.get(credential_id, -1)
    places = (considered.situation.candidates.rows == row).nonzero()[0].tolist()
    return places[0] if places and considered.scores[places[0]] > 0 else None


def _leads(considered: Considered, places: list[int]) -> bool:
    """Whether something on the slate brings the goal nearer; where only its words are known, whether something reads
    like them. With nothing missing, whatever there is.
    """
    situation, shown = considered.situation, considered.features[places]
    if situation.gap.total > 0:
        return bool((shown[:, LEADING] > 0).any())
    is_words = situation.goal_vector is not None and not situation.gap.goal.skills
    return len(places) > 0 and not (is_words and (shown[:, COLUMN["goal_match"]] < ALIKE).all())


def _items(considered: Considered, places: list[int], learned: Learned) -> tuple[RecommendedItem, ...]:
    chances = learned.chances(considered.features[places])
    return tuple(
        describe(
            considered.situation, place, rank, float(considered.scores[place]), considered.features[place],
            None if chances is None else chances[rank - 1],
        )
        for rank, place in enumerate(places, start=1)
    )  # fmt: skip


def consider(
    index: CatalogueIndex,
    request: RecommendRequest,
    standing: Standing,
    limits: Constraints,
    today: date,
    learned: Learned | None = None,
) -> Considered:
    """Filters, retrieves and ranks for somebody who stands where `standing` says."""
    eligibility = filter_catalogue(index, standing, limits, today, request.rates)
    gap = gap_ahead(index, request.goal, standing)
    closed = closing(index, gap)
    worth = assess_worth(index, standing, eligibility, closed)
    view = learned.view(index, standing.history, request.goal.occupation_uri, today) if learned else None
    candidates = retrieve(
        index, eligibility, worth, request.goal_vector, request.co_completion,
        view.retrieve(eligibility.eligible) if view else (), view.goal_shares() if view else None,
        [row] if (row := index.position.get(request.planned)) is not None else (),
    )  # fmt: skip
    situation = Situation(
        index, standing, limits, eligibility, gap, closed, worth, candidates, *closed.matrix(candidates.rows),
        request.goal_vector, request.co_completion, request.rates, today, view,
    )  # fmt: skip
    return _ranked(situation, feature_matrix(situation), learned or NOT_LEARNED)


def _ranked(situation: Situation, features: Floats, learned: Learned) -> Considered:
    """By the learned ranker where there is one that scores, else by the rules."""
    champion: Ranker = learned.ranker or RULES
    scores, fallback = champion.score(features), learned.refused
    if not np.isfinite(scores).all():
        champion, fallback = RULES, f"{champion.name} gave a score that is no number"
        scores = champion.score(features)
    return Considered(situation, features, scores, champion.name, fallback)
