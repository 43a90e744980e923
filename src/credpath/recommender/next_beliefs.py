"""What is believed of each skill of the goal, and joint draws of what asking about them would show."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np

from credpath.domain.evidence import SHOWN
from credpath.domain.goals import CareerGoal
from credpath.domain.learner import LearnerSnapshot
from credpath.domain.mastery import Mastery
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.csr import Doubles, Mask, Offsets
from credpath.recommender.skill_space import NOTHING_KNOWN, facts_of

_NORMAL = NormalDist()
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
    # As many equal answers on one skill as there can be: somebody's own word counts once.
    answers: int = 12
    # Skills to ask about although the estimate is narrow.
    again: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Belief:
    """One skill that may be asked about. `facts`: of it as the recommendation reads it now (`facts_of`).

    `held`: the chance that it is held, before what the learner showed on other skills where `seen` is False.
    `if_held`, `if_missing`: the same once answers have shown it.
    """

    skill_uri: str
    label: str
    mastery: Mastery
    facts: Facts
    seen: bool
    held: float
    if_held: Facts
    if_missing: Facts


def beliefs(
    index: CatalogueIndex, goal: CareerGoal, snapshot: LearnerSnapshot, answering: Answering, asking: Asking
) -> tuple[Belief, ...]:
    """The goal's uncertain skills, by URI."""
    support = index.space.support(index.space.mastery(snapshot.mastery))
    found = []
    for skill in sorted(goal.skills, key=lambda s: s.skill_uri):
        known = snapshot.mastery.get(skill.skill_uri)
        mastery = known or Mastery(skill.skill_uri)
        if is_sure(mastery, asking) and skill.skill_uri not in asking.again:
            continue
        place, seen = index.space.position.get(skill.skill_uri), known is not None and _seen(known)
        near = float(support[place]) if place is not None else 0.0
        found.append(
            Belief(
                skill.skill_uri, skill.label, mastery, facts_of(known) if known else NOTHING_KNOWN, seen,
                mastery.probability if seen else max(asking.prior, near),
                once_sure(mastery, True, answering, asking), once_sure(mastery, False, answering, asking),
            )
        )  # fmt: skip
    return tuple(found)


def shown_levels(goal: CareerGoal, snapshot: LearnerSnapshot) -> Doubles:
    """(skills,) the level of each of the goal's skills with answers: they tell of the learner's others.

    Declared skills and awards do not: they are named for being held.
    """
    known = [snapshot.mastery.get(skill.skill_uri) for skill in goal.skills]
    return np.array([one.probability for one in known if one is not None and _seen(one)])


def is_sure(mastery: Mastery, asking: Asking) -> bool:
    """Asking more about the skill would tell little."""
    low, high = mastery.interval
    return high - low <= asking.sure_width


def _seen(mastery: Mastery) -> bool:
    return any(piece.kind in SHOWN for piece in mastery.evidence)


def once_sure(mastery: Mastery, right: bool, answering: Answering, asking: Asking) -> Facts:
    """Of the skill after as many equal answers as make it certain."""
    for _ in range(asking.answers):
        mastery = answering(mastery, right)
        if is_sure(mastery, asking):
            break
    return facts_of(mastery)


def draw(believed: Sequence[Belief], shown: Doubles, asking: Asking, seed: int) -> tuple[Mask, Doubles]:
    """((worlds, skills) whether answers would show each as held, drawn jointly; (skills,) the chance that they do).

    A Gaussian copula with one common factor, which is drawn as what was shown leaves it. Each skill's noise comes
    from the seed and its URI alone, so the worlds of the next question are those of this one but for the answer.
    """
    factor = common_factor(shown, asking)[_order(seed, "", asking.worlds)]
    chances = np.empty((asking.worlds, len(believed)))
    shows = np.empty((asking.worlds, len(believed)), dtype=bool)
    for at, belief in enumerate(believed):
        held = np.full(asking.worlds, belief.held) if belief.seen else _held(belief.held, factor, asking)
        chances[:, at] = asking.guess + (1.0 - asking.slip - asking.guess) * held
        even = (_order(seed, belief.skill_uri, asking.worlds) + 0.5) / asking.worlds
        shows[:, at] = even < chances[:, at]
    return shows, chances.mean(axis=0)


def common_factor(shown: Doubles, asking: Asking) -> Doubles:
    """(worlds,) ascending: equally likely values of what a learner's skills have in common, after what was shown."""
    values = _strata(asking.worlds)
    likely = np.ones(asking.worlds)
    held = _held(asking.prior, values, asking)
    for level in shown.tolist():
        likely *= level * held + (1.0 - level) * (1.0 - held)
    even = (np.arange(asking.worlds) + 0.5) / asking.worlds
    drawn: Doubles = values[np.searchsorted(np.cumsum(likely) / likely.sum(), even).clip(max=asking.worlds - 1)]
    return drawn


def _held(rate: float, factor: Doubles, asking: Asking) -> Doubles:
    """(worlds,) the chance that a skill of that rate is held, given the common factor: more of it, more likely."""
    threshold = _NORMAL.inv_cdf(min(1.0 - 1e-9, max(1e-9, rate)))
    spread = math.sqrt(1.0 - asking.together)
    chances = [_NORMAL.cdf((threshold + math.sqrt(asking.together) * value) / spread) for value in factor.tolist()]
    return np.array(chances)


def levels(believed: Sequence[Belief], shows: Mask) -> Doubles:
    """(worlds, skills, 3) the facts of each in each world."""
    held = np.array([belief.if_held for belief in believed]).reshape(-1, 3)
    missing = np.array([belief.if_missing for belief in believed]).reshape(-1, 3)
    return np.where(shows[:, :, None], held, missing)


def _order(seed: int, name: str, count: int) -> Offsets:
    """A shuffle of 0 .. count - 1: stratified, so that few worlds already show every chance well."""
    digest = hashlib.sha256(f"credpath-assess:{seed}:{name}".encode()).digest()
    order: Offsets = np.random.Generator(np.random.PCG64(int.from_bytes(digest[:8], "big"))).permutation(count)
    return order


@cache
def _strata(count: int) -> Doubles:
    """(count,) the standard normal in equal strata, ascending."""
    return np.array([_NORMAL.inv_cdf((at + 0.5) / count) for at in range(count)])
