from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event

from credpath.domain.kept_mastery import keep
from credpath.domain.learner import Award, Learner, LearnerSnapshot, Profile
from credpath.errors import NotFound
from credpath.store.awards import add_award, add_awards, awards_of, withdraw_awards
from credpath.store.evidence import add_evidence
from credpath.store.learners import ensure_learners, get_learner, list_learners, put_learner, put_learners, snapshot
from credpath.store.outcomes import save_outcomes
from credpath.store.session import Database
from credpath.store.tables import AwardRow, table_of
from tests.store.samples import FULL_PROFILE, LATER, NOW, a_learner, an_award, an_outcome, evidence


def test_a_profile_comes_back_with_the_time_of_its_last_change(database: Database) -> None:
    with database.write() as connection:
        assert put_learner(connection, "acme", a_learner(), NOW)
        assert not put_learner(connection, "acme", a_learner(), LATER)
        assert get_learner(connection, "acme", "ada") == Learner("ada", FULL_PROFILE, NOW)
        assert put_learner(connection, "acme", a_learner(profile=Profile()), LATER)
        assert get_learner(connection, "acme", "ada") == Learner("ada", Profile(), LATER)
        assert get_learner(connection, "acme", "bob") is None


def test_many_profiles_are_stored_and_only_changes_are_counted(database: Database) -> None:
    many = [a_learner(f"l{i:04d}") for i in range(1_001)]
    with database.write() as connection:
        put_learner(connection, "acme", many[7], NOW)
        put_learner(connection, "acme", a_learner("l0008", Profile()), NOW)
        assert put_learners(connection, "acme", many, LATER) == 1_000
        assert put_learners(connection, "acme", many, LATER) == 0
        assert get_learner(connection, "acme", "l0007") == Learner("l0007", FULL_PROFILE, NOW)


def test_ensuring_a_learner_never_touches_a_profile(database: Database) -> None:
    with database.write() as connection:
        put_learner(connection, "acme", a_learner(), NOW)
        assert ensure_learners(connection, "acme", ["ada", "bob", "bob"], LATER) == 1
        assert get_learner(connection, "acme", "ada") == Learner("ada", FULL_PROFILE, NOW)
        assert get_learner(connection, "acme", "bob") == Learner("bob", Profile(), LATER)


def test_learners_are_listed_page_by_page_by_id(database: Database) -> None:
    with database.write() as connection:
        ensure_learners(connection, "acme", ["b", "ä", "B", "a"], NOW)
        assert [found.learner_id for found in list_learners(connection, "acme", limit=3)] == ["B", "a", "b"]
        assert [found.learner_id for found in list_learners(connection, "acme", after="b", limit=3)] == ["ä"]


def test_awards_are_kept_once_and_newer_facts_replace_older(database: Database) -> None:
    with database.write() as connection:
        put_learner(connection, "acme", a_learner(), NOW)
        assert add_award(connection, "acme", an_award())
        assert not add_award(connection, "acme", an_award())
        assert add_award(connection, "acme", an_award(grade="pass"))
        assert add_award(connection, "acme", an_award(award_id="award-2"))
        assert awards_of(connection, "acme", "ada") == (an_award(grade="pass"), an_award(award_id="award-2"))


def test_of_two_awards_with_the_same_id_in_a_batch_the_later_stays_in_any_order(database: Database) -> None:
    earlier, later = an_award(grade="fail"), an_award(grade="pass", awarded_at=LATER)
    with database.write() as connection:
        ensure_learners(connection, "acme", ["ada"], NOW)
        for batch in ([earlier, later], [later, earlier]):
            add_awards(connection, "acme", batch)
            assert awards_of(connection, "acme", "ada") == (later,)


def test_awards_without_an_id_are_told_apart_by_their_time_in_whatever_order_they_arrive(database: Database) -> None:
    earlier, later = an_award(award_id="", awarded_at=NOW), an_award(award_id="", awarded_at=LATER)
    with database.write() as connection:
        for tenant, order in (("acme", (earlier, later)), ("other", (later, earlier))):
            ensure_learners(connection, tenant, ["ada"], NOW)
            for award in (*order, *order):
                add_award(connection, tenant, award)
        assert awards_of(connection, "acme", "ada") == awards_of(connection, "other", "ada")
        assert {a.awarded_at for a in awards_of(connection, "acme", "ada")} == {NOW, LATER}


def test_an_award_that_an_earlier_release_kept_without_an_id_is_not_kept_twice(database: Database) -> None:
    old = {"tenant": "acme", "learner_id": "ada", "credential_id": "c1", "award_id": "", "grade": "",
           "evidence_url": "", "awarded_at": NOW}  # fmt: skip
    again = an_award(award_id="", grade="", evidence_url="")
    with database.write() as connection:
        ensure_learners(connection, "acme", ["ada"], NOW)
        connection.execute(table_of(AwardRow).insert(), [old])
        assert awards_of(connection, "acme", "ada") == (again,)
        assert not add_award(connection, "acme", again)
        assert add_award(connection, "acme", replace(again, grade="pass"))
        assert [a.grade for a in awards_of(connection, "acme", "ada")] == ["pass"]
        connection.execute(table_of(AwardRow).insert(), [old])
        add_award(connection, "acme", replace(again, awarded_at=LATER))
        assert len(awards_of(connection, "acme", "ada")) == 3, "what has another time stays"


def test_awards_are_withdrawn_one_by_one_or_all_of_a_credential(database: Database) -> None:
    awards = [an_award(award_id=key) for key in ("x", "y", "z")]
    with database.write() as connection:
        ensure_learners(connection, "acme", ["ada"], NOW)
        add_awards(connection, "acme", [*awards, an_award(credential_id="c2")])
        assert withdraw_awards(connection, "acme", "ada", "c1", "y") == (awards[1],)
        assert withdraw_awards(connection, "acme", "ada", "c1", "y") == ()
        assert withdraw_awards(connection, "acme", "ada", "c1") == (awards[0], awards[2])
        assert awards_of(connection, "acme", "ada") == (an_award(credential_id="c2"),)


def test_what_is_said_of_a_learner_who_is_not_stored_is_refused_by_name(database: Database) -> None:
    with pytest.raises(NotFound, match="'ada'"), database.write() as connection:
        add_award(connection, "acme", an_award())
    with pytest.raises(NotFound, match="'ada'"), database.write() as connection:
        add_evidence(connection, "acme", "ada", [evidence()])


def test_a_snapshot_holds_profile_awards_progress_and_mastery(database: Database) -> None:
    log = [
        evidence("e1", at=LATER),
        evidence("e0", score=0.25),
        evidence("e1", "skill:python", kind="self_declared", reference=""),
    ]
    outcomes = [
        an_outcome("o1", "completed", credential_id="done"),
        an_outcome("o2", "enrolled", credential_id="doing"),
        an_outcome("o3", "enrolled", credential_id="left"),
        an_outcome("o4", "dropped", credential_id="left", occurred_at=LATER),
        an_outcome("o5", "dismissed", credential_id="not-for-me"),
        an_outcome("o6", "completed", credential_id="of-somebody-else", learner_id="bob"),
    ]
    with database.write() as connection:
        put_learner(connection, "acme", a_learner(), NOW)
        add_award(connection, "acme", an_award(credential_id="held", awarded_at=LATER))
        add_evidence(connection, "acme", "ada", log)
        save_outcomes(connection, "acme", outcomes)
    with database.read() as connection:
        assert snapshot(connection, "acme", "ada") == LearnerSnapshot(
            learner_id="ada",
            profile=FULL_PROFILE,
            held=frozenset({"held", "done"}),
            in_progress=frozenset({"doing"}),
            dismissed=frozenset({"not-for-me"}),
            dropped=frozenset({"left"}),
            history=("doing", "done", "left", "held"),
            kept=keep(log),
            awards=(Award("ada", "held", LATER, "award-1", evidence_url="https://example.org/evidence"),),
            outcomes=tuple(replace(o, impression_id="") for o in outcomes[:3] + outcomes[4:5] + outcomes[3:4]),
        )


def test_a_learner_of_whom_nothing_is_known_has_an_empty_snapshot(database: Database) -> None:
    with database.write() as connection:
        ensure_learners(connection, "acme", ["ada"], NOW)
        assert snapshot(connection, "acme", "ada") == LearnerSnapshot("ada")


def test_somebody_who_is_not_stored_has_no_snapshot_even_with_outcomes(database: Database) -> None:
    with database.write() as connection:
        save_outcomes(connection, "acme", [an_outcome()])
        assert snapshot(connection, "acme", "ada") is None


def test_a_snapshot_takes_one_query_whatever_is_known_of_the_learner(database: Database) -> None:
    with database.write() as connection:
        put_learner(connection, "acme", a_learner(), NOW)
        add_evidence(connection, "acme", "ada", [evidence(f"e{i}", f"skill:{i % 12}") for i in range(20)])
        save_outcomes(connection, "acme", [an_outcome(f"o{i}", credential_id=f"c{i}") for i in range(15)])
    queries: list[str] = []
    with database.read() as connection:
        event.listen(connection, "before_cursor_execute", lambda *execution: queries.append(execution[2]))
        assert snapshot(connection, "acme", "ada") is not None
    assert len(queries) == 1
