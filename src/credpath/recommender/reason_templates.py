"""What reasons say: every sentence whole, as the key of its translations; see `credpath.domain.sayings`."""

from __future__ import annotations

from collections.abc import Mapping

from credpath.domain.sayings import Saying, message

YOUR_GOAL = Saying("your goal")

CLOSES_GAP = message("Closes {share:percent} of the gap to {goal}: {skills:list4}.")
# On a path, where earlier steps have closed a part already.
CLOSES_REST = message("Closes {share:percent} of what is then left of the gap to {goal}: {skills:list4}.")
CLOSES_AFTER_BEGUN = message(
    "Closes {share:percent} of what will be left of the gap to {goal} after what you have begun: {skills:list4}."
)
MORE_SKILLS = "{n:more_skill}"
# A skill of the gap by (whether something is known of it, how the credential teaches it).
DECLARED, INFERRED, BY_WAY_OF = range(3)
SKILLS: Mapping[tuple[bool, int], str] = {
    (True, DECLARED): message("{skill} (you show {shown:decimal} of {required:decimal})"),
    (True, INFERRED): message(
        "{skill} (you show {shown:decimal} of {required:decimal}; inferred from its description)"
    ),
    (True, BY_WAY_OF): message("{skill} (you show {shown:decimal} of {required:decimal}; by way of {other})"),
    (False, INFERRED): message("{skill} (inferred from its description)"),
    (False, BY_WAY_OF): message("{skill} (by way of {other})"),
}

UNLOCKS = message("Unlocks {titles:list1}.")
UNLOCKS_WITH_OTHERS = message("Needed, with others, for {title}.")
RECOMMENDED_BEFORE = message("Recommended before {title}, which closes up to {share:percent} of the gap.")
TEACHES_WHAT_IS_ASSUMED = message(
    "Teaches {skill}, which {title} assumes; that closes up to {share:percent} of the gap."
)

POPULAR = message("Popular: {learners:learner}.")
POPULAR_AND_FITTING = message("Among the most popular and best described that fit your limits.")
TEXT_CLOSE = message("Its description is close to {goal} (likeness {likeness:decimal} of 1).")
TEXT_NEAREST = message("Its description is the nearest to {goal} (likeness only {likeness:decimal} of 1).")

ALL_MET = message("You already meet its preparation: {names:list}.")
PART_MET = message("You meet part of its preparation: {names:list}.")
WAIVED = message("{title} is not needed first: what it teaches is shown, at least {shown:decimal} of each skill.")
RECOMMENDS_FIRST = message("Recommends {title} first, which you do not hold.")
ASSUMES_SHOWN = message("Assumes {skill}, of which you show {shown:decimal}.")
ASSUMES_UNSEEN = message("Assumes {skill}, for which there is no evidence yet.")
ASKS_FOR = message("Its record asks for: {words}.")

# By (whether ECTS are counted, whether more members may exist than are known).
STACKS: Mapping[tuple[bool, bool], str] = {
    (False, False): message("Counts toward {title}: {have:number} of {need:number} after this."),
    (True, False): message("Counts toward {title}: {have:number} of {need:number} ECTS after this."),
    (False, True): message("Counts toward {title}: {have:number} of {need:number} that are known here after this."),
    (True, True): message("Counts toward {title}: {have:number} of {need:number} ECTS that are known here after this."),
}

HOURS_STATED = message("{hours:hour}, {weeks:weeks} at {pace:number} h a week.")
HOURS_FROM_ECTS = message("About {hours:hour} (from {ects:ECTS}), {weeks:weeks} at {pace:number} h a week.")
HOURS_FROM_DURATION = message(
    "About {hours:hour} (from a duration of {duration:week}), {weeks:weeks} at {pace:number} h a week."
)
HOURS_ASSUMED = message(
    "Workload not stated; {hours:hour} are assumed for {kind}, {weeks:weeks} at {pace:number} h a week."
)
KINDS: Mapping[str, Saying] = {
    "micro-credential": Saying("a micro credential"),
    "certificate": Saying("a certificate"),
    "professional-certificate": Saying("a professional certificate"),
    "degree": Saying("a degree"),
}

FREE = message("Free.")
COSTS = message("Costs {cost:money}.")
COSTS_WITHIN_BUDGET = message("Costs {cost:money}, within your budget of {budget:money}.")
COST_NOT_COMPARABLE = message("Costs {cost:money}, which no exchange rate here can compare.")
PRICE_NOT_STATED = message("Price not stated.")
LANGUAGE_NOT_STATED = message("Language not stated.")

RATED = message("Rated {rating:rating}.")
RATED_BY = message("Rated {rating:rating} by {learners:learner}.")
DROPPED_BEFORE = message("You have begun this before and left it.")
OVER_LEVEL = message("Its level is {level:word}, and little of its field is shown yet.")
LEVELS = (
    message("introductory"), message("beginner"), message("basic"), message("foundation"), message("intermediate"),
    message("mixed"), message("advanced"), message("expert"),
)  # fmt: skip

TOOK_NEXT = message("{takers:number} of {leavers:number} learners who finished {title} took this next.")
TOOK_NEXT_WITH_GOAL = message(
    "{takers:number} of {leavers:number} learners with this goal who finished {title} took this next."
)
OFTEN_TAKEN_NEXT = message("Learners of {title} often take this next.")
FINISHED_WITH_GOAL = message("{finished:number} of {learners:number} learners with this goal finished it.")
