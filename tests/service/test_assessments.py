"""Results taken, corrected and taken back, on the sample installation."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credpath.domain.learner import AssessmentResult, Award, Learner, Profile
from credpath.domain.mastery import CountingModel, Evidence, replay
from credpath.domain.outcomes import Outcome
from credpath.errors import BatchRefused, Conflict, InvalidInput, NotFound
from credpath.recommender.closing import open_gap
from credpath.recommender.standing import stand
from credpath.service.asking import Ask, understand
from credpath.service.assessments import Corrected, add_assessments, regrade, void_assessment
from credpath.service.context import Context
from credpath.service.importing import import_assessments
from credpath.service.learners import add_award, put_learner
from credpath.service.mastery import read_learner
from credpath.service.mastery_page import mastery_page
from credpath.service.outcomes import record_outcomes
from credpath.store.credentials import catalogue_version
from credpath.store.learners import add_evidence, evidence_of
from credpath.store.mastery_states import kept_mastery

TENANT, ADA = "default", "ada"
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def result(
    score: float, days_ago: int = 0, assessment_id: str = "quiz", skill: str = "SQL", **more: object
) -> AssessmentResult:
    facts = {"assessment_id": assessment_id, **more}
    return AssessmentResult(ADA, skill, score, NOW - timedelta(days=days_ago), **facts)  # type: ignore[arg-type]


@pytest.fixture
def ada(sample: Context) -> Context:
    """A learner of whom nothing is known."""
    put_learner(sample, TENANT, Learner(ADA, Profile()))
    return sample


def state(context: Context) -> object:
    with context.database.read() as connection:
        return kept_mastery(connection, TENANT, ADA)


def words(context: Context) -> list[str]:
    page = mastery_page(context, TENANT, ADA)
    return [f"{s.label} {s.mastery.held!r} {s.mastery.missing!r} {s.due_at}" for s in page.skills]


def test_the_order_in_which_results_arrive_has_no_effect(ada: Context) -> None:
    results = [result(share, days, f"quiz-{days}") for share, days in ((0.2, 900), (0.9, 600), (0.4, 90), (1.0, 3))]
    put_learner(ada, TENANT, Learner("bob", Profile()))
    add_assessments(ada, TENANT, ADA, results)
    random.Random(1).shuffle(results)
    for one in results:
        add_assessments(ada, TENANT, "bob", [replace(one, learner_id="bob")])
    mine, theirs = (read_learner(ada, TENANT, who).mastery for who in (ADA, "bob"))
    assert [(m.held, m.missing) for m in mine.values()] == [(m.held, m.missing) for m in theirs.values()]


def test_the_last_change_of_a_skill_ends_at_its_estimate_also_where_the_result_came_late(ada: Context) -> None:
    add_assessments(ada, TENANT, ADA, [result(1.0, 10, "late")])
    changes = add_assessments(ada, TENANT, ADA, [result(0.9, 400, "early"), result(0.1, 300, "other")])
    assert [c.evidence.reference for c in changes] == ["early", "other"]
    assert changes[0].after == changes[1].before
    assert changes[1].after == read_learner(ada, TENANT, ADA).probability(changes[1].skill_uri)
    assert changes[1].after < changes[1].before


def test_a_wrong_first_answer_lowers_what_was_assumed_before(ada: Context) -> None:
    (change,) = add_assessments(ada, TENANT, ADA, [result(0.0, item_id="q1")])
    assert change.after < change.before < 0.2
    assert change.sentence.startswith("SQL: a wrong answer to q1 on 1 November 2026 lowers")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 20), st.booleans(), st.integers(0, 2**31))
def test_an_answer_of_today_moves_its_skill_the_right_way_however_much_faded_since_midnight(
    ada: Context, hour: int, right: bool, seed: int
) -> None:
    dice, who, start = random.Random(seed), f"who-{seed}-{hour}-{right}", NOW - timedelta(days=20)
    context = replace(ada, clock=lambda: NOW + timedelta(hours=23))
    put_learner(context, TENANT, Learner(who, Profile()))
    earlier = [
        AssessmentResult(who, "SQL", float(dice.random() < 0.7), start + timedelta(minutes=10 * n), item_id=f"q{n}")
        for n in range(400)
    ]
    add_assessments(context, TENANT, who, earlier)
    today = [
        AssessmentResult(who, "SQL", float(right), NOW + timedelta(hours=hour + n), item_id=f"today-{n}")
        for n in range(3)
    ]
    changes = add_assessments(context, TENANT, who, today)
    assert [change.after >= change.before for change in changes] == [right] * 3
    assert changes[-1].after == read_learner(context, TENANT, who).probability(changes[-1].skill_uri)


def test_an_assessment_that_is_new_is_added_by_a_regrade_and_not_called_corrected(ada: Context) -> None:
    added = regrade(ada, TENANT, ADA, "quiz", [result(0.9)])
    assert [c.sentence.split(" raises")[0] for c in added.changes] == ["SQL: what was added"]
    corrected = regrade(ada, TENANT, ADA, "quiz", [result(0.1)])
    assert [c.sentence.split(" lowers")[0] for c in corrected.changes] == ["SQL: correcting it"]


def test_every_bad_row_of_a_file_is_named_by_its_own_line(ada: Context, tmp_path: Path) -> None:
    file = tmp_path / "results.csv"
    header = "learner_id,skill,score,occurred_at,assessment_id\n"
    file.write_text(
        header + "zoe,SQL,1,2026-01-01,a\nada,zxqv,1,2026-01-02,b\nada,SQL,1,2026-01-03,c\nzoe,wubble,1,2026-01-04,d\n"
    )
    with pytest.raises(BatchRefused) as caught:
        import_assessments(ada, TENANT, file, lambda *_: None)
    assert [(r.file, r.line) for r in caught.value.refusals] == [("results.csv", 3), ("results.csv", 5)]


def test_a_regraded_result_leaves_everything_as_if_it_had_been_so_from_the_start(ada: Context) -> None:
    others = [result(0.7, 50, "before"), result(0.6, 5, "after"), result(1.0, 20, "quiz", "inferential statistics")]
    add_assessments(ada, TENANT, ADA, [*others, result(0.9, 20)])
    expected, reads = state(ada), words(ada)
    put_learner(ada, TENANT, Learner(ADA, Profile()))
    void_assessment(ada, TENANT, ADA, "quiz")
    add_assessments(ada, TENANT, ADA, [result(0.1, 20), others[2]])
    assert state(ada) != expected
    done = regrade(ada, TENANT, ADA, "quiz", [result(0.9, 20), others[2]])
    assert (done.voided, done.added, len(done.changes)) == (1, 1, 1)
    assert (state(ada), words(ada)) == (expected, reads)
    assert regrade(ada, TENANT, ADA, "quiz", [result(0.9, 20), others[2]]) == Corrected(0, 0, ())


def test_another_score_at_the_same_time_is_refused_and_at_another_time_is_another_attempt(ada: Context) -> None:
    add_assessments(ada, TENANT, ADA, [result(0.2)])
    with pytest.raises(Conflict, match="same time"):
        add_assessments(ada, TENANT, ADA, [result(0.9)])
    with pytest.raises(Conflict, match="same time"):
        add_assessments(ada, TENANT, ADA, [result(0.5, 3, "twice"), result(0.6, 3, "twice")])
    assert len(add_assessments(ada, TENANT, ADA, [result(0.9, -1)])) == 1
    assert len(read_learner(ada, TENANT, ADA).logged.kept.recent) == 1


def test_what_is_not_there_cannot_be_corrected(ada: Context) -> None:
    with pytest.raises(NotFound, match="no results"):
        void_assessment(ada, TENANT, ADA, "nothing")
    for call in (void_assessment, lambda *args: regrade(*args, [])):
        with pytest.raises(NotFound, match="learner"):
            call(ada, TENANT, "nobody", "quiz")
    with pytest.raises(InvalidInput, match="'other'"):
        regrade(ada, TENANT, ADA, "quiz", [result(1.0, 0, "other")])
    with pytest.raises(BatchRefused):
        regrade(ada, TENANT, ADA, "quiz", [result(1.0, skill="zxqv wubble")])


def test_a_score_over_several_skills_is_one_piece_a_skill_and_weaker_on_each(ada: Context) -> None:
    whole = AssessmentResult(ADA, "", 1.0, NOW, skills=("SQL", "Tableau", "Power BI", "spreadsheets"))
    changes = add_assessments(ada, TENANT, ADA, [whole])
    assert len({c.evidence.evidence_id for c in changes}) == 1
    assert {c.evidence.share for c in changes} == {0.5}
    assert add_assessments(ada, TENANT, ADA, [whole]) == ()


def test_attempts_move_mastery_as_results_do_and_are_explained_on_the_page(ada: Context) -> None:
    index = ada.serving.catalogue(TENANT, read_version(ada)).index
    add_award(ada, TENANT, Award(ADA, "dp-sql", NOW - timedelta(days=30)))
    record_outcomes(ada, TENANT, [
        Outcome("o1", ADA, index.ids[0], "dropped", NOW - timedelta(days=3)),
        Outcome("o2", ADA, index.ids[1], "completed", NOW - timedelta(days=2), 0.2),
    ])  # fmt: skip
    page = mastery_page(ada, TENANT, ADA)
    kinds = {w.evidence.kind for s in page.skills for w in s.evidence}
    assert kinds == {"award", "dropped", "failed"}
    for skill in page.skills:
        for weighed in skill.evidence:
            assert (weighed.moved > 0) == (weighed.evidence.kind == "award")


def test_the_same_award_years_ago_counts_less_today(ada: Context) -> None:
    put_learner(ada, TENANT, Learner("bob", Profile()))
    add_award(ada, TENANT, Award(ADA, "dp-sql", ada.clock() - timedelta(days=10)))
    add_award(ada, TENANT, Award("bob", "dp-sql", ada.clock() - timedelta(days=2_000)))
    mine, theirs = (read_learner(ada, TENANT, who).mastery for who in (ADA, "bob"))
    assert all(mine[uri].probability > theirs[uri].probability for uri in mine)


def test_what_is_known_of_a_skill_tells_of_its_neighbours_with_more_doubt(ada: Context) -> None:
    add_assessments(ada, TENANT, ADA, [result(1.0, n, f"quiz-{n}", "data analysis") for n in range(6)])
    page = mastery_page(ada, TENANT, ADA, "data analyst")
    by_basis = {basis: [s for s in page.skills if s.basis == basis] for basis in ("evidence", "related", "nothing")}
    assert [s.label for s in by_basis["evidence"]] == ["data analysis"]
    assert "data visualisation" in {s.label for s in by_basis["related"]}
    assert by_basis["nothing"]
    known, near, unknown = (by_basis[b][0].mastery for b in ("evidence", "related", "nothing"))
    assert known.probability > near.probability > unknown.probability
    assert all(s.needed for s in by_basis["related"] + by_basis["nothing"])


def read_version(context: Context) -> str:
    with context.database.read() as connection:
        return catalogue_version(connection, TENANT)


def test_a_file_may_regrade_what_it_names_and_never_does_so_unasked(ada: Context, tmp_path: Path) -> None:
    header = "learner_id,skill,score,occurred_at,assessment_id,item_id\n"
    file = tmp_path / "results.csv"
    file.write_text(header + "ada,SQL,0.2,2026-01-01,exam,\nada,SQL,1,2026-01-02,quiz,q1\n")
    first = import_assessments(ada, TENANT, file, lambda *_: None)
    assert (first.inserted, first.unchanged) == (2, 0)
    assert import_assessments(ada, TENANT, file, lambda *_: None).unchanged == 2
    file.write_text(header + "ada,SQL,0.8,2026-01-01,exam,\n")
    with pytest.raises(BatchRefused) as caught:
        import_assessments(ada, TENANT, file, lambda *_: None)
    (refusal,) = caught.value.refusals
    assert (refusal.file, refusal.line) == ("results.csv", 2)
    assert "another result, 20%" in refusal.reason
    assert "--regrade" in refusal.fix
    again = import_assessments(ada, TENANT, file, lambda *_: None, regrade=True)
    assert (again.inserted, again.detail) == (1, "1 earlier results no longer count")
    with ada.database.read() as connection:
        found = evidence_of(connection, TENANT, ADA)
    assert [(e.kind, e.score, e.item_id) for e in found] == [("assessment", 0.8, ""), ("item", 1.0, "q1")]


def test_gap_readiness_and_features_read_the_estimate_of_today(ada: Context) -> None:
    put_learner(ada, TENANT, Learner("bob", Profile()))
    skills = ("SQL", "data cleaning", "data analysis", "spreadsheets")
    for who, days in ((ADA, 2), ("bob", 1_500)):
        at = ada.clock() - timedelta(days=days)
        add_assessments(ada, TENANT, who, [AssessmentResult(who, skill, 0.9, at) for skill in skills])
    mine, theirs = (understand(ada, TENANT, Ask(learner_id=who, goal_text="data analyst")) for who in (ADA, "bob"))
    index = mine.catalogue.index
    fresh, faded = stand(index, mine.snapshot), stand(index, theirs.snapshot)
    assert open_gap(index, mine.goal, fresh).progress > open_gap(index, theirs.goal, faded).progress
    every = np.arange(len(index.ids))
    ready, less = (index.preparations.readiness(every, s.held, s.support, index.taught)[0] for s in (fresh, faded))
    assert (ready >= less).all()
    assert (ready > less).any(), "what was forgotten waives no preparation any more"


def test_states_of_another_model_are_answered_rightly_at_once_and_made_anew_behind_it(ada: Context) -> None:
    pieces = [Evidence("e1", "s", "item", 1.0, NOW), Evidence("e2", "s", "item", 0.0, NOW + timedelta(days=1))]
    other = CountingModel(version="another")
    ada.writer.submit(lambda c: add_evidence(c, TENANT, ADA, pieces, other)).result()
    assert read_learner(ada, TENANT, ADA).logged.kept.state == replay(pieces)
    ada.writer.submit(lambda _: None).result()  # what was queued before it is done
    with ada.database.read() as connection:
        kept = kept_mastery(connection, TENANT, ADA)
    assert (kept.stale, kept.state) == (False, replay(pieces))


def test_a_score_of_long_before_1980_has_faded_like_any_that_old(ada: Context) -> None:
    (change,) = add_assessments(ada, TENANT, ADA, [replace(result(1.0), occurred_at=datetime(1955, 5, 1, tzinfo=UTC))])
    assert change.after == pytest.approx(0.15, abs=1e-6)
    assert "1980" not in change.sentence
