"""Which bundle serves: list with figures, promote, roll back, and who did so, when and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from credpath.domain.rules import MAX_LABEL, check_text
from credpath.errors import Conflict, NotFound
from credpath.evaluation.intervals import Interval
from credpath.recommender.bundle import (
    current_version,
    flip,
    list_bundles,
    previous_version,
    publishing,
    read_history,
    verify,
)
from credpath.recommender.bundle_switch import ROLL_BACK, Switch, readable_current
from credpath.recommender.learned import MASTERY
from credpath.service.context import Context
from credpath.service.model_figures import read_figures

PROMOTE = "promote"
SOMEBODY = "another tenant"
MASTERED = "mastery is learned from responses"


@dataclass(frozen=True, slots=True)
class Model:
    """A bundle with what it learned for one tenant: the gate's verdict ("" without a learned model), its metrics.

    `note`: what its builder wrote, else what the gate said of the tenant's model; and whether mastery was learned.
    """

    version: str
    created_at: datetime | None
    current: bool
    note: str
    verdict: str
    metrics: Mapping[str, Interval]


@dataclass(frozen=True, slots=True)
class Change:
    """One switch as a tenant may see it. `reason` of another tenant is only whether it was promoted or rolled back.

    `verdict` and `metrics` are the tenant's own; empty once the bundle is no longer on disk.
    """

    version: str
    at: datetime
    by: str
    reason: str
    verdict: str
    metrics: Mapping[str, Interval]


def list_models(context: Context, tenant: str) -> tuple[Model, ...]:
    """Every bundle on disk, newest first; `current` marks the one that serves. Figures are the tenant's own."""
    models = context.serving.models
    found = []
    for bundle in list_bundles(models):
        figures = read_figures(models / bundle.version, tenant)
        mastery = MASTERED if (models / bundle.version / "learned" / tenant / MASTERY).is_dir() else ""
        note = "; ".join(filter(None, (bundle.note or figures.sentence, mastery)))
        listed = (bundle.version, bundle.created_at, bundle.current, note)
        found.append(Model(*listed, figures.verdict, figures.metrics))
    return tuple(found)


def history(context: Context, tenant: str, *, limit: int = 100, operator: bool = False) -> tuple[Change, ...]:
    """The last switches, newest first. An operator sees who and why of all; a tenant of itself and of operators."""
    models = context.serving.models
    switches = read_history(models)[::-1][:limit]
    figures = {s.version: read_figures(models / s.version, tenant) for s in switches}
    return tuple(
        Change(s.version, s.at, *_told(s, tenant, operator), figures[s.version].verdict, figures[s.version].metrics)
        for s in switches
    )


def promote(context: Context, version: str, by: str, *, tenant: str = "", reason: str = "") -> bool:
    """Verifies the bundle, then makes it the one that serves, here at once and in other processes within seconds.

    False where it served already: nothing is switched then, and no history written. Raises NotFound for an unknown
    version and BundleRefused for a damaged one.
    """
    models = context.serving.models
    if version not in {b.version for b in list_bundles(models)}:
        raise NotFound(f"no model {version!r}", where="version", fix="`credpath models list` shows them")
    why = _because(PROMOTE, reason)
    with publishing(models):
        verify(models / version)
        switched = readable_current(models) != version
        if switched:
            flip(models, version, at=context.clock(), by=by, reason=why, tenant=tenant)
    context.serving.check()
    return switched


def held_by_gate(context: Context, version: str) -> dict[str, str]:
    """Tenant -> what the gate said, of each model in a bundle that the gate held back."""
    bundle = context.serving.models / version
    learned = bundle / "learned"
    tenants = sorted(folder.name for folder in learned.iterdir()) if learned.is_dir() else []
    said = {tenant: read_figures(bundle, tenant) for tenant in tenants}
    return {tenant: figures.sentence for tenant, figures in said.items() if figures.verdict == "hold"}


def rollback(context: Context, by: str, *, tenant: str = "", reason: str = "") -> str:
    """Goes back to the bundle that served before the present one. Raises Conflict when there is none."""
    models = context.serving.models
    why = _because(ROLL_BACK, reason)
    if not models.is_dir():
        raise Conflict("nothing serves yet", fix="run `python -m training.bundle`")
    with publishing(models):
        earlier = previous_version(models)
        if earlier is None:
            now = current_version(models)
            what = f"nothing served before {now!r}" if now else "nothing serves yet"
            raise Conflict(what, fix="promote a version by name; `credpath models list` shows them")
        verify(models / earlier)
        flip(models, earlier, at=context.clock(), by=by, reason=why, tenant=tenant)
    context.serving.check()
    return earlier


def earlier_version(context: Context) -> str:
    """The version that `rollback` would go back to, "" where there is none."""
    models = context.serving.models
    return (previous_version(models) or "") if models.is_dir() else ""


Switching = Callable[[str], object]  # what is done with a reason


def _because(kind: str, reason: str) -> str:
    given = " ".join(check_text(reason, "reason", limit=MAX_LABEL).split())
    return f"{kind}: {given}" if given else kind


def _told(switch: Switch, tenant: str, operator: bool) -> tuple[str, str]:
    """(by, reason) as far as the tenant may know them: a key's name and a reason may say what is nobody's business."""
    if operator or switch.tenant in ("", tenant):
        return switch.by, switch.reason
    return SOMEBODY, ROLL_BACK if switch.reason.startswith(ROLL_BACK) else PROMOTE
