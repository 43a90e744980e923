"""What is said of a path as a whole: what would have to give, and what changed; see `credpath.domain.sayings`."""

from __future__ import annotations

from collections.abc import Mapping

from credpath.domain.sayings import Saying, message

NO_GOAL = message("Name a goal: without one there is nothing to plan toward.")
ONLY_WORDS = message("The goal is known by its words alone, and nothing that fits comes close to them.")
NOTHING_MISSING = message("Nothing is missing: every skill of the goal is there already.")
REST = message(
    "{left:percent} of the gap stays open: nothing else that fits closes enough of it to be worth its hours."
)
NOTHING_FITS = message("Nothing that would bring the goal nearer is within all these limits together.")
PLAN_AGAIN = message("After {steps:number} steps {left:percent} of the gap is left; plan again from there.")
NOT_TAUGHT = message("Nothing in the catalogue teaches {skills:list} ({share:percent} of the gap).")

NOTHING_MORE = message("What you have begun closes the rest of the gap: nothing more is needed.")
BEGUN = message(
    "First comes what you have begun: {titles:list} ({hours:hour} left, at your hours a week since you took it up). "
    "The path starts after it and counts what it closes."
)
OVERDUE = message(
    "You have begun {titles:list}, which at your hours a week would be finished by now. The path counts what it closes "
    "and does not wait for it; say that you have left it if you have."
)

# Each twice: when it adds one credential to the path, and when it allows another path.
HOURS = (
    message("{hours:hour} more would add {title} (closes {share:percent} of the gap)."),
    message(
        "{hours:hour} more would allow another path, which closes {then:percent} of the gap instead of {now:percent}."
    ),
)
WEEKS = (
    message("{weeks:week} more would add {title} (closes {share:percent} of the gap)."),
    message(
        "{weeks:week} more would allow another path, which closes {then:percent} of the gap instead of {now:percent}."
    ),
)
MONEY = (
    message("{money:money} more would add {title} (closes {share:percent} of the gap)."),
    message(
        "{money:money} more would allow another path, which closes {then:percent} of the gap instead of {now:percent}."
    ),
)
PARALLEL = message("Taking {count:number} at once would close {then:percent} of the gap instead of {now:percent}.")
LANGUAGES = message("Credentials in other languages would close {then:percent} of the gap instead of {now:percent}.")
START = message("Starting {weeks:week} earlier would close {then:percent} of the gap instead of {now:percent}.")
SKILLS = message("Without {skills:list} the rest of the goal fits: {then:percent} of its gap would be closed.")
PIN = message(
    "Without {title}, which is pinned, the path would close {then:percent} of the gap instead of {now:percent}."
)
PIN_OUT = message("{title} is pinned, but it is not on the path: {why}")
STACK_OUT = message("{title} is not completed on this path: {why}")
STACK = message("Without completing {title} the path would close {then:percent} of the gap instead of {now:percent}.")
WISHES: Mapping[str, str] = {
    "participation": message(
        "Other forms of participation would close {then:percent} of the gap instead of {now:percent}."
    ),
    "accredited": message(
        "Credentials without stated quality assurance would close {then:percent} of the gap instead of {now:percent}."
    ),
    "awarding_bodies": message("Other awarding bodies would close {then:percent} of the gap instead of {now:percent}."),
}  # fmt: skip
ALL_WISHES = message(
    "Without the wishes for language, participation, quality assurance and awarding body together, {then:percent} of "
    "the gap would be closed instead of {now:percent}."
)

# Why a credential cannot be a step, by the filter that takes it.
WHY: Mapping[str, Saying] = {
    "unknown": Saying(message("the catalogue no longer has it.")),
    "held": Saying(message("it is held already.")),
    "in_progress": Saying(message("it is under way already.")),
    "superseded": Saying(message("a newer version replaces it.")),
    "not_offered": Saying(message("it is not offered now.")),
    "ended": Saying(message("it can no longer be started.")),
    "not_started_yet": Saying(message("it starts too late.")),
    "dismissed": Saying(message("it was dismissed.")),
    "excluded": Saying(message("it is excluded.")),
    "language": Saying(message("it is in none of the languages that suit.")),
    "country": Saying(message("it is not open to the country.")),
    "participation": Saying(message("its form of participation does not suit.")),
    "accredited": Saying(message("its record states no quality assurance.")),
    "awarding_body": Saying(message("another body awards it.")),
    "budget": Saying(message("it costs more than the budget.")),
    "cost_unknown_currency": Saying(message("its price cannot be compared with the budget.")),
    "too_long": Saying(message("it is longer than the weeks allow.")),
    "prerequisite": Saying(message("what it requires cannot be met.")),
    "limits": Saying(message("it does not fit into hours, money and dates together with the rest.")),
}  # fmt: skip

# A change must bring `margin`; another path is worth `gain` more.
CHANGE_GONE = message("{title} is no longer on the path: {why}")
CHANGE_ADDED = message("{title} is new: a path with it is worth {gain:percent} more (a change takes {margin:percent}).")
CHANGE_LEFT_OUT = message(
    "{title} is left out: a path without it is worth {gain:percent} more (a change takes {margin:percent})."
)
CHANGE_MOVED = message(
    "{title} moves from step {before:number} to step {after:number}: "
    "the new path is worth {gain:percent} more (a change takes {margin:percent})."
)
CHANGE_IN_ITS_PLACE = message("{title} is new: the path before no longer fits; this closes {share:percent} of the gap.")
CHANGE_EXTENDED = message("{title} is added at the end: it closes {share:percent} of the gap.")
CHANGE_REORDERED = message(
    "{title} moves from step {before:number} to step {after:number}, since the order before no longer fits."
)
