"""A path as the page shows it: alternatives with totals, steps with dates and running figures, and its charts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from credpath.domain.catalogue import Credential
from credpath.domain.money import Money
from credpath.domain.paths import LearningPath, PathKind, Step
from credpath.service.planning_paths import PathAnswer
from credpath.web.charts import NARROW, WIDE, Curve, Scatter, gap_curve, scatter


@dataclass(frozen=True, slots=True)
class StepView:
    """A step with its record. `from_share`, `to_share`: where it lies in the whole time, 0..1. `closes`, `open`: what
    it closes of today's gap, and what is then left of it, 0..1."""

    number: int
    step: Step
    record: Credential
    starts_on: date
    ends_on: date
    from_share: float
    to_share: float
    closes: float
    open: float


@dataclass(frozen=True, slots=True)
class Alternative:
    """One path among those that really differ. `closes`: the share of today's gap."""

    kind: PathKind
    path: LearningPath
    closes: float
    ends_on: date | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class PlanView:
    """`chosen`: the path that is looked at. Charts come wide and narrow; () where there is nothing to draw."""

    answer: PathAnswer
    chosen: LearningPath
    alternatives: tuple[Alternative, ...]
    steps: tuple[StepView, ...]
    closes: float
    ends_on: date | None
    curves: tuple[Curve, ...]
    scatters: tuple[Scatter, ...]
    currency: str

    def of_gap(self, share: float) -> float:
        """A share of the whole goal as a share of today's gap, 0..1."""
        return min(1.0, share / self.chosen.gap_before) if self.chosen.gap_before > 0 else 0.0

    def title(self, credential_id: str) -> str:
        """Of a credential that the path speaks of, else its id."""
        record = self.answer.credentials.get(credential_id)
        return record.title if record else credential_id

    def titles(self, credential_ids: Iterable[str]) -> list[str]:
        """Of several."""
        return [self.title(credential_id) for credential_id in credential_ids]

    def skill(self, uri: str) -> str:
        """A skill's label."""
        return self.answer.skill_labels.get(uri) or uri.rstrip("/").rpartition("/")[2].replace("-", " ")


def plan_view(answer: PathAnswer, kind: str, today: date) -> PlanView:
    """The path of that kind, else the best one."""
    chosen = next((path for path in answer.paths if path.kind == kind), answer.paths[0])
    begins = chosen.starts_on or today
    steps = path_view(chosen, answer.credentials, today)
    return PlanView(
        answer=answer,
        chosen=chosen,
        alternatives=tuple(
            Alternative(p.kind, p, closes(p), _end(p, p.starts_on or today), p is chosen) for p in answer.paths
        ),
        steps=steps,
        closes=closes(chosen),
        ends_on=_end(chosen, begins),
        curves=_curves(chosen, today),
        scatters=_scatters(answer.paths, chosen),
        currency=next((path.cost.currency for path in answer.paths if path.cost), ""),
    )


def closes(path: LearningPath) -> float:
    """The share of today's gap that a path closes, 0..1."""
    return 0.0 if path.gap_before <= 0 else max(0.0, min(1.0, 1.0 - path.gap_after / path.gap_before))


def _end(path: LearningPath, begins: date) -> date | None:
    return None if not path.steps else path.ends_on or begins + timedelta(weeks=path.weeks)


def path_view(path: LearningPath, records: Mapping[str, Credential], today: date) -> tuple[StepView, ...]:
    """The steps of one path with their records."""
    begins = path.starts_on or today
    whole = max([step.end_week for step in path.steps], default=1.0) or 1.0
    opened = _opened(path)
    return tuple(
        StepView(
            number, step, records[step.credential_id],
            step.starts_on or begins + timedelta(weeks=step.start_week),
            step.ends_on or begins + timedelta(weeks=step.end_week),
            step.start_week / whole, step.end_week / whole, opened[number - 1] - opened[number], opened[number],
        )
        for number, step in enumerate(path.steps, 1)
    )  # fmt: skip


def _opened(path: LearningPath) -> list[float]:
    """The share of today's gap that is open at the start and after each step, to end where the path says."""
    return _falling(path, [step.gap_closed for step in path.steps], path.gap_after)


def _expected(path: LearningPath) -> list[float]:
    """The same with each step weighed by its chance; empty where no chance is known."""
    if path.gap_expected is None or not path.steps or path.gap_before <= 0:
        return []
    return _falling(
        path, [step.gap_closed * (step.completion_probability or 1.0) for step in path.steps], path.gap_expected
    )


def _falling(path: LearningPath, parts: Sequence[float], left: float) -> list[float]:
    """From what is open once all that is in progress is finished, which the steps' own parts say, to `left`."""
    before = path.gap_before if path.gap_before > 0 else 1.0
    opened = min(1.0, (path.gap_after + math.fsum(step.gap_closed for step in path.steps)) / before)
    sums = list(accumulate(parts, initial=0.0))
    scale = max(0.0, opened - left / before) / sums[-1] if sums[-1] > 0 else 0.0
    return [max(0.0, opened - part * scale) for part in sums]


def _curves(path: LearningPath, today: date) -> tuple[Curve, ...]:
    """Over the weeks from today, also where the path starts later."""
    if not path.steps or path.gap_before <= 0:
        return ()
    waits = max(0.0, ((path.starts_on or today) - today).days / 7.0)
    ends = [waits + step.end_week for step in path.steps]
    opened, expected = _opened(path), _expected(path)
    order = sorted(range(len(ends)), key=lambda i: (ends[i], i))
    if order != list(range(len(ends))):  # steps side by side may end in another order than they begin
        drops = [opened[i] - opened[i + 1] for i in order]
        opened = [opened[0], *(opened[0] - total for total in accumulate(drops))]
        expected = []
    return tuple(gap_curve(size, sorted(ends), opened, expected) for size in (WIDE, NARROW))


def _scatters(paths: tuple[LearningPath, ...], chosen: LearningPath) -> tuple[Scatter, ...]:
    """Only where there is a choice, in one currency, and every price is known."""
    drawn = [path for path in paths if path.steps]
    unpriced = any(path.unpriced_steps for path in drawn)
    if unpriced or len(drawn) < 2 or len({p.cost.currency for p in drawn if p.cost}) > 1:
        return ()
    points = [(p.weeks, (p.cost or Money(0.0, "USD")).amount, p is chosen) for p in drawn]
    return tuple(scatter(size, points) for size in (WIDE, NARROW))
