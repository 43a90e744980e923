"""Learners: profile, awards, assessment results, mastery, export, and being forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from credpath.domain.learner import AssessmentResult, Award, Learner, LearnerSnapshot
from credpath.domain.mastery import Evidence, Mastery, MasteryChange, assess
from credpath.errors import BatchRefused, NotFound, Refusal
from credpath.recommender.linking import text_digest
from credpath.service.asking import with_derived_mastery
from credpath.service.context import Context
from credpath.service.loading import LoadedTaxonomy
from credpath.store import learners as rows
from credpath.store.credentials import catalogue_version, get_credential


def put_learner(context: Context, tenant: str, learner: Learner) -> tuple[Learner, bool]:
    """Stores the profile whole; putting the same again changes nothing. Returns (stored, created)."""
    now = context.clock()

    def write(connection: Connection) -> bool:
        created = rows.get_learner(connection, tenant, learner.learner_id) is None
        rows.put_learner(connection, tenant, learner, now)
        return created

    created = context.writer.submit(write).result()
    return get_learner(context, tenant, learner.learner_id), created


def get_learner(context: Context, tenant: str, learner_id: str) -> Learner:
    """Raises NotFound, in the same words for another tenant's learner as for nobody."""
    with context.database.read() as connection:
        found = rows.get_learner(connection, tenant, learner_id)
    if found is None:
        raise _unknown(learner_id)
    return found


def export_learner(context: Context, tenant: str, learner_id: str) -> dict[str, Any]:
    """Everything that is kept of the learner, JSON-ready. Raises NotFound."""
    with context.database.read() as connection:
        document = rows.export_learner(connection, tenant, learner_id)
    if not any(document[kind] for kind in ("profile", "awards", "evidence", "outcomes", "impressions")):
        raise _unknown(learner_id)
    return document


def forget_learner(context: Context, tenant: str, learner_id: str) -> dict[str, int]:
    """Removes every row of the learner; returns how many of each kind. Raises NotFound when there was none."""
    counts = context.writer.submit(lambda c: rows.forget_learner(c, tenant, learner_id)).result()
    if not any(counts.values()):
        raise _unknown(learner_id)
    context.database.scrub()
    return counts


def mastery_of(context: Context, tenant: str, learner_id: str) -> tuple[Mastery, ...]:
    """The estimate of every skill with any evidence, strongest first. Raises NotFound."""
    state = _snapshot(context, tenant, learner_id).mastery
    return tuple(sorted(state.values(), key=lambda m: (-m.probability, m.skill_uri)))


def add_assessments(
    context: Context, tenant: str, learner_id: str, results: Sequence[AssessmentResult]
) -> tuple[MasteryChange, ...]:
    """Takes scores on named skills; repeated results change nothing.

    Raises NotFound for an unknown learner, BatchRefused naming every skill that the taxonomy does not know.
    """
    before = dict(_snapshot(context, tenant, learner_id).mastery)
    evidence = assessment_evidence(results, context.serving.taxonomy(tenant), context)
    new = context.writer.submit(lambda c: rows.add_evidence(c, tenant, learner_id, evidence)).result()
    return _changes(before, new)


def add_award(context: Context, tenant: str, award: Award) -> tuple[MasteryChange, ...]:
    """Records a held credential; returns what that changed. Raises NotFound for an unknown learner or credential."""
    before = _snapshot(context, tenant, award.learner_id)
    with context.database.read() as connection:
        if get_credential(connection, tenant, award.credential_id) is None:
            raise NotFound(f"no credential {award.credential_id!r}", where="credential_id", fix="import it first")
    context.writer.submit(lambda c: rows.add_award(c, tenant, award)).result()
    after = _snapshot(context, tenant, award.learner_id)
    return tuple(
        MasteryChange(uri, before.probability(uri), mastery.probability, mastery.evidence[-1])
        for uri, mastery in sorted(after.mastery.items())
        if mastery.probability != before.probability(uri)
    )


def assessment_evidence(
    results: Sequence[AssessmentResult], taxonomy: LoadedTaxonomy, context: Context
) -> tuple[Evidence, ...]:
    """One piece of evidence a result. Its id is a digest of the result, so a repeated one is known again."""
    evidence, refusals = [], []
    for line, result in enumerate(results, 1):
        match = taxonomy.resolve(result.skill)
        if match is None:
            nearest = taxonomy.skills.search(result.skill, context.serving.bundle.encoder, 3)
            fix = "nearest: " + "; ".join(m.label for m in nearest) if nearest else "use a skill URI of the taxonomy"
            refusals.append(Refusal("results", line, f"no skill is known as {result.skill!r}", fix))
            continue
        identity = (result.learner_id, match.skill_uri, result.assessment_id, result.item_id, result.occurred_at)
        key = "assessment:" + text_digest(repr((*identity, result.score, result.max_score)))
        evidence.append(
            Evidence(key, match.skill_uri, "assessment", result.fraction, result.occurred_at, result.assessment_id)
        )
    if refusals:
        raise BatchRefused(f"{len(refusals)} of {len(results)} results name unknown skills", refusals, where="skill")
    return tuple(evidence)


def _changes(before: dict[str, Mastery], new: Sequence[Evidence]) -> tuple[MasteryChange, ...]:
    changes = []
    for piece in sorted(new, key=lambda e: (e.at, e.evidence_id)):
        known = before.get(piece.skill_uri, Mastery(piece.skill_uri))
        before[piece.skill_uri], change = assess(known, piece)
        changes.append(change)
    return tuple(changes)


def _snapshot(context: Context, tenant: str, learner_id: str) -> LearnerSnapshot:
    with context.database.read() as connection:
        found = rows.snapshot(connection, tenant, learner_id)
        version = catalogue_version(connection, tenant)
    if found is None:
        raise _unknown(learner_id)
    if not context.serving.ready:
        return found
    catalogue = context.serving.catalogue(tenant, version)
    taxonomy = context.serving.taxonomy(tenant)
    return with_derived_mastery(found, taxonomy, catalogue)[0]


def _unknown(learner_id: str) -> NotFound:
    return NotFound(f"no learner {learner_id!r}", where="learner_id", fix="PUT the learner first")
