"""One good call for every route, as the tenant `campus` would make it. A route that is not here fails a test."""

from __future__ import annotations

from typing import Any

from tests.api.world import World

TIME = "2026-03-01T09:30:00Z"


def example_calls(world: World) -> dict[str, dict[str, Any]]:
    """Route -> arguments of `httpx2.Client.request`."""
    learner = "/v1/learners/learner-1"
    return {
        "GET /v1/goals": {"url": "/v1/goals", "params": {"q": "data analyst"}},
        "POST /v1/recommendations": {"url": "/v1/recommendations", "json": {"learner_id": "learner-1"}},
        "POST /v1/paths": {"url": "/v1/paths", "json": {"learner_id": "learner-1"}},
        "POST /v1/paths:compare": {
            "url": "/v1/paths:compare",
            "json": {"learner_id": "learner-1", "goals": [{"goal": "data analyst"}, {"goal": "web developer"}]},
        },
        "POST /v1/paths:calendar": {"url": "/v1/paths:calendar", "json": {"learner_id": "learner-1"}},
        "GET /v1/impressions/{impression_id}/explanation": {
            "url": f"/v1/impressions/{world.impression_id}/explanation"
        },
        "PUT /v1/learners/{learner_id}": {"url": learner, "json": {"goal": "data analyst"}},
        "GET /v1/learners/{learner_id}": {"url": learner},
        "DELETE /v1/learners/{learner_id}": {"url": learner},
        "GET /v1/learners/{learner_id}/export": {"url": f"{learner}/export"},
        "GET /v1/learners/{learner_id}/mastery": {"url": f"{learner}/mastery"},
        "POST /v1/learners/{learner_id}/assessments": {
            "url": f"{learner}/assessments",
            "json": {"results": [{"skill": "SQL", "score": 0.9, "occurred_at": TIME}]},
        },
        "POST /v1/learners/{learner_id}/assessments:next": {"url": f"{learner}/assessments:next", "json": {}},
        "PUT /v1/learners/{learner_id}/assessments/{assessment_id}": {
            "url": f"{learner}/assessments/quiz-1",
            "json": {"results": [{"skill": "SQL", "score": 0.9, "occurred_at": TIME}]},
        },
        "DELETE /v1/learners/{learner_id}/assessments/{assessment_id}": {"url": f"{learner}/assessments/quiz-1"},
        "POST /v1/learners/{learner_id}/awards": {
            "url": f"{learner}/awards",
            "json": {"credential_id": "sql-basics", "awarded_at": TIME},
        },
        "DELETE /v1/learners/{learner_id}/awards/{credential_id}": {"url": f"{learner}/awards/sql-basics"},
        "POST /v1/learners/{learner_id}/links": {"url": f"{learner}/links", "json": {"minutes": 5}},
        "POST /v1/outcomes": {"url": "/v1/outcomes", "json": {"outcomes": [outcome("event-1")]}},
        "GET /v1/credentials": {"url": "/v1/credentials"},
        "GET /v1/credentials/{credential_id}": {"url": "/v1/credentials/sql-basics"},
        "PUT /v1/credentials/{credential_id}": {"url": "/v1/credentials/extra", "json": {"title": "Extra"}},
        "POST /v1/credentials:import": {
            "url": "/v1/credentials:import",
            "content": '{"credential_id": "extra", "title": "Extra"}\n',
            "headers": {"Content-Type": "application/x-ndjson"},
        },
        "GET /v1/models": {"url": "/v1/models"},
        "GET /v1/models/history": {"url": "/v1/models/history"},
        "POST /v1/models/{version}:promote": {"url": "/v1/models/nothing:promote"},
        "POST /v1/models:rollback": {"url": "/v1/models:rollback"},
    }


def outcome(outcome_id: str, **more: Any) -> dict[str, Any]:
    """An event that the API takes."""
    return {
        "outcome_id": outcome_id,
        "learner_id": "learner-1",
        "credential_id": "sql-basics",
        "outcome": "enrolled",
        "occurred_at": TIME,
        **more,
    }
