"""The next question of an adaptive check on the wire."""

from __future__ import annotations

from pydantic import Field
from typing_extensions import TypedDict

from credpath.api.schemas.credential_out import CredentialSummaryOut, summary_out
from credpath.api.schemas.goals import (
    DIGITS,
    GoalSummaryOut,
    InterpretationOut,
    goal_summary_out,
    interpretation_out,
)
from credpath.api.schemas.recommendations import ConstraintsIn, VersionsOut
from credpath.api.schemas.values import FullLabel, Id, Input, Label, Seed, Share
from credpath.domain.paths import Constraints
from credpath.recommender.next_question import Chosen, Outcome
from credpath.service.asking import Ask
from credpath.service.next_assessment import MAX_ITEMS, NextAssessment, Offer, OfferedItem


class ItemIn(Input):
    """A question that you can put to the learner."""

    item_id: Id = Field(examples=["sql-joins-3"])
    skill: FullLabel = Field(description="Skill URI or label.", examples=["SQL"])
    difficulty: Share | None = Field(None, description="Share of people expected to get it wrong.", examples=[0.4])


class NextAssessmentIn(Input):
    """Toward what, within which limits, and which items there are. Everything may be left out."""

    goal: Label = Field("", description="In words; empty means the learner's own goal.", examples=["data analyst"])
    occupation_uri: Label = Field("", description="The occupation that is meant, from `GET /v1/goals`.")
    constraints: ConstraintsIn | None = None
    items: list[ItemIn] = Field([], max_length=MAX_ITEMS, description="Of which one is chosen on the skill asked.")
    answered_items: list[Id] = Field(
        [],
        max_length=MAX_ITEMS,
        description="Items answered elsewhere; those behind stored results, however old, are known.",
    )
    only_items: bool = Field(
        False, strict=True, description="Ask only about skills on which an item is left, instead of about any."
    )
    even_if_sure: bool = Field(
        False, strict=True,
        description="Name the question that would help most even where `done` says that none is needed.",
    )  # fmt: skip
    seed: Seed = Field(0, description="Of the worlds that are drawn.")

    def ask(self, learner_id: str) -> Ask:
        """The use case's question."""
        return Ask(
            learner_id=learner_id,
            goal_text=self.goal,
            occupation_uri=self.occupation_uri,
            constraints=self.constraints.of() if self.constraints else Constraints(),
            limit=1,
            seed=self.seed,
        )

    def offer(self) -> Offer:
        """What can be put to the learner."""
        items = tuple(OfferedItem(one.item_id, one.skill, one.difficulty) for one in self.items)
        return Offer(items, frozenset(self.answered_items), self.only_items, self.even_if_sure)


class AskedSkillOut(TypedDict):
    """The skill to ask about, with what is known of it: probability, and a central 90 % interval."""

    uri: str
    label: str
    probability: float
    low: float
    high: float


class OutcomeOut(TypedDict):
    """The credential that an answer would put first, and the chance of that answer."""

    credential_id: str
    title: str
    chance: float
    changes_first: bool


class NextAssessmentOut(TypedDict):
    """What to ask next; with `done`, that asking more would not change the next credential. `why` says it in words.

    `credential` comes first now, null when nothing fits; `certainty` is the chance that it still does once everything
    is known, `expected_loss` the share of a score that keeping it costs on average. With `only_items`, skills without
    an item stay open in both, and certainty is at most that of what the items that are left will say. `reason` names
    the ending: certain, close, all_asked, no_items, no_skills, nothing_fits; null while not done. After no_items skills
    are still open, but no item that is left would change what comes first. `skill`, `if_right` and `if_wrong` are null
    once done, but with `even_if_sure` still say what would help most if something can be asked; `item_id` is null where
    no item on the skill is left.
    `questions_left` is a rough expectation, 0 once done.
    """

    learner_id: str
    goal: GoalSummaryOut
    interpretation: InterpretationOut | None
    done: bool
    reason: str | None
    why: str
    certainty: float
    expected_loss: float
    questions_left: int
    askable_skills: int
    skill: AskedSkillOut | None
    item_id: str | None
    if_right: OutcomeOut | None
    if_wrong: OutcomeOut | None
    credential: CredentialSummaryOut | None
    rivals: list[str]
    seed: int
    versions: VersionsOut
    unknown_skills: list[str]


def next_assessment_out(found: NextAssessment) -> NextAssessmentOut:
    """From the use case."""
    question, chosen = found.question, found.question.chosen
    return {
        "learner_id": found.learner_id,
        "goal": goal_summary_out(found.goal),
        "interpretation": interpretation_out(found.goal_answer) if found.goal_answer else None,
        "done": question.done,
        "reason": question.ending,
        "why": found.why,
        "certainty": round(question.certainty, DIGITS),
        "expected_loss": round(question.loss, DIGITS),
        "questions_left": question.left,
        "askable_skills": question.askable,
        "skill": _skill_out(chosen) if chosen else None,
        "item_id": found.item.item_id if found.item else None,
        "if_right": _outcome_out(chosen.if_right, found) if chosen else None,
        "if_wrong": _outcome_out(chosen.if_wrong, found) if chosen else None,
        "credential": summary_out(found.credentials[question.first]) if question.first else None,
        "rivals": list(question.rivals),
        "seed": found.seed,
        "versions": {"bundle": found.bundle_version, "catalogue": found.catalogue_version},
        "unknown_skills": list(found.unknown_skills),
    }


def _skill_out(chosen: Chosen) -> AskedSkillOut:
    mastery = chosen.belief.mastery
    low, high = mastery.interval
    return {
        "uri": mastery.skill_uri,
        "label": chosen.belief.label,
        "probability": mastery.probability,
        "low": low,
        "high": high,
    }


def _outcome_out(outcome: Outcome, found: NextAssessment) -> OutcomeOut:
    return {
        "credential_id": outcome.first,
        "title": found.credentials[outcome.first].title,
        "chance": round(outcome.chance, DIGITS),
        "changes_first": outcome.first != found.question.first,
    }
