"""Forgetting: what was gained fades with a half-life that grows by use; what was missed stays until shown otherwise.

Beside time, newer observations push earlier ones back, so that a long past cannot outweigh what is shown now.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime

# What stands before has no date: undated evidence is put at 1970, an order without dates counts seconds from there.
DATED_SINCE = datetime(1980, 1, 1, tzinfo=UTC)
# Days until half of what was once shown no longer counts. Set: skills that are not used for a year are mostly done
# worse than nine in ten did at the end of training (Arthur, Bennett, Stanush and McNelly, 1998), and use prolongs.
FIRST_HALF_LIFE = 365.0
LONGEST_HALF_LIFE = 3650.0
# One right observation lengthens the half-life by USE times the level, and by the days over which the skill was held
# since the last one (the spacing effect: Cepeda and others, 2006).
USE = 0.02
# The general standing of a learner fades more slowly than any one skill.
GENERAL_HALF_LIFE = 1460.0
SECONDS_A_DAY = 86_400.0
# Each observation leaves so much of the earlier ones, so about the last forty count. Set: on ASSISTments 2009 the next
# answer is foretold best at 0.8 (log-loss .607; .613 at 0.975, .616 without), but an interval over the last four
# answers is no steady ground to waive a prerequisite on.
KEPT = 0.975
TINY = 1e-12  # observations


def retention(half_life: float, since: datetime | None, until: datetime) -> float:
    """0..1: the share of what was held at `since` that is left at `until`; 1 where either is no date."""
    return half_lives(half_life, days_between(since, until))


def days_between(since: datetime | None, until: datetime) -> float:
    """Days from one to the other; 0 where either is no date or nothing has passed."""
    if since is None or since < DATED_SINCE or until <= since:
        return 0.0
    return (until - since).total_seconds() / SECONDS_A_DAY


def half_lives(half_life: float, days: float) -> float:
    """0..1: what is left after so many days."""
    return float(0.5 ** (days / half_life))


def pushed_back(much: float) -> tuple[float, float]:
    """(share of the earlier observations that `much` new ones leave, what each of the new ones adds).

    `much` observations alike, one after the other, come to a geometric series.
    """
    gone = -math.expm1(much * math.log(KEPT))
    return 1.0 - gone, gone / (much * (1.0 - KEPT)) if much > TINY else 1.0


def dated(at: datetime) -> datetime:
    """A time that is a date, kept apart from what has none: whatever is older than DATED_SINCE counts as that old."""
    return max(at, DATED_SINCE)


def days_held(half_life: float, held: float, left: float, against: float) -> float:
    """Days over which a skill was held, each counted by how far: observations for it over all, and one more.

    `held` observations faded to the share `left` meanwhile, `against` stayed. The integral of held / (held + against
    + 1), so that days count alike in one piece and in parts.
    """
    if left == 1.0 or held < TINY:
        return 0.0
    return half_life / math.log(2.0) * math.log((held + against + 1.0) / (held * left + against + 1.0))
