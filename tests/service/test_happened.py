"""Nothing is taken for observed that lies ahead, whichever way it comes in."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from credpath.domain.learner import AssessmentResult, Award, Learner, NotYet, Profile
from credpath.domain.outcomes import Outcome
from credpath.errors import BatchRefused, InvalidInput
from credpath.service import importing
from credpath.service.asking import Ask, understand
from credpath.service.assessments import add_assessments, regrade
from credpath.service.context import Context
from credpath.service.learners import add_award, export_learner, put_learner
from credpath.service.outcomes import record_outcomes
from credpath.service.own_page import hold

TENANT, ADA = "default", "ada"
NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
LATER, SOON = datetime(2062, 10, 15, 10, tzinfo=UTC), NOW + timedelta(hours=23)


@pytest.fixture
def context(sample: Context) -> Context:
    opened = replace(sample, clock=lambda: NOW)
    put_learner(opened, TENANT, Learner(ADA, Profile(goal="data analyst")))
    return opened


def result(at: datetime, assessment_id: str = "") -> AssessmentResult:
    return AssessmentResult(ADA, "SQL", 1.0, at, assessment_id=assessment_id)


def outcome(at: datetime, key: str = "o1") -> Outcome:
    return Outcome(key, ADA, "dp-sql", "completed", at, 0.2)


CALLS: dict[str, tuple[str, Callable[[Context, datetime], object]]] = {
    "results": ("results.1.occurred_at", lambda c, at: add_assessments(c, TENANT, ADA, [result(NOW), result(at)])),
    "a regrade": ("results.0.occurred_at", lambda c, at: regrade(c, TENANT, ADA, "a", [result(at, "a")])),
    "an award": ("awarded_at", lambda c, at: add_award(c, TENANT, Award(ADA, "dp-sql", at))),
    "an award on the page": ("awarded_at", lambda c, at: hold(c, TENANT, Award(ADA, "dp-sql", at), "1")),
    "outcomes": ("outcomes.1.occurred_at", lambda c, at: record_outcomes(c, TENANT, [outcome(NOW, "o0"), outcome(at)])),
    "a profile": (
        "not_yet.0.said_at",
        lambda c, at: put_learner(c, TENANT, Learner(ADA, Profile(not_yet=(NotYet("SQL", at),)))),
    ),
    "a profile that is not stored": (
        "profile.not_yet.0.said_at",
        lambda c, at: understand(c, TENANT, Ask(profile=Profile(not_yet=(NotYet("SQL", at),)))),
    ),
}


@pytest.mark.parametrize("way", CALLS)
def test_a_call_names_the_field_of_what_lies_ahead_and_keeps_nothing_of_it(context: Context, way: str) -> None:
    where, call = CALLS[way]
    before = export_learner(context, TENANT, ADA)
    with pytest.raises(InvalidInput, match="2062-10-15") as caught:
        call(context, LATER)
    assert caught.value.where == where
    assert export_learner(context, TENANT, ADA) == before
    call(context, SOON)


def test_a_number_that_only_orders_may_be_any(context: Context) -> None:
    saved = record_outcomes(context, TENANT, [replace(outcome(LATER), ordinal=True)])
    assert saved.inserted == 1


FILES = {
    "assessments": ("learner_id,skill,score,occurred_at\nada,SQL,1,2026-01-01\nada,SQL,1,{}\n", 3, "occurred_at"),
    "outcomes": (
        "learner_id,credential_id,outcome,occurred_at\nada,dp-sql,started,2026-01-01\nada,dp-sql,completed,{}\n",
        3, "occurred_at",
    ),
    "learners": (
        json.dumps({"learner_id": "bob"}) + "\n"
        + json.dumps({"learner_id": "eve", "awards": [{"credential_id": "dp-sql", "awarded_at": "DAY"}]}) + "\n",
        2, "awarded_at",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
def test_a_file_is_refused_whole_by_the_line_of_what_lies_ahead(context: Context, tmp_path: Path, kind: str) -> None:
    text, line, field = FILES[kind]
    file = tmp_path / f"{kind}.txt"
    take = getattr(importing, f"import_{kind}")
    file.write_text(text.replace("DAY", "{}").replace("{}", "2062-10-15"))
    with pytest.raises(BatchRefused) as caught:
        take(context, TENANT, file, lambda *_: None)
    (refusal,) = caught.value.refusals
    assert (refusal.file, refusal.line) == (file.name, line)
    assert refusal.reason == f"{field} is 2062-10-15, which lies ahead"
    assert refusal.fix
    file.write_text(text.replace("DAY", "{}").replace("{}", "2026-11-23"))
    assert take(context, TENANT, file, lambda *_: None).applied
