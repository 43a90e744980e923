"""What assessment results say of skills: one piece of evidence a skill, known again when the result is repeated."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from credpath.domain.evidence import Evidence, EvidenceKind, whole_assessment_share
from credpath.domain.learner import AssessmentResult
from credpath.errors import BatchRefused, Refusal
from credpath.recommender.linking import text_digest
from credpath.service.context import Context
from credpath.service.loading import LoadedTaxonomy

GIVEN = "results"  # what a call's list of them is called


def assessment_evidence(
    results: Sequence[AssessmentResult], taxonomy: LoadedTaxonomy, context: Context
) -> tuple[Evidence, ...]:
    """The evidence of all results. Raises as `evidence_of_each`."""
    return tuple(chain.from_iterable(evidence_of_each(results, taxonomy, context)))


def evidence_of_each(
    results: Sequence[AssessmentResult],
    taxonomy: LoadedTaxonomy,
    context: Context,
    file: str = GIVEN,
    lines: Sequence[int] = (),
) -> list[tuple[Evidence, ...]]:
    """The evidence of each result: one piece a skill. Its id is a digest of the result, so a repeated one is known.

    An answer to an item is weaker than a score on the whole skill. A score over several skills tells of each of k
    skills 1 / sqrt(k) of what it would tell of one; an item on several skills counts for each, as in the responses
    that a model learns from. Raises BatchRefused naming every unknown skill, by `lines` where they are given.
    """
    found, refusals = [], []
    for line, result in zip(lines or range(1, len(results) + 1), results, strict=True):
        uris = set()
        for skill in result.named_skills:
            match = taxonomy.resolve(skill)
            if match is None:
                fix = _nearest(skill, taxonomy, context)
                refusals.append(Refusal(file, line, f"no skill is known as {skill!r}", fix))
            else:
                uris.add(match.skill_uri)
        found.append(_pieces(result, sorted(uris)))
    if refusals:
        what = f"{len(refusals)} of {len(results)} results name unknown skills"
        fix = "name skills of the taxonomy; each refusal says which are nearest"
        raise BatchRefused(what, refusals, where="skill", fix=fix)
    return found


def _nearest(skill: str, taxonomy: LoadedTaxonomy, context: Context) -> str:
    nearest = taxonomy.skills.search(skill, context.serving.bundle.encoder, 3)
    return "nearest: " + "; ".join(m.label for m in nearest) if nearest else "use a skill URI of the taxonomy"


def _pieces(result: AssessmentResult, uris: Sequence[str]) -> tuple[Evidence, ...]:
    key = evidence_id(result, uris)
    kind: EvidenceKind = "item" if result.item_id else "assessment"
    share = 1.0 if result.item_id else whole_assessment_share(len(uris))
    return tuple(
        Evidence(key, uri, kind, result.fraction, result.moment, result.assessment_id, share, result.item_id,
                 result.difficulty)
        for uri in uris
    )  # fmt: skip


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
