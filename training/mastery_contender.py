"""The product in the benchmark of mastery: what `retrain` would put into a bundle, walked by the code that serves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from credpath.domain.mastery import LearnerState
from credpath.domain.mastery_transition import advance
from credpath.recommender.csr import Doubles
from training.mastery_fit import FittedMastery, MasterySettings, fit_mastery
from training.mastery_protocol import Question
from training.mastery_stream import moment_of, pieces, walk
from training.responses import Responses


@dataclass(frozen=True, slots=True)
class LearnedContender:
    """`name` stands in the table; other settings than the served ones are for comparison."""

    name: str = "credpath"
    settings: MasterySettings = field(default_factory=MasterySettings)

    def fit(self, train: Responses, seed: int) -> LearnedPredictor:
        """Learns from the training learners alone."""
        return LearnedPredictor(fit_mastery(train, seed, self.settings), train)


@dataclass(frozen=True, slots=True)
class Walk:
    """Somebody's state and how many answers led to it."""

    state: LearnerState = field(default_factory=LearnerState)
    answers: int = 0


@dataclass(frozen=True, slots=True)
class LearnedPredictor:
    """`words`: any part of the log, for the words behind its codes."""

    fitted: FittedMastery
    words: Responses

    def predict(self, answers: Responses) -> Doubles:
        """(n,) the chance that each answer is right."""
        model = self.fitted.model
        walked = walk(answers, self.fitted.items, model.parameters, model.facts.near)
        return self.fitted.forest.chance(walked.stood, walked.asked)

    def begin(self) -> Walk:
        """Nothing is known."""
        return Walk()

    def expect(self, state: Walk, question: Question) -> float:
        """As a server would be asked it."""
        skills = [self.words.skill_names[skill] for skill in question.skills]
        item = self.words.items[question.item] if question.item >= 0 else ""
        return self.fitted.model.expect(state.state, skills, self._moment(state, question), item)

    def update(self, state: Walk, question: Question, correct: bool) -> Walk:
        """One transition for each skill of the answer."""
        number, at, after = state.answers + 1, self._moment(state, question), state.state
        for piece in pieces(self.words, number, question.item, list(question.skills), float(correct), at):
            after = advance(after, piece, self.fitted.model.parameters)
        return Walk(after, number)

    def _moment(self, state: Walk, question: Question) -> datetime:
        return moment_of(question.order, self.words.dated, state.answers)
