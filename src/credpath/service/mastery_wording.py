"""What changed a skill's estimate, and why, as a sentence that the learner can read."""

from __future__ import annotations

from collections.abc import Mapping

from credpath.domain.evidence import Evidence, EvidenceKind
from credpath.domain.forgetting import DATED_SINCE
from credpath.domain.sayings import Saying, message
from credpath.recommender.wording import percent, shortened

HARD, EASY = 0.7, 0.3

# The skill, then what was seen of it, then how that moved the estimate.
CHANGE = message("{skill}: {seen} {moved}.")
RAISED = message("raises the estimate that you have this skill from {before:percent} to {after:percent}")
LOWERED = message("lowers the estimate that you have this skill from {before:percent} to {after:percent}")
HARDLY_MOVED = message("hardly moves the estimate that you have this skill, {after:percent}")
VOIDED = message("the result of {title} no longer counts, which")
CORRECTED, ADDED = Saying("correcting it"), Saying("what was added")
OF_OTHERS = Saying("what you showed of other skills")
WITHDRAWN = message('the award "{title}" no longer counts, which')

ON_DAY = message("{seen} on {day:date}")
SCORE = message("a score of {score:percent}")
SCORE_IN = message("a score of {score:percent} in {title}")
DECLARED, DENIED = Saying("your own word that you have it"), Saying("your own word that you do not have it yet")
# By (kind, whether the credential is known by name).
ATTEMPTS: Mapping[tuple[EvidenceKind, bool], str] = {
    ("award", True): message('the award "{title}"'),
    ("award", False): message("the award of a credential"),
    ("failed", True): message('not passing "{title}"'),
    ("failed", False): message("not passing of a credential"),
    ("dropped", True): message('leaving "{title}" before its end'),
    ("dropped", False): message("leaving of a credential before its end"),
}
# By (share of the points, whether the item has a name); any other share is a part of the points.
ANSWERS: Mapping[tuple[float, bool], str] = {
    (1.0, True): message("a right answer to {title}"),
    (1.0, False): message("a right answer"),
    (0.0, True): message("a wrong answer to {title}"),
    (0.0, False): message("a wrong answer"),
}
PART_OF_ANSWER = message("{score:percent} of the points of an answer")
PART_OF_ANSWER_TO = message("{score:percent} of the points of an answer to {title}")
HARD_QUESTION = message("{seen}, a hard question,")
EASY_QUESTION = message("{seen}, an easy question,")


def change_saying(label: str, piece: Evidence, before: float, after: float, title: str = "") -> Saying:
    """ "SQL: 9 of 10 ... raises the estimate from 34% to 61%." `title`: of the credential that the piece is about."""
    return _change(label, _seen(piece, title), before, after)


def voided_saying(label: str, reference: str, before: float, after: float) -> Saying:
    """For a skill of which a result was taken back."""
    return _change(label, Saying(VOIDED, {"title": shortened(reference, 60)}), before, after)


def corrected_saying(label: str, before: float, after: float, *, added: bool) -> Saying:
    """For a skill of which a result was corrected, or `added` where there was nothing to correct."""
    return _change(label, ADDED if added else CORRECTED, before, after)


def withdrawn_saying(label: str, title: str, before: float, after: float) -> Saying:
    """For a skill that an award no longer speaks for. `title`: of its credential."""
    return _change(label, Saying(WITHDRAWN, {"title": shortened(title, 60)}), before, after)


def others_saying(label: str, before: float, after: float) -> Saying:
    """For a skill that evidence on other skills moved."""
    return _change(label, OF_OTHERS, before, after)


def _change(label: str, seen: Saying, before: float, after: float) -> Saying:
    return Saying(CHANGE, {"skill": label, "seen": seen, "moved": _moved(before, after)})


def _moved(before: float, after: float) -> Saying:
    if percent(before) == percent(after):
        return Saying(HARDLY_MOVED, {"after": after})
    return Saying(RAISED if after > before else LOWERED, {"before": before, "after": after})


def _seen(piece: Evidence, title: str) -> Saying:
    if piece.kind == "self_declared":
        return DECLARED if piece.score > 0.0 else DENIED
    found = _shown(piece, shortened(title or piece.reference, 60))
    return Saying(ON_DAY, {"seen": found, "day": piece.at}) if piece.at > DATED_SINCE else found


def _shown(piece: Evidence, title: str) -> Saying:
    if piece.kind == "item":
        return _with_hardness(_answer(piece), piece.difficulty)
    if piece.kind == "assessment":
        return Saying(SCORE_IN if title else SCORE, {"score": piece.score, "title": title})
    return Saying(ATTEMPTS[piece.kind, bool(title)], {"title": title})


def _answer(piece: Evidence) -> Saying:
    name = shortened(piece.item_id, 60)
    template = ANSWERS.get((piece.score, bool(name)), PART_OF_ANSWER_TO if name else PART_OF_ANSWER)
    return Saying(template, {"score": piece.score, "title": name})


def _with_hardness(answer: Saying, difficulty: float | None) -> Saying:
    if difficulty is None or EASY < difficulty < HARD:
        return answer
    return Saying(HARD_QUESTION if difficulty >= HARD else EASY_QUESTION, {"seen": answer})
