"""Which skill to ask about next, so that the next credential is certain soonest; and when to stop asking.

Worlds are drawn of what answers would show. Where the credential that comes first now comes first in nearly all of
them, asking more changes nothing. Else the skill is asked whose answer most probably brings to the front what comes
first in the end (the one-step value of a question), with what it tells of the end besides (mutual information).
Whoever wants to go on after that is asked on by the same rule (`Asking.even_if_sure`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.csr import Doubles, Mask, Offsets
from credpath.recommender.learned import Learned
from credpath.recommender.next_beliefs import Answering, Asking, Belief, beliefs, shown_odds
from credpath.recommender.next_worlds import Drawn, draw
from credpath.recommender.recommend import RecommendRequest
from credpath.recommender.skill_space import facts_of
from credpath.recommender.what_if import WhatIf

# "certain": another credential hardly ever comes first. "close": one may, and is hardly better. "all_asked": every
# skill of the goal is known well enough. "no_items": others are not, but nothing that can be put to the learner would
# change what comes first. "no_skills": the goal names none. "nothing_fits": no credential may be next.
Ending = Literal["certain", "close", "all_asked", "no_items", "no_skills", "nothing_fits"]
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
    """`chosen` is what to ask, None once there is an `ending`; if `Asking.even_if_sure` wants that and something can be
    asked, what would be asked next all the same.

    `first`: the credential that comes first now, "" where nothing fits. `certainty`: share of the worlds in which it
    still does once everything is known, also what cannot be asked, or once the items are answered, whichever is less.
    `loss`: how much of a score keeping it costs on average, 0..1. `rivals`: other credentials that may come first,
    likeliest first. `askable`: skills that can be asked about. `left`: how many more questions are expected.
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
    """`scores` (worlds, candidates): once all answers are given. `now` (candidates,): without any more of them.

    `nexts` (2, skills, 3): `facts_of` each skill after its next answer, right and wrong.
    """

    believed: tuple[Belief, ...]
    ids: tuple[str, ...]
    drawn: Drawn
    nexts: Doubles
    scores: Doubles
    now: Doubles
    what_if: WhatIf

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


@dataclass(frozen=True, slots=True)
class Steps:
    """The places that come first: after the next answer to each skill, `right` or `wrong` (skills,), and once all
    answers on it are given and no others, `alone` (worlds, skills).
    """

    right: Offsets
    wrong: Offsets
    alone: Offsets


def next_question(
    index: CatalogueIndex,
    request: RecommendRequest,
    answering: Answering,
    asking: Asking | None = None,
    learned: Learned | None = None,
    only: frozenset[str] | None = None,
    items: Mapping[str, int] | None = None,
) -> NextQuestion:
    """The question whose answer helps most, or the reason to stop. Same input and `request.seed`, same answer.

    `only`: the skills that are open, where not all are. `items`: where only these can be put to the learner, how many
    there are of each skill; the other skills stay as unknown as they are, and of these no more is known in the end
    than all their items tell.
    """
    asking = asking or Asking()
    believed = open_beliefs(index, request, answering, asking, only)
    askable = believed if items is None else open_beliefs(index, request, answering, asking, only, items)
    worlds = imagine(index, request, believed, answering, asking, learned)
    if not worlds.ids:
        return NextQuestion("nothing_fits", "", 1.0, 0.0, len(askable), 0, None, ())
    within = worlds if items is None else imagine(index, request, askable, answering, asking, learned)
    # What cannot be asked leaves things open, and so does what the items happen to tell.
    least = min((worlds, within), key=lambda one: one.certainty)
    ending = _ending(request, least, asking)
    if items is not None:
        going = bool(askable) and _settled(within, asking) is None
        ending = None if going else ending or "no_items"
    rivals = tuple(least.ids[at] for at in _by_frequency(least.first) if at != least.present)
    goes_on = bool(askable) and (ending is None or asking.even_if_sure)
    return NextQuestion(
        ending, least.ids[least.present], least.certainty, least.loss, len(askable),
        0 if ending else expected_left(within), choose(within) if goes_on else None, rivals,
    )  # fmt: skip


def open_beliefs(
    index: CatalogueIndex,
    request: RecommendRequest,
    answering: Answering,
    asking: Asking,
    only: frozenset[str] | None,
    items: Mapping[str, int] | None = None,
) -> tuple[Belief, ...]:
    """The `beliefs` that are among `only`."""
    found = beliefs(index, request.goal, request.snapshot, answering, asking, items)
    return tuple(one for one in found if only is None or one.skill_uri in only)


def choose(worlds: Worlds) -> Chosen:
    """The most valuable question; ties by URI."""
    steps = try_each(worlds)
    at, ids = int(np.argmax(np.round(value(worlds, steps), 12))), worlds.ids
    chance = float(worlds.drawn.chances[at])
    right, wrong = Outcome(ids[int(steps.right[at])], chance), Outcome(ids[int(steps.wrong[at])], 1.0 - chance)
    return Chosen(worlds.believed[at], right, wrong)


def imagine(
    index: CatalogueIndex,
    request: RecommendRequest,
    believed: tuple[Belief, ...],
    answering: Answering,
    asking: Asking,
    learned: Learned | None = None,
) -> Worlds:
    """Draws the worlds and ranks in each of them."""
    shown = shown_odds(request.goal, request.snapshot, answering, asking)
    drawn = draw(believed, shown, answering, asking, request.seed)
    ends = drawn.ends[: None if believed else 1]
    nexts = np.array([[facts_of(answering(one.mastery, right)) for one in believed] for right in (True, False)])
    nexts = nexts.reshape(2, -1, 3)
    either = np.concatenate([ends, nexts])
    extremes = np.stack([either.max(axis=0), either.min(axis=0)])
    what_if = WhatIf.of(index, request, [one.skill_uri for one in believed], extremes, learned)
    present = np.array([one.facts for one in believed]).reshape(1, -1, 3)
    scores = what_if.scores(np.concatenate([ends, present]))
    return Worlds(believed, what_if.ids, drawn, nexts, scores[:-1], scores[-1], what_if)


def try_each(worlds: Worlds) -> Steps:
    """Ranks after each skill's answers in turn, each different end of a skill once."""
    present = np.array([one.facts for one in worlds.believed])
    tried, which, count = [], [], 0
    for at, ends in enumerate(np.concatenate([worlds.nexts, worlds.drawn.ends]).swapaxes(0, 1)):
        different, back = np.unique(ends, axis=0, return_inverse=True)
        facts = np.tile(present, (len(different), 1, 1))
        facts[:, at] = different
        tried.append(facts)
        which.append(back.ravel() + count)
        count += len(different)
    places = worlds.what_if.scores(np.concatenate(tried)).argmax(axis=1)[np.stack(which, axis=1)]
    return Steps(right=places[0], wrong=places[1], alone=places[2:])


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


def value(worlds: Worlds, steps: Steps) -> Doubles:
    """(skills,) the share of worlds in which its answers alone put first what comes first in the end, and a little for
    what the next one tells of the end.
    """
    settled = steps.alone == worlds.first[:, None]
    worth: Doubles = settled.mean(axis=0) + INSIGHT * information(worlds.drawn.shows, worlds.first)
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
    told = np.cumsum(np.sort(information(worlds.drawn.shows, worlds.first))[::-1])
    most = sum(1 if one.until_sure else one.answers for one in worlds.believed)
    return min(most, 1 + int(np.searchsorted(told, unknown)))


def _by_frequency(first: Offsets) -> list[int]:
    places, counts = np.unique(first, return_counts=True)
    order = np.lexsort((places, -counts))
    return [int(places[at]) for at in order]
