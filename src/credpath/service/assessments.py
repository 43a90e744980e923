"""Assessment results: taken, corrected, taken back; each answers with what it changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import Connection

from credpath.domain.evidence import Evidence
from credpath.domain.kept_mastery import place_of
from credpath.domain.learner import AssessmentResult
from credpath.domain.mastery import LearnerState, MasteryModel
from credpath.domain.mastery_transition import advance
from credpath.domain.sayings import Saying
from credpath.errors import InvalidInput, NotFound
from credpath.service.assessed import assessment_evidence
from credpath.service.context import Context
from credpath.service.happened import check_each
from credpath.service.mastery import ExplainedChange, Reading, SkillChange, read_learner
from credpath.service.mastery_models import serving_model
from credpath.service.mastery_wording import corrected_saying, others_saying, voided_saying
from credpath.service.told import changed_skills
from credpath.store import learners as rows

# Other skills are named that new results moved at least so far, and so many of them at most.
MOVED, MOST_OTHERS = 0.03, 10


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

    Raises NotFound for an unknown learner, BatchRefused naming every skill that the taxonomy does not know,
    InvalidInput for a time that lies ahead, Conflict for another result of an assessment at the same time, which is a
    regrade.
    """
    before = read_learner(context, tenant, learner_id)
    evidence = _evidence(context, tenant, results)
    model = serving_model(context, tenant)
    new = context.writer.submit(lambda c: add_results(c, tenant, learner_id, evidence, model)).result()
    return _changes(before, read_learner(context, tenant, learner_id), new) if new else ()


def _evidence(context: Context, tenant: str, results: Sequence[AssessmentResult]) -> tuple[Evidence, ...]:
    check_each((result.occurred_at for result in results), "results.{}.occurred_at", context.clock())
    return assessment_evidence(results, context.serving.taxonomy(tenant), context)


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
    evidence = _evidence(context, tenant, results)
    model = serving_model(context, tenant)
    gone, come = context.writer.submit(
        lambda c: replace_results(c, tenant, learner_id, {assessment_id}, evidence, model)
    ).result()
    after = read_learner(context, tenant, learner_id)
    said = partial(corrected_saying, added=not gone)
    return Corrected(len(gone), len(come), skill_changes(before, after, said))


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

    def said(label: str, earlier: float, now: float) -> Saying:
        return voided_saying(label, assessment_id, earlier, now)

    return Corrected(len(gone), 0, skill_changes(before, after, said))


def _changes(before: Reading, after: Reading, new: Sequence[Evidence]) -> tuple[ExplainedChange, ...]:
    """Each new piece in time order; the last on a skill ends at its estimate now, also where it came late.

    Both estimates of a piece are of its own moment, or of the reading's where that is later, as `assess` takes them:
    what faded until then is not laid to the piece.
    """
    ordered = sorted(new, key=place_of)
    last = {piece.skill_uri: number for number, piece in enumerate(ordered)}
    state, whole = before.logged.kept.state, dict.fromkeys(last, before.snapshot.kept.state)
    found = []
    for number, piece in enumerate(ordered):
        uri, moment = piece.skill_uri, max(before.at, piece.at)
        earlier, state = before.estimate(whole[uri], uri, moment), advance(state, piece, before.model.parameters)
        whole[uri] = after.snapshot.kept.state if number == last[uri] else _with_told(before, state, uri)
        found.append(after.explain(piece, earlier, after.estimate(whole[uri], uri, moment)))
    return (*found[:-1], replace(found[-1], others=_others(before, after, last)))


def _others(before: Reading, after: Reading, shown: Collection[str]) -> tuple[SkillChange, ...]:
    """What became of skills that were not `shown`, the furthest moved first: a fitted model reads them together."""
    moved = [one for one in skill_changes(before, after, others_saying) if one.skill_uri not in shown]
    far = [one for one in moved if abs(one.after - one.before) >= MOVED]
    return tuple(sorted(far, key=lambda one: (-abs(one.after - one.before), one.skill_uri))[:MOST_OTHERS])


def _with_told(reading: Reading, state: LearnerState, skill_uri: str) -> LearnerState:
    for piece in reading.pieces:
        state = advance(state, piece, reading.model.parameters) if piece.skill_uri == skill_uri else state
    return state


def skill_changes(
    before: Reading, after: Reading, saying: Callable[[str, float, float], Saying]
) -> tuple[SkillChange, ...]:
    """Every skill whose estimate differs. `saying`: (label, earlier estimate, estimate now) in a sentence."""
    changes = []
    for uri in changed_skills(before.mastery, after.mastery):
        label, earlier, now = after.label(uri), before.probability(uri), after.probability(uri)
        changes.append(SkillChange(uri, label, earlier, now, saying(label, earlier, now)))
    return tuple(changes)
