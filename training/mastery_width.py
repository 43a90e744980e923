"""How many observations an estimate of a skill is worth, fitted on what its learner answered later."""

from __future__ import annotations

import numpy as np

from credpath.recommender.csr import Doubles, Offsets
from credpath.recommender.mastery_model import Width
from training.responses import Responses

AHEAD = 10  # answers on the skill, that of the estimate included
BUCKETS = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
LEAST_ROWS = 50
LEAST_WORTH, MOST_WORTH = 1.0, 200.0


def fit_width(answers: Responses, chance: Doubles, answered: Doubles) -> Width:
    """`chance` (n,) estimates of the skill just before each answer, `answered` (n,) answers on it until then.

    With m answers ahead and a true rate that is spread around the estimate as Beta(n p, n (1 - p)), the mean of the
    answers lies (p (1 - p)) * (1/m + (1 - 1/m) / (n + 1)) around it: n follows from what was seen, by buckets.
    """
    mean, ahead = _ahead(answers)
    usable = ahead >= 2
    spread = chance * (1.0 - chance)
    extra = (mean - chance) ** 2 - spread / ahead
    room = spread * (1.0 - 1.0 / ahead)
    worth: list[float] = []
    for low, high in zip(BUCKETS, (*BUCKETS[1:], np.inf), strict=True):
        inside = usable & (answered >= low) & (answered < high)
        if inside.sum() < LEAST_ROWS:
            worth.append(worth[-1] if worth else LEAST_WORTH)
            continue
        share = float(extra[inside].sum() / room[inside].sum())
        found = 1.0 / max(share, 1.0 / (MOST_WORTH + 1.0)) - 1.0
        worth.append(max(LEAST_WORTH, min(MOST_WORTH, found)))
    # An estimate is worth no less for one more answer.
    return Width(BUCKETS, tuple(np.maximum.accumulate(worth).tolist()))


def _ahead(answers: Responses) -> tuple[Doubles, Doubles]:
    """(mean of the next AHEAD answers of the learner on the first skill, how many there were)."""
    first = answers.skills[answers.starts[:-1]].astype(np.int64)
    key = answers.learner.astype(np.int64) * (len(answers.skill_names) + 1) + first
    order: Offsets = np.argsort(key, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(answers.correct[order])])
    begins = np.flatnonzero(np.diff(key[order], prepend=-1))
    ends = np.append(begins[1:], len(key)).repeat(np.diff(np.append(begins, len(key))))
    place = np.arange(len(key))
    until = np.minimum(place + AHEAD, ends)
    mean, count = np.empty(len(key)), np.empty(len(key))
    count[order] = until - place
    mean[order] = (sums[until] - sums[place]) / (until - place)
    return mean, count
