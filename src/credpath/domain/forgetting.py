"""Forgetting: what was gained fades with a half-life that grows by use; what was missed stays until shown otherwise."""

from __future__ import annotations

from datetime import UTC, datetime

# Times before this are not dates: undated evidence stands at 1970, an order without dates counts seconds from there.
DATED_SINCE = datetime(1980, 1, 1, tzinfo=UTC)
# Days until half of what was once shown no longer counts. Set: skills that are not used for a year are mostly done
# worse than nine in ten did at the end of training (Arthur, Bennett, Stanush and McNelly, 1998), and use prolongs.
FIRST_HALF_LIFE = 365.0
LONGEST_HALF_LIFE = 3650.0
# One right observation lengthens the half-life by USE, and by up to SPACING the more had been forgotten meanwhile
# (the spacing effect: Cepeda and others, 2006), both times the level; a wrong one shortens it by LAPSE.
USE, SPACING, LAPSE = 0.02, 2.0, 0.3
# The general standing of a learner fades more slowly than any one skill.
GENERAL_HALF_LIFE = 1460.0
SECONDS_A_DAY = 86_400.0


def retention(half_life: float, since: datetime | None, until: datetime) -> float:
    """0..1: the share of what was held at `since` that is left at `until`; 1 where either is no date."""
    if since is None or since < DATED_SINCE or until <= since:
        return 1.0
    return float(0.5 ** ((until - since).total_seconds() / (SECONDS_A_DAY * half_life)))


def lengthened(half_life: float, left: float, level: float, right: float, wrong: float) -> float:
    """The half-life in days after an observation. `left`: the retention just before it; `level` 0..1: of mastery.

    `right`, `wrong` 0..1: how much of each the observation was. Right never shortens, wrong never lengthens.
    """
    grown = half_life * (1.0 + right * level * (USE + SPACING * (1.0 - left)))
    return min(LONGEST_HALF_LIFE, max(min(half_life, FIRST_HALF_LIFE), grown * (1.0 - LAPSE * wrong)))
