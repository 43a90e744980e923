"""What is known of each credential before anybody asks: effort, price, level, quality, reach, as one array each."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from credpath.domain.catalogue import EU_ELEMENTS, Credential, eu_missing
from credpath.recommender.csr import Doubles, Mask, Rows

# One ECTS is 25 to 30 hours of work (ECTS Users' Guide 2015); the lower end, since catalogues round up.
HOURS_PER_ECTS = 25.0
# Self-paced offerings that state only weeks ask for 3 to 6 hours in each.
HOURS_PER_WEEK_OF_DURATION = 5.0
# Where nothing is stated: 1, 3, 6 and 60 ECTS.
HOURS_BY_KIND: Mapping[str, float] = {
    "micro-credential": 25.0, "certificate": 75.0, "professional-certificate": 150.0, "degree": 1500.0,
}  # fmt: skip
STATED, CONVERTED, ASSUMED = 0, 1, 2  # the catalogue's own hours; from ECTS or weeks; from the kind alone

# A rating counts for as much as its raters against so many that rate like the catalogue's average.
RATING_PRIOR_COUNT = 50.0
NEUTRAL_RATING = 4.0

LEVELS: Mapping[str, float] = {
    "introductory": 0.0, "beginner": 0.0, "basic": 0.0, "foundation": 0.0, "foundational": 0.0, "entry": 0.0,
    "mixed": 0.25, "all levels": 0.25, "intermediate": 0.5, "advanced": 1.0, "expert": 1.0,
}  # fmt: skip
LEVEL_BY_EQF: Mapping[int, float] = {1: 0.0, 2: 0.0, 3: 0.0, 4: 0.0, 5: 0.35, 6: 0.6, 7: 0.9, 8: 1.0}
INTRODUCTORY_TITLE = re.compile(r"\b(intro(duction|ductory)?( to)?|beginners?|basics|101|getting started)\b", re.I)
ADVANCED_TITLE = re.compile(r"\badvanced\b", re.I)
ON_SITE = re.compile(r"on-?\s?site|in[- ]person|face[- ]to[- ]face|presence|campus", re.I)


@dataclass(frozen=True, slots=True)
class Columns:
    """(n,) arrays, rows as in the index. NaN means that the catalogue does not say.

    `level`: 0 introductory to 1 advanced. `currency`: place in the index's list of currencies, -1 without a
    price. `starts_on`, `ends_on`: proleptic day numbers, 0 and the far future when not stated. `quality`,
    `popularity`, `eu`: 0..1.
    """

    hours: Doubles
    hours_source: NDArray[np.int8]
    level: Doubles
    cost: Doubles
    currency: Rows
    quality: Doubles
    popularity: Doubles
    eu: Doubles
    starts_on: Rows
    ends_on: Rows
    on_site: Mask
    country: Rows
    offered: Mask
    superseded: Mask


FOREVER = 3_652_059  # date.max.toordinal()


def workload(credential: Credential) -> tuple[float, int]:
    """Hours of work and where the figure comes from: STATED, CONVERTED from ECTS or weeks, or ASSUMED."""
    if credential.workload_hours:
        return credential.workload_hours, STATED
    if credential.ects:
        return credential.ects * HOURS_PER_ECTS, CONVERTED
    if credential.duration_weeks:
        return credential.duration_weeks * HOURS_PER_WEEK_OF_DURATION, CONVERTED
    return HOURS_BY_KIND[credential.kind], ASSUMED


def level_of(credential: Credential) -> float:
    """0 introductory .. 1 advanced, by stated level, then EQF level, then the title's own words; else NaN."""
    stated = LEVELS.get(credential.level.strip().casefold())
    if stated is not None:
        return stated
    if credential.eqf_level is not None:
        return LEVEL_BY_EQF[credential.eqf_level]
    if ADVANCED_TITLE.search(credential.title):
        return 1.0
    return 0.0 if INTRODUCTORY_TITLE.search(credential.title) else math.nan


def average_rating(credentials: Sequence[Credential]) -> float:
    """What an unrated credential is taken to be worth: the mean of all stated ratings."""
    ratings = [c.rating for c in credentials if c.rating is not None]
    return math.fsum(ratings) / len(ratings) if ratings else NEUTRAL_RATING


def quality_of(credential: Credential, average: float) -> float:
    """0..1: the rating shrunk to the average by its count, completeness of the record, quality assurance.

    Bayesian average: (prior count * average + count * rating) / (prior count + count), 3 to 5 mapped to 0..1.
    """
    count = 0.0 if credential.rating is None else float(max(1, credential.rating_count or 1))
    rating = (RATING_PRIOR_COUNT * average + count * (credential.rating or 0.0)) / (RATING_PRIOR_COUNT + count)
    liked = min(1.0, max(0.0, (rating - 3.0) / 2.0))
    complete = 1.0 - len(eu_missing(credential)) / len(EU_ELEMENTS)
    return 0.75 * liked + 0.15 * complete + 0.10 * bool(credential.quality_assurance)


def popularity_of(credentials: Sequence[Credential], outcomes: Mapping[str, float]) -> Doubles:
    """(n,) 0..1: the most of stated learners, raters (each on a log scale) and this tenant's own outcomes."""
    shares = np.array(
        [
            _log_share([c.learner_count or 0 for c in credentials]),
            0.8 * _log_share([c.rating_count or 0 for c in credentials]),
            _log_share([max(0.0, outcomes.get(c.credential_id, 0.0)) for c in credentials]),
        ]
    )
    most: Doubles = shares.max(axis=0)
    return most


def _log_share(counts: Sequence[float]) -> Doubles:
    logs: Doubles = np.log1p(np.array(counts, dtype=np.float64))
    return logs / logs.max() if len(logs) and logs.max() > 0 else logs


def vocabulary(values: Sequence[str]) -> tuple[tuple[str, ...], Rows]:
    """The distinct non-empty values, sorted, and each row's place among them (-1 for empty)."""
    words = tuple(sorted(set(values) - {""}))
    place = {word: at for at, word in enumerate(words)} | {"": -1}
    return words, np.array([place[value] for value in values], dtype=np.int32)


def column(credentials: Sequence[Credential], value: Callable[[Credential], float | None]) -> Doubles:
    """(n,) floats; None becomes NaN."""
    cells = (value(c) for c in credentials)
    return np.fromiter((math.nan if v is None else v for v in cells), dtype=np.float64, count=len(credentials))


def pack_columns(
    credentials: Sequence[Credential], outcomes: Mapping[str, float], currency: Rows, country: Rows, superseded: Mask
) -> Columns:
    """Reads every record once; nothing of this is computed again for a request."""
    average = average_rating(credentials)
    effort = [workload(c) for c in credentials]
    return Columns(
        hours=np.array([hours for hours, _ in effort], dtype=np.float64),
        hours_source=np.array([source for _, source in effort], dtype=np.int8),
        level=column(credentials, level_of),
        cost=column(credentials, lambda c: c.cost.amount if c.cost else None),
        currency=currency,
        quality=column(credentials, lambda c: quality_of(c, average)),
        popularity=popularity_of(credentials, outcomes),
        eu=column(credentials, lambda c: 1.0 - len(eu_missing(c)) / len(EU_ELEMENTS)),
        starts_on=np.array([c.starts_on.toordinal() if c.starts_on else 0 for c in credentials], dtype=np.int32),
        ends_on=np.array([c.ends_on.toordinal() if c.ends_on else FOREVER for c in credentials], dtype=np.int32),
        on_site=np.array([bool(ON_SITE.search(c.participation)) for c in credentials], dtype=bool),
        country=country,
        offered=np.array([c.status == "active" for c in credentials], dtype=bool),
        superseded=superseded,
    )
