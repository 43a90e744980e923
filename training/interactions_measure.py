"""Ranks of the held-back credential by every system, each among the whole catalogue with the history masked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.evaluation.intervals import bootstrap_difference, bootstrap_means
from credpath.evaluation.ranking import hr_at, mrr, ndcg_at, recall_at
from credpath.recommender.co_completion import LEARNED, Followers
from credpath.recommender.csr import Doubles, Floats, Mask, Offsets
from training.questions import NAMES, Asked, Questions, ask
from training.two_stage import TwoStage

OURS = "two_stage"
BASELINES = ("item_knn", "ease", "markov", "slist")
SCORED_BY: Mapping[str, str] = {"cosine": "text"}  # where the retriever's name is another
RETRIEVED = 200
FEW = 30  # questions, under which an interval says little
FUSION = 60.0  # reciprocal rank fusion, as serving does it
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Ranks:
    """(questions,) rank of the answer by each system, 1 for the best.

    `among_unseen`: the same among the credentials alone that nobody took up before, infinite for other answers.
    `retrieved`: its rank among all candidates by fusion, apart from the forest, infinite where it is none of them;
    `pool`: how many candidates there are.
    """

    by_system: dict[str, Doubles]
    among_unseen: dict[str, Doubles]
    retrieved: Doubles
    pool: Doubles


def measure(system: TwoStage, followers: Followers, questions: Questions, popularity: Doubles, tell: Tell) -> Ranks:
    """Asks every system every question. Equal scores stand in the order of popularity, which only helps baselines.

    What ours does not name stands after its candidates, in that order too.

    `popularity` (n,): how many took each credential of the catalogue up in training.
    """
    names = ["popularity", *BASELINES, *(["cosine"] if followers.arrays.text is not None else []), OURS]
    count = len(questions)
    everywhere, among_unseen = ({name: np.full(count, np.inf) for name in names} for _ in range(2))
    found = Ranks(everywhere, among_unseen, np.full(count, np.inf), np.zeros(count))
    tie = (popularity / (1.0 + popularity.max(initial=0.0))).astype(np.float64)
    for asked in ask(followers, questions, system.config.serving_depth):
        if asked.which[0] % 2_000 == 0:
            tell(f"{asked.which[0]} of {count} questions asked")
        answers = questions.answers[asked.which]
        said = {name: asked.scores[LEARNED.index(SCORED_BY.get(name, name))] for name in names[1:-1]}
        _Batch(asked, answers, said | {"popularity": np.tile(tie, (len(answers), 1))}, system.scores(asked.features),
               _masked(asked, questions, followers.arrays.size), tie).note(found, popularity)  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some questions: `said` (questions, n) by each baseline, `ours` (candidates,), `masked` (questions, n)."""

    asked: Asked
    answers: NDArray[np.integer]
    said: Mapping[str, NDArray[np.floating]]
    ours: Doubles
    masked: Mask
    tie: Doubles

    def note(self, found: Ranks, popularity: Doubles) -> None:
        """Writes down every rank."""
        which = self.asked.which
        for name, scores in self.said.items():
            found.by_system[name][which] = _ranks(scores, self.tie, self.answers, self.masked)
        found.by_system[OURS][which] = self._whole_ranks(self.ours, self.masked)
        found.retrieved[which] = _candidate_ranks(self.asked, fused(self.asked.features), self.answers)
        found.pool[which] = self.asked.counts
        new = (popularity[self.answers] == 0).nonzero()[0]
        if len(new):
            self._among_unseen(found, new, popularity > 0)

    def _among_unseen(self, found: Ranks, new: Offsets, seen: Mask) -> None:
        for name, scores in self.said.items():
            ranks = _ranks(scores[new], self.tie, self.answers[new], self.masked[new] | seen)
            found.among_unseen[name][self.asked.which[new]] = ranks
        ours = np.where(seen[self.asked.rows], -np.inf, self.ours)
        found.among_unseen[OURS][self.asked.which[new]] = self._whole_ranks(ours, self.masked | seen)[new]

    def _whole_ranks(self, ours: Doubles, masked: Mask) -> Doubles:
        """Our ranks of the answers: first the candidates, then all others that are not masked, as the baselines do."""
        ranks = _candidate_ranks(self.asked, ours, self.answers)
        missed = np.isinf(ranks)
        if missed.any():
            named = np.zeros(masked.shape, dtype=bool)
            named[self.asked.owner, self.asked.rows] = True
            before = (named & ~masked)[missed].sum(axis=1)
            alike = np.zeros((int(missed.sum()), masked.shape[1]))
            ranks[missed] = before + _ranks(alike, self.tie, self.answers[missed], (masked | named)[missed])
        return ranks


def _masked(asked: Asked, questions: Questions, size: int) -> Mask:
    masked = np.zeros((len(asked.which), size), dtype=bool)
    for line, at in enumerate(asked.which):
        masked[line, questions.histories[at]] = True
    return masked


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
    left = len(taken) - lengths
    parts = {
        "learners without a history": lengths == 0,
        "learners with 1 or 2 steps": (lengths > 0) & (lengths <= 2),
        "learners with more steps": lengths > 2,
        "credentials with 1 to 10 learners": (taken[questions.answers] <= 10) & ~cold,
        "credentials nobody took up before": cold,
    }
    shown = [name for name in ("popularity", "cosine", OURS) if name in ranks.by_system]
    found = {part: _slice(ranks.by_system, inside, left, shown, seed) for part, inside in parts.items()}
    unseen = np.full(len(questions), (taken == 0).sum())  # in nobody's history
    return found | {"the same, ranked among themselves": _slice(ranks.among_unseen, cold, unseen, shown, seed)}


def _slice(
    ranks: Mapping[str, Doubles], inside: Mask, left: Offsets, shown: Sequence[str], seed: int
) -> dict[str, Any]:
    """`competing`: how many credentials are ranked, `left` (questions,), where most are."""
    part: dict[str, Any] = {"questions": int(inside.sum()), "competing": int(left[inside].max(initial=0))}
    if part["questions"] < FEW:
        part["note"] = f"fewer than {FEW} questions: too few to tell"
    return part | ({name: figures(ranks[name][inside], seed) for name in shown} if inside.any() else {})
