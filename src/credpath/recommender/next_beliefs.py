"""What is believed of each skill of the goal that can be asked about, and when enough is known of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from credpath.domain.evidence import SHOWN
from credpath.domain.goals import CareerGoal
from credpath.domain.learner import LearnerSnapshot
from credpath.domain.mastery import PRIOR_HELD, PRIOR_MISSING, Mastery
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.skill_space import NOTHING_KNOWN, facts_of

# More answers than these, alike, make nobody surer: so many may be luck, or somebody else's.
MOST_TOLD = 8.0
# So many of a skill's items are looked ahead: further ones would hardly change it, and each is one more end to rank.
AHEAD = 6
# (estimate, whether the answer was right) -> the estimate after it.
Answering = Callable[[Mastery, bool], Mastery]
Facts = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Asking:
    """How the check reasons. Every default is valid.

    The check ends as soon as another credential would come first in at most `other_first` of the worlds drawn, or
    keeping the present one costs at most `loss` of a score on average. With `even_if_sure` it still names the question
    that would help most after that.
    """

    worlds: int = 64
    # Chances that a question is answered right without the skill and wrong with it, and how far the skills of one
    # learner go together (correlation of the latent normals of any two): about as fitted to ASSISTments 2009.
    guess: float = 0.2
    slip: float = 0.2
    together: float = 0.6
    # The chance that a skill is held of which nothing is known. Not the .15 of an estimate, which is careful in
    # crediting: a check that takes it for granted that nothing is held ends before it has looked.
    prior: float = 0.5
    # A 90 % interval narrower than this is certain enough: about what one assessed score leaves.
    sure_width: float = 0.55
    other_first: float = 0.1
    loss: float = 0.01
    even_if_sure: bool = False
    # As many more answers on one skill as there can be: somebody's own word counts once.
    answers: int = 12
    # Skills to ask about although the estimate is narrow.
    again: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Belief:
    """One skill that may be asked about. `facts`: of it as the recommendation reads it now (`facts_of`).

    `rate`: the chance that it is held, before its own answers and those on other skills. `odds`: what its own answers
    make of that chance, as a factor of its odds; 1 without any. `answers`: how many more there can be at most;
    `until_sure`: fewer where the skill is certain before.
    """

    skill_uri: str
    label: str
    mastery: Mastery
    facts: Facts
    rate: float
    odds: float
    answers: int
    until_sure: bool


def beliefs(
    index: CatalogueIndex,
    goal: CareerGoal,
    snapshot: LearnerSnapshot,
    answering: Answering,
    asking: Asking,
    items: Mapping[str, int] | None = None,
) -> tuple[Belief, ...]:
    """The goal's skills that more can be learned of, by URI: the uncertain ones.

    `items`: of each skill as many questions are left, and of the others none. Then a skill is open as long as one is
    left: two answers may look certain that two more would turn.
    """
    support = index.space.support(index.space.mastery(snapshot.mastery))
    found = []
    for skill in sorted(goal.skills, key=lambda s: s.skill_uri):
        known = snapshot.mastery.get(skill.skill_uri)
        mastery = known or Mastery(skill.skill_uri)
        answers = asking.answers if items is None else min(AHEAD, items.get(skill.skill_uri, 0))
        sure = items is None and is_sure(mastery, asking) and skill.skill_uri not in asking.again
        if sure or not answers:
            continue
        place, seen = index.space.position.get(skill.skill_uri), known is not None and _seen(known)
        near = float(support[place]) if place is not None and not seen else 0.0
        found.append(
            Belief(
                skill.skill_uri, skill.label, mastery, facts_of(known) if known else NOTHING_KNOWN,
                max(asking.prior, near), odds_of(mastery, answering, asking) if seen else 1.0, answers, items is None,
            )
        )  # fmt: skip
    return tuple(found)


def shown_odds(goal: CareerGoal, snapshot: LearnerSnapshot, answering: Answering, asking: Asking) -> tuple[float, ...]:
    """`odds_of` each of the goal's skills with answers: they tell of the learner's others.

    Declared skills and awards do not: they are named for being held.
    """
    known = [snapshot.mastery.get(skill.skill_uri) for skill in goal.skills]
    return tuple(odds_of(one, answering, asking) for one in known if one is not None and _seen(one))


def odds_of(mastery: Mastery, answering: Answering, asking: Asking) -> float:
    """How much likelier what was seen of the skill is if it is held than if not, by Bayes from guess and slip.

    Observations are counted in answers of the kind that is asked for, since a score of an assessment is worth several
    items; somebody's own word is worth less than one, or nothing, so in items then.
    """
    one = max(1.0, answering(mastery, True).held - mastery.held)
    rights = min(MOST_TOLD, max(0.0, mastery.held - PRIOR_HELD) / one)
    wrongs = min(MOST_TOLD, max(0.0, mastery.missing - PRIOR_MISSING) / one)
    right, wrong = (1.0 - asking.slip) / asking.guess, asking.slip / (1.0 - asking.guess)
    return float(right**rights * wrong**wrongs)


def is_sure(mastery: Mastery, asking: Asking) -> bool:
    """Asking more about the skill would tell little."""
    low, high = mastery.interval
    return high - low <= asking.sure_width


def _seen(mastery: Mastery) -> bool:
    return any(piece.kind in SHOWN for piece in mastery.evidence)
