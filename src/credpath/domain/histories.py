"""What a learner took up, in the order in which it happened: the sequence that the learned retrievers read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from credpath.domain.learner import Award
from credpath.domain.outcomes import Outcome, OutcomeKind

# A click or a dismissal takes nothing up; dropping says only that it was taken up before.
TAKEN_UP_KINDS: frozenset[OutcomeKind] = frozenset({"enrolled", "started", "completed", "awarded"})


def first_taken_up(outcomes: Iterable[Outcome], awards: Iterable[Award] = ()) -> dict[str, datetime]:
    """Credential -> when one learner first enrolled in it, started, completed or was awarded it."""
    events = [(o.credential_id, o.occurred_at) for o in outcomes if o.kind in TAKEN_UP_KINDS]
    events += [(award.credential_id, award.awarded_at) for award in awards]
    first: dict[str, datetime] = {}
    for credential_id, at in events:
        first[credential_id] = min(at, first.get(credential_id, at))
    return first


def taken_up(outcomes: Iterable[Outcome], awards: Iterable[Award] = ()) -> tuple[str, ...]:
    """Credential ids that one learner took up, oldest first, each once; equal times in the order of ids.

    The order in which outcomes and awards arrive has no effect.
    """
    first = first_taken_up(outcomes, awards)
    return tuple(sorted(first, key=lambda credential_id: (first[credential_id], credential_id)))
