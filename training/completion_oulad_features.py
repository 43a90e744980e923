"""What was known of each enrolment when it was made, and by a day of the presentation; columns for any classifier.

Known by day d: which assessments were due by then, which were handed in by then, when, and their scores, of everybody
in the same presentation; results of presentations that had ended before this one started. Nothing later.
"""

from __future__ import annotations

import numpy as np

from credpath.recommender.csr import Doubles, Floats, Mask, Offsets
from training.completion_oulad import Enrolments, Offering, months

LASTS = 8  # months; results are known to presentations that start so much later, or more
EARLIER = ("earlier", "earlier_finished", "earlier_same_module", "earlier_mean_score")


def enrolment_table(enrolments: Enrolments, day: int | None) -> tuple[tuple[str, ...], Floats]:
    """(names, (n, F) float32 with NaN for what is missing); `day` None: at enrolment."""
    columns = dict(enrolments.profile) | _history(enrolments)
    columns["autumn"] = np.char.endswith(enrolments.presentation, "J").astype(float)
    columns |= {f"module_{name}": (enrolments.module == name) * 1.0 for name in np.unique(enrolments.module)}
    if day is not None:
        columns |= _by_day(enrolments, day)
    return tuple(columns), np.stack([columns[name] for name in columns], axis=1).astype(np.float32)


def _history(enrolments: Enrolments) -> dict[str, Doubles]:
    """What the same student did in presentations that had ended."""
    count = len(enrolments.student)
    scores = np.full(count, np.nan)
    for offering, rows in enrolments.rows.items():
        scores[rows] = _mean(enrolments.scores[offering])
    order = np.argsort(enrolments.student, kind="stable")
    starts = np.flatnonzero(np.diff(enrolments.student[order], prepend=-1))
    found = {name: np.zeros(count) for name in EARLIER}
    found["earlier_mean_score"][:] = np.nan
    for rows in np.split(order, starts[1:]):
        if len(rows) > 1:
            _fill_history(enrolments, rows, scores, found)
    return found


def _fill_history(enrolments: Enrolments, rows: Offsets, scores: Doubles, found: dict[str, Doubles]) -> None:
    began = np.array([months(name) for name in enrolments.presentation[rows].tolist()])
    for place, row in enumerate(rows.tolist()):
        known = rows[began[place] - began >= LASTS]
        found["earlier"][row] = len(known)
        found["earlier_finished"][row] = enrolments.completed[known].sum()
        found["earlier_same_module"][row] = (enrolments.module[known] == enrolments.module[row]).sum()
        found["earlier_mean_score"][row] = _mean(scores[None, known])[0]


def _by_day(enrolments: Enrolments, day: int) -> dict[str, Doubles]:
    found: dict[str, Doubles] = {}
    for offering, rows in enrolments.rows.items():
        for name, values in _offering_by_day(enrolments, offering, day).items():
            found.setdefault(name, np.full(len(enrolments.student), np.nan))[rows] = values
    return found


def _offering_by_day(enrolments: Enrolments, offering: Offering, day: int) -> dict[str, Doubles]:
    """Columns of one presentation's enrolments, in its order.

    None is of one type of assessment: where a module drops a type, its absence would read as not handed in.
    """
    days, due = enrolments.days[offering], enrolments.due[offering]
    if not len(due):
        return {}
    handed_in, is_due = days <= day, due <= day
    days = np.where(handed_in, days, np.nan)
    scores = np.where(handed_in, enrolments.scores[offering], np.nan)
    return {
        "banked": np.nansum(np.where(handed_in, enrolments.banked[offering], 0.0), axis=1),
        "handed_in": handed_in.sum(axis=1).astype(float),
        "ahead": (handed_in & ~is_due).sum(axis=1).astype(float),
        "days_since_last": day - _largest(days),
        "mean_score": _mean(scores),
        "lowest_score": -_largest(-scores),
        "highest_score": _largest(scores),
        "first_score": _score_at(scores, np.where(handed_in, days, np.inf).argmin(axis=1)),
        "last_score": _score_at(scores, np.where(handed_in, days, -np.inf).argmax(axis=1)),
        **_against_others(scores, days),
        **_against_dates(scores, days, due, handed_in & is_due, is_due),
    }


def _against_others(scores: Doubles, days: Doubles) -> dict[str, Doubles]:
    """Scores in standard deviations from the mean of those who had handed the same assessment in by then."""
    count = np.maximum((~np.isnan(scores)).sum(axis=0), 1)
    middle = np.nansum(scores, axis=0) / count
    spread = np.sqrt(np.nansum(np.square(scores - middle), axis=0) / count)
    standard = (scores - middle) / (spread + 1.0)  # one point more: an assessment that all pass alike tells little
    last = np.where(np.isnan(days), -np.inf, days).argmax(axis=1)
    return {"standard_score": _mean(standard), "standard_last_score": _score_at(standard, last)}


def _against_dates(scores: Doubles, days: Doubles, due: Doubles, met: Mask, is_due: Mask) -> dict[str, Doubles]:
    """What was due: how much was handed in, how late, and how well, a missing one counting as 0."""
    number = int(is_due.sum())
    late = np.where(met, days - due, np.nan)
    found = {
        "due_handed_in": met.sum(axis=1).astype(float),
        "due_missing": number - met.sum(axis=1).astype(float),
        "late": (late > 0).sum(axis=1).astype(float),
        "mean_days_late": _mean(late),
        "least_days_late": -_largest(-late),
    }
    if number:
        places = np.flatnonzero(is_due)
        whole = np.where(met, np.nan_to_num(scores), 0.0)[:, places].mean(axis=1)
        found |= {
            "share_missing": found["due_missing"] / number,
            "score_with_missing": whole,
            "rank_with_missing": _rank(whole),
            "first_missing": ~met[:, places[0]] * 1.0,
            "last_missing": ~met[:, places[-1]] * 1.0,
        }
    return found


def _score_at(scores: Doubles, places: Offsets) -> Doubles:
    """(n,) each row's score at its place; NaN where that was not handed in."""
    return scores[np.arange(len(scores)), places]


def _mean(values: Doubles) -> Doubles:
    """(n,) mean of what is not NaN; NaN for a row without any."""
    count = (~np.isnan(values)).sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(count > 0, np.nansum(values, axis=1) / np.maximum(count, 1), np.nan))


def _largest(values: Doubles) -> Doubles:
    """(n,) largest that is not NaN; NaN for a row without any."""
    found = np.where(np.isnan(values), -np.inf, values).max(axis=1, initial=-np.inf)
    return np.asarray(np.where(np.isfinite(found), found, np.nan))


def _rank(values: Doubles) -> Doubles:
    """(n,) share of all rows below, ties by half."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray(((np.cumsum(count) - count / 2.0) / len(values))[place])
