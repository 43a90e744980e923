"""Assessment results: taken, corrected, taken back; each answers with what it changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from credpath.domain.evidence import Evidence, EvidenceKind, whole_assessment_share
from credpath.domain.kept_mastery import place_of
from credpath.domain.learner import AssessmentResult
from credpath.domain.mastery import MasteryModel
from credpath.domain.mastery_transition import advance
from credpath.domain.sayings import Saying
from credpath.errors import BatchRefused, InvalidInput, NotFound, Refusal
from credpath.recommender.linking import text_digest
from credpath.recommender.wording import part, sentence
from credpath.service.context import Context
from credpath.service.loading import LoadedTaxonomy
from credpath.service.mastery import ExplainedChange, Reading, read_learner
from credpath.service.mastery_models import serving_model
from credpath.service.mastery_wording import voided_saying
from credpath.service.told import changed_skills
from credpath.store import learners as rows


@dataclass(frozen=True, slots=True)
class SkillChange:
    """What taking results back, or correcting them, did to the estimate of one skill. `said`: as a sentence."""

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
class Corrected:
    """`voided`, `added`: how many pieces of evidence went and came. `changes` by skill."""

    voided: int
    added: int
    changes: tuple[SkillChange, ...]


def add_assessments(
    context: Context, tenant: str, learner_id: str, results: Sequence[AssessmentResult]
) -> tuple[ExplainedChange, ...]:
    """Takes scores on named skills and answers to items; repeated results change nothing.

    Raises NotFound for an unknown learner, BatchRefused naming every skill that the taxonomy does not know, Conflict
    for another result of an assessment at the same time, which is a regrade.
    """
    before = read_learner(context, tenant, learner_id)
    evidence = assessment_evidence(results, context.serving.taxonomy(tenant), context)
    model = serving_model(context, tenant)
    new = context.writer.submit(lambda c: add_results(c, tenant, learner_id, evidence, model)).result()
    return _changes(before, read_learner(context, tenant, learner_id), new) if new else ()


def add_results(
    connection: Connection, tenant: str, learner_id: str, evidence: Sequence[Evidence], model: MasteryModel
) -> tuple[Evidence, ...]:
    """Within the caller's transaction; returns what is new. Raises as `add_assessments`."""
    new = rows.add_evidence(connection, tenant, learner_id, evidence, model)
    rows.check_first_results(connection, tenant, learner_id, new)
    return new


def regrade(
    context: Context, tenant: str, learner_id: str, assessment_id: str, results: Sequence[AssessmentResult]
) -> Corrected:
    """Makes `results` all that is known of the assessment, as if they had been given at first; may be repeated.

    Raises as `add_assessments`, InvalidInput for a result that names another assessment.
    """
    if strange := [r.assessment_id for r in results if r.assessment_id != assessment_id]:
        what = f"a result names assessment {strange[0]!r}, the address {assessment_id!r}"
        raise InvalidInput(what, where="assessment_id", fix="leave assessment_id out of the results")
    before = read_learner(context, tenant, learner_id)
    evidence = assessment_evidence(results, context.serving.taxonomy(tenant), context)
    model = serving_model(context, tenant)
    gone, come = context.writer.submit(
        lambda c: replace_results(c, tenant, learner_id, {assessment_id}, evidence, model)
    ).result()
    after = read_learner(context, tenant, learner_id)
    return Corrected(len(gone), len(come), _skill_changes(before, after, ""))


def replace_results(
    connection: Connection,
    tenant: str,
    learner_id: str,
    assessment_ids: Collection[str],
    evidence: Sequence[Evidence],
    model: MasteryModel,
) -> tuple[tuple[Evidence, ...], tuple[Evidence, ...]]:
    """Within the caller's transaction; returns (gone, come)."""
    gone, come = rows.replace_evidence(connection, tenant, learner_id, assessment_ids, evidence, model)
    rows.check_first_results(connection, tenant, learner_id, come)
    return gone, come


def void_assessment(context: Context, tenant: str, learner_id: str, assessment_id: str) -> Corrected:
    """Takes the results of an assessment back: the estimates are then as if they had never been given.

    Raises NotFound for an unknown learner, and where nothing is kept of such an assessment.
    """
    before = read_learner(context, tenant, learner_id)
    model = serving_model(context, tenant)
    gone = context.writer.submit(lambda c: rows.void_evidence(c, tenant, learner_id, assessment_id, model)).result()
    if not gone:
        raise NotFound(
            f"no results of assessment {assessment_id!r}", where="assessment_id",
            fix="GET the learner's mastery: `reference` and `evidence_id` name what is kept",
        )  # fmt: skip
    after = read_learner(context, tenant, learner_id)
    return Corrected(len(gone), 0, _skill_changes(before, after, assessment_id))


def assessment_evidence(
    results: Sequence[AssessmentResult], taxonomy: LoadedTaxonomy, context: Context
) -> tuple[Evidence, ...]:
    """The evidence of each result: one piece a skill. Its id is a digest of the result, so a repeated one is known.

    An answer to an item is weaker than a score on the whole skill. A score over several skills tells of each of k
    skills 1 / sqrt(k) of what it would tell of one; an item on several skills counts for each, as in the responses
    that a model learns from.
    """
    evidence: list[Evidence] = []
    refusals = []
    for line, result in enumerate(results, 1):
        uris = []
        for skill in result.named_skills:
            match = taxonomy.resolve(skill)
            if match is None:
                refusals.append(
                    Refusal("results", line, f"no skill is known as {skill!r}", _nearest(skill, taxonomy, context))
                )
            else:
                uris.append(match.skill_uri)
        evidence += _pieces(result, sorted(set(uris)))
    if refusals:
        raise BatchRefused(f"{len(refusals)} of {len(results)} results name unknown skills", refusals, where="skill")
    return tuple(evidence)


def _nearest(skill: str, taxonomy: LoadedTaxonomy, context: Context) -> str:
    nearest = taxonomy.skills.search(skill, context.serving.bundle.encoder, 3)
    return "nearest: " + "; ".join(m.label for m in nearest) if nearest else "use a skill URI of the taxonomy"


def _pieces(result: AssessmentResult, uris: Sequence[str]) -> list[Evidence]:
    key = evidence_id(result, uris)
    kind: EvidenceKind = "item" if result.item_id else "assessment"
    share = 1.0 if result.item_id else whole_assessment_share(len(uris))
    return [
        Evidence(key, uri, kind, result.fraction, result.occurred_at, result.assessment_id, share, result.item_id,
                 result.difficulty)
        for uri in uris
    ]  # fmt: skip


def evidence_id(result: AssessmentResult, uris: Sequence[str]) -> str:
    """The same for a result that says the same. What a result may say since lately is in it only where it is said."""
    skills = uris[0] if len(uris) == 1 else tuple(uris)
    said: tuple[object, ...] = (
        result.learner_id, skills, result.assessment_id, result.item_id, result.occurred_at, result.score,
        result.max_score,
    )  # fmt: skip
    if result.difficulty is not None:
        said = (*said, result.difficulty)
    return "assessment:" + text_digest(repr(said))


def _changes(before: Reading, after: Reading, new: Sequence[Evidence]) -> tuple[ExplainedChange, ...]:
    """Each new piece in time order; the last on a skill ends at its estimate now, also where it came late."""
    ordered = sorted(new, key=place_of)
    last = {piece.skill_uri: number for number, piece in enumerate(ordered)}
    state, stands, found = before.logged.kept.state, {uri: before.probability(uri) for uri in last}, []
    for number, piece in enumerate(ordered):
        uri = piece.skill_uri
        state = advance(state, piece, before.model.parameters)
        if number == last[uri]:
            now = after.probability(uri)
        else:
            whole = state
            for derived in before.pieces:
                whole = advance(whole, derived, before.model.parameters) if derived.skill_uri == uri else whole
            now = before.estimate(whole, uri)
        found.append(after.explain(piece, stands[uri], now))
        stands[uri] = now
    return tuple(found)


def _skill_changes(before: Reading, after: Reading, reference: str) -> tuple[SkillChange, ...]:
    changes = []
    for uri in changed_skills(before.mastery, after.mastery):
        label, earlier, now = after.label(uri), before.probability(uri), after.probability(uri)
        changes.append(SkillChange(uri, label, earlier, now, voided_saying(label, reference, earlier, now)))
    return tuple(changes)
