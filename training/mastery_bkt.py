"""Bayesian knowledge tracing (Corbett and Anderson 1995), plain: four numbers a skill, by expectation-maximisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from credpath.recommender.csr import Doubles, Offsets, Rows, offsets, sums
from training.mastery_protocol import Predictor, held_learners
from training.mastery_sequences import entries_of, mean_by_row
from training.mastery_tuning import log_loss
from training.responses import Responses

ROUNDS = 25
PSEUDO = 5.0  # observations that the start is worth to a skill: one that is rare keeps near it
EDGE = 1e-3
MOST_GUESS, MOST_SLIP = 0.5, 0.4  # beyond, "known" and "not known" change their meaning
STARTS = ((0.5, 0.1, 0.25, 0.1), (0.3, 0.05, 0.4, 0.2), (0.6, 0.02, 0.3, 0.3))


class Parameters(NamedTuple):
    """(K,) each: known at first, learned after an answer, right unknowing, wrong knowing."""

    known: Doubles
    learn: Doubles
    guess: Doubles
    slip: Doubles


@dataclass(frozen=True, slots=True)
class Bkt:
    """Every skill by itself. An answer on several skills is as likely right as on average over them."""

    name: str = "BKT"

    def fit(self, train: Responses, seed: int) -> Predictor:
        """Chooses the start and the number of rounds on held learners, then fits on all."""
        part, held = held_learners(train, seed)
        sequences, asked = sequences_of(part), sequences_of(held)
        tried = []
        for start in STARTS:
            parameters = starting(start, len(train.skill_names))
            for done in range(1, ROUNDS + 1):
                parameters = improved(sequences, parameters, start)
                if done % 5 == 0:
                    loss = log_loss(mean_by_row(asked.chances(parameters), held), held.correct)
                    tried.append((loss, done, start))
        _, rounds, start = min(tried)
        parameters, sequences = starting(start, len(train.skill_names)), sequences_of(train)
        for _ in range(rounds):
            parameters = improved(sequences, parameters, start)
        return Traced(parameters)


@dataclass(frozen=True, slots=True)
class Traced:
    """The fitted parameters of each skill."""

    parameters: Parameters

    def predict(self, answers: Responses) -> Doubles:
        """(n,) chances."""
        return mean_by_row(sequences_of(answers).chances(self.parameters), answers)


@dataclass(frozen=True, slots=True)
class Sequences:
    """One sequence for each pair of learner and skill, longest first, laid out time by time.

    At time t the first bounds[t + 1] - bounds[t] sequences have an answer, at `correct[bounds[t]:bounds[t + 1]]`.
    skill (g,): of each sequence. entry (m,): the place in `Responses.skills` of each answer.
    """

    skill: Rows
    bounds: Offsets
    correct: Doubles
    entry: Offsets

    def spans(self) -> list[tuple[int, int]]:
        """Where each time begins and ends."""
        return list(zip(self.bounds[:-1].tolist(), self.bounds[1:].tolist(), strict=True))

    def by_skill(self) -> Rows:
        """(m,) the skill of each answer."""
        return np.concatenate([self.skill[: high - low] for low, high in self.spans()] or [self.skill[:0]])

    def chances(self, parameters: Parameters) -> Doubles:
        """(entries,) the chance of a right answer by each skill of each answer, in the layout of `Responses`."""
        known, _ = forward(self, parameters)
        skill, found = self.by_skill(), np.empty(len(self.entry))
        chance = known * (1.0 - parameters.slip[skill]) + (1.0 - known) * parameters.guess[skill]
        found[self.entry] = chance
        return found


def sequences_of(answers: Responses) -> Sequences:
    """Lays the answers out."""
    entries = entries_of(answers)
    lengths = np.bincount(entries.group, minlength=entries.groups)
    longest_first = np.argsort(-lengths, kind="stable")
    rank = np.empty(entries.groups, dtype=np.int64)
    rank[longest_first] = np.arange(entries.groups)
    entry = np.lexsort((rank[entries.group], entries.place))
    skill = np.empty(entries.groups, dtype=np.int32)
    skill[rank[entries.group]] = entries.skill
    correct = answers.correct[entries.row[entry]].astype(np.float64)
    return Sequences(skill, offsets(np.bincount(entries.place)), correct, entry)


def starting(start: tuple[float, ...], skills: int) -> Parameters:
    """The same four numbers for each skill."""
    return Parameters(*(np.full(skills, value) for value in start))


def forward(sequences: Sequences, parameters: Parameters) -> tuple[Doubles, Doubles]:
    """(m,) the chance that the skill is known before each answer, and after it but before learning."""
    skill, correct = sequences.by_skill(), sequences.correct
    if_known, if_not = likelihoods(skill, correct, parameters)
    before, after = np.empty((2, len(correct)))
    known = parameters.known[sequences.skill]
    learn = parameters.learn[sequences.skill]
    for low, high in sequences.spans():
        known = known[: high - low]
        before[low:high] = known
        joint = known * if_known[low:high]
        seen = joint / (joint + (1.0 - known) * if_not[low:high])
        after[low:high] = seen
        known = seen + (1.0 - seen) * learn[: high - low]
    return before, after


def likelihoods(skill: Rows, correct: Doubles, parameters: Parameters) -> tuple[Doubles, Doubles]:
    """(m,) the chance of each answer as it was, by one who knows and by one who does not."""
    slip, guess = parameters.slip[skill], parameters.guess[skill]
    right = correct > 0
    return np.where(right, 1.0 - slip, slip), np.where(right, guess, 1.0 - guess)


def improved(sequences: Sequences, parameters: Parameters, start: tuple[float, ...]) -> Parameters:
    """One round of expectation-maximisation (Baum and Welch), every skill drawn a little to the start."""
    skill, correct = sequences.by_skill(), sequences.correct
    known, learned, could = _expected(sequences, parameters, skill)
    size = len(parameters.known)
    begin = slice(0, len(sequences.skill))
    unknown = 1.0 - known
    shares = (
        (sums(skill[begin], known[begin], size), sums(skill[begin], np.ones(len(skill[begin])), size), 1.0),
        (sums(skill, learned, size), sums(skill, could, size), 1.0),
        (sums(skill, unknown * correct, size), sums(skill, unknown, size), MOST_GUESS),
        (sums(skill, known * (1.0 - correct), size), sums(skill, known, size), MOST_SLIP),
    )
    return Parameters(
        *(
            ((happened + PSEUDO * value) / (count + PSEUDO)).clip(EDGE, min(most, 1.0 - EDGE))
            for (happened, count, most), value in zip(shares, start, strict=True)
        )
    )


def _expected(sequences: Sequences, parameters: Parameters, skill: Rows) -> tuple[Doubles, Doubles, Doubles]:
    """(m,) given all answers: the skill was known, was learned right after, could have been learned right after."""
    _, after = forward(sequences, parameters)
    if_known, if_not = likelihoods(skill, sequences.correct, parameters)
    known, learned, could = np.zeros((3, len(skill)))
    learn = parameters.learn[sequences.skill]
    later_known = later_not = np.ones(0)  # how likely what comes later is, for one who knows and one who does not
    for low, high in reversed(sequences.spans()):
        more = len(later_known)
        rate, state = learn[: high - low], after[low:high]
        ahead_known, ahead_not = np.ones((2, high - low))
        ahead_known[:more] = later_known
        ahead_not[:more] = (1.0 - rate[:more]) * later_not + rate[:more] * later_known
        total = state * ahead_known + (1.0 - state) * ahead_not
        held = state * ahead_known / total
        known[low:high] = held
        learned[low : low + more] = (1.0 - state[:more]) * rate[:more] * later_known / total[:more]
        could[low : low + more] = 1.0 - held[:more]
        later_known, later_not = if_known[low:high] * ahead_known, if_not[low:high] * ahead_not
        scale = later_known + later_not
        later_known, later_not = later_known / scale, later_not / scale
    return known, learned, could
