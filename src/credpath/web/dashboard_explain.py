"""One recommendation explained: what was known, what was considered, and what moved each score."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from starlette.responses import Response

from credpath.domain.paths import RecommendedItem
from credpath.errors import NotFound
from credpath.service.explaining import Contribution, Explanation, explain
from credpath.service.traffic import latest_shown
from credpath.web.dashboard_catalogue import records_of
from credpath.web.dashboard_visits import OperatorVisit, VisitDep
from credpath.web.pages import PageRoute

router = APIRouter(prefix="/dashboard/explain", route_class=PageRoute)
MAX_ID = 200
PAGE = 20
FEATURES = 12


@dataclass(frozen=True, slots=True)
class Explained:
    """One shown credential with the features that moved it most, and the largest movement of all."""

    item: RecommendedItem
    title: str
    largest: tuple[Contribution, ...]
    rest: tuple[Contribution, ...]
    most: float


@router.get("")
def show(visit: VisitDep) -> Response:
    """The recommendation of `id`, one of its credentials opened; without one the latest to choose from."""
    asked = visit.query.text("id")[:MAX_ID]
    if not asked:
        return _choose(visit)
    try:
        found = explain(visit.context, visit.tenant, asked)
    except NotFound:
        return _choose(visit, 404, asked)
    titles = {key: record.title for key, record in records_of(visit, found.impression.candidates).items()}
    chosen = visit.query.text("item")
    items = {item.credential_id: item for item in found.items}
    opened = items.get(chosen) or next(iter(found.items), None)
    return visit.show(
        "dashboard/explanation.html", "explain", found=found, impression=found.impression, titles=titles,
        opened=_explained(found, opened, titles) if opened else None,
        occupation=found.impression.answer.get("goal_label", ""),
    )  # fmt: skip


def _choose(visit: OperatorVisit, status: int = 200, unknown: str = "") -> Response:
    before = visit.query.text("before")
    lines = latest_shown(visit.context, visit.tenant, _moment(before), PAGE + 1)
    titles = {key: r.title for key, r in records_of(visit, [line.slate[0] for line in lines if line.slate]).items()}
    return visit.show(
        "dashboard/explain.html", "explain", status, lines=lines[:PAGE], more=len(lines) > PAGE, unknown=unknown,
        titles=titles, later=bool(before),
    )  # fmt: skip


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _explained(found: Explanation, item: RecommendedItem, titles: dict[str, str]) -> Explained:
    parts = found.contributions.get(item.credential_id, ())
    most = max((abs(p.contribution) for p in parts), default=1.0)
    title = titles.get(item.credential_id, item.credential_id)
    return Explained(item, title, tuple(parts[:FEATURES]), tuple(parts[FEATURES:]), most)
