"""What a step costs besides being taken: hours, money, distance from the goal's field, missing preparation."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from credpath.recommender.closing import reached
from credpath.recommender.csr import Doubles, Floats, Offsets, gather, sums
from credpath.recommender.feature_names import COLUMN
from credpath.recommender.filters import prices
from credpath.recommender.learner_features import LEVEL_SLACK_ABOVE
from credpath.recommender.path_nodes import Nodes
from credpath.recommender.path_problem import Draw, Group, Help
from credpath.recommender.path_rows import granting
from credpath.recommender.ranking import RankerWeights
from credpath.recommender.reasons import ALIKE
from credpath.recommender.situation import Situation
from credpath.recommender.standing import AWARD_LEVEL

# A step is worth its place when it closes so much of the first gap for every so many hours, or part of them. A step
# whose text is less like the goal than OWN_FIELD has to close more, by the square of the ratio: else a path ends in
# fields that share a skill with the goal by chance.
LEAST_GAIN = 0.01
HOURS_FOR_LEAST_GAIN = 40.0
OWN_FIELD, LEAST_LIKENESS = 0.4, 0.1
# The language of the encoder's texts.
READS = "en"
# So many US dollars weigh as much as LEAST_GAIN.
MONEY_FOR_LEAST_GAIN = 500.0
# Going without all of a credential's preparation weighs as much as eighty hours do.
UNPREPARED = 0.02
LEAST_LACKING = 0.05
# A provider of an assumed skill teaches it at least so strongly.
TEACHES_WELL = 0.5
# Of two that close the same, the better one; of two ways to the goal, the one that completes a stack.
QUALITY = 0.002
STACK, UNBEGUN = 0.01, 0.5
# What is closed far from the goal's field counts less: big data for farming is not big data for banks, though a
# taxonomy has one entry for both. So much of it is taken off where the text is no likeness at all.
FAR_AFIELD = 0.5
# A goal of words alone has no gap that could say when to stop.
WORDS_STEPS = 3
RULES = RankerWeights()


def prices_of(s: Situation, features: Floats) -> Doubles:
    """(candidates,) shares of the gap that each has to close to be worth taking."""
    likeness = _likeness(s, features)
    hours = s.index.columns.hours[s.candidates.rows]
    afar = np.maximum(1.0, OWN_FIELD / np.maximum(LEAST_LIKENESS, likeness)) ** 2
    effort = np.maximum(1.0, hours / HOURS_FOR_LEAST_GAIN) * (1.0 if s.goal_vector is None else afar)
    dollars = np.nan_to_num(prices(s.index, "USD", s.rates, s.candidates.rows)[0])
    return np.asarray(LEAST_GAIN * (effort + dollars / MONEY_FOR_LEAST_GAIN) + _afield(s, likeness))


def _likeness(s: Situation, features: Floats) -> Doubles:
    """(candidates,) to the goal's text. How far a text is that the encoder cannot read is not known."""
    likeness = features[:, COLUMN["goal_match"]].astype(np.float64)
    languages = s.index.languages
    named = [at for at, word in enumerate(languages.words) if word == READS]
    readable = (languages.unstated | languages.flags[named].any(axis=0))[s.candidates.rows]
    return np.asarray(np.where(readable, likeness, np.maximum(likeness, ALIKE)))


def _afield(s: Situation, likeness: Doubles) -> Doubles:
    """(candidates,) the part of what each closes that its distance from the goal's text takes off."""
    if s.goal_vector is None or s.gap.total <= 0:
        return np.zeros(len(likeness))
    near = np.clip((likeness - RULES.goal_low) / (RULES.goal_high - RULES.goal_low), 0.0, 1.0)
    closes = s.closed.of_row[s.candidates.rows] / s.gap.total
    return np.asarray(FAR_AFIELD * (1.0 - near) * closes)


def credits_of(features: Floats, words: bool) -> Doubles:
    """(candidates,) what each is worth by itself: its quality, and for a goal of words alone its likeness to them."""
    quality = QUALITY * features[:, COLUMN["quality"]].astype(np.float64)
    if not words:
        return quality
    likeness = features[:, COLUMN["goal_match"]].astype(np.float64)
    return np.asarray(quality + np.where(likeness >= ALIKE, likeness, 0.0))


def helps_of(s: Situation, nodes: Nodes) -> tuple[tuple[Help, ...], Doubles]:
    """Preparation that candidates bring, and (candidates,) the price of what none of them brings."""
    table, index, count = s.index.preparations, s.index, len(nodes.rows)
    entries, owner = gather(table.starts, np.array(nodes.rows, dtype=np.int64))
    fixed: Doubles = np.zeros(count)
    if not len(entries):
        return (), fixed
    whole = np.maximum(1e-9, sums(owner, table.confidence[entries], count))
    lacking = 1.0 - table.met(entries, s.standing.held, s.standing.support, index.taught)
    named = (table.nodes[entries] >= 0) | (table.skills[entries] >= 0)
    price = UNPREPARED * lacking * table.confidence[entries] / whole[owner]
    number = {row: at for at, row in enumerate(nodes.rows)}
    helps = []
    for at in (named & (lacking >= LEAST_LACKING)).nonzero()[0].tolist():
        members = _providers(s, int(table.nodes[entries[at]]), int(table.skills[entries[at]]), number)
        mine = int(owner[at])
        if members and members != (mine,):
            helps.append(Help(mine, tuple(m for m in members if m != mine), float(price[at])))
        else:
            fixed[mine] += price[at]
    return tuple(helps), fixed


def _providers(s: Situation, node: int, skill: int, number: dict[int, int]) -> tuple[int, ...]:
    """Candidates that are this piece of preparation, or teach the skill that it assumes."""
    if node >= 0:
        found = [node, *granting(s.index, node).tolist()]
    else:
        postings = s.index.postings
        flat, _ = gather(postings.starts, np.array([skill]))
        found = postings.rows[flat[postings.strengths[flat] >= TEACHES_WELL]].tolist()
    return tuple(sorted({number[row] for row in found if row in number}))


def ramps_of(s: Situation, features: Floats, rows: Sequence[int], free: Collection[int]) -> tuple[Group, ...]:
    """What is too hard now comes after something that brings the learner near enough; `free`: rows that need not."""
    hard = (features[:, COLUMN["over_level"]] >= RULES.too_hard).nonzero()[0]
    hard = np.array([at for at in hard.tolist() if rows[at] not in free], dtype=np.int64)
    if not len(hard):
        return ()
    easy = np.setdiff1d(np.arange(len(rows)), hard)
    chosen = np.array(rows, dtype=np.int64)
    after = _around_after(s, chosen[hard], chosen[easy])
    needed = s.index.columns.level[chosen[hard]] - LEVEL_SLACK_ABOVE - RULES.too_hard
    near = after > needed[:, None]
    return tuple(
        Group(int(at), members, (1.0,) * len(members), 1.0)
        for at, line in zip(hard, near, strict=True)
        for members in [tuple(easy[line].tolist())]
    )


def _around_after(s: Situation, hard: Offsets, easy: Offsets) -> Doubles:
    """(hard, easy) how well the field of each hard one is known once an easy one is held."""
    taught, postings, support = s.index.taught, s.index.postings, s.standing.support
    flat, owner = gather(taught.starts, hard)
    skills, strength = taught.skills[flat], taught.strengths[flat]
    level = np.repeat(support[skills][:, None], len(easy), axis=1)
    place = np.full(len(s.index.ids), -1, dtype=np.int64)
    place[easy] = np.arange(len(easy))
    entries, line = gather(postings.starts, skills)
    mine = place[postings.rows[entries]]
    entries, line, mine = entries[mine >= 0], line[mine >= 0], mine[mine >= 0]
    after = np.maximum(*reached(s.index, s.standing, entries, skills[line]))
    level[line, mine] = np.maximum(level[line, mine], after)
    share = strength[:, None] * np.minimum(1.0, level / AWARD_LEVEL)
    whole = np.maximum(1e-12, sums(owner, strength, len(hard)))
    total = np.zeros((len(hard), len(easy)))
    np.add.at(total, owner, share)
    return np.asarray(total / whole[:, None])


def draws_of(s: Situation, nodes: Nodes) -> tuple[Draw, ...]:
    """Stacks that two candidates or more count toward, or that the learner has begun."""
    stacks, number = s.index.stacks, {row: at for at, row in enumerate(nodes.rows)}
    if not len(stacks.rows):
        return ()
    touched = np.unique(stacks.of_row.of_rows(np.array(nodes.rows, dtype=np.int64)))
    have, found = stacks.have(s.standing.held), []
    for at in touched.tolist():
        row, started = int(stacks.rows[at]), have[at] > 0
        span = slice(*stacks.members.starts[at : at + 2].tolist())
        pairs = zip(stacks.members.values[span].tolist(), stacks.brings[span].tolist(), strict=True)
        known = [(number[m], b) for m, b in pairs if m in number and b > 0]
        if s.standing.held[row] or have[at] >= stacks.need[at] or len(known) < (1 if started else 2):
            continue
        members, brings = zip(*known, strict=True)
        credit = STACK * (1.0 if started else UNBEGUN)
        found.append(Draw(row, members, brings, float(have[at]), float(stacks.need[at]), credit))
    return tuple(found)
