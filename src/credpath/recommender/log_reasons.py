"""Reasons that come from what other learners did: from counts where they are large enough to be told, never below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from credpath.domain.paths import Reason
from credpath.recommender import reason_templates as say
from credpath.recommender.follow_features import SINGLE
from credpath.recommender.outcome_tables import LEAST_COUNT
from credpath.recommender.situation import Situation
from credpath.recommender.wording import reason, shortened

Features = Mapping[str, float]
# A share of the learners of a credential from which on they may be said to go on to another often.
OFTEN = 0.05


def from_logs(s: Situation, row: int, f: Features) -> list[Reason]:
    """What learners with this history, and with this goal, went on to do. Empty where nothing is learned."""
    if s.learned is None:
        return []
    return [*_took_next(s, row, f), *_finished_with_goal(s, row, f)]


def _took_next(s: Situation, row: int, f: Features) -> Iterator[Reason]:
    tables = s.learned.index.tables if s.learned else None
    step = tables.took_next(s.standing.history, s.gap.goal.occupation_uri, row) if tables else None
    if step is None or min(step.takers, step.leavers) < LEAST_COUNT:
        yield from _goes_on(s, f)
        return
    template = say.TOOK_NEXT_WITH_GOAL if step.with_goal else say.TOOK_NEXT
    counts = {"takers": step.takers, "leavers": step.leavers}
    yield reason("follows", template, f["next_share"], title=_title(s, step.after), **counts)


def _goes_on(s: Situation, f: Features) -> Iterator[Reason]:
    """Without counts that may be told: which of the last steps it follows most often."""
    rows = s.learned.history_rows[::-1][:SINGLE].tolist() if s.learned else []
    shares = [(f.get(f"follow_next_{at}", 0.0), row) for at, row in enumerate(rows, start=1)]
    share, after = max(shares, default=(0.0, -1))
    if share >= OFTEN:
        title = shortened(s.index.credentials[after].title, 100)
        yield reason("follows", say.OFTEN_TAKEN_NEXT, share, title=title)


def _finished_with_goal(s: Situation, row: int, f: Features) -> Iterator[Reason]:
    tables = s.learned.index.tables if s.learned else None
    counts = tables.finished_with_goal(s.gap.goal.occupation_uri, row) if tables else None
    if counts is not None:
        yield reason(
            "goal_popular", say.FINISHED_WITH_GOAL, f["goal_popularity"], finished=counts[0], learners=counts[1]
        )


def _title(s: Situation, credential_id: str) -> str:
    row = s.index.position.get(credential_id)
    return shortened(credential_id if row is None else s.index.credentials[row].title, 100)
