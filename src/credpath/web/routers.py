"""Every page, as the application takes them in."""

from __future__ import annotations

from fastapi import FastAPI

from credpath.web import (
    learner_account,
    learner_acting,
    learner_check,
    learner_credential,
    learner_entrance,
    learner_gap,
    learner_goal,
    learner_plan,
    learner_start,
)
from credpath.web.dashboard_routes import DASHBOARD
from credpath.web.pages import STATIC, Assets

# The entrance comes last: it also answers for what no other page has.
ROUTERS = (
    learner_plan.router, learner_start.router, learner_check.router, learner_goal.router, learner_gap.router,
    learner_acting.router, learner_credential.router, learner_account.router, learner_entrance.router,
)  # fmt: skip


def install_pages(app: FastAPI) -> None:
    """Adds the pages and their assets; they find `app.state.site`. None of them is in the OpenAPI document."""
    app.mount("/static", Assets(directory=STATIC), name="static")
    for router in (*ROUTERS, *DASHBOARD):
        app.include_router(router, include_in_schema=False)
