"""What a learner's mastery is, skill by skill: how sure, by what evidence, how faded, and what changed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from credpath.domain.evidence import Evidence
from credpath.domain.goals import CareerGoal
from credpath.domain.learner import LearnerSnapshot
from credpath.domain.mastery import LearnerState, Mastery, MasteryModel
from credpath.domain.sayings import Saying
from credpath.errors import NotFound, NotReady
from credpath.recommender.closing import GoalGap, open_gap
from credpath.recommender.standing import stand
from credpath.recommender.wording import part, sentence
from credpath.service.context import Context
from credpath.service.indexing import IndexedCatalogue
from credpath.service.loading import LoadedTaxonomy
from credpath.service.mastery_models import keep_fresh, serving_model
from credpath.service.mastery_wording import change_saying
from credpath.service.told import as_of, told, with_mastery
from credpath.store import learners as rows
from credpath.store.credentials import catalogue_version


@dataclass(frozen=True, slots=True)
class SkillChange:
    """What taking results back, correcting them, or results on other skills did to a skill. `said`: as a sentence."""

    skill_uri: str
    label: str
    before: float
    after: float
    said: Saying

    @property
    def sentence(self) -> str:
        """In English."""
        return sentence(part(self.said))


@dataclass(frozen=True, slots=True)
class ExplainedChange:
    """What one piece of evidence changed, and `said`, the sentence that says so. `label`: of the skill.

    `others`: other skills that the pieces of a call moved, told with its last one.
    """

    skill_uri: str
    label: str
    before: float
    after: float
    evidence: Evidence
    said: Saying
    others: tuple[SkillChange, ...] = ()

    @property
    def sentence(self) -> str:
        """In English."""
        return sentence(part(self.said))


@dataclass(frozen=True, slots=True)
class Served:
    """What serves the tenant: names of skills and credentials, and links between them."""

    taxonomy: LoadedTaxonomy
    catalogue: IndexedCatalogue


@dataclass(frozen=True, slots=True)
class Reading:
    """A learner as read at one moment. `snapshot`: with mastery; `logged`: as stored; `pieces`: what is told.

    `serving` is None where no bundle serves: then nothing is told, and skills have no labels.
    """

    snapshot: LearnerSnapshot
    logged: LearnerSnapshot
    pieces: tuple[Evidence, ...]
    at: datetime
    model: MasteryModel
    serving: Served | None = None

    @property
    def mastery(self) -> Mapping[str, Mastery]:
        """By skill."""
        return self.snapshot.mastery

    def probability(self, skill_uri: str) -> float:
        """The estimate of a skill, with evidence or without."""
        known = self.mastery.get(skill_uri)
        return known.probability if known else self.estimate(self.snapshot.kept.state, skill_uri)

    def gap(self, goal: CareerGoal) -> GoalGap:
        """What is missing of a goal, as suggestions have it. Raises NotReady where no bundle serves."""
        if self.serving is None:
            raise NotReady("no bundle serves", where="models", fix="run `python -m training.bundle`")
        index = self.serving.catalogue.index
        return open_gap(index, goal, stand(index, self.snapshot))

    def estimate(self, state: LearnerState, skill_uri: str, at: datetime | None = None) -> float:
        """Of another state, at the moment of the reading or another one."""
        return self.model.estimate_all(state, (skill_uri,), at or self.at)[skill_uri].probability

    def label(self, skill_uri: str) -> str:
        """The preferred label, or the URI of a skill outside the taxonomy."""
        row = self.serving.taxonomy.skills.position.get(skill_uri) if self.serving else None
        return skill_uri if row is None or self.serving is None else self.serving.taxonomy.skills.labels[row]

    def title(self, credential_id: str) -> str:
        """Of a credential in the catalogue, else nothing."""
        index = self.serving.catalogue.index if self.serving else None
        row = index.position.get(credential_id) if index else None
        return "" if index is None or row is None else index.credentials[row].title

    def explain(self, piece: Evidence, before: float, after: float) -> ExplainedChange:
        """The change that one piece made."""
        label = self.label(piece.skill_uri)
        title = self.title(piece.reference) if piece.kind in ("award", "failed", "dropped") else ""
        words = change_saying(label, piece, before, after, title)
        return ExplainedChange(piece.skill_uri, label, before, after, piece, words)


def read_learner(context: Context, tenant: str, learner_id: str) -> Reading:
    """Raises NotFound, in the same words for another tenant's learner as for nobody."""
    model, at = serving_model(context, tenant), as_of(context.clock())
    with context.database.read() as connection:
        found = rows.snapshot(connection, tenant, learner_id, model)
        version = catalogue_version(connection, tenant)
    if found is None:
        raise unknown_learner(learner_id)
    if found.kept.stale:
        keep_fresh(context, tenant, learner_id, model)
    if not context.serving.ready:
        return Reading(with_mastery(found, (), at, model), found, (), at, model)
    served = Served(context.serving.taxonomy(tenant), context.serving.catalogue(tenant, version))
    pieces, _ = told(found, served.taxonomy, served.catalogue)
    return Reading(with_mastery(found, pieces, at, model), found, pieces, at, model, served)


def mastery_of(context: Context, tenant: str, learner_id: str) -> tuple[Mastery, ...]:
    """The estimate of every skill with any evidence, strongest first. Raises NotFound."""
    state = read_learner(context, tenant, learner_id).mastery
    return tuple(sorted(state.values(), key=lambda m: (-m.probability, m.skill_uri)))


def unknown_learner(learner_id: str) -> NotFound:
    """In the same words wherever a learner is asked for."""
    return NotFound(f"no learner {learner_id!r}", where="learner_id", fix="PUT the learner first")
