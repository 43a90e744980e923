"""Models: which serves, which would like to, what each was measured at, and the switch between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from credpath.errors import BundleRefused, Conflict, CredpathError, InvalidInput, NotFound
from credpath.evaluation.intervals import Interval
from credpath.service import promotion
from credpath.service.model_report import ModelReport, System, read_report
from credpath.service.promotion import Model
from credpath.web.charts_plots import SIZES, SQUARE, LinePlot, Series, calibration_plot, line_plot
from credpath.web.dashboard_visits import OperatorVisit, SenderDep, VisitDep
from credpath.web.pages import PageRoute, go

router = APIRouter(prefix="/dashboard/models", route_class=PageRoute)
HERE = "/dashboard/models"
HISTORY = 20
SHOWN = ("ndcg_at_10", "hr_at_10", "mrr")
FEATURES = 15
TONES = {"challenger": "accent", "champion": "gap", "rules": "gap"}


@dataclass(frozen=True, slots=True)
class Span:
    """Where the intervals of a table lie, so that its whiskers share one line."""

    low: float
    high: float


@router.get("")
def show(visit: VisitDep) -> Response:
    """Every bundle, the one that serves and the latest contender, and who switched when and why."""
    return _list(visit)


@router.get("/rollback")
def ask_rollback(visit: VisitDep) -> Response:
    """Asks whether that is meant. Raises NotFound where nothing served before."""
    earlier = promotion.earlier_version(visit.context)
    if not earlier:
        raise NotFound("nothing served before", where="version")
    return _ask(visit, earlier, "rollback")


@router.post("/rollback")
def rollback(visit: SenderDep) -> Response:
    """Goes back to the bundle that served before, if that is still the one that was meant."""
    if promotion.earlier_version(visit.context) != visit.form.text("version"):
        raise Conflict("somebody switched meanwhile", where="version", fix="look at what serves now, then decide")
    return _switched(visit, lambda reason: promotion.rollback(visit.context, visit.key.name, tenant=visit.tenant,
                                                              reason=reason))  # fmt: skip


@router.post("/promote")
def promote(visit: SenderDep) -> Response:
    """Makes a bundle the one that serves, for every tenant."""
    version = visit.form.text("version")
    return _switched(visit, lambda reason: promotion.promote(visit.context, version, visit.key.name,
                                                             tenant=visit.tenant, reason=reason))  # fmt: skip


@router.get("/{version}")
def look(version: str, visit: VisitDep) -> Response:
    """Everything that a model was measured at. Raises NotFound."""
    model = _model(visit, version)
    report = read_report(visit.context.serving.models / model.version, visit.tenant)
    return visit.show(
        "dashboard/model.html", "models", model=model, report=report, shown=SHOWN,
        span=span_of([s.metrics["ndcg_at_10"] for s in report.systems if "ndcg_at_10" in s.metrics]),
        difference_span=span_of([*report.differences.values(), Interval(0, 0, 0)]),
        value_span=span_of([e.interval for e in report.values if e.interval]),
        lift_span=span_of([*(e.interval for e in report.lifts if e.interval), Interval(0, 0, 0)]),
        slice_span=span_of([i for g in report.slices for c in g.cells for i in (c.challenger, c.champion) if i]),
        ranks=_plots(rank_series(report.systems), range(1, 11)), learning=_learning(report), tones=TONES,
        calibration=calibration_plot(SQUARE, report.calibration) if report.calibration else None,
        features=list(report.importance.items())[:FEATURES], most=max(report.importance.values(), default=1.0),
    )  # fmt: skip


@router.get("/{version}/promote")
def ask_promote(version: str, visit: VisitDep) -> Response:
    """Asks whether that is meant. Raises NotFound."""
    return _ask(visit, _model(visit, version).version, "promote")


def _list(visit: OperatorVisit, status: int = 200, problem: CredpathError | None = None) -> Response:
    models = promotion.list_models(visit.context, visit.tenant)
    current = next((m for m in models if m.current), None)
    learned = [m for m in models if m.metrics and not m.current]
    return visit.show(
        "dashboard/models.html", "models", status, models=models, current=current,
        contender=learned[0] if learned else None, earlier=promotion.earlier_version(visit.context),
        history=promotion.history(visit.context, visit.tenant, limit=HISTORY), problem=problem, shown=SHOWN,
        span=span_of([m.metrics["ndcg_at_10"] for m in models if "ndcg_at_10" in m.metrics]),
    )  # fmt: skip


def _ask(visit: OperatorVisit, version: str, action: str) -> Response:
    models = promotion.list_models(visit.context, visit.tenant)
    current = next((m for m in models if m.current), None)
    chosen = next((m for m in models if m.version == version), None)
    if chosen is None:
        raise NotFound("no such model", where="version")
    return visit.show(
        "dashboard/switch.html", "models", chosen=chosen, current=current, action=action, shown=SHOWN,
    )  # fmt: skip


def _switched(visit: OperatorVisit, switch: promotion.Switching) -> Response:
    if visit.form.text("sure") != "yes":
        raise InvalidInput("the switch was not confirmed", where="sure", fix="tick the box, then send it again")
    try:
        switch(visit.form.text("reason"))
    except (BundleRefused, Conflict) as error:
        return _list(visit, 409, error)
    return go(f"{HERE}?done=1")


def _model(visit: OperatorVisit, version: str) -> Model:
    found = next((m for m in promotion.list_models(visit.context, visit.tenant) if m.version == version), None)
    if found is None:
        raise NotFound("no such model", where="version")
    return found


def span_of(intervals: Sequence[Interval]) -> Span:
    """A little more than all of them."""
    low, high = min((i.low for i in intervals), default=0.0), max((i.high for i in intervals), default=1.0)
    room = 0.04 * ((high - low) or 1.0)
    return Span(low - room, high + room)


def rank_series(systems: Sequence[System]) -> list[Series]:
    """Share of take-ups within the first k: ours, and the strongest that is not."""
    ours = [s for s in systems if s.name in ("challenger", "champion") and s.hits_by_rank]
    if len(ours) < 2:
        ours = [s for s in systems if s.name in ("challenger", "rules") and s.hits_by_rank]
    others = [s for s in systems if not s.is_product and s.hits_by_rank][:1]
    return [
        Series(s.name, TONES.get(s.name, "edge"), [(float(k), share) for k, share in enumerate(s.hits_by_rank, 1)],
               dashed=not s.is_product)
        for s in (*ours, *others)
    ]  # fmt: skip


def _learning(report: ModelReport) -> dict[str, LinePlot]:
    points = [(share, i.value) for share, i in report.learning_curve]
    band = [(i.low, i.high) for _, i in report.learning_curve]
    return _plots([Series("challenger", "accent", points, band)], [x for x, _ in points])


def _plots(series: Sequence[Series], x_ticks: Sequence[float]) -> dict[str, LinePlot]:
    known = [s for s in series if s.points]
    return {name: line_plot(size, known, list(x_ticks)) for name, size in SIZES} if known else {}
