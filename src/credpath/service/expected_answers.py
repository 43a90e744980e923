"""What an answer that is not stored makes of a learner's estimates, by the model that serves; and what to leave alone.

The transition is the one that stored results go through, so what the check promises is what the result brings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from credpath.domain.attempts import UNDATED
from credpath.domain.evidence import SHOWN, Evidence, EvidenceKind
from credpath.domain.learner import LearnerSnapshot
from credpath.domain.mastery import (
    DUE_BELOW,
    MAX_EVIDENCE_SHOWN,
    LearnerState,
    Mastery,
    MasteryModel,
    estimates,
)
from credpath.domain.mastery_transition import advance
from credpath.recommender.next_beliefs import Asking, is_sure
from credpath.service.told import as_of, own_word

EXPECTED, GIVEN = "credpath:expected:", "credpath:given:"


@dataclass(frozen=True, slots=True)
class Expecting:
    """An `Answering`: the estimate after one more answer of that kind. `state`: what the learner's evidence came to.

    Answers expected before travel in the evidence of the estimate, so one after the other can be expected.
    """

    state: LearnerState
    model: MasteryModel
    kind: EvidenceKind
    at: datetime

    def __call__(self, mastery: Mastery, right: bool) -> Mastery:
        """Without the answer being stored."""
        uri, state = mastery.skill_uri, self.state
        before = [piece for piece in mastery.evidence if piece.evidence_id.startswith(EXPECTED)]
        piece = Evidence(f"{EXPECTED}{len(before)}", uri, self.kind, float(right), self.at)
        for one in (*before, piece):
            state = advance(state, one, self.model.parameters)
        found = self.model.estimate_all(state, (uri,), as_of(self.at))[uri]
        return replace(found, evidence=(*mastery.evidence, piece)[-MAX_EVIDENCE_SHOWN:])


@dataclass(frozen=True, slots=True)
class ExpectingWord:
    """The same of the learner's own word, which counts as it will once it is kept: see `told.own_word`."""

    state: LearnerState
    model: MasteryModel
    at: datetime

    def __call__(self, mastery: Mastery, right: bool) -> Mastery:
        """Without the word being kept."""
        piece = own_word(mastery.skill_uri, right, UNDATED if right else self.at)
        state = advance(self.state, piece, self.model.parameters)
        found = self.model.estimate_all(state, (mastery.skill_uri,), as_of(self.at))[mastery.skill_uri]
        return replace(found, evidence=(*mastery.evidence, piece)[-MAX_EVIDENCE_SHOWN:])


def with_answers(
    snapshot: LearnerSnapshot, answers: Mapping[str, bool], kind: EvidenceKind, at: datetime, model: MasteryModel
) -> LearnerSnapshot:
    """The learner as the answers of this sitting leave them; a fitted model lets them tell of other skills, too."""
    state, given = snapshot.kept.state, {}
    for uri, right in sorted(answers.items()):
        given[uri] = Evidence(f"{GIVEN}{uri}"[:200], uri, kind, float(right), at)
        state = advance(state, given[uri], model.parameters)
    if not given:
        return snapshot
    known = estimates(state, as_of(at), model)
    mastery = {uri: replace(one, evidence=_evidence(snapshot, given, uri)) for uri, one in known.items()}
    return replace(snapshot, mastery=mastery, kept=replace(snapshot.kept, state=state))


def _evidence(snapshot: LearnerSnapshot, given: Mapping[str, Evidence], uri: str) -> tuple[Evidence, ...]:
    known = snapshot.mastery.get(uri)
    new = (given[uri],) if uri in given else ()
    return (*(known.evidence if known else ()), *new)[-MAX_EVIDENCE_SHOWN:]


def not_due(
    snapshot: LearnerSnapshot,
    skill_uris: Iterable[str],
    model: MasteryModel,
    asking: Asking,
    since: datetime | None = None,
) -> frozenset[str]:
    """The skills not worth asking about again: answers once made them certain, and no refresher is due since.

    An estimate widens as it fades, long before the skill is likely lost: what was shown in spring is not asked about
    in autumn, only because it is autumn. What was answered after `since` makes nothing certain yet.
    """
    return frozenset(uri for uri in skill_uris if _stands(snapshot, uri, model, asking, since))


def _stands(snapshot: LearnerSnapshot, uri: str, model: MasteryModel, asking: Asking, since: datetime | None) -> bool:
    state, known = snapshot.kept.state, snapshot.mastery.get(uri)
    shown = known is not None and any(piece.kind in SHOWN for piece in known.evidence)
    skill = state.skills.get(uri)
    if known is None or skill is None or skill.updated_at is None or not shown:
        return False
    if since is not None and skill.updated_at > since:
        return False
    then = model.estimate_all(state, (uri,), skill.updated_at)[uri]
    return is_sure(then, asking) and not known.probability < DUE_BELOW <= then.probability
