"""Recommend the next micro-credential, and log what was shown."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import structlog

from credpath.domain.catalogue import Credential
from credpath.domain.experiments import Assignment, assign
from credpath.domain.goals import CareerGoal, GoalAnswer
from credpath.domain.outcomes import Impression
from credpath.domain.paths import RecommendedItem
from credpath.errors import Conflict
from credpath.recommender.catalogue_fit import fit_of_slate
from credpath.recommender.learned import Learned
from credpath.recommender.recommend import Recommendation, RecommendRequest
from credpath.recommender.recommend import recommend as rank_next
from credpath.service.asking import Ask, Question, understand
from credpath.service.context import Context
from credpath.service.kept_paths import planned_next
from credpath.service.logged_state import state_of
from credpath.service.shown import digest_of, items_shown, shown
from credpath.store.impressions import by_idempotency_key, pack_impression, save_packed

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RecommendAnswer:
    """The slate with everything that was used to make it. `credentials` holds the records of the items."""

    impression_id: str
    goal: CareerGoal
    goal_answer: GoalAnswer | None
    items: tuple[RecommendedItem, ...]
    credentials: Mapping[str, Credential]
    policy: str
    propensity: float
    bundle_version: str
    catalogue_version: str
    taxonomy: str
    filters: Mapping[str, int]
    degraded: bool
    seed: int
    shown_at: datetime
    unknown_skills: tuple[str, ...] = ()
    experiment: str = ""
    notes: tuple[str, ...] = ()


def recommend(context: Context, tenant: str, ask: Ask) -> RecommendAnswer:
    """Answers `ask` and logs the impression before it returns: what is acknowledged is durable.

    With an idempotency key, a repeated call returns what the first one showed. Raises Conflict when the key was
    used for another question.
    """
    earlier = _earlier(context, tenant, ask)
    question = understand(context, tenant, ask)
    if earlier is not None:
        return _repeated(question, earlier)
    shown_at, impression_id = context.clock(), context.new_id()
    seed = _seed(ask, impression_id)
    asked = request(context, tenant, question, ask, seed, shown_at)
    assignment = assign(context.preferences.experiments, tenant, ask.learner_id)
    learned = learned_for(question, assignment)
    result = rank_next(question.catalogue.index, asked, learned)
    if result.fallback:
        log.error("the rules ranked instead", tenant=tenant, reason=result.fallback)
    answer = _answer(question, result, impression_id, seed, shown_at, assignment.label)
    packed = pack_impression(tenant, _impression(ask, asked, learned, result, answer))
    key = ask.idempotency_key
    try:
        context.writer.submit(lambda connection: save_packed(connection, packed, key)).result()
    except Conflict:
        overtaken = _earlier(context, tenant, ask)  # by the same call, made while this one was reckoned
        if overtaken is None:
            raise
        return _repeated(question, overtaken)
    return answer


def learned_for(question: Question, assignment: Assignment) -> Learned | None:
    """What was learned for the tenant; None for who is in an arm that the rules serve."""
    return None if assignment.ranker == "rules" else question.learned


def request(context: Context, tenant: str, question: Question, ask: Ask, seed: int, now: datetime) -> RecommendRequest:
    """The pure pipeline's input."""
    return RecommendRequest(
        snapshot=question.snapshot,
        goal=question.goal,
        goal_vector=question.goal_vector,
        constraints=question.constraints,
        limit=ask.limit,
        seed=seed,
        today=now.date(),
        policy=context.preferences.policy_of(tenant),
        rates=context.preferences.exchange_rates,
        planned=planned_next(question.kept, question.snapshot),
    )


def _earlier(context: Context, tenant: str, ask: Ask) -> Impression | None:
    if not ask.idempotency_key:
        return None
    with context.database.read() as connection:
        found = by_idempotency_key(connection, tenant, ask.idempotency_key)
    if found is not None and found.answer.get("ask") != digest_of(ask):
        raise Conflict("this Idempotency-Key was used for another question", fix="send a new key")
    return found


def _notes(question: Question, items: Sequence[RecommendedItem]) -> tuple[str, ...]:
    """What cannot be done as it was asked, and whether the catalogue fits the goal at all."""
    return (*question.notes, *fit_of_slate(items, question.goal))


def _repeated(question: Question, earlier: Impression) -> RecommendAnswer:
    index = question.catalogue.index
    items = items_shown(earlier)
    present = [i.credential_id for i in items if i.credential_id in index.position]
    return RecommendAnswer(
        impression_id=earlier.impression_id,
        goal=question.goal,
        goal_answer=question.goal_answer,
        items=items,
        credentials={c: index.credentials[index.position[c]] for c in present},
        policy=earlier.policy,
        propensity=earlier.propensity,
        bundle_version=earlier.bundle_version,
        catalogue_version=earlier.catalogue_version,
        taxonomy=question.taxonomy.attribution,
        filters=earlier.filters,
        degraded=earlier.degraded,
        seed=earlier.seed,
        shown_at=earlier.shown_at,
        unknown_skills=question.unknown_skills,
        notes=_notes(question, items),
        experiment=earlier.experiment,
    )


def _seed(ask: Ask, impression_id: str) -> int:
    if ask.seed is not None:
        return ask.seed
    return int.from_bytes(hashlib.sha256(impression_id.encode()).digest()[:4], "big")


def _answer(
    question: Question, result: Recommendation, impression_id: str, seed: int, shown_at: datetime, experiment: str
) -> RecommendAnswer:
    index = question.catalogue.index
    return RecommendAnswer(
        impression_id=impression_id,
        goal=question.goal,
        goal_answer=question.goal_answer,
        items=result.items,
        credentials={i.credential_id: index.credentials[index.position[i.credential_id]] for i in result.items},
        policy=result.policy,
        propensity=result.propensity,
        bundle_version=question.bundle_version,
        catalogue_version=index.version,
        taxonomy=question.taxonomy.attribution,
        filters=result.filters,
        degraded=result.degraded or question.catalogue.partial,
        seed=seed,
        shown_at=shown_at,
        unknown_skills=question.unknown_skills,
        notes=_notes(question, result.items),
        experiment=experiment,
    )


def _impression(
    ask: Ask, asked: RecommendRequest, learned: Learned | None, result: Recommendation, answer: RecommendAnswer
) -> Impression:
    return Impression(
        impression_id=answer.impression_id,
        shown_at=answer.shown_at,
        learner_id=ask.learner_id,
        goal_text=asked.goal.text,
        occupation_uri=asked.goal.occupation_uri,
        candidates=result.candidates,
        scores=tuple(float(score) for score in result.scores),
        feature_names=tuple(result.feature_names),
        features=np.ascontiguousarray(result.features, dtype="<f4").tobytes(),
        slate=tuple(item.credential_id for item in result.items),
        policy=result.policy,
        propensity=result.propensity,
        seed=answer.seed,
        bundle_version=answer.bundle_version,
        catalogue_version=answer.catalogue_version,
        degraded=answer.degraded,
        filters=dict(result.filters),
        answer=shown(result.items, asked.goal, ask),
        history=asked.snapshot.history,
        experiment=answer.experiment,
        state=state_of(asked, learned=learned is not None),
    )
