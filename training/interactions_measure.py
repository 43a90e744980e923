"""Ranks of the held-back credential by every system, each among the whole catalogue with the history masked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.evaluation.intervals import bootstrap_difference, bootstrap_means
from credpath.evaluation.ranking import hr_at, mrr, ndcg_at, recall_at
from credpath.recommender.co_completion import LEARNED, Followers
from credpath.recommender.csr import Doubles, Floats, Mask
from training.two_stage import NAMES, Asked, Questions, TwoStage, ask

OURS = "two_stage"
BASELINES: Mapping[str, str] = {"item_knn": "item_knn", "ease": "ease", "markov": "markov", "slist": "slist"}
RETRIEVED = 200
FUSION = 60.0  # reciprocal rank fusion, as serving does it
Tell = Callable[[str], None]


@dataclass
class Ranks:
    """(questions,) rank of the answer by each system, 1 for the best, infinite where it was not found.

    `retrieved`: its rank among all candidates by fusion, apart from the forest; `pool`: how many candidates there are.
    """

    by_system: dict[str, Doubles] = field(default_factory=dict)
    retrieved: Doubles = field(default_factory=lambda: np.zeros(0))
    pool: Doubles = field(default_factory=lambda: np.zeros(0))


def measure(system: TwoStage, followers: Followers, questions: Questions, popularity: Doubles, tell: Tell) -> Ranks:
    """Asks every system every question. Equal scores stand in the order of popularity, which only helps baselines."""
    names = ["popularity", *BASELINES, *(["cosine"] if followers.arrays.text is not None else []), OURS]
    found = Ranks({name: np.full(len(questions), np.inf) for name in names})
    found.retrieved = np.full(len(questions), np.inf)
    found.pool = np.zeros(len(questions))
    tie = (popularity / (1.0 + popularity.max(initial=0.0))).astype(np.float64)
    for asked in ask(followers, questions, system.config.serving_depth):
        if asked.which[0] % 2_000 == 0:
            tell(f"{asked.which[0]} of {len(questions)} questions asked")
        answers = questions.answers[asked.which]
        masked = np.zeros((len(asked.which), followers.arrays.size), dtype=bool)
        for line, at in enumerate(asked.which):
            masked[line, questions.histories[at]] = True
        found.by_system["popularity"][asked.which] = _ranks(np.tile(tie, (len(answers), 1)), tie, answers, masked)
        for name in (*BASELINES, *(["cosine"] if "cosine" in found.by_system else [])):
            scores = asked.scores[LEARNED.index("text" if name == "cosine" else name)]
            found.by_system[name][asked.which] = _ranks(scores, tie, answers, masked)
        found.retrieved[asked.which] = _candidate_ranks(asked, fused(asked.features), answers)
        found.pool[asked.which] = asked.counts
        found.by_system[OURS][asked.which] = _candidate_ranks(asked, system.scores(asked.features), answers)
    return found


def fused(features: Floats) -> Doubles:
    """(candidates,) reciprocal rank fusion of the retrievers, from their rank columns."""
    total = np.zeros(len(features))
    for name in LEARNED:
        has = features[:, NAMES.index(f"follow_{name}")] > 0
        total += has / (FUSION + np.expm1(features[:, NAMES.index(f"follow_{name}_rank")].astype(np.float64)))
    return total


def _ranks(scores: NDArray[np.floating], tie: Doubles, answers: NDArray[np.integer], masked: Mask) -> Doubles:
    lines = np.arange(len(answers))
    mine, own_tie = scores[lines, answers][:, None], tie[answers][:, None]
    ahead = (scores > mine) | ((scores == mine) & (tie[None, :] > own_tie))
    earlier = (scores == mine) & (tie[None, :] == own_tie) & (np.arange(scores.shape[1])[None, :] < answers[:, None])
    before: Doubles = ((ahead | earlier) & ~masked).sum(axis=1).astype(np.float64)
    return 1.0 + before


def _candidate_ranks(asked: Asked, scores: Doubles, answers: NDArray[np.integer]) -> Doubles:
    """Ranks among the candidates, ties by row."""
    ranks = np.full(len(asked.which), np.inf)
    starts = np.concatenate([[0], np.cumsum(asked.counts)])
    for line, answer in enumerate(answers):
        rows, mine = asked.rows[starts[line] : starts[line + 1]], scores[starts[line] : starts[line + 1]]
        at = np.searchsorted(rows, answer)
        if at < len(rows) and rows[at] == answer:
            ranks[line] = 1 + (mine > mine[at]).sum() + (mine[:at] == mine[at]).sum()
    return ranks


METRICS: Mapping[str, Callable[[Doubles], Doubles]] = {
    "hr_at_5": lambda ranks: hr_at(ranks, 5),
    "hr_at_10": lambda ranks: hr_at(ranks, 10),
    "ndcg_at_5": lambda ranks: ndcg_at(ranks, 5),
    "ndcg_at_10": lambda ranks: ndcg_at(ranks, 10),
    "mrr": mrr,
    "recall_at_200": lambda ranks: recall_at(ranks, RETRIEVED),
}


def figures(ranks: Doubles, seed: int) -> dict[str, dict[str, float]]:
    """Every metric with its 95 % interval over learners."""
    columns = {name: metric(ranks) for name, metric in METRICS.items()}
    return {name: interval.as_dict() for name, interval in bootstrap_means(columns, seed).items()}


def against_best(ranks: Ranks, seed: int) -> dict[str, dict[str, Any]]:
    """For HR@10 and NDCG@10: the best other system and our paired difference to it."""
    found = {}
    for name in ("hr_at_10", "ndcg_at_10"):
        values = {system: METRICS[name](places) for system, places in ranks.by_system.items()}
        best = max((s for s in values if s != OURS), key=lambda s: (values[s].mean(), s))
        found[name] = {"baseline": best, **bootstrap_difference(values[OURS], values[best], seed).as_dict()}
    return found


def slices(ranks: Ranks, questions: Questions, taken: Doubles, seed: int) -> dict[str, dict[str, Any]]:
    """Cold start apart: learners by the length of their history, and answers that nobody took up in training."""
    lengths = np.array([len(history) for history in questions.histories])
    cold = taken[questions.answers] == 0
    parts = {
        "learners without a history": lengths == 0,
        "learners with 1 or 2 steps": (lengths > 0) & (lengths <= 2),
        "learners with more steps": lengths > 2,
        "credentials nobody took up before": cold,
        "credentials with 1 to 10 learners": (taken[questions.answers] <= 10) & ~cold,
    }
    shown = [name for name in ("popularity", "cosine", OURS) if name in ranks.by_system]
    return {
        part: {"questions": int(inside.sum())}
        | ({name: figures(ranks.by_system[name][inside], seed) for name in shown} if inside.any() else {})
        for part, inside in parts.items()
    }
