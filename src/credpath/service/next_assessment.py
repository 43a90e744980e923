"""What to ask a learner next, so that the next credential toward the goal is certain soonest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from credpath.domain.catalogue import Credential
from credpath.domain.evidence import EvidenceKind
from credpath.domain.experiments import assign
from credpath.domain.goals import CareerGoal, GoalAnswer
from credpath.domain.rules import MAX_LABEL, check_id, check_optional, check_text
from credpath.domain.sayings import Saying, message
from credpath.errors import InvalidInput
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.next_beliefs import Answering, Asking
from credpath.recommender.next_item import Item, next_item
from credpath.recommender.next_question import Chosen, Ending, NextQuestion, next_question
from credpath.recommender.ranking import Policy
from credpath.recommender.wording import part, sentence, shortened
from credpath.service.asking import Ask, Question, understand
from credpath.service.context import Context
from credpath.service.expected_answers import Expecting, not_due, with_answers
from credpath.service.loading import LoadedTaxonomy
from credpath.service.mastery_models import model_of
from credpath.service.recommending import learned_for, request
from credpath.store.learners import items_answered

MAX_ITEMS = 1_000
# Two items of this hour may look certain that two more would turn; those of last week are not looked at again.
SITTING = timedelta(hours=24)
NAMED = 3  # goals and rivals that a sentence names

QUOTED, ANOTHER = "{title:quoted}", Saying("another credential")
DECIDES = message("{skill} decides: {right:quoted} comes first if it is held, {wrong:quoted} if not.")
TELLS_MOST = message(
    "{skill} tells most of whether {first:quoted} stays first; a chance of {chance:percent} says {rivals:list} instead."
)
ALL_ASKED = message("Every skill of {goal} that can be asked about is known well enough; {first:quoted} comes first.")
CERTAIN = message("{first:quoted} comes first in {share:percent} of the ways in which the open answers may fall.")
NO_ITEMS = message(
    "No item that is left would change it: {first:quoted} comes first, and in {share:percent} of the ways in which the "
    "answers on all open skills may fall."
)
HARDLY_BETTER = message(
    "{rivals:list} may come first instead of {first:quoted}, and would be better by hardly anything."
)
NOTHING_FITS = Saying("Nothing in the catalogue may come next within these limits, so no answer would change it.")
NO_CATALOGUE = Saying(
    "The catalogue is empty, so nothing can be recommended; whoever runs the service imports one with "
    "`credpath import catalogue FILE`."
)
NO_SKILLS = message("No occupation is close to {goal:quoted}, so no list of skills to ask about is known.")
NO_SKILLS_BUT_NEAR = message(
    "No occupation is close to {goal:quoted}, so no list of skills to ask about is known; "
    "the nearest are {nearest:list}."
)


@dataclass(frozen=True, slots=True)
class OfferedItem:
    """A question that the tenant can put, on a skill by URI or label. `difficulty`: share of people who miss it."""

    item_id: str
    skill: str
    difficulty: float | None = None

    def __post_init__(self) -> None:
        check_id(self.item_id, "item_id")
        check_text(self.skill, "skill", limit=MAX_LABEL, empty=False)
        check_optional(self.difficulty, "difficulty", high=1.0)


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be put to the learner. Without `items` any skill can be asked about.

    `answered`: items that were answered elsewhere. `only_items`: skills without an open item are not asked about.
    `even_if_sure`: name the best question even where the next credential is sure already.
    """

    items: tuple[OfferedItem, ...] = ()
    answered: frozenset[str] = frozenset()
    only_items: bool = False
    even_if_sure: bool = False

    def __post_init__(self) -> None:
        if len(self.items) > MAX_ITEMS:
            raise InvalidInput(f"{len(self.items)} items, over {MAX_ITEMS}", where="items", fix="send those that fit")
        if self.only_items and not self.items:
            raise InvalidInput("only_items is set and no items are given", where="items", fix="send items")


@dataclass(frozen=True, slots=True)
class NextAssessment:
    """The question, or why there is none. `credentials`: records of all that the question names.

    `said`, `why`: one sentence for a teacher; where the next credential is sure, that it is, even if a question was
    wanted all the same. `item`: what to put, where the tenant offered items on the skill.
    """

    learner_id: str
    goal: CareerGoal
    goal_answer: GoalAnswer | None
    question: NextQuestion
    said: Saying
    item: Item | None
    credentials: Mapping[str, Credential]
    unknown_skills: tuple[str, ...]
    seed: int
    bundle_version: str
    catalogue_version: str

    @property
    def why(self) -> str:
        """The sentence in English."""
        return sentence(part(self.said))


def next_assessment(
    context: Context, tenant: str, ask: Ask, offer: Offer | None = None, answers: Mapping[str, bool] | None = None
) -> NextAssessment:
    """Reads the learner and chooses. Writes nothing: same learner, goal and seed, same question.

    `answers`: skill URI -> right or not, given in this sitting and not stored. Raises InvalidInput without a goal,
    NotFound for an unknown learner.
    """
    offer, now = offer or Offer(), context.clock()
    asked = toward_a_goal(understand(context, tenant, ask))
    model = model_of(asked.learned)
    kind: EvidenceKind = "item" if offer.items else "assessment"
    snapshot = with_answers(asked.snapshot, answers or {}, kind, now, model)
    asked = replace(asked, snapshot=snapshot)
    asking = Asking(even_if_sure=offer.even_if_sure)
    skills = skills_of(asked.goal)
    since = now - SITTING if offer.only_items else None
    only = skills - not_due(snapshot, skills, model, asking, since)
    done = offer.answered | _answered_before(context, tenant, ask.learner_id, offer)
    answering = Expecting(snapshot.kept.state, model, kind, now)
    return ask_next(context, tenant, ask, asked, Check(answering, asking, only, offer, done, now))


@dataclass(frozen=True, slots=True)
class Check:
    """What one question is chosen by. `only`: the skills that are open; `done`: items that were answered."""

    answering: Answering
    asking: Asking
    only: frozenset[str]
    offer: Offer
    done: frozenset[str]
    now: datetime


def ask_next(context: Context, tenant: str, ask: Ask, asked: Question, check: Check) -> NextAssessment:
    """Chooses among what is open and can be put to the learner."""
    offer = check.offer
    items, unknown = known_items(offer.items, asked.taxonomy)
    open_items = Counter(one.skill_uri for one in items if one.item_id not in check.done)
    asking = replace(request(context, tenant, asked, ask, ask.seed or 0, check.now), policy=Policy())
    learned = learned_for(asked, assign(context.preferences.experiments, tenant, ask.learner_id))
    index = asked.catalogue.index
    found = next_question(
        index, asking, check.answering, check.asking, learned, check.only, open_items if offer.only_items else None
    )
    credentials = _named(index, found)
    return NextAssessment(
        learner_id=ask.learner_id,
        goal=asked.goal,
        goal_answer=asked.goal_answer,
        question=found,
        said=why(asked, found, credentials),
        item=next_item(items, found.chosen.belief.mastery, check.done) if found.chosen else None,
        credentials=credentials,
        unknown_skills=tuple(sorted({*asked.unknown_skills, *unknown})),
        seed=asking.seed,
        bundle_version=asked.bundle_version,
        catalogue_version=index.version,
    )


def toward_a_goal(asked: Question) -> Question:
    """The same, with a goal. Raises InvalidInput without one."""
    if not (asked.goal.text.strip() or asked.goal.occupation_uri):
        raise InvalidInput(
            "there is no career goal, so nothing to ask toward", where="goal",
            fix="send `goal`, or PUT the learner with a goal",
        )  # fmt: skip
    return asked


def skills_of(goal: CareerGoal) -> frozenset[str]:
    """Their URIs."""
    return frozenset(skill.skill_uri for skill in goal.skills)


def _answered_before(context: Context, tenant: str, learner_id: str, offer: Offer) -> frozenset[str]:
    """From the whole log: an item that was answered years ago is still known to the learner."""
    if not offer.items or not learner_id:
        return frozenset()
    with context.database.read() as connection:
        return items_answered(connection, tenant, learner_id)


def known_items(offered: Sequence[OfferedItem], taxonomy: LoadedTaxonomy) -> tuple[tuple[Item, ...], set[str]]:
    """The items on skills that the taxonomy knows, and the words of the other skills."""
    matches = {words: taxonomy.resolve(words) for words in sorted({one.skill for one in offered})}
    known = [(one, match.skill_uri) for one in offered if (match := matches[one.skill])]
    items = tuple(Item(one.item_id, uri, one.difficulty) for one, uri in known)
    return items, {words for words, match in matches.items() if match is None}


def _named(index: CatalogueIndex, found: NextQuestion) -> dict[str, Credential]:
    outcomes = [found.chosen.if_right.first, found.chosen.if_wrong.first] if found.chosen else []
    ids = {i for i in (found.first, *outcomes, *found.rivals) if i}
    return {i: index.credentials[index.position[i]] for i in sorted(ids)}


def why(asked: Question, found: NextQuestion, credentials: Mapping[str, Credential]) -> Saying:
    """One sentence: why this is asked, or why nothing more is."""
    if found.ending == "no_skills":
        return _no_skills(asked)
    if found.ending == "nothing_fits":
        return NOTHING_FITS if asked.catalogue.index.ids else NO_CATALOGUE
    if found.chosen is not None and not found.done:
        return _why_ask(found.chosen, found, credentials)
    first, goal = _title(credentials, found.first), shortened(asked.goal.label or asked.goal.text, 80)
    endings: Mapping[Ending | None, Saying] = {
        "all_asked": Saying(ALL_ASKED, {"goal": goal, "first": first}),
        "no_items": Saying(NO_ITEMS, {"first": first, "share": found.certainty}),
        "certain": Saying(CERTAIN, {"first": first, "share": found.certainty}),
    }
    closely = Saying(HARDLY_BETTER, {"rivals": _titles(credentials, found.rivals), "first": first})
    return endings.get(found.ending, closely)


def _why_ask(chosen: Chosen, found: NextQuestion, credentials: Mapping[str, Credential]) -> Saying:
    skill = chosen.belief.label
    right, wrong = _title(credentials, chosen.if_right.first), _title(credentials, chosen.if_wrong.first)
    if right != wrong:
        return Saying(DECIDES, {"skill": skill, "right": right, "wrong": wrong})
    first, rivals = _title(credentials, found.first), _titles(credentials, found.rivals)
    return Saying(TELLS_MOST, {"skill": skill, "first": first, "chance": 1.0 - found.certainty, "rivals": rivals})


def _no_skills(asked: Question) -> Saying:
    nearest = tuple(match.label for match in asked.goal_answer.matches[:NAMED]) if asked.goal_answer else ()
    goal = shortened(asked.goal.text, 80)
    return Saying(NO_SKILLS_BUT_NEAR if nearest else NO_SKILLS, {"goal": goal, "nearest": nearest})


def _title(credentials: Mapping[str, Credential], credential_id: str) -> str:
    return shortened(credentials[credential_id].title, 80)


def _titles(credentials: Mapping[str, Credential], ids: Iterable[str]) -> tuple[Saying, ...]:
    return tuple(Saying(QUOTED, {"title": _title(credentials, i)}) for i in ids)[:NAMED] or (ANOTHER,)
