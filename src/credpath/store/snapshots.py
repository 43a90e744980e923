"""Snapshots of many learners at once: a few queries a thousand, where one learner takes one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, select

from credpath.domain.kept_mastery import KeptMastery
from credpath.domain.learner import Award, LearnerSnapshot
from credpath.domain.mastery import COUNTING, MasteryModel
from credpath.domain.outcomes import Outcome
from credpath.store.bulk import rows_by_key
from credpath.store.codec import decode_profile
from credpath.store.learners import assemble
from credpath.store.mastery_states import read_kept
from credpath.store.tables import AwardRow, LearnerRow, MasteryStateRow, OutcomeRow, columns_of, table_of

_LEARNER = table_of(LearnerRow)
_PROFILES = columns_of(LearnerRow, "learner_id", "profile")
_AWARDS = columns_of(AwardRow, "learner_id", "credential_id", "awarded_at", "award_id", "evidence_url")
_OUTCOMES = columns_of(
    OutcomeRow, "learner_id", "outcome_id", "credential_id", "kind", "occurred_at", "score", "ordinal"
)
_STATES = columns_of(MasteryStateRow, "learner_id", "version", "pieces", "packed")


def list_learner_ids(connection: Connection, tenant: str) -> tuple[str, ...]:
    """Every id, in order; of a table kept by id, without the profiles."""
    statement = select(_LEARNER.c.learner_id).where(_LEARNER.c.tenant == tenant).order_by(_LEARNER.c.learner_id)
    return tuple(connection.execute(statement).scalars())


def snapshots_of(
    connection: Connection, tenant: str, learner_ids: Sequence[str], model: MasteryModel = COUNTING
) -> Iterator[LearnerSnapshot]:
    """As `learners.snapshot` gives each of them, in the order of ids; who is not stored is left out."""
    wanted = sorted(set(learner_ids))
    outcomes, awards = defaultdict(list), defaultdict(list)
    for learner_id, outcome_id, credential_id, kind, at, score, ordinal in _rows(connection, _OUTCOMES, tenant, wanted):
        made = Outcome(outcome_id, learner_id, credential_id, kind, at, score, ordinal=bool(ordinal))
        outcomes[learner_id].append(made)
    for learner_id, credential_id, at, award_id, url in _rows(connection, _AWARDS, tenant, wanted):
        awards[learner_id].append(Award(learner_id, credential_id, at, award_id, evidence_url=url))
    states = {row[0]: tuple(row[1:]) for row in _rows(connection, _STATES, tenant, wanted)}
    for learner_id, profile in sorted(map(tuple, _rows(connection, _PROFILES, tenant, wanted))):
        row = states.get(learner_id)
        kept = read_kept(connection, tenant, learner_id, model, row) if row else KeptMastery()
        yield assemble(learner_id, decode_profile(profile), kept, outcomes[learner_id], awards[learner_id])


def _rows(connection: Connection, columns: Any, tenant: str, keys: Sequence[str]) -> Iterable[Sequence[Any]]:
    return rows_by_key(connection, columns, tenant, keys)
