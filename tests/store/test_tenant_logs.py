from __future__ import annotations

from datetime import UTC, datetime, timedelta

from credpath.domain.learner import Award, Learner, Profile
from credpath.domain.mastery import Evidence
from credpath.store.learners import add_award, add_evidence, put_learners
from credpath.store.session import Database
from credpath.store.tenant_logs import load_awards, load_evidence, load_learners

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_all_that_is_stored_of_all_learners_comes_back_in_order_and_of_one_tenant_only(database: Database) -> None:
    learners = [Learner(name, Profile(goal=f"goal of {name}"), NOW) for name in ("a", "b")]
    awards = [Award("a", "c1", NOW, "w2"), Award("a", "c1", NOW, "w1"), Award("b", "c0", NOW, grade="1.0")]
    evidence = [
        ("a", Evidence("e2", "urn:s", "assessment", 0.5, NOW + timedelta(days=1))),
        ("a", Evidence("e1", "urn:s", "item", 1.0, NOW, "quiz", 0.7, "q1", 0.25)),
        ("b", Evidence("e1", "urn:s", "award", 1.0, NOW)),
    ]
    with database.write() as connection:
        for tenant in ("one", "two"):
            put_learners(connection, tenant, learners, NOW)
        for award in awards:
            add_award(connection, "one", award)
        for who, piece in evidence:
            add_evidence(connection, "one", who, [piece])
    with database.read() as connection:
        assert list(load_learners(connection, "one")) == learners
        assert list(load_awards(connection, "one")) == [awards[1], awards[0], awards[2].identified]
        assert list(load_evidence(connection, "one")) == [evidence[1], evidence[0], evidence[2]]
        assert list(load_learners(connection, "two")) == learners
        assert list(load_awards(connection, "two")) == list(load_evidence(connection, "two")) == []
