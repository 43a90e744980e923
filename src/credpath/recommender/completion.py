"""How likely a learner is to finish a credential once enrolled: a calibrated probability with its interval.

Each member of a small bag gives a margin: a straight line in the features, and a forest grown on what the line left
over. Their mean goes through the calibration curve; their spread and the curve's own error make the interval.
`training.completion` fits it, and it is bundled only where it passed its own gate.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from credpath.errors import BundleRefused, InvalidInput
from credpath.recommender.csr import Doubles, Floats, Offsets
from credpath.recommender.features import COLUMN
from credpath.recommender.forest import ForestRanker

CARD, CURVE, LINES = "completion.json", "curve.npy", "lines.npz"
FORMAT = 1
Z = 1.96  # 95 %
STEP = 0.1  # of a margin, to both sides, over which the slope of the curve is taken
# A bag is small, so the spread at one learner is blended with the usual one, as if so many forests had shown that.
SPREAD_PRIOR = 10.0
# Small trees shrink what they find, and a bag shrinks alike, so its spread alone is too narrow. So much wider, the
# intervals held the true probability of 94 to 97 % of simulated learners (spread as it is: 77 to 86 %).
WIDENED = 1.75
# A line goes on for ever: a feature farther from its middle than so many standard deviations counts as that far.
FAR = 4.0


class Forest(Protocol):
    """Anything that scores rows of the model's own columns."""

    def score(self, features: Floats) -> Doubles:
        """(n, names) -> (n,)."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Calibration, as points joined by straight lines and level beyond both ends.

    `margins` (k,) rising; `logits` (k,) calibrated log odds, never falling; `errors` (k,) their standard errors:
    of the fit, and of how much earlier periods differed from one another.
    """

    margins: Doubles
    logits: Doubles
    errors: Doubles

    def __post_init__(self) -> None:
        shapes = {self.margins.shape, self.logits.shape, self.errors.shape}
        if len(shapes) != 1 or self.margins.ndim != 1 or not len(self.margins):
            raise InvalidInput("margins, logits and errors must be lists of one length", where="completion curve")
        whole = np.concatenate([self.margins, self.logits, self.errors])
        if not np.isfinite(whole).all() or (self.errors < 0).any():
            raise InvalidInput("a value is not finite, or an error is negative", where="completion curve")
        if (np.diff(self.margins) <= 0).any() or (np.diff(self.logits) < 0).any():
            raise InvalidInput("margins must rise and logits must not fall", where="completion curve")

    def logit(self, margins: Doubles) -> Doubles:
        """(n,) calibrated log odds."""
        return np.asarray(np.interp(margins, self.margins, self.logits))

    def error(self, margins: Doubles) -> Doubles:
        """(n,) standard error of the log odds."""
        return np.asarray(np.interp(margins, self.margins, self.errors))

    def slope(self, margins: Doubles) -> Doubles:
        """(n,) log odds for each unit of margin, close by."""
        return (self.logit(margins + STEP) - self.logit(margins - STEP)) / (2 * STEP)


@dataclass(frozen=True, slots=True)
class Lines:
    """The straight parts of a bag over standardised columns.

    `middle`, `scale` (F,) of the rows that they were fitted on; `flagged` (k,) columns that may be missing (NaN),
    each with a column of its own that says so; `weights` (bags, 1 + F + k), the first for the constant.
    """

    middle: Doubles
    scale: Doubles
    flagged: Offsets
    weights: Doubles

    def margins(self, features: Floats) -> Doubles:
        """(bags, n) log odds."""
        return np.asarray(self.weights @ design(features, self.middle, self.scale, self.flagged).T)


def design(features: Floats, middle: Doubles, scale: Doubles, flagged: Offsets) -> Doubles:
    """(n, 1 + F + k): ones, the standardised features within FAR, and 1 where a flagged one is missing."""
    missing = np.isnan(features)
    standard = np.where(missing, 0.0, (features - middle) / scale).clip(-FAR, FAR)
    return np.column_stack([np.ones(len(features)), standard, missing[:, flagged].astype(np.float64)])


def chances(margins: Doubles, curve: Curve, usual_spread: float) -> Floats:
    """(n, 3) float32: probability, low and high of 95 %, from (bags, n) margins.

    The variance of the log odds is that of the bag at this row (blended with `usual_spread`^2), widened and taken
    through the slope of the curve, plus the curve's own. low <= probability <= high, all within 0 to 1.
    """
    centre = margins.mean(axis=0)
    free = len(margins) - 1
    own = ((margins - centre) ** 2).sum(axis=0)
    variance = (own + SPREAD_PRIOR * usual_spread**2) / (free + SPREAD_PRIOR)
    half = Z * np.sqrt((WIDENED * curve.slope(centre)) ** 2 * variance + curve.error(centre) ** 2)
    logit = curve.logit(centre)
    found = 1.0 / (1.0 + np.exp(-np.stack([logit, logit - half, logit + half], axis=1).clip(-30, 30)))
    return np.asarray(found, np.float32)


@dataclass(frozen=True, slots=True)
class Completion:
    """The fitted model as it is served.

    `names`: the feature columns that it reads; `usual_spread`: root mean square spread of the bag's margins;
    `facts`: what its card says of it, such as figures and the length of the periods.
    """

    names: tuple[str, ...]
    lines: Lines
    forests: tuple[Forest, ...]
    curve: Curve
    usual_spread: float
    facts: Mapping[str, Any] = field(default_factory=dict)

    def predict(self, features: Floats) -> Floats:
        """(n, FEATURES) as they were ranked -> (n, 3) float32: probability, low, high of 95 %."""
        columns: Offsets = np.array([COLUMN[name] for name in self.names], np.int64)
        return self.chances(features[:, columns])

    def chances(self, features: Floats) -> Floats:
        """The same from (n, names): its own columns alone."""
        if not len(features):
            return np.zeros((0, 3), np.float32)
        own = np.ascontiguousarray(features, np.float32)
        grown = np.stack([np.asarray(forest.score(own), np.float64) for forest in self.forests])
        return chances(self.lines.margins(own) + grown, self.curve, self.usual_spread)

    @staticmethod
    def load(folder: Path) -> Completion:
        """Reads what `save_parts` and the export of the forests wrote, its hashes checked by the caller.

        Raises BundleRefused for another format, or a feature that this release does not compute.
        """
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        if card.get("format") != FORMAT:
            what = f"completion model of format {card.get('format')}, this release reads {FORMAT}"
            raise BundleRefused(what, where=str(folder / CARD), fix="retrain")
        unknown = sorted(set(card["names"]) - set(COLUMN))
        if unknown:
            what = f"completion model reads the feature {unknown[0]!r}, which this release does not compute"
            raise BundleRefused(what, where=str(folder / CARD), fix="retrain")
        forests = tuple(ForestRanker.load(place) for place in forest_folders(folder, int(card["bags"])))
        curve = Curve(*np.load(folder / CURVE, allow_pickle=False))
        with np.load(folder / LINES, allow_pickle=False) as parts:
            lines = Lines(**{name: parts[name] for name in Lines.__slots__})
        return Completion(tuple(card["names"]), lines, forests, curve, float(card["usual_spread"]), card["facts"])


def forest_folders(folder: Path, bags: int) -> list[Path]:
    """Where the forests of a bag lie."""
    return [folder / f"forest_{bag}" for bag in range(bags)]


def save_parts(
    folder: Path, names: Sequence[str], lines: Lines, curve: Curve, usual_spread: float, facts: Mapping[str, Any]
) -> None:
    """Writes all but the forests, which `training.forest_export` puts into `forest_folders`."""
    folder.mkdir(parents=True, exist_ok=True)
    bags = len(lines.weights)
    card = {"format": FORMAT, "names": list(names), "bags": bags, "usual_spread": usual_spread, "facts": dict(facts)}
    text = json.dumps(card, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    (folder / CARD).write_text(text + "\n", encoding="utf-8")
    np.save(folder / CURVE, np.stack([curve.margins, curve.logits, curve.errors]), allow_pickle=False)
    np.savez(folder / LINES, **{name: getattr(lines, name) for name in Lines.__slots__})
