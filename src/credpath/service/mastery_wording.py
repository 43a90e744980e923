"""What changed a skill's estimate, and why, as a sentence that the learner can read."""

from __future__ import annotations

from credpath.domain.evidence import Evidence
from credpath.domain.forgetting import DATED_SINCE
from credpath.recommender.wording import percent, sentence, shortened

HARD, EASY = 0.7, 0.3


def change_sentence(label: str, piece: Evidence, before: float, after: float, title: str = "") -> str:
    """ "SQL: 9 of 10 ... raises the estimate from 34% to 61%." `title`: of the credential that the piece is about."""
    return sentence(f"{label}: {_seen(piece, title)} {_moved(before, after)}")


def voided_sentence(label: str, reference: str, before: float, after: float) -> str:
    """For a skill of which a result was taken back or corrected."""
    what = f"the result of {shortened(reference, 60)} no longer counts, which" if reference else "correcting it"
    return sentence(f"{label}: {what} {_moved(before, after)}")


def _moved(before: float, after: float) -> str:
    if percent(before) == percent(after):
        return f"hardly moves the estimate that you have this skill, {percent(after)}"
    verb = "raises" if after > before else "lowers"
    return f"{verb} the estimate that you have this skill from {percent(before)} to {percent(after)}"


def _seen(piece: Evidence, title: str) -> str:
    what = shortened(title or piece.reference, 60)
    when = f" on {piece.at.day} {piece.at:%B %Y}" if piece.at >= DATED_SINCE else ""
    return {
        "assessment": f"a score of {percent(piece.score)}{_named(' in ', what)}{when}",
        "item": f"{_answer(piece)}{_hardness(piece.difficulty)}{when}",
        "award": f"the award {_quoted(what)}{when}",
        "self_declared": "your own word that you have it",
        "failed": f"not passing {_quoted(what)}{when}",
        "dropped": f"leaving {_quoted(what)} before its end{when}",
    }[piece.kind]


def _answer(piece: Evidence) -> str:
    named = _named(" to ", shortened(piece.item_id, 60))
    if piece.score in (0.0, 1.0):
        return f"a {'right' if piece.score else 'wrong'} answer{named}"
    return f"{percent(piece.score)} of the points of an answer{named}"


def _hardness(difficulty: float | None) -> str:
    if difficulty is None or EASY < difficulty < HARD:
        return ""
    return ", a hard question," if difficulty >= HARD else ", an easy question,"


def _named(before: str, name: str) -> str:
    return f"{before}{name}" if name else ""


def _quoted(name: str) -> str:
    return f'"{name}"' if name else "of a credential"
