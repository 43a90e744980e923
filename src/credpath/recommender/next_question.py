"""Which skill to ask about next, so that the next credential is certain soonest; and when to stop asking.

Worlds are drawn of what answers would show. Where the credential that comes first now comes first in nearly all of
them, asking more changes nothing. Else the skill is asked whose answer most probably brings to the front what comes
first in the end (the one-step value of a question), with what it tells of the end besides (mutual information).
Whoever wants to go on after that is asked on by the same rule (`Asking.even_if_sure`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.csr import Doubles, Mask, Offsets
from credpath.recommender.learned import Learned
from credpath.recommender.next_beliefs import Answering, Asking, Belief, beliefs, draw, levels, shown_levels
from credpath.recommender.recommend import RecommendRequest
from credpath.recommender.skill_space import facts_of
from credpath.recommender.what_if import WhatIf

# "certain": another credential hardly ever comes first. "close": one may, and is hardly better. "all_asked": every
# skill of the goal is known well enough. "no_items": others are not, but nothing that can be put to the learner would
# change what comes first. "no_skills": the goal names none. "nothing_fits": no credential may be next.
Ending = Literal["certain", "close", "all_asked", "no_items", "no_skills", "nothing_fits"]
MORE: tuple[Ending, ...] = ("certain", "close", "no_items")  # the endings after which there may be more to ask
# What an answer tells of the end counts so much beside what it settles at once: enough to decide between questions
# that settle nothing yet.
INSIGHT = 0.1
TIE = 1e-9


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes first after an answer, and how likely the answer is."""

    first: str
    chance: float


@dataclass(frozen=True, slots=True)
class Chosen:
    """The skill to ask about, and what either answer would bring to the front."""

    belief: Belief
    if_right: Outcome
    if_wrong: Outcome


@dataclass(frozen=True, slots=True)
class NextQuestion:
    """`chosen` is what to ask, None once there is an `ending`; after one of MORE what would be asked next all the same,
    if `Asking.even_if_sure` wants that and something can be asked.

    `first`: the credential that comes first now, "" where nothing fits. `certainty`: share of the worlds in which it
    still does once everything is known, also what cannot be asked. `loss`: how much of a score keeping it costs on
    average, 0..1. `rivals`: other credentials that may come first, likeliest first. `askable`: skills that can be asked
    about. `left`: how many more questions are expected.
    """

    ending: Ending | None
    first: str
    certainty: float
    loss: float
    askable: int
    left: int
    chosen: Chosen | None
    rivals: tuple[str, ...]

    @property
    def done(self) -> bool:
        """Asking more would not change the next credential."""
        return self.ending is not None


@dataclass(frozen=True, slots=True)
class Worlds:
    """`shows` (worlds, skills): what answers show. `scores` (worlds, candidates): once all of them are given.

    `chances` (skills,): that answers show it. `now` (candidates,): without any more answers. `right`, `wrong` (skills,
    candidates): after one more.
    """

    believed: tuple[Belief, ...]
    ids: tuple[str, ...]
    shows: Mask
    chances: Doubles
    scores: Doubles
    now: Doubles
    right: Doubles
    wrong: Doubles

    @property
    def present(self) -> int:
        """The place of the candidate that comes first now."""
        return int(self.now.argmax())

    @property
    def first(self) -> Offsets:
        """(worlds,) the place of the one that comes first in the end."""
        places: Offsets = self.scores.argmax(axis=1)
        return places

    @property
    def certainty(self) -> float:
        """Share of the worlds in which what comes first now does so in the end."""
        return float((self.first == self.present).mean())

    @property
    def loss(self) -> float:
        """Share of the best score that the present first place lacks in the end, on average, 0..1."""
        best = self.scores.max(axis=1)
        lacking = (best - self.scores[:, self.present]) / np.maximum(TIE, np.abs(best))
        return float(np.minimum(1.0, lacking).mean())


def next_question(
    index: CatalogueIndex,
    request: RecommendRequest,
    answering: Answering,
    asking: Asking | None = None,
    learned: Learned | None = None,
    only: frozenset[str] | None = None,
    offered: frozenset[str] | None = None,
) -> NextQuestion:
    """The question whose answer helps most, or the reason to stop. Same input and `request.seed`, same answer.

    `only`: the skills that are open, where not all are. `offered`: those that can be put to the learner, where not all
    can; the others stay as unknown as they are.
    """
    asking = asking or Asking()
    believed = beliefs(index, request.goal, request.snapshot, answering, asking)
    believed = tuple(one for one in believed if only is None or one.skill_uri in only)
    askable = tuple(one for one in believed if offered is None or one.skill_uri in offered)
    worlds = imagine(index, request, believed, answering, asking, learned)
    if not worlds.ids:
        return NextQuestion("nothing_fits", "", 1.0, 0.0, len(askable), 0, None, ())
    whole = len(askable) == len(believed)
    within = worlds if whole else imagine(index, request, askable, answering, asking, learned)
    ending = _ending(request, worlds, asking)
    if ending is None and not whole and (not askable or _settled(within, asking)):
        ending = "no_items"
    rivals = tuple(worlds.ids[at] for at in _by_frequency(worlds.first) if at != worlds.present)
    left = 0 if ending else expected_left(within)
    goes_on = ending is None or (asking.even_if_sure and ending in MORE)
    return NextQuestion(
        ending, worlds.ids[worlds.present], worlds.certainty, worlds.loss, len(askable), left,
        choose(within) if goes_on and askable else None, rivals,
    )  # fmt: skip


def choose(worlds: Worlds) -> Chosen:
    """The most valuable question; ties by URI."""
    at = int(np.argmax(np.round(value(worlds), 12)))
    belief = worlds.believed[at]
    return Chosen(
        belief,
        Outcome(worlds.ids[int(worlds.right[at].argmax())], float(worlds.chances[at])),
        Outcome(worlds.ids[int(worlds.wrong[at].argmax())], 1.0 - float(worlds.chances[at])),
    )


def imagine(
    index: CatalogueIndex,
    request: RecommendRequest,
    believed: tuple[Belief, ...],
    answering: Answering,
    asking: Asking,
    learned: Learned | None = None,
) -> Worlds:
    """Draws the worlds and ranks in each of them."""
    shows, chances = draw(believed, shown_levels(request.goal, request.snapshot), asking, request.seed)
    shows = shows[: None if believed else 1]
    ends = levels(believed, shows)
    extremes = levels(believed, np.array([[True], [False]]).repeat(len(believed), axis=1))
    what_if = WhatIf.of(index, request, [one.skill_uri for one in believed], extremes, learned)
    present = np.array([one.facts for one in believed]).reshape(-1, 3)
    steps = [_after(present, believed, right, answering) for right in (True, False)]
    scores = what_if.scores(np.concatenate([ends, present[None], *steps]))
    w, k = len(ends), len(believed)
    return Worlds(
        believed, what_if.ids, shows, chances, scores[:w], scores[w], scores[w + 1 : w + 1 + k], scores[w + 1 + k :]
    )  # fmt: skip


def _after(present: Doubles, believed: Sequence[Belief], right: bool, answering: Answering) -> Doubles:
    """(skills, skills, 3) the facts after one answer to each skill in turn."""
    steps = np.tile(present, (len(believed), 1, 1))
    for at, one in enumerate(believed):
        steps[at, at] = facts_of(answering(one.mastery, right))
    return steps


def _ending(request: RecommendRequest, worlds: Worlds, asking: Asking) -> Ending | None:
    if not request.goal.skills:
        return "no_skills"
    if not worlds.believed:
        return "all_asked"
    return _settled(worlds, asking)


def _settled(worlds: Worlds, asking: Asking) -> Ending | None:
    """Why answers would not change what comes first, if they would not."""
    if 1.0 - worlds.certainty <= asking.other_first:
        return "certain"
    return "close" if worlds.loss <= asking.loss else None


def value(worlds: Worlds) -> Doubles:
    """(skills,) the share of worlds in which one answer puts first what comes first in the end, and a little for
    what the answer tells of the end.
    """
    ends = worlds.first[:, None]
    settled = np.where(worlds.shows, worlds.right.argmax(axis=1) == ends, worlds.wrong.argmax(axis=1) == ends)
    worth: Doubles = settled.mean(axis=0) + INSIGHT * information(worlds.shows, worlds.first)
    return worth


def information(shows: Mask, first: Offsets) -> Doubles:
    """(skills,) mutual information, in nats, between what each skill shows and what comes first."""
    places = np.unique(first, return_inverse=True)[1]
    held = np.zeros((places.max() + 1, shows.shape[1]))
    np.add.at(held, places, shows)
    whole = np.bincount(places)[:, None]
    joint = np.stack([held, whole - held]) / len(shows)
    apart = joint.sum(axis=1, keepdims=True) * (whole / len(shows))
    ratio = np.divide(joint, apart, out=np.ones_like(joint), where=joint > 0)
    told: Doubles = (joint * np.log(ratio)).sum(axis=(0, 1))
    return told


def expected_left(worlds: Worlds) -> int:
    """A rough count of the questions still to come: what is unknown of the end, at what the best ones tell."""
    chances = np.unique(worlds.first, return_counts=True)[1] / len(worlds.first)
    unknown = float(-(chances * np.log(chances)).sum())
    told = np.cumsum(np.sort(information(worlds.shows, worlds.first))[::-1])
    return min(len(worlds.believed), 1 + int(np.searchsorted(told, unknown)))


def _by_frequency(first: Offsets) -> list[int]:
    places, counts = np.unique(first, return_counts=True)
    order = np.lexsort((places, -counts))
    return [int(places[at]) for at in order]
