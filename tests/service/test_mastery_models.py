"""A bundle with learned mastery, and what becomes of learners whom another model knew."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from credpath.api.app import create_app
from credpath.api.schemas.mastery import changes_out
from credpath.config import Settings
from credpath.domain.learner import AssessmentResult, Award, Learner, Profile
from credpath.domain.mastery import COUNTING, MasteryModel, estimates, replay
from credpath.service import promotion
from credpath.service.assessments import add_assessments, void_assessment
from credpath.service.context import Context
from credpath.service.importing import import_assessments
from credpath.service.keys import create_key
from credpath.service.learners import add_award, put_learner
from credpath.service.mastery import read_learner
from credpath.service.mastery_models import keep_fresh, mastery_model, serving_model
from credpath.service.mastery_page import SkillPage, mastery_page
from credpath.service.opening import open_context
from credpath.store.learners import evidence_of
from credpath.store.mastery_states import kept_mastery
from tests.api.serving import client_of
from tests.training.mastery_tenants import SKILLS, repeated_log, sample_mastery, write_assessments
from training.publishing import Decision, publish_mastery

TENANT, WHO = "default", "quiz-003"


@pytest.fixture(scope="module")
def home(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample installation whose learners' answers were imported while counting, before mastery was learned."""
    made = tmp_path_factory.mktemp("mastery") / "home"
    shutil.copytree(sample_home, made)
    log = repeated_log()
    file = write_assessments(made / "answers.csv", log.rows(log.learner < 5))
    context = open_context(f"sqlite:///{made / 'credpath.db'}", made / "models")
    import_assessments(context, TENANT, file, lambda *_: None)
    publish_mastery(context, TENANT, sample_mastery(), Decision(True, "test", "it knows more"))
    context.close()
    return made


@pytest.fixture
def serving(home: Path, tmp_path: Path) -> Iterator[Context]:
    shutil.copy(home / "credpath.db", tmp_path / "credpath.db")
    context = open_context(f"sqlite:///{tmp_path / 'credpath.db'}", home / "models")
    yield context
    context.close()


def logged_estimates(context: Context, model: MasteryModel, who: str = WHO) -> dict[str, float]:
    """What a model says of the whole log, replayed, at the moment at which the learner is read."""
    at = read_learner(context, TENANT, who).at
    with context.database.read() as connection:
        state = replay(evidence_of(connection, TENANT, who), model)
    return {uri: one.probability for uri, one in estimates(state, at, model).items()}


def read(context: Context, who: str = WHO) -> dict[str, float]:
    return {uri: one.probability for uri, one in read_learner(context, TENANT, who).mastery.items()}


def test_a_bundle_with_learned_mastery_serves_its_tenant_with_it_and_no_other(serving: Context) -> None:
    learned = serving_model(serving, TENANT)
    assert learned.version == sample_mastery().model.version
    assert mastery_model(serving.serving.bundle, TENANT) is learned
    assert mastery_model(serving.serving.bundle, "other") is COUNTING
    assert mastery_model(None, TENANT) is COUNTING


def test_without_a_bundle_observations_are_counted(tmp_path: Path) -> None:
    context = open_context(f"sqlite:///{tmp_path / 'credpath.db'}", tmp_path / "models")
    assert serving_model(context, TENANT) is COUNTING
    context.close()


def test_what_is_read_is_what_the_learned_model_says_of_the_replayed_log(serving: Context) -> None:
    learned = serving_model(serving, TENANT)
    expected = logged_estimates(serving, learned)
    assert set(expected) == set(SKILLS)
    assert read(serving) == pytest.approx(expected, abs=1e-9)
    assert expected != pytest.approx(logged_estimates(serving, COUNTING), abs=0.01)
    page = {skill.mastery.skill_uri: skill.mastery.probability for skill in mastery_page(serving, TENANT, WHO).skills}
    assert page == pytest.approx(expected, abs=1e-9)


def test_over_http_the_same_estimates_are_shown_and_a_wrong_answer_lowers_them(serving: Context) -> None:
    secret, _ = create_key(serving, TENANT, "test", ("read", "write"))
    answer = {"skill": SKILLS[2], "item_id": "item-2", "score": 0, "occurred_at": "2026-06-01T10:00:00Z"}
    with client_of(create_app(serving, Settings()), headers={"Authorization": f"Bearer {secret}"}) as client:
        shown = client.get(f"/v1/learners/{WHO}/mastery").json()["items"]
        assert {s["skill_uri"]: s["probability"] for s in shown} == pytest.approx(read(serving), abs=1e-6)
        (change,) = client.post(f"/v1/learners/{WHO}/assessments", json={"results": [answer]}).json()["changes"]
        assert change["after"] < change["before"]
        expected = logged_estimates(serving, serving_model(serving, TENANT))
        assert change["after"] == pytest.approx(expected[SKILLS[2]], abs=1e-6)
        assert read(serving) == pytest.approx(expected, abs=1e-9)


def answers_of(who: str, skill: str, score: float, count: int) -> list[AssessmentResult]:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    return [AssessmentResult(who, skill, score, at + timedelta(minutes=n), item_id=f"new-{n}") for n in range(count)]


def test_other_skills_that_answers_moved_are_named_with_the_reason(serving: Context) -> None:
    put_learner(serving, TENANT, Learner("new", Profile()))
    *_, first = add_assessments(serving, TENANT, "new", answers_of("new", SKILLS[0], 1.0, 3))
    assert first.others == (), "of the others nothing is known yet"
    before = read(serving, "new")[SKILLS[0]]
    *earlier, last = add_assessments(serving, TENANT, "new", answers_of("new", SKILLS[2], 0.0, 6))
    (other,) = last.others
    assert (other.skill_uri, other.before, other.after) == (SKILLS[0], before, read(serving, "new")[SKILLS[0]])
    assert other.after < other.before - 0.03
    assert "what you showed of other skills lowers the estimate" in other.sentence
    assert not any(change.others for change in earlier)
    out = changes_out("new", (*earlier, last))
    assert [(one["skill_uri"], one["sentence"]) for one in out["others"]] == [(SKILLS[0], other.sentence)]


def test_a_skill_without_evidence_reads_as_unknown_until_something_was_shown_of_others(serving: Context) -> None:
    put_learner(serving, TENANT, Learner("fresh", Profile()))
    goal = "data analyst"

    def logged() -> dict[str, SkillPage]:
        pages = {page.mastery.skill_uri: page for page in mastery_page(serving, TENANT, "fresh", goal).skills}
        return {uri: pages[uri] for uri in SKILLS if uri in pages}

    before = logged()
    assert before
    for page in before.values():
        assert (page.basis, page.mastery.probability) == ("nothing", pytest.approx(0.15))
    add_assessments(serving, TENANT, "fresh", answers_of("fresh", SKILLS[0], 1.0, 6))
    after = {uri: page for uri, page in logged().items() if uri != SKILLS[0]}
    assert {page.basis for page in after.values()} == {"related"}
    assert all(page.mastery.probability > 0.15 for page in after.values())


def test_states_that_counting_made_are_read_rightly_at_once_and_made_anew_for_good(serving: Context) -> None:
    learned = serving_model(serving, TENANT)
    with serving.database.read() as connection:
        assert not kept_mastery(connection, TENANT, WHO, COUNTING).stale
        assert kept_mastery(connection, TENANT, WHO, learned).stale
    expected = logged_estimates(serving, learned)
    serving.writer.submit(lambda _: None).result()  # what the reading queued is done
    with serving.database.read() as connection:
        kept = kept_mastery(connection, TENANT, WHO, learned)
        assert kept.state == replay(evidence_of(connection, TENANT, WHO), learned)
    assert not kept.stale
    assert read(serving) == pytest.approx(expected, abs=1e-9)


def test_a_state_is_made_anew_on_request_and_for_nobody_who_is_not_there(serving: Context) -> None:
    learned = serving_model(serving, TENANT)
    for who in ("quiz-001", "nobody"):
        keep_fresh(serving, TENANT, who, learned)
    serving.writer.submit(lambda _: None).result()
    with serving.database.read() as connection:
        assert not kept_mastery(connection, TENANT, "quiz-001", learned).stale


def test_a_result_taken_back_leaves_what_the_log_without_it_says(serving: Context) -> None:
    with serving.database.read() as connection:
        piece = evidence_of(connection, TENANT, WHO)[4]
    before = read(serving)
    void_assessment(serving, TENANT, WHO, piece.reference)
    assert read(serving) != before
    assert read(serving) == pytest.approx(logged_estimates(serving, serving_model(serving, TENANT)), abs=1e-9)


def test_an_award_raises_what_the_answers_say(serving: Context) -> None:
    sql = SKILLS[2]
    put_learner(serving, TENANT, Learner(WHO, Profile()))
    before = read(serving)[sql]
    changes = add_award(serving, TENANT, Award(WHO, "dp-sql", serving.clock() - timedelta(days=1)))
    assert {change.skill_uri for change in changes} >= {sql}
    assert read(serving)[sql] > before


def test_after_a_rollback_observations_are_counted_again(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "home")
    context = open_context(f"sqlite:///{tmp_path / 'home' / 'credpath.db'}", tmp_path / "home" / "models")
    learned = read(context)
    promotion.rollback(context, "test")
    context.serving.check()
    assert serving_model(context, TENANT) is COUNTING
    assert read(context) == pytest.approx(logged_estimates(context, COUNTING), abs=1e-9)
    assert read(context) != learned
    context.close()
