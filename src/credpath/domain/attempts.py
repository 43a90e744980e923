"""Attempts: what became of the credentials that a learner took up, in the order in which it tells about skills."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from credpath.domain.forgetting import DATED_SINCE, dated
from credpath.domain.learner import Award
from credpath.domain.outcomes import HELD_KINDS, IN_PROGRESS_KINDS, OUTCOME_KINDS, PASS, Outcome

AttemptKind = Literal["award", "failed", "dropped"]
# What is known without its date.
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
_DECIDING = IN_PROGRESS_KINDS | HELD_KINDS | {"dropped"}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One ending of one credential. `checked`: the award says where it can be verified; None where nobody said."""

    attempt_id: str
    credential_id: str
    kind: AttemptKind
    at: datetime = UNDATED
    checked: bool | None = None

    @property
    def is_dated(self) -> bool:
        """False for what only has an order, or nothing."""
        return self.at >= DATED_SINCE


def attempts_of(
    outcomes: Iterable[Outcome], awards: Iterable[Award] = (), held: Iterable[str] = ()
) -> tuple[Attempt, ...]:
    """In time order, what has no date last; arrival order has no effect.

    What is held counts once, as of its latest award or pass; one without a date never fades, so it is the latest.
    Each result below PASS is a failed attempt, also where a later one was passed. Left, and neither held nor taken
    up again, is a dropped one. `held`: ids of credentials that are held, whatever else is known of them.
    """
    happened: defaultdict[str, list[Outcome]] = defaultdict(list)
    awarded: defaultdict[str, list[Award]] = defaultdict(list)
    for outcome in outcomes:
        happened[outcome.credential_id].append(outcome)
    for award in awards:
        awarded[award.credential_id].append(award)
    found = []
    known = frozenset(held)
    for credential_id in {*happened, *awarded, *known}:
        is_held = credential_id in known
        found += _endings(credential_id, happened[credential_id], awarded[credential_id], is_held=is_held)
    return tuple(sorted(found, key=lambda a: (not a.is_dated, a.at, a.attempt_id)))


def _endings(
    credential_id: str, outcomes: Sequence[Outcome], awards: Sequence[Award], *, is_held: bool
) -> list[Attempt]:
    failed = [o for o in outcomes if o.kind in _DECIDING and o.score is not None and o.score < PASS]
    found = [Attempt(f"failed:{o.outcome_id}"[:200], credential_id, "failed", o.moment) for o in failed]
    gained = [*(dated(award.awarded_at) for award in awards), *(o.moment for o in outcomes if o.is_pass)]
    if gained or is_held:
        latest = max(gained, key=lambda at: (at < DATED_SINCE, at), default=UNDATED)
        checked = True if any(award.evidence_url for award in awards) else None
        return [*found, Attempt(f"award:{credential_id}"[:200], credential_id, "award", latest, checked)]
    if left := _left(outcomes):
        found.append(Attempt(f"dropped:{left.outcome_id}"[:200], credential_id, "dropped", left.moment))
    return found


def _left(outcomes: Sequence[Outcome]) -> Outcome | None:
    """The dropping that was the last thing to happen, if it was."""
    deciding = [o for o in outcomes if o.kind in _DECIDING]
    last = max(deciding, key=lambda o: (o.moment, OUTCOME_KINDS.index(o.kind), o.outcome_id), default=None)
    return last if last is not None and last.kind == "dropped" else None
