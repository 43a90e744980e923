"""What an outcome is worth, for how long it may still answer an impression, and when an impression is decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from credpath.domain.outcomes import OutcomeKind

# The one table. What is finished and useful counts, what is merely looked at hardly does. Of several kinds on one
# credential the first of this order speaks: the furthest that was reached, a drop-out undoing what was begun, a
# dismissal undoing a click. The order of arrival has no part in it.
_WORTH: tuple[tuple[OutcomeKind, float, int, int], ...] = (
    # kind, reward 0..1, graded label 0..4, days after the impression within which it counts
    ("awarded", 1.0, 4, 90),
    ("completed", 0.9, 4, 90),
    ("dropped", 0.1, 1, 90),
    ("started", 0.4, 3, 42),
    ("enrolled", 0.3, 2, 28),
    ("dismissed", 0.0, 0, 28),
    ("clicked", 0.05, 1, 7),
)
SPEAKS: tuple[OutcomeKind, ...] = tuple(kind for kind, *_ in _WORTH)
REWARD: Mapping[OutcomeKind, float] = MappingProxyType({kind: reward for kind, reward, _, _ in _WORTH})
LABEL: Mapping[OutcomeKind, int] = MappingProxyType({kind: label for kind, _, label, _ in _WORTH})
WINDOW: Mapping[OutcomeKind, timedelta] = MappingProxyType({kind: timedelta(days) for kind, _, _, days in _WORTH})
# One waiting time for all, the longest window: were an impression decided as soon as something good came of it, the
# latest ones would be a choice of the quick successes.
MATURITY = max(WINDOW.values())
# An outcome that names its impression may carry the time of a clock that is behind ours.
CLOCK_SKEW = timedelta(minutes=5)


def reward_of(kinds: Iterable[OutcomeKind]) -> tuple[float, int]:
    """(reward 0..1, label 0..4) of everything that happened to one shown credential; (0.0, 0) of nothing."""
    happened = frozenset(kinds)
    decisive = next((kind for kind in SPEAKS if kind in happened), None)
    return (0.0, 0) if decisive is None else (REWARD[decisive], LABEL[decisive])


def is_mature(shown_at: datetime, now: datetime) -> bool:
    """Whether nothing that could still count can happen any more; before that, silence is no answer."""
    return now - shown_at >= MATURITY
