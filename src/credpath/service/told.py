"""What is told of a learner's skills by what they took up and by themself, and mastery with it counted in.

Derived at each reading rather than stored, so a better link, a corrected record or profile is never outlived by
evidence made from the earlier one. What was shown (answers and scores) is counted first, as it is kept; what is told
comes after it, in time order, undated last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time

from credpath.domain.attempts import UNDATED, Attempt, attempts_of
from credpath.domain.catalogue import Credential, SkillLink
from credpath.domain.evidence import Evidence
from credpath.domain.learner import LearnerSnapshot, NotYet
from credpath.domain.mastery import COUNTING, MAX_EVIDENCE_SHOWN, LearnerState, Mastery, MasteryModel, estimates
from credpath.domain.mastery_transition import later, take_in
from credpath.domain.outcomes import PASS
from credpath.recommender.award_worth import award_shares, strengths_of
from credpath.service.indexing import IndexedCatalogue
from credpath.service.loading import LoadedTaxonomy


def as_of(now: datetime) -> datetime:
    """The moment for which mastery is estimated: the day's first, so that all answers of a day agree."""
    return datetime.combine(now.astimezone(UTC).date(), time(), UTC)


def with_derived_mastery(
    snapshot: LearnerSnapshot,
    taxonomy: LoadedTaxonomy,
    catalogue: IndexedCatalogue,
    at: datetime,
    model: MasteryModel = COUNTING,
) -> tuple[LearnerSnapshot, tuple[str, ...]]:
    """Estimates mastery from all that is known, as of that moment; returns the declared words not known, too."""
    pieces, unknown = told(snapshot, taxonomy, catalogue)
    return with_mastery(snapshot, pieces, at, model), unknown


def with_mastery(
    snapshot: LearnerSnapshot, pieces: Sequence[Evidence], at: datetime, model: MasteryModel = COUNTING
) -> LearnerSnapshot:
    """The snapshot with `kept.state` and `mastery` after what is told (`pieces`, in the order to be counted)."""
    skills, general = dict(snapshot.kept.state.skills), snapshot.kept.state.general
    recent: dict[str, tuple[Evidence, ...]] = dict(snapshot.kept.recent)
    for piece in pieces:
        general = take_in(skills, general, piece, model.parameters)
        recent[piece.skill_uri] = (*recent.get(piece.skill_uri, ()), piece)
    state = LearnerState(general, skills)
    known = estimates(state, at, model)
    mastery = {uri: replace(one, evidence=_latest(recent.get(uri, ()))) for uri, one in known.items()}
    return replace(snapshot, mastery=mastery, kept=replace(snapshot.kept, state=state))


def told(
    snapshot: LearnerSnapshot, taxonomy: LoadedTaxonomy, catalogue: IndexedCatalogue
) -> tuple[tuple[Evidence, ...], tuple[str, ...]]:
    """(what awards, attempts and declarations say, in the order to be counted; the declared words not known)."""
    attempts = attempt_evidence(attempts_of(snapshot.outcomes, snapshot.awards, snapshot.held), catalogue)
    declared, unknown = declared_evidence(snapshot.profile.declared_skills, taxonomy)
    if not snapshot.profile.not_yet:
        return (*attempts, *declared), unknown
    denied, unknown_too = denied_evidence(snapshot.profile.not_yet, taxonomy)
    shown = [piece for pieces in snapshot.kept.recent.values() for piece in pieces]
    standing = not_outweighed(denied, declared, (*attempts, *shown))
    return (*attempts, *standing, *declared), tuple(sorted({*unknown, *unknown_too}))


def attempt_evidence(attempts: Iterable[Attempt], catalogue: IndexedCatalogue) -> list[Evidence]:
    """What attempts at credentials of the catalogue say of the skills that they are linked to."""
    index, found = catalogue.index, []
    for attempt in attempts:
        row = index.position.get(attempt.credential_id)
        if row is not None:
            found += told_of(attempt, index.credentials[row], catalogue.links.get(attempt.credential_id, ()))
    return found


def told_of(attempt: Attempt, credential: Credential, links: Iterable[SkillLink]) -> list[Evidence]:
    """One piece a skill that the credential teaches, as strongly; an award as far as it can be relied on."""
    shares, score = strengths_of(credential, links), 0.0
    if attempt.kind == "award":
        shares, score = award_shares(credential, shares, attempt.checked), 1.0
    return [
        Evidence(attempt.attempt_id, uri, attempt.kind, score, attempt.at, attempt.credential_id, share=share)
        for uri, share in shares.items()
        if share > 0
    ]


def declared_evidence(skills: Iterable[str], taxonomy: LoadedTaxonomy) -> tuple[list[Evidence], tuple[str, ...]]:
    """Evidence for the declared skills that the taxonomy knows, and the words that it does not."""
    found: dict[str, Evidence] = {}
    unknown = []
    for words in sorted(set(skills)):
        match = taxonomy.resolve(words)
        if match is None:
            unknown.append(words)
        else:
            found[match.skill_uri] = own_word(match.skill_uri, True, UNDATED, words, match.confidence)
    return list(found.values()), tuple(unknown)


def denied_evidence(not_yet: Iterable[NotYet], taxonomy: LoadedTaxonomy) -> tuple[list[Evidence], tuple[str, ...]]:
    """The same for the skills that the learner said they do not have; of several such words the last."""
    found: dict[str, Evidence] = {}
    unknown = []
    for one in sorted(not_yet, key=lambda n: (n.said_at, n.skill)):
        match = taxonomy.resolve(one.skill)
        if match is None:
            unknown.append(one.skill)
        else:
            found[match.skill_uri] = own_word(match.skill_uri, False, one.said_at, one.skill, match.confidence)
    return [found[uri] for uri in sorted(found)], tuple(unknown)


def own_word(skill_uri: str, has_it: bool, said_at: datetime, words: str = "", share: float = 1.0) -> Evidence:
    """What a learner's own word on a skill counts as."""
    key = f"{'declared' if has_it else 'not-yet'}:{skill_uri}"[:200]
    return Evidence(key, skill_uri, "self_declared", float(has_it), said_at, words[:200], share=share)


def not_outweighed(
    denied: Iterable[Evidence], declared: Iterable[Evidence], seen: Iterable[Evidence]
) -> list[Evidence]:
    """The denials that still stand: the skill was neither claimed, nor earned or answered rightly since.

    Who learns what they lacked must not be held to what they said before.
    """
    claimed = {piece.skill_uri for piece in declared}
    passed: dict[str, datetime] = {}
    for piece in seen:
        if piece.score >= PASS:
            passed[piece.skill_uri] = later(passed.get(piece.skill_uri), piece.at)
    return [one for one in denied if one.skill_uri not in claimed and passed.get(one.skill_uri, UNDATED) < one.at]


def _latest(pieces: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """The latest of them, oldest first."""
    return tuple(sorted(pieces, key=lambda e: (e.at, e.evidence_id))[-MAX_EVIDENCE_SHOWN:])


def changed_skills(before: Mapping[str, Mastery], after: Mapping[str, Mastery]) -> list[str]:
    """URIs of skills whose estimate differs, or came or went, in order."""
    same = {uri for uri, one in after.items() if uri in before and before[uri].probability == one.probability}
    return sorted({*before, *after} - same)
