from __future__ import annotations

from datetime import timedelta

from credpath.domain.learner import Profile
from credpath.store import awards, evidence, learners, outcomes
from credpath.store.session import Database
from credpath.store.snapshots import list_learner_ids, snapshots_of
from tests.store.samples import NOW, a_learner, an_award, an_outcome
from tests.store.samples import evidence as a_piece


def test_many_snapshots_at_once_are_those_of_each_alone(database: Database) -> None:
    with database.write() as connection:
        for n in range(5):
            learner = a_learner(f"l{n}", profile=Profile(goal=f"goal {n}"))
            learners.put_learner(connection, "acme", learner, NOW)
            if n % 2:
                awards.add_award(connection, "acme", an_award(f"l{n}", f"c{n}"))
                evidence.add_evidence(connection, "acme", f"l{n}", [a_piece(f"e{n}")])
            made = [
                an_outcome(f"o{n}-{at}", learner_id=f"l{n}", occurred_at=NOW + timedelta(days=at)) for at in range(n)
            ]
            outcomes.save_outcomes(connection, "acme", made)
        ids = list_learner_ids(connection, "acme")
        assert ids == ("l0", "l1", "l2", "l3", "l4")
        alone = tuple(learners.snapshot(connection, "acme", learner_id) for learner_id in ids)
        assert tuple(snapshots_of(connection, "acme", [*ids[::-1], "l1", "nobody"])) == alone
        assert tuple(snapshots_of(connection, "globex", ids)) == ()
