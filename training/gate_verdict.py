"""What the gate decided: each criterion with its sentence, and all of them together."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from training.gate_thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Criterion:
    """One rule applied. `measured` False: there was nothing to apply it to, and `passed` follows the thresholds.

    `judged` False: it is only told, whatever the figure, because another criterion judges in its place.
    """

    name: str
    passed: bool
    sentence: str
    measured: bool = True
    judged: bool = True

    @property
    def outcome(self) -> str:
        """ "pass", "fail", either "not measured", or "not judged here"."""
        if not self.judged:
            return "not judged here"
        word = "pass" if self.passed else "fail"
        return word if self.measured else f"not measured, {word}"

    def as_dict(self) -> dict[str, Any]:
        """For the card, the run and `--json`."""
        return {
            "name": self.name, "passed": self.passed, "measured": self.measured, "judged": self.judged,
            "sentence": self.sentence,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision with all its reasons, in the order of the rules, and the thresholds that it was taken by.

    They are kept whole: somebody may change the file and forget its version.
    """

    promote: bool
    criteria: tuple[Criterion, ...]
    regime: str
    thresholds: Thresholds

    @property
    def failed(self) -> tuple[Criterion, ...]:
        """What holds the challenger."""
        return tuple(c for c in self.criteria if not c.passed)

    @property
    def sentence(self) -> str:
        """One line: the decision and what it rests on."""
        if not self.promote:
            reasons = "; ".join(c.sentence for c in self.failed)
            return f"hold: {len(self.failed)} of {len(self.criteria)} criteria failed: {reasons}"
        first = next(c for c in self.criteria if c.name == ("lift" if self.regime == "off-policy" else "baselines"))
        judged = sum(c.measured and c.judged for c in self.criteria)
        those = "" if judged == len(self.criteria) else " that could be judged"
        return f"promote: {first.sentence}; all {judged} criteria{those} passed"

    def as_dict(self) -> dict[str, Any]:
        """For the card, the run and `--json`."""
        return {
            "promote": self.promote,
            "sentence": self.sentence,
            "regime": self.regime,
            "thresholds_version": self.thresholds.version,
            "thresholds": asdict(self.thresholds),
            "criteria": [c.as_dict() for c in self.criteria],
        }
