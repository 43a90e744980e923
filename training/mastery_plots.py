"""The plots of the mastery benchmark: reliability, and AUC by how much of a learner was known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credpath.evaluation.calibration import Bin
from training.plot_style import COLOURS, SOFT, colour_of, draw_page, name_at_the_end, png
from training.plots import NAMES, plot_calibration

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write_plots(folder: Path, document: Mapping[str, Any], ours: str) -> list[str]:
    """Writes the pictures of a finished document; `ours` and the best of the others are compared in reliability."""
    systems = document["systems"]
    folder.mkdir(parents=True, exist_ok=True)
    others = sorted((name for name in systems if name != ours), key=lambda name: -systems[name]["auc"]["value"])
    shown = [*([ours] if ours in systems else []), *others[:1]]
    bins = {name: [Bin(**one) for one in systems[name]["reliability"]] for name in shown}
    pictures = {
        "reliability.png": plot_calibration(bins, {name: systems[name]["ece"]["value"] for name in shown}),
        "auc_by_earlier_answers.png": plot_by_earlier({name: found["by_earlier"] for name, found in systems.items()}),
    }
    for name, figure in pictures.items():
        (folder / name).write_bytes(png(figure))
    return [str(folder / name) for name in pictures]


def plot_by_earlier(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> Figure:
    """AUC against the number of earlier answers of the learner, one line a model."""
    subtitle = "AUC of answers by how many the learner gave before; bands are 95 % intervals over learners"
    figure, (axis,) = draw_page("Accuracy by what is known of the learner", subtitle, right=NAMES)
    labels = [one["earlier"] for one in next(iter(found.values()), ())]
    axis.axhline(0.5, color=SOFT, linewidth=1, linestyle=(0, (4, 4)))
    ends = {}
    for name, parts in sorted(found.items(), key=lambda pair: pair[0] in COLOURS):
        if not parts:
            continue
        places, values = range(len(parts)), [one["auc"]["value"] for one in parts]
        bold = name in COLOURS
        axis.fill_between(
            places, [one["auc"]["low"] for one in parts], [one["auc"]["high"] for one in parts],
            color=colour_of(name), alpha=0.2 if bold else 0.1, linewidth=0,
        )  # fmt: skip
        axis.plot(places, values, color=colour_of(name), linewidth=2.4 if bold else 1.3)
        ends[name] = (len(parts) - 1, values[-1])
    axis.set_xticks(range(len(labels)), labels)
    axis.set_xlabel("earlier answers")
    axis.set_ylabel("AUC")
    axis.margins(x=0.01)
    name_at_the_end(axis, ends, values=True)
    return figure
