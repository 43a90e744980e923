"""What the forest of mastery reads of a learner's state: one definition, for one question and for a whole log.

`RISING` columns never fall with a right answer on the skill, `FALLING` ones never rise; the forest is constrained so.
The others tell which question is asked and when. They are the same before and after an answer, and stand at
`neutral` values where a skill is estimated rather than an answer to an item.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import mul

import numpy as np

from credpath.domain.mastery_parameters import GENERAL_RATES, SKILL_RATES, ItemFacts, MasteryParameters
from credpath.domain.mastery_state import GeneralState, LearnerState, SkillState
from credpath.domain.mastery_transition import faded, left_of_general, left_of_skill, still_known
from credpath.recommender.csr import Doubles, Floats
from credpath.recommender.mastery_items import CONTEXT, PAIRS

Near = Mapping[str, tuple[tuple[str, float], ...]]

_GENERAL_RIGHTS = tuple(f"general_rights_{rate:g}" for rate in GENERAL_RATES)
_GENERAL_WRONGS = tuple(f"general_wrongs_{rate:g}" for rate in GENERAL_RATES)
_RIGHTS = tuple(f"rights_{rate:g}" for rate in SKILL_RATES)
_WRONGS = tuple(f"wrongs_{rate:g}" for rate in SKILL_RATES)
# What `standing` reads, in that order.
STANDING = (
    *_GENERAL_RIGHTS, *_GENERAL_WRONGS, "general_elo", "general_quick", *_RIGHTS, *_WRONGS, "elo", "lowest_elo",
    "known", "least_known", "near", "likeness", "same_item", "same_item_ago", "last_score", "second_score",
    "third_score", "answers", "since_skill", "skills_met", "skills_asked",
)  # fmt: skip
# What a question adds: easiness of the item, of its skills, and whether an item is asked.
ASKED = ("easiness", "skill_easiness", "is_item", *CONTEXT, *PAIRS)
_GENERAL_SHARES = tuple(f"general_share_{rate:g}" for rate in GENERAL_RATES)
_SHARES = tuple(f"share_{rate:g}" for rate in SKILL_RATES)
DERIVED = (*_GENERAL_SHARES, *_SHARES, "logit", "quick_logit", "likeness_logit")
NAMES = (*STANDING, *ASKED, *DERIVED)
RISING = frozenset(
    (*_GENERAL_RIGHTS, *_RIGHTS, *_GENERAL_SHARES, *_SHARES, "general_elo", "general_quick", "elo", "lowest_elo",
     "known", "least_known", "near", "logit", "quick_logit")
)  # fmt: skip
FALLING = frozenset((*_GENERAL_WRONGS, *_WRONGS))
# What stands in where no item is asked: a typical item of the skill, asked at no particular moment.
NEUTRAL = {
    "likeness": 0.0, "same_item": -1.0, "same_item_ago": 0.0, "last_score": 0.5, "second_score": 0.5,
    "third_score": 0.5, "answers": -1.0, "since_skill": -1.0, "skills_met": -1.0, "skills_asked": 1.0, "is_item": 0.0,
    **dict.fromkeys(CONTEXT, 0.0), **dict.fromkeys(PAIRS, 0.0),
}  # fmt: skip
# One answer in three and one of two before any: keeps a share from jumping to 0 or 1 at the first answer.
FIRST_RIGHTS, FIRST_ANSWERS = 0.66, 1.0
LONG_AGO = 1000.0  # answers


def standing(
    state: LearnerState, skill_uris: Sequence[str], item_id: str, facts: ItemFacts, at: datetime,
    parameters: MasteryParameters, near: Near,
) -> list[float]:  # fmt: skip
    """The STANDING columns of one question, faded until `at`; of several skills the mean, and the least."""
    general, skills = state.general, state.skills
    read = [_skill(skills.get(uri), at, parameters, general.answers) for uri in skill_uris]
    own = read[0] if len(read) == 1 else [sum(column) / len(read) for column in zip(*read, strict=True)]
    place = len(_RIGHTS) + len(_WRONGS)
    elo, known, since = own[place : place + 3]
    last = [score for _, score in general.recent[:-4:-1]]
    likeness = sum(map(mul, general.vector, facts.vector)) if general.vector else 0.0
    return [
        *_general(general, at), *own[:place], elo, min(one[place] for one in read), known,
        min(one[place + 1] for one in read), nearby(state, skill_uris, at, near), likeness,
        *_same_item([skills[uri] for uri in skill_uris if uri in skills], item_id),
        *last, *[0.5] * (3 - len(last)), float(general.answers), since, float(len(skills)), float(len(read)),
    ]  # fmt: skip


def _general(general: GeneralState, at: datetime) -> list[float]:
    if not general.rights:
        return [0.0] * (2 * len(GENERAL_RATES) + 2)
    left = left_of_general(general, at)
    rights = general.rights if left == 1.0 else [total * left for total in general.rights]
    return [*rights, *general.wrongs, faded(general.elo, left), faded(general.quick, left)]


def _skill(skill: SkillState | None, at: datetime, parameters: MasteryParameters, answers: int) -> list[float]:
    if skill is None or not skill.rights:
        return [*[0.0] * (2 * len(SKILL_RATES)), 0.0, parameters.tracing.known_first, LONG_AGO]
    left = left_of_skill(skill, at)
    rights = skill.rights if left == 1.0 else [total * left for total in skill.rights]
    known = still_known(skill, parameters, left)
    since = min(LONG_AGO, float(answers - skill.answer))
    first = parameters.tracing.known_first
    return [*rights, *skill.wrongs, faded(skill.elo, left), first if known is None else known, since]


def nearby(state: LearnerState, skill_uris: Sequence[str], at: datetime, near: Near) -> float:
    """How far the learner stands above their general standing on related skills; 0 where nothing is known of them."""
    total, weights = 0.0, 1.0
    for uri in skill_uris:
        for other, weight in near.get(uri, ()):
            skill = state.skills.get(other)
            if skill is not None and skill.rights:
                total += weight * faded(skill.elo, left_of_skill(skill, at))
                weights += weight
    return total / weights


def _same_item(skills: Sequence[SkillState], item_id: str) -> tuple[float, float]:
    """(score of the last answer to the same item, -1 for none; how many answers on the skill ago)."""
    if item_id:
        for skill in skills:
            for ago, (other, score) in enumerate(reversed(skill.items), 1):
                if other == item_id:
                    return score, float(ago)
    return -1.0, 0.0


def columns(stood: Doubles, asked: Doubles) -> Floats:
    """(n, len(STANDING)), (n, len(ASKED)) -> (n, len(NAMES)) as the forest reads them."""
    rights, wrongs = stood[:, _EVERY_RIGHTS], stood[:, _EVERY_WRONGS]
    shares = (rights + FIRST_RIGHTS) / (rights + wrongs + FIRST_ANSWERS)
    easiness, general = asked[:, :1], stood[:, _GENERAL_ELO, None]
    logits = (easiness + general + stood[:, _ELO, None], easiness + stood[:, _QUICK, None],
              easiness + stood[:, _LIKENESS, None])  # fmt: skip
    return np.concatenate((stood, asked, shares, *logits), axis=1, dtype=np.float32, casting="same_kind")


_EVERY_RIGHTS = [STANDING.index(name) for name in (*_GENERAL_RIGHTS, *_RIGHTS)]
_EVERY_WRONGS = [STANDING.index(name) for name in (*_GENERAL_WRONGS, *_WRONGS)]
_GENERAL_ELO, _QUICK, _ELO, _LIKENESS = map(STANDING.index, ("general_elo", "general_quick", "elo", "likeness"))
_SET = [place for place, name in enumerate(STANDING) if name in NEUTRAL]
_SET_TO = np.array([NEUTRAL[STANDING[place]] for place in _SET])


def neutral(stood: Doubles, easiness: Doubles) -> tuple[Doubles, Doubles]:
    """(standing, asked) of the same rows where a skill of that easiness (n,) is estimated, not an answer to an item."""
    stood = stood.copy()
    stood[:, _SET] = _SET_TO
    asked = np.zeros((len(stood), len(ASKED)))  # NEUTRAL has no other value in these columns
    asked[:, :2] = easiness[:, None]
    return stood, asked
