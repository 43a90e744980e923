"""Whether the catalogue fits the goal at all: an answer is never empty, so a poor one has to say that it is."""

from __future__ import annotations

from collections.abc import Sequence

from credpath.domain.goals import CareerGoal
from credpath.domain.paths import RecommendedItem, Step
from credpath.domain.sayings import Saying, message
from credpath.recommender.wording import said

# A slate of which nothing closes so much of the gap leads nowhere; neither does a path where so much of the gap is
# taught by nothing.
LEAST_CLOSED, MOST_UNTAUGHT = 0.02, 0.5

SLATE = "The catalogue hardly fits this goal: even the best of these closes {share:percent} of the gap."
SLATE_OF_NONE = "The catalogue hardly fits this goal: none of these closes anything of the gap."
WORDS = message(
    "Which skills this goal needs is not known, so this is what reads most like its words; what it closes cannot be "
    "said."
)
PATH = message("The catalogue hardly fits this goal: nothing in it teaches {share:percent} of the gap.")


def fit_of_slate(items: Sequence[RecommendedItem], goal: CareerGoal) -> tuple[str, ...]:
    """What is to be said of a slate of which the best closes next to nothing; () while nothing is missing."""
    if items and _is_words(goal):
        return (WORDS,)
    open_for = [item.features for item in items if item.features.get("goal_gap", 0.0) > 0]
    most = max((features["gap_share"] for features in open_for), default=LEAST_CLOSED)
    if most >= LEAST_CLOSED:
        return ()
    return (said(SLATE, {"share": most}) if most > 0 else SLATE_OF_NONE,)


def fit_of_path(untaught: float, goal: CareerGoal, steps: Sequence[Step]) -> tuple[Saying, ...]:
    """The same of a path; `untaught`: the share of today's gap that nothing in the catalogue brings nearer."""
    if steps and _is_words(goal):
        return (Saying(WORDS),)
    return (Saying(PATH, {"share": untaught}),) if untaught >= MOST_UNTAUGHT else ()


def _is_words(goal: CareerGoal) -> bool:
    return bool(goal.text) and not goal.skills
