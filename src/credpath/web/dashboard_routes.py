"""The dashboard's pages, in the order in which their addresses are tried."""

from __future__ import annotations

from credpath.web import (
    dashboard_catalogue,
    dashboard_cohort,
    dashboard_entrance,
    dashboard_explain,
    dashboard_graph,
    dashboard_keys,
    dashboard_models,
    dashboard_overview,
    dashboard_tasks,
)

# The entrance comes last: it also answers for what no other page has.
DASHBOARD = (
    dashboard_overview.router, dashboard_catalogue.router, dashboard_graph.router, dashboard_cohort.router,
    dashboard_models.router, dashboard_explain.router, dashboard_tasks.router, dashboard_keys.router,
    dashboard_entrance.router,
)  # fmt: skip
