"""A tenant's own evidence as responses: what `retrain` learns mastery from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from credpath.domain.evidence import SHOWN, Evidence
from credpath.domain.forgetting import DATED_SINCE
from credpath.recommender.csr import offsets
from training.mastery_fit import FittedMastery, MasterySettings, fit_mastery
from training.responses import SEED, Responses, deal_folds

# Below this a forest has nothing to hold on to, and the counting model stays.
LEAST_LEARNERS, LEAST_ANSWERS = 50, 2_000
PASSED = 0.5  # a score from here on counts as a right answer


def fit_from_log(
    log: Iterable[tuple[str, Evidence]], seed: int = SEED, settings: MasterySettings | None = None
) -> FittedMastery | None:
    """Mastery learned from (learner id, evidence) in any order; None where there are too few answers."""
    responses = responses_of(log)
    if responses is None or len(responses) < LEAST_ANSWERS or len(responses.learners) < LEAST_LEARNERS:
        return None
    return fit_mastery(responses, seed, settings)


def responses_of(log: Iterable[tuple[str, Evidence]]) -> Responses | None:
    """Answers and scores; pieces of one id are one answer on several skills. None without two learners."""
    answers: defaultdict[tuple[str, float, str], list[Evidence]] = defaultdict(list)
    for who, piece in log:
        if piece.kind in SHOWN:
            answers[who, piece.at.timestamp(), piece.evidence_id].append(piece)
    keys = sorted(answers)
    learners = tuple(sorted({who for who, _, _ in keys}))
    if len(learners) < 2:
        return None
    told = [answers[key] for key in keys]
    items = tuple(sorted({piece.item_id for pieces in told for piece in pieces if piece.item_id}))
    skills = tuple(sorted({piece.skill_uri for pieces in told for piece in pieces}))
    code = {name: place for place, name in enumerate(learners)}
    item_code = {name: place for place, name in enumerate(items)} | {"": -1}
    skill_code = {name: place for place, name in enumerate(skills)}
    own = [sorted({skill_code[piece.skill_uri] for piece in pieces}) for pieces in told]
    learner = np.array([code[who] for who, _, _ in keys], dtype=np.int32)
    return Responses(
        learner,
        np.array([item_code[pieces[0].item_id] for pieces in told], dtype=np.int32),
        np.array([pieces[0].score >= PASSED for pieces in told], dtype=np.int8),
        offsets(np.array([len(each) for each in own], dtype=np.int64)),
        np.array([skill for each in own for skill in each], dtype=np.int32),
        np.array([at for _, at, _ in keys], dtype=np.float64),
        deal_folds(len(learners))[learner],
        learners, items, skills, ("1", "2", "3", "4", "5")[: min(5, len(learners))],
        all(pieces[0].at >= DATED_SINCE for pieces in told),
    )  # fmt: skip
