from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from credpath.domain.learner import AssessmentResult, Award, Learner, Profile
from credpath.errors import BatchRefused, NotFound
from credpath.service.context import Context
from credpath.service.learners import (
    add_assessments,
    add_award,
    export_learner,
    forget_learner,
    get_learner,
    mastery_of,
    put_learner,
)

TENANT = "default"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
ADA = Learner("ada", Profile(goal="data analyst", declared_skills=("SQL",)))


def of(context: Context, word: str) -> float:
    """Mastery of the skill that the word means."""
    match = context.serving.taxonomy(TENANT).resolve(word)
    assert match is not None
    return {m.skill_uri: m.probability for m in mastery_of(context, TENANT, "ada")}.get(match.skill_uri, 0.0)


def test_putting_a_learner_twice_changes_nothing_more(sample: Context) -> None:
    assert put_learner(sample, TENANT, ADA)[1] is True
    stored, created = put_learner(sample, TENANT, ADA)
    assert (stored.profile, created) == (ADA.profile, False)


def test_a_declared_skill_counts_until_the_profile_drops_it(sample: Context) -> None:
    put_learner(sample, TENANT, ADA)
    assert of(sample, "SQL") > 0.5
    put_learner(sample, TENANT, replace(ADA, profile=Profile(goal="data analyst")))
    assert of(sample, "SQL") == 0.0


def test_a_good_score_raises_mastery_a_bad_one_lowers_it_and_a_repeated_one_does_nothing(sample: Context) -> None:
    put_learner(sample, TENANT, ADA)
    before = of(sample, "SQL")
    good = AssessmentResult("ada", "SQL", 9, NOW, max_score=10, assessment_id="a1")
    changes = add_assessments(sample, TENANT, "ada", (good,))
    assert changes[0].after > changes[0].before
    raised = of(sample, "SQL")
    assert raised > before
    assert add_assessments(sample, TENANT, "ada", (good,)) == ()
    add_assessments(sample, TENANT, "ada", (replace(good, score=0, assessment_id="a2"),))
    assert of(sample, "SQL") < raised


def test_results_on_unknown_skills_are_refused_whole_and_the_nearest_skills_are_named(sample: Context) -> None:
    put_learner(sample, TENANT, ADA)
    results = (AssessmentResult("ada", "SQL", 1, NOW), AssessmentResult("ada", "zxqv wubble", 1, NOW))
    with pytest.raises(BatchRefused) as caught:
        add_assessments(sample, TENANT, "ada", results)
    assert [r.line for r in caught.value.refusals] == [2]
    assert of(sample, "SQL") < 0.8


def test_an_award_raises_mastery_of_what_its_credential_teaches(sample: Context) -> None:
    put_learner(sample, TENANT, replace(ADA, profile=Profile(goal="data analyst")))
    changes = add_award(sample, TENANT, Award("ada", "dp-sql", NOW))
    assert changes
    assert all(change.after > change.before for change in changes)
    assert all(change.evidence.reference == "dp-sql" for change in changes)
    assert of(sample, "SQL") > 0.4
    assert add_award(sample, TENANT, Award("ada", "dp-sql", NOW)) == ()


def test_an_award_of_an_unknown_credential_or_to_an_unknown_learner_is_not_found(sample: Context) -> None:
    put_learner(sample, TENANT, ADA)
    with pytest.raises(NotFound, match="credential"):
        add_award(sample, TENANT, Award("ada", "nothing", NOW))
    with pytest.raises(NotFound, match="learner"):
        add_award(sample, TENANT, Award("nobody", "dp-sql", NOW))


def test_mastery_shows_its_evidence_and_its_width(sample: Context) -> None:
    put_learner(sample, TENANT, ADA)
    add_assessments(sample, TENANT, "ada", (AssessmentResult("ada", "SQL", 1, NOW, assessment_id="a1"),))
    strongest = mastery_of(sample, TENANT, "ada")[0]
    assert {piece.kind for piece in strongest.evidence} == {"assessment", "self_declared"}
    low, high = strongest.interval
    assert low < strongest.probability < high


def test_what_is_forgotten_is_gone_and_reads_like_somebody_who_never_was(sample: Context) -> None:
    assert export_learner(sample, TENANT, "learner-001")["outcomes"]
    counts = forget_learner(sample, TENANT, "learner-001")
    assert counts["profile"] == 1
    for call in (get_learner, export_learner, forget_learner, mastery_of):
        with pytest.raises(NotFound):
            call(sample, TENANT, "learner-001")
    sample.database.dispose()
    file = sample.database.url.database
    assert b"learner-001" not in open(str(file), "rb").read()  # noqa: SIM115, PTH123


def test_another_tenant_cannot_read_change_or_forget_a_learner(sample: Context) -> None:
    for call in (get_learner, export_learner, forget_learner, mastery_of):
        with pytest.raises(NotFound):
            call(sample, "other", "learner-001")
    with pytest.raises(NotFound):
        add_assessments(sample, "other", "learner-001", (AssessmentResult("learner-001", "SQL", 1, NOW),))
    assert get_learner(sample, TENANT, "learner-001")
