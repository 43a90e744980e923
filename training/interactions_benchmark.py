"""Leaves steps of an enrolment log out and asks for them: the product beside baselines that are tuned as hard.

Everything that is tuned is tuned by the run itself, on steps held back from the training part. The models, features
and forest are those that retraining fits.
"""

from __future__ import annotations

import resource
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from credpath.cli.printing import say, table
from credpath.domain.catalogue import Credential
from credpath.errors import InvalidInput, Refusal
from credpath.interop.catalogue_csv import read_catalogue_csv
from credpath.interop.catalogue_jsonl import read_catalogue_jsonl
from credpath.interop.reading import Read
from credpath.recommender.csr import Floats
from credpath.recommender.encoding import Encoder
from credpath.recommender.linking import credential_text
from training.attention_config import AttentionConfig
from training.held_steps import draw_after, draw_last, late_cut
from training.interactions_log import TakeUps, cut_time, read_take_ups
from training.interactions_measure import (
    FEW,
    METRICS,
    OURS,
    RETRIEVED,
    Ranks,
    against_best,
    figures,
    measure,
    slices,
)
from training.interactions_refused import as_document, check_readable, told
from training.interactions_split import Split, cut_at, leave_last_out, with_test
from training.item_tables import ItemModelConfig
from training.questions import Questions
from training.ranker import RankerConfig
from training.tuning import tune_item_models
from training.two_stage import Catalogue, TwoStage, TwoStageConfig, fit_two_stage

Tell = Callable[[str], None]
DEFAULTS = TwoStageConfig()
TUNING_QUESTIONS = 3_000
ATTENTION_POSITIONS = 10_000_000  # of each attention model, some three minutes on two cores
ATTENTION_MEMBERS = 2
# What a single forest gets is chance in part, and so is when it stops: two of them, grown on draws of the questions.
FOREST = RankerConfig(row_share=0.7, early_stopping=60, bags=2)
MOST_COUNT = 2**31 - 1 - ATTENTION_MEMBERS  # what LightGBM and the attention members take as a seed


def add_arguments(parser: ArgumentParser) -> None:
    """The options of `python -m training.benchmark interactions`."""
    parser.add_argument(
        "--log", type=Path, required=True, help="outcomes CSV: learner_id,credential_id,outcome,occurred_at"
    )
    parser.add_argument("--catalogue", type=Path, help="native .jsonl or .csv; its texts reach what nobody took up yet")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--leave-last-out", action="store_true", help="test on each learner's last step (the default)")
    how.add_argument("--cut", help="train before this time, test on each learner's first step from then on")
    how.add_argument("--test", type=Path, help="test on each learner's first new step in this file")
    parser.add_argument("--sample", type=int, default=0, help="so many test learners, drawn by the seed; 0: all")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--threads", type=int, default=2, help="of the forest's fit")
    parser.add_argument("--questions", type=int, default=DEFAULTS.questions, help="held-back steps to fit on")
    parser.add_argument("--encoder", type=Path, help="folder of an exported encoder; default: the bundle's")


def run(chosen: Namespace, tell: Tell = lambda _: None) -> dict[str, Any]:
    """The figures as one document. Raises CredpathError."""
    config = _config(chosen)
    clock = _Clock(tell)
    log, test = read_take_ups(chosen.log), read_take_ups(chosen.test) if chosen.test else None
    catalogue_read = read_credentials(chosen.catalogue) if chosen.catalogue else None
    refused = _refused(log, test, catalogue_read, tell)
    split = _split(chosen, log, test).sample(chosen.sample, chosen.seed)
    if not len(split.answers):
        raise InvalidInput("no learner is left to test on", where=str(chosen.log), fix="another --cut, or a longer log")
    clock.done("reading", f"{len(split.train.items)} steps to train on, {len(split.answers)} learners to test on")
    catalogue = _catalogue(split, catalogue_read.items if catalogue_read else (), chosen, clock)
    config = replace(config, item_models=_tuned(split, config, chosen.seed, clock))
    system = fit_two_stage(split.train, catalogue, config, by_time=split.by_time, tell=clock.tell)
    clock.done("fitting", f"{len(catalogue.ids)} credentials in the catalogue")
    notes = _notes(split, catalogue, system)
    return _document(split, catalogue, system, chosen, clock) | {"refused": refused, "notes": notes}


def _refused(log: TakeUps, test: TakeUps | None, catalogue: Read[Credential] | None, tell: Tell) -> dict[str, Any]:
    """What was refused of each file that was given; told at once, since what follows takes minutes."""
    rows: dict[str, tuple[Refusal, ...]] = {"log": log.refused}
    if test is not None:
        rows["test"] = test.refused
    if catalogue is not None:
        rows["catalogue"] = catalogue.refusals
    document = as_document(rows)
    for line in told(document):
        tell(line)
    return document


def _notes(split: Split, catalogue: Catalogue, system: TwoStage) -> list[str]:
    """What a reader of the figures must know."""
    notes, share = [], float(split.tied.mean())
    if share > 0:
        notes.append(
            f"{share:.1%} of the test steps share their time with another step of that learner: which came first is"
            " not known and was drawn"
        )
    if (tested := len(split.answers)) < FEW:
        who = "1 learner was" if tested == 1 else f"{tested} learners were"
        notes.append(f"{who} tested; with fewer than {FEW} the intervals mean little")
    if system.forest is None:
        why = "the training steps leave no question to learn a ranking from"
        notes.append(f"{why}: {OURS} ranks for everybody by what others begin with")
    if catalogue.vectors is not None:
        logged = catalogue.vectors[np.isin(catalogue.ids, split.train.ids)]
        if (texts := _with_text(logged)) < len(logged) / 2:
            notes.append(f"{texts} of {len(logged)} credentials of the log have a text")
    return notes


def show(document: dict[str, Any]) -> None:
    """The figures for a person."""
    sizes = document["sizes"]
    title = f"{document['protocol']}: {sizes['test_learners']} of {sizes['learners']} learners, "
    title += f"{sizes['credentials']} credentials; full ranking, history masked; 95 % intervals"
    rows = [[name, *(_cell(found[metric]) for metric in METRICS)] for name, found in document["systems"].items()]
    table(["", *METRICS], rows, title)
    retrieval = document["retrieval"]
    say(f"retrieval apart from ranking: recall@{RETRIEVED} {_cell(retrieval['recall_at_200'])}")
    say(f"recall of all candidates, {retrieval['candidates']:.0f} on average: {retrieval['recall_of_candidates']:.4f}")
    for metric, found in document["difference"].items():
        interval = f"{found['value']:+.4f} ({found['low']:+.4f} to {found['high']:+.4f})"
        say(f"{OURS} less {found['baseline']}, {metric}: {interval}")
    columns = ["cold start", "questions", "system", "hr_at_10", "ndcg_at_10", ""]
    table(columns, [row for part, found in document["cold_start"].items() for row in _cold_rows(part, found)])
    for line in [*document["notes"], *told(document["refused"])]:
        say(line)
    say("seconds: " + ", ".join(f"{stage} {seconds:.0f}" for stage, seconds in document["seconds"].items()))
    say(f"peak memory: {document['peak_mib']} MiB")


def _cold_rows(part: str, found: dict[str, Any]) -> list[list[Any]]:
    """One a system; where at most 10 compete, everybody is among the first 10."""
    asked, note, many = found["questions"], found.get("note", ""), found["competing"] > 10
    return [
        [part, asked, name, _cell(each["hr_at_10"]) if many else "-", _cell(each["ndcg_at_10"]), note]
        for name, each in found.items()
        if isinstance(each, dict)
    ]


def _cell(found: dict[str, float]) -> str:
    return f"{found['value']:.4f} ({found['low']:.4f}-{found['high']:.4f})"


class _Clock:
    """Says what was done and how long it took."""

    def __init__(self, tell: Tell) -> None:
        self.tell = tell
        self.seconds: dict[str, float] = {}
        self._began = self._last = time.perf_counter()

    def done(self, stage: str, text: str = "") -> None:
        """Ends a stage."""
        now = time.perf_counter()
        self.seconds[stage] = round(now - self._last, 1)
        self._last = now
        self.tell(f"{stage}: {self.seconds[stage]:.0f} s" + (f"; {text}" if text else ""))

    @property
    def whole(self) -> float:
        """Seconds since the beginning."""
        return round(time.perf_counter() - self._began, 1)


def read_credentials(path: Path) -> Read[Credential]:
    """A native catalogue; what is refused has no text and is reached by the log alone.

    Raises InvalidInput where nothing can be read, or less than half.
    """
    tabular = path.suffix.casefold() == ".csv"
    read = read_catalogue_csv(path) if tabular else read_catalogue_jsonl(path)
    check_readable(read, path, header=tabular)
    if not read.items:
        raise InvalidInput("it holds no credential", where=str(path), fix="give a native .jsonl or .csv")
    return read


def text_vectors(ids: tuple[str, ...], credentials: Sequence[Credential], encoder: Encoder) -> Floats:
    """(len(ids), d) unit vectors; a zero row where the catalogue has no such credential."""
    place = {credential: row for row, credential in enumerate(ids)}
    known = sorted({c.credential_id: c for c in credentials if c.credential_id in place}.items())
    vectors = np.zeros((len(ids), encoder.dimensions), dtype=np.float32)
    for start in range(0, len(known), 256):
        part = known[start : start + 256]
        vectors[[place[name] for name, _ in part]] = encoder.encode([credential_text(c) for _, c in part])
    return vectors


def _with_text(vectors: Floats | None) -> int:
    return 0 if vectors is None else int((vectors != 0).any(axis=1).sum())


def _catalogue(split: Split, credentials: Sequence[Credential], chosen: Namespace, clock: _Clock) -> Catalogue:
    ids = tuple(sorted({*split.train.ids, *(c.credential_id for c in credentials)}))
    if not credentials:
        return Catalogue(ids)
    from training.goals_benchmark import open_encoder

    vectors = text_vectors(ids, credentials, open_encoder(chosen.encoder))
    clock.done("encoding", f"{_with_text(vectors)} of {len(ids)} credentials have a text")
    return Catalogue(ids, vectors)


def _split(chosen: Namespace, log: TakeUps, test: TakeUps | None) -> Split:
    if chosen.cut is not None:
        return cut_at(log, cut_time(chosen.cut, log))
    return leave_last_out(log) if test is None else with_test(log, test)


def _config(chosen: Namespace) -> TwoStageConfig:
    for name, least in (("threads", 1), ("questions", 1), ("sample", 0), ("seed", 0)):
        if not least <= getattr(chosen, name) <= MOST_COUNT:
            fix = f"{least} to {MOST_COUNT}"
            raise InvalidInput(f"{name} is {getattr(chosen, name)}", where=f"--{name}", fix=fix)
    ranker = replace(FOREST, threads=chosen.threads, seed=chosen.seed)
    attention = AttentionConfig(
        positions=ATTENTION_POSITIONS, members=ATTENTION_MEMBERS, threads=chosen.threads, seed=chosen.seed
    )
    return TwoStageConfig(
        questions=chosen.questions,
        valid=1 + chosen.questions // 8,
        item_models=ItemModelConfig(attention=attention),
        ranker=ranker,
        seed=chosen.seed,
    )


def _tuned(split: Split, config: TwoStageConfig, seed: int, clock: _Clock) -> Any:
    held = None
    if split.by_time:
        held = draw_after(split.train, late_cut(split.train, config.questions), TUNING_QUESTIONS, seed + 1)
    if held is None or not held.can_teach:
        held = draw_last(split.train, TUNING_QUESTIONS, seed + 1)
    found = tune_item_models(split.train, config.item_models, held=held, tell=clock.tell)
    clock.done("tuning")
    return found


def _document(split: Split, catalogue: Catalogue, system: TwoStage, chosen: Namespace, clock: _Clock) -> dict[str, Any]:
    followers = system.co_completion.bind(catalogue.ids, catalogue.vectors)
    place = np.array([followers.position[name] for name in split.train.ids], dtype=np.int64)
    questions = Questions(tuple(place[history] for history in split.histories), place[split.answers])
    taken = np.bincount(place[split.train.items], minlength=len(catalogue.ids)).astype(np.float64)
    ranks = measure(system, followers, questions, taken, clock.tell)
    clock.done("asking")
    document = _figures(ranks, questions, taken, chosen.seed)
    clock.done("intervals")
    return document | {
        "protocol": split.how,
        "seed": chosen.seed,
        "sizes": {
            "learners": len(split.train), "test_learners": len(questions), "training_steps": len(split.train.items),
            "credentials": len(catalogue.ids), "with_text": _with_text(catalogue.vectors),
        },
        "tied_test_steps": round(float(split.tied.mean()), 4),
        "tuned": asdict(system.config.item_models),
        "trees": 0 if system.forest is None else system.forest.num_trees(),
        "seconds": {**clock.seconds, "whole": clock.whole},
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip


def _figures(ranks: Ranks, questions: Questions, taken: Any, seed: int) -> dict[str, Any]:
    return {
        "systems": {name: figures(places, seed) for name, places in ranks.by_system.items()},
        "difference": against_best(ranks, seed),
        "retrieval": {
            "recall_at_200": figures(ranks.retrieved, seed)["recall_at_200"],
            "recall_of_candidates": float(np.isfinite(ranks.retrieved).mean()),
            "candidates": float(ranks.pool.mean()),
        },
        "cold_start": slices(ranks, questions, taken, seed),
    }
