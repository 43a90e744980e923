"""What a recommend or path call asks, and how it becomes a goal and a snapshot of the learner."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from credpath.domain.goals import CareerGoal, GoalAnswer
from credpath.domain.learner import LearnerSnapshot, Profile
from credpath.domain.money import not_comparable
from credpath.domain.paths import Constraints, KeptPath
from credpath.errors import InvalidInput, NotFound
from credpath.recommender.encoding import FloatArray
from credpath.recommender.learned import Learned
from credpath.service.context import Context
from credpath.service.happened import check_each
from credpath.service.indexing import IndexedCatalogue
from credpath.service.kept_paths import path_ahead
from credpath.service.loading import LoadedBundle, LoadedTaxonomy
from credpath.service.mastery_models import keep_fresh, mastery_model
from credpath.service.told import as_of, with_derived_mastery
from credpath.store import learners
from credpath.store.credentials import catalogue_version
from credpath.store.kept_paths import kept_paths_of

Change = Callable[[Profile], Profile]
MAX_LIMIT = 50
GOALS_OFFERED = 5
SUGGESTED = 3  # words that no skill has, for which one of nearly their spelling is looked up


@dataclass(frozen=True, slots=True)
class Ask:
    """One question: for whom, toward what, within which limits.

    Either a stored `learner_id`, or a `profile` with `awards` (credential ids held), or neither.
    """

    learner_id: str = ""
    profile: Profile | None = None
    awards: tuple[str, ...] = ()
    goal_text: str = ""
    occupation_uri: str = ""
    constraints: Constraints = field(default_factory=Constraints)
    limit: int = 5
    seed: int | None = None
    idempotency_key: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            fix = f"ask for 1 to {MAX_LIMIT}"
            raise InvalidInput(f"limit is {self.limit}, not within 1 to {MAX_LIMIT}", where="limit", fix=fix)
        if self.learner_id and (self.profile or self.awards):
            raise InvalidInput("give learner_id or profile, not both", where="learner_id", fix="drop one of them")


@dataclass(frozen=True, slots=True)
class Question:
    """An `Ask` with everything read that its answer needs, all of it from one bundle.

    `learned`: what that bundle has learned for the tenant, None where nothing. `kept`: what lies ahead on the path
    that a stored learner was given toward this goal. `notes`: sentences on what cannot be done as it was asked.
    """

    snapshot: LearnerSnapshot
    goal: CareerGoal
    goal_answer: GoalAnswer | None
    goal_vector: FloatArray | None  # (dimensions,) or None without a goal
    constraints: Constraints
    taxonomy: LoadedTaxonomy
    catalogue: IndexedCatalogue
    unknown_skills: tuple[str, ...]
    bundle_version: str
    learned: Learned | None
    kept: KeptPath = field(default_factory=KeptPath)
    notes: tuple[str, ...] = ()


def understand(context: Context, tenant: str, ask: Ask, change: Change | None = None) -> Question:
    """Reads the learner, finds the goal, completes the limits. Raises NotFound, NotReady or InvalidInput.

    `change`: what the profile is to be read as, without its being stored.
    """
    while True:
        bundle = context.serving.bundle
        question = _understand(context, tenant, ask, bundle, change)
        if context.serving.bundle is bundle:  # another one was swapped in meanwhile: half of each replays as neither
            return question


def _understand(context: Context, tenant: str, ask: Ask, bundle: LoadedBundle, change: Change | None) -> Question:
    model = mastery_model(bundle, tenant)
    with context.database.read() as connection:
        stored = learners.snapshot(connection, tenant, ask.learner_id, model) if ask.learner_id else None
        paths = kept_paths_of(connection, tenant, ask.learner_id) if ask.learner_id else ()
        version = catalogue_version(connection, tenant)
    if ask.learner_id and stored is None:
        raise NotFound(f"no learner {ask.learner_id!r}", where="learner_id", fix="PUT the learner first")
    catalogue = context.serving.catalogue(tenant, version)
    taxonomy = context.serving.taxonomy(tenant)
    if stored is not None and stored.kept.stale:
        keep_fresh(context, tenant, ask.learner_id, model)
    snapshot = stored or _stateless(ask, context.clock())
    if change is not None:
        snapshot = replace(snapshot, profile=change(snapshot.profile))
    snapshot, unknown = with_derived_mastery(snapshot, taxonomy, catalogue, as_of(context.clock()), model)
    goal, answer = find_goal(ask, snapshot.profile, taxonomy)
    constraints = complete(ask.constraints, snapshot.profile, context.preferences.default_languages)
    vector = bundle.encoder.encode([goal.label or goal.text])[0] if goal.text or goal.label else None
    return Question(
        snapshot=snapshot,
        goal=goal,
        goal_answer=answer,
        goal_vector=vector,
        constraints=constraints,
        taxonomy=taxonomy,
        catalogue=catalogue,
        unknown_skills=unknown,
        bundle_version=bundle.version,
        learned=bundle.learned.get(tenant),
        kept=path_ahead(paths, goal, snapshot),
        notes=(
            *not_comparable(constraints.budget, context.preferences.exchange_rates),
            *_perhaps_misspelt(unknown, taxonomy),
        ),
    )


def _perhaps_misspelt(unknown: Sequence[str], taxonomy: LoadedTaxonomy) -> Iterator[str]:
    for words in unknown[:SUGGESTED]:
        label = taxonomy.spelt_like(words)
        if label:
            yield f"the taxonomy does not know the skill {words[:80]!r}, so it is not counted: did you mean {label!r}?"


def _stateless(ask: Ask, now: datetime) -> LearnerSnapshot:
    """Somebody who is not stored: `awards` come in the order in which they were gained."""
    history, profile = tuple(dict.fromkeys(ask.awards)), ask.profile or Profile()
    check_each((one.said_at for one in profile.not_yet), "profile.not_yet.{}.said_at", now)
    return LearnerSnapshot(profile=profile, held=frozenset(history), history=history)


def find_goal(ask: Ask, profile: Profile, taxonomy: LoadedTaxonomy) -> tuple[CareerGoal, GoalAnswer | None]:
    """The occupation asked for by URI, else the one that the words mean, else the words alone, else no goal."""
    if ask.occupation_uri:
        return taxonomy.career_goal(ask.occupation_uri, ask.goal_text, 1.0), None
    text = ask.goal_text or profile.goal
    if not text.strip():
        return CareerGoal(text=""), None
    answer = taxonomy.match(text, GOALS_OFFERED)
    if not answer.close_enough or not answer.matches:
        return CareerGoal(text=answer.target or text), answer
    best = answer.matches[0]
    return taxonomy.career_goal(best.occupation_uri, text, best.confidence), answer


def complete(constraints: Constraints, profile: Profile, default_languages: Sequence[str]) -> Constraints:
    """The call's own limits, then the profile's, then the operator's default languages."""
    return replace(
        constraints,
        languages=constraints.languages or frozenset(profile.languages) or frozenset(default_languages),
        country=constraints.country or profile.country,
        budget=constraints.budget or profile.budget,
        hours_per_week=constraints.hours_per_week or profile.hours_per_week,
    )
