"""Predicts every answer of a response log from the same learner's earlier ones: the product beside plain models.

Five folds by learner (the file's own, or dealt by seed 42): what is known of items and skills comes from training
learners only. One row of the file for each skill of one answer is one answer. Everything that is tuned is tuned by
the run itself, on learners held back from each training part.
"""

from __future__ import annotations

import resource
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from credpath.cli.printing import say, table
from credpath.errors import InvalidInput
from credpath.evaluation.calibration import reliability
from credpath.recommender.csr import Doubles
from training.mastery_bkt import Bkt
from training.mastery_contender import LearnedContender
from training.mastery_elo import Elo
from training.mastery_means import ItemMean
from training.mastery_metrics import FIGURES, LearnerBootstrap, Samples, differences, figures, intervals
from training.mastery_pfa import BestLr, Pfa
from training.mastery_plots import write_plots
from training.mastery_protocol import Asked, Contender, ask, check_folds
from training.response_reader import ResponseLog, read_responses
from training.responses import SEED, Responses

Tell = Callable[[str], None]
OURS = "credpath"
EARLIER = (0, 1, 5, 10, 20, 50, 100, 200)  # where groups by number of earlier answers begin
LEAST = 100  # answers of a group; a smaller one is left out
GROUP_RESAMPLES = 200
MOST_REFUSALS = 1_000  # in the document; the count is of all


def contenders() -> tuple[Contender, ...]:
    """All models that are compared, the floor first and the product's own last."""
    return (ItemMean(), Bkt(), Pfa(), BestLr(), Elo(), LearnedContender(OURS))


def add_arguments(parser: ArgumentParser) -> None:
    """The options of `python -m training.benchmark mastery`."""
    parser.add_argument(
        "--responses", type=Path, required=True, help="CSV: learner_id,item_id,skill_id,correct,order[,fold]"
    )
    parser.add_argument("--only", help="names of models, separated by commas; default: all")
    parser.add_argument("--seed", type=int, default=SEED, help="of the folds where the file has none, and of the fits")
    parser.add_argument("--resamples", type=int, default=1_000, help="of the bootstrap over learners")
    parser.add_argument("--shuffle-labels", action="store_true", help="deal the answers anew: every AUC must be .50")
    parser.add_argument("--out", type=Path, help="folder for the plots")


def run(chosen: Namespace, tell: Tell = lambda _: None) -> dict[str, Any]:
    """The figures as one document. Raises CredpathError."""
    started = time.perf_counter()
    models = _models(chosen.only)
    if chosen.resamples < 2:
        raise InvalidInput("an interval needs at least two resamples", where="--resamples")
    log = read_responses(chosen.responses, chosen.seed)
    tell(f"read {log.rows:,} rows in {time.perf_counter() - started:.1f} s: {len(log.responses):,} answers, "
         f"{log.collapsed:,} rows were copies of one under another skill, {log.duplicates:,} the same again, "
         f"{len(log.refusals):,} refused")  # fmt: skip
    for warning in log.warnings:
        tell(f"warning: {warning}")
    responses = log.responses
    check_folds(responses, str(chosen.responses))
    if chosen.shuffle_labels:
        responses = responses.answered(np.random.default_rng(chosen.seed).permutation(responses.correct))
    asked = {model.name: ask(model, responses, chosen.seed, tell) for model in models}
    document = _facts(log, responses, chosen) | _figures(asked, responses, chosen, tell)
    if chosen.out:
        document["plots"] = write_plots(chosen.out, document, OURS)
    document["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return document | {"seconds": round(time.perf_counter() - started, 1)}


def _models(only: str | None) -> tuple[Contender, ...]:
    known = {model.name: model for model in contenders()}
    if only is None:
        return tuple(known.values())
    names = [name.strip() for name in only.split(",")]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InvalidInput(f"no model {unknown[0]!r}", where="--only", fix=f"any of {', '.join(known)}")
    return tuple(known[name] for name in dict.fromkeys(names))


def _facts(log: ResponseLog, responses: Responses, chosen: Namespace) -> dict[str, Any]:
    """What was read and how it was asked."""
    return {
        "responses": str(chosen.responses),
        "seed": chosen.seed,
        "labels_shuffled": chosen.shuffle_labels,
        "folds": {
            "by": "the file" if log.own_folds else f"seed {chosen.seed}, by learner",
            "answers": dict(zip(responses.folds, np.bincount(responses.fold).tolist(), strict=True)),
        },
        "sizes": {
            "rows": log.rows, "refused": len(log.refusals), "collapsed": log.collapsed,
            "duplicates": log.duplicates, "answers": len(responses),
            "learners": len(responses.learners), "items": len(responses.items),
            "skills": len(responses.skill_names), "right": float(responses.correct.mean()),
        },
        "warnings": list(log.warnings),
        "refusals": [str(refusal) for refusal in log.refusals[:MOST_REFUSALS]],
    }  # fmt: skip


def _figures(asked: dict[str, Asked], responses: Responses, chosen: Namespace, tell: Tell) -> dict[str, Any]:
    started = time.perf_counter()
    bootstrap = LearnerBootstrap(responses.learner, chosen.seed, chosen.resamples)
    values = {name: figures(one.chance, responses.correct) for name, one in asked.items()}
    samples = {name: bootstrap.samples(one.chance, responses.correct) for name, one in asked.items()}
    systems = {
        name: {key: found.as_dict() for key, found in intervals(values[name], samples[name]).items()}
        | _details(one, responses, chosen.seed)
        for name, one in asked.items()
    }
    tell(f"intervals in {time.perf_counter() - started:.1f} s")
    return {"systems": systems, "difference": _against_best(values, samples)}


def _details(asked: Asked, responses: Responses, seed: int) -> dict[str, Any]:
    """One model's figures by fold and by number of earlier answers, its curve, its cost, its honesty."""
    parts = [responses.fold == fold for fold in range(len(responses.folds))]
    return {
        "folds": [
            {"fold": name, "answers": int(part.sum())} | figures(asked.chance[part], responses.correct[part])
            for name, part in zip(responses.folds, parts, strict=True)
        ],
        "by_earlier": _by_earlier(asked.chance, responses, seed),
        "reliability": [asdict(one) for one in reliability(asked.chance, responses.correct == 1)],
        "seconds": {"fit": round(asked.fit_seconds, 1), "predict": round(asked.predict_seconds, 1)},
        "change_by_later_answers": asked.leak,
        "microseconds": None if asked.speed is None else asdict(asked.speed),
    }


def _by_earlier(chance: Doubles, responses: Responses, seed: int) -> list[dict[str, Any]]:
    group = np.searchsorted(EARLIER, responses.earlier(), side="right") - 1
    found = []
    for at, first in enumerate(EARLIER):
        rows = group == at
        if int(rows.sum()) < LEAST:
            continue
        last = EARLIER[at + 1] - 1 if at + 1 < len(EARLIER) else None
        words = f"{first}+" if last is None else str(first) if last == first else f"{first}-{last}"
        stated, correct = chance[rows], responses.correct[rows]
        bootstrap = LearnerBootstrap(responses.learner[rows], seed, GROUP_RESAMPLES)
        shown = intervals(figures(stated, correct), bootstrap.samples(stated, correct))
        found.append({"earlier": words, "answers": int(rows.sum())} | {k: i.as_dict() for k, i in shown.items()})
    return found


def _against_best(values: dict[str, dict[str, float]], samples: dict[str, Samples]) -> dict[str, Any]:
    """Ours less the other of the highest AUC; empty where either is missing."""
    others = [name for name in values if name != OURS]
    if OURS not in values or not others:
        return {}
    best = max(others, key=lambda name: values[name]["auc"])
    gaps = differences(values[OURS], values[best], samples[OURS], samples[best])
    return {"baseline": best} | {name: gap.as_dict() for name, gap in gaps.items()}


def show(document: dict[str, Any]) -> None:
    """The figures for a person."""
    sizes, systems = document["sizes"], document["systems"]
    for line in document["warnings"]:
        say(f"warning: {line}")
    title = f"{sizes['answers']:,} answers of {sizes['learners']:,} learners to {sizes['items']:,} items on "
    title += f"{sizes['skills']:,} skills, {sizes['right']:.3f} right; folds by {document['folds']['by']}"
    rows = [
        [name, _cell(found["auc"]), *(f"{found[k]['value']:.4f}" for k in FIGURES[1:]), _cost(found)]
        for name, found in systems.items()
    ]
    table(["", "auc (95 % by learner)", *FIGURES[1:], "seconds"], rows, title)
    by_fold = [[name, *(f"{one['auc']:.4f}" for one in found["folds"])] for name, found in systems.items()]
    table(["auc by fold", *document["folds"]["answers"]], by_fold)
    groups = [[name, *(f"{one['auc']['value']:.3f}" for one in found["by_earlier"])] for name, found in systems.items()]
    table(["earlier answers", *(one["earlier"] for one in next(iter(systems.values()))["by_earlier"])], groups)
    _say_rest(document)


def _say_rest(document: dict[str, Any]) -> None:
    sizes, gaps = document["sizes"], document["difference"]
    for name, found in document["systems"].items():
        if speed := found["microseconds"]:
            say(f"{name}, microseconds on one thread over {speed['answers']:,} answers: "
                f"update p50 {speed['update_p50']:.0f}, p95 {speed['update_p95']:.0f}; "
                f"expect p50 {speed['expect_p50']:.0f}, p95 {speed['expect_p95']:.0f}; "
                f"at most {speed['disagreement']:.1e} from what was measured above")  # fmt: skip
        if found["change_by_later_answers"]:
            say(f"{name} LEAKS: later answers move its chances by up to {found['change_by_later_answers']:.4f}")
    for metric in FIGURES if gaps else ():
        gap = gaps[metric]
        say(f"{OURS} less {gaps['baseline']}, {metric}: {gap['value']:+.4f} ({gap['low']:+.4f} to {gap['high']:+.4f})")
    say(f"{sizes['collapsed']:,} of {sizes['rows']:,} rows repeat an answer under another skill, and count once")
    if sizes["duplicates"]:
        say(f"{sizes['duplicates']:,} rows equal another in learner, item, skill and order, and count once")
    for line in document["refusals"][:20]:
        say(f"refused: {line}")
    if sizes["refused"] > 20:
        say(f"... {sizes['refused']:,} rows refused in all; --json lists the first {MOST_REFUSALS:,}")
    say(f"{document['seconds']} s, {document['peak_mib']} MiB at most")


def _cell(found: dict[str, float]) -> str:
    return f"{found['value']:.4f} ({found['low']:.4f}-{found['high']:.4f})"


def _cost(found: dict[str, Any]) -> str:
    return f"{found['seconds']['fit'] + found['seconds']['predict']:.0f}"
