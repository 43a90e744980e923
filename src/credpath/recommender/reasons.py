"""Why this one: sentences made of the very numbers that ranked it, each carrying its number.

`amount` is the value of the feature that the sentence speaks of: gap_share for "closes_gap", unlock_share for
"unlocks", hours for "effort", and so on. Nothing is said that the ranker did not see. Each sentence is a template of
its own, whole, with typed values: other languages order the words in their own way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from credpath.domain.catalogue import Credential, Preparation
from credpath.domain.paths import Reason, StackProgress
from credpath.domain.sayings import Saying
from credpath.recommender import reason_templates as say
from credpath.recommender.columns import ASSUMED, STATED
from credpath.recommender.features import Situation
from credpath.recommender.log_reasons import from_logs
from credpath.recommender.waivers import waived_for, waivers_of
from credpath.recommender.wording import reason, shortened

Features = Mapping[str, float]
Pieces = list[tuple[Preparation, float]]  # of a credential's preparation, with how far each is met
WORTH_SAYING = 0.005  # a share of the gap below half a percent is no reason
ALIKE = 0.3  # cosine from which on two texts may be called close
WELL_RATED = 4.0
FEW_RATERS = 5
MET, PARTLY_MET = 0.999, 0.5


def reasons_for(
    s: Situation,
    place: int,
    features: Features,
    unlocked: tuple[int, ...],
    stacks: tuple[StackProgress, ...],
    pieces: Pieces,
) -> tuple[Reason, ...]:
    """Most important first, cautions last. `unlocked`: rows that become open once this one is held."""
    row = int(s.candidates.rows[place])
    credential = s.index.credentials[row]
    leading = [*_gap(s, place, features), *_unlocks(s, row, features, unlocked), *_prepares(s, row, features)]
    leading.sort(key=lambda reason: -reason.amount)
    others = from_logs(s, row, features)
    leading = leading or others or [_why_at_all(s, credential, features)]
    ready, unprepared = _preparation(s, pieces, features)
    return (
        *leading,
        *(reason for reason in others if reason not in leading),
        *ready,
        *_waived(s, row),
        *_stack(stacks, features),
        _effort(s, credential, row, features),
        *_cost(s, credential, features),
        *_quality(credential, features),
        *_likeness(s, features, leading),
        *unprepared,
        *_cautions(s, credential, row, features),
    )


def goal_name(s: Situation) -> str | Saying:
    """The occupation's label, the learner's own words, or "your goal"."""
    return shortened(s.gap.goal.label or s.gap.goal.text, 80) or say.YOUR_GOAL


def _gap(s: Situation, place: int, f: Features) -> Iterator[Reason]:
    if f["gap_share"] < WORTH_SAYING:
        return
    amounts, skills = s.amounts[place].tolist(), s.gap.skills
    moved = s.amounts[place].nonzero()[0].tolist()
    moved.sort(key=lambda j: (-amounts[j], skills[j].skill_uri))
    declared = _declared(s, int(s.candidates.rows[place]))
    named = [_skill(s, j, int(s.via[place, j]), declared) for j in moved[:3]]
    if len(moved) > 3:
        named.append(Saying(say.MORE_SKILLS, {"n": len(moved) - 3}))
    share, uri = f["gap_share"], skills[moved[0]].skill_uri
    template = say.CLOSES_AFTER_BEGUN if s.looks_ahead else say.CLOSES_GAP
    yield reason("closes_gap", template, share, uri, share=share, goal=goal_name(s), skills=tuple(named))


def _skill(s: Situation, j: int, via: int, declared: frozenset[int]) -> str | Saying:
    """A needed skill with what is known of it: "SQL (you show 0.10 of 0.75)"."""
    skill, place = s.gap.skills[j], int(s.gap.places[j])
    known = skill.skill_uri in s.standing.snapshot.mastery or bool(s.standing.support[place] > 0)
    values: dict[str, object] = {"skill": skill.label or s.index.space.labels[place]}
    if known:
        values |= {"shown": float(s.standing.support[place]), "required": float(s.gap.required[j])}
    taught = say.DECLARED if place in declared else say.INFERRED
    if via >= 0:  # it teaches a skill close to the needed one, not that one itself
        taught, values["other"] = say.BY_WAY_OF, s.index.space.labels[via]
    template = say.SKILLS.get((known, taught))
    return Saying(template, values) if template else str(values["skill"])


def _declared(s: Situation, row: int) -> frozenset[int]:
    """Skills that the source itself says the credential teaches."""
    taught = s.index.taught
    mine = slice(*taught.starts[row : row + 2].tolist())
    return frozenset(taught.skills[mine][taught.declared[mine]].tolist())


def _unlocks(s: Situation, row: int, f: Features, unlocked: tuple[int, ...]) -> Iterator[Reason]:
    if f["unlock_share"] < WORTH_SAYING:
        return
    titles = tuple(s.index.credentials[other].title for other in unlocked)
    if titles:
        yield reason("unlocks", say.UNLOCKS, f["unlock_share"], titles=titles)
        return
    waiting = [o for o in s.index.graph.required_by[row].tolist() if s.eligibility.possible[o]]
    best = min(waiting, key=lambda o: (-s.worth.closes[o], o))
    title = s.index.credentials[best].title
    yield reason("unlocks", say.UNLOCKS_WITH_OTHERS, f["unlock_share"], title=title)


def _prepares(s: Situation, row: int, f: Features) -> Iterator[Reason]:
    if f["prepares_share"] < max(WORTH_SAYING, f["unlock_share"]):
        return
    found = _prepared_for(s, row)
    if found is None:
        return
    skill, later = found
    title, share = s.index.credentials[later].title, float(s.worth.closes[later] / s.gap.total)
    if skill < 0:
        yield reason("prepares", say.RECOMMENDED_BEFORE, f["prepares_share"], title=title, share=share)
        return
    label = s.index.space.labels[skill]
    yield reason("prepares", say.TEACHES_WHAT_IS_ASSUMED, f["prepares_share"], skill=label, title=title, share=share)


def _prepared_for(s: Situation, row: int) -> tuple[int, int] | None:
    """(the skill that connects them or -1, the row of the best credential that this one prepares for)."""
    table, taught = s.index.preparations, s.index.taught
    mine = taught.skills[taught.starts[row] : taught.starts[row + 1]]
    entries = ((table.nodes == row) | np.isin(table.skills, mine)).nonzero()[0]
    later = [
        e for e in entries.tolist() if s.eligibility.eligible[table.rows[e]] or s.eligibility.locked[table.rows[e]]
    ]
    if not later:
        return None
    best = min(later, key=lambda e: (-table.confidence[e] * s.worth.closes[table.rows[e]], e))
    return (-1 if table.nodes[best] == row else int(table.skills[best])), int(table.rows[best])


def _why_at_all(s: Situation, credential: Credential, f: Features) -> Reason:
    """For what neither closes nor opens anything: nearness in words, else that many take it."""
    if s.goal_vector is not None and not s.candidates.degraded and f["goal_match"] >= WORTH_SAYING:
        return _text_reason(s, f)
    if credential.learner_count:
        return reason("popular", say.POPULAR, f["popularity"], learners=credential.learner_count)
    return reason("popular", say.POPULAR_AND_FITTING, f["popularity"])


def _text_reason(s: Situation, f: Features) -> Reason:
    likeness = f["goal_match"]
    template = say.TEXT_NEAREST if likeness < ALIKE else say.TEXT_CLOSE
    return reason("goal_text", template, likeness, goal=goal_name(s), likeness=likeness)


def _likeness(s: Situation, f: Features, leading: list[Reason]) -> Iterator[Reason]:
    if f["goal_match"] >= ALIKE and all(reason.kind != "goal_text" for reason in leading):
        yield _text_reason(s, f)


def preparation_met(s: Situation, row: int) -> Pieces:
    """Each piece of the credential's preparation with how far it is met, 0..1."""
    if not s.index.credentials[row].preparation:
        return []
    table = s.index.preparations
    entries = np.arange(*table.starts[row : row + 2])
    met = table.met(entries, s.standing.held, s.standing.support, s.index.taught)
    skills = (s.index.space.uris[skill] if skill >= 0 else "" for skill in table.skills[entries].tolist())
    named = zip(s.index.credentials[row].preparation, skills, met.tolist(), strict=True)
    return [(replace(piece, skill_uri=uri) if uri else piece, share) for piece, uri, share in named]


def preparation_name(s: Situation, piece: Preparation) -> str:
    """A credential's title, a skill's label, or the words as they stand."""
    other = s.index.position.get(piece.credential_id)
    if other is not None:
        return s.index.credentials[other].title
    skill = s.index.space.position.get(piece.skill_uri)
    words = piece.label or (s.index.space.labels[skill] if skill is not None else "")
    return shortened(words or piece.credential_id or piece.skill_uri, 100)


def _waived(s: Situation, row: int) -> Iterator[Reason]:
    """Hard prerequisites that mastery stands in for."""
    nodes = waived_for(s.index, row, s.standing.held, s.eligibility.waived)
    for waiver in waivers_of(s.index, s.standing.snapshot, nodes):
        title = s.index.credentials[s.index.position[waiver.credential_id]].title
        yield reason("ready", say.WAIVED, waiver.mastery, waiver.skill_uri, title=title, shown=waiver.mastery)


def _preparation(s: Situation, pieces: Pieces, f: Features) -> tuple[list[Reason], list[Reason]]:
    """(what is met, what is not)."""
    met = tuple(preparation_name(s, piece) for piece, share in pieces if share >= MET)
    ready = []
    if met:
        template = say.ALL_MET if len(met) == len(pieces) else say.PART_MET
        ready = [reason("ready", template, f["readiness"], names=met)]
    lacking = [_lacking(s, piece, f) for piece, share in pieces if share < MET]
    return ready, lacking[:3]


def _lacking(s: Situation, piece: Preparation, f: Features) -> Reason:
    name, uri, amount = preparation_name(s, piece), piece.skill_uri, f["unmet_preparation"]
    if piece.credential_id:
        return reason("caution", say.RECOMMENDS_FIRST, amount, uri, title=name)
    if uri in s.standing.snapshot.mastery:
        shown = s.standing.snapshot.probability(uri)
        return reason("caution", say.ASSUMES_SHOWN, amount, uri, skill=name, shown=shown)
    if uri:
        return reason("caution", say.ASSUMES_UNSEEN, amount, uri, skill=name)
    return reason("caution", say.ASKS_FOR, amount, uri, words=name)


def _stack(stacks: tuple[StackProgress, ...], f: Features) -> Iterator[Reason]:
    for stack in stacks[:1]:
        template = say.STACKS[stack.unit == "ECTS", stack.partial]
        after = min(stack.after, stack.need)
        yield reason("stack", template, f["stack_progress"], title=stack.title, have=after, need=stack.need)


def _effort(s: Situation, credential: Credential, row: int, f: Features) -> Reason:
    told = {"hours": f["hours"], "weeks": f["weeks"], "pace": s.hours_per_week}
    source = s.index.columns.hours_source[row]
    if source == ASSUMED:
        return reason("caution", say.HOURS_ASSUMED, f["hours"], kind=say.KINDS[credential.kind], **told)
    if source == STATED:
        return reason("effort", say.HOURS_STATED, f["hours"], **told)
    if credential.ects:
        return reason("effort", say.HOURS_FROM_ECTS, f["hours"], ects=credential.ects, **told)
    return reason("effort", say.HOURS_FROM_DURATION, f["hours"], duration=credential.duration_weeks or 0.0, **told)


def _cost(s: Situation, credential: Credential, f: Features) -> Iterator[Reason]:
    cost, budget = credential.cost, s.limits.budget
    if cost is None or not f["cost_known"]:
        return
    if cost.amount == 0:
        yield reason("cost", say.FREE, f["cost_usd"])
    elif budget is None:
        yield reason("cost", say.COSTS, f["cost_usd"], cost=cost)
    else:
        yield reason("cost", say.COSTS_WITHIN_BUDGET, f["cost_usd"], cost=cost, budget=budget)


def _quality(credential: Credential, f: Features) -> Iterator[Reason]:
    rating, count = credential.rating, credential.rating_count
    if rating is None or rating < WELL_RATED or (count is not None and count < FEW_RATERS):
        return
    if count:
        yield reason("quality", say.RATED_BY, f["quality"], rating=rating, learners=count)
    else:
        yield reason("quality", say.RATED, f["quality"], rating=rating)


def _cautions(s: Situation, credential: Credential, row: int, f: Features) -> Iterator[Reason]:
    if credential.credential_id in s.standing.snapshot.dropped:
        yield reason("caution", say.DROPPED_BEFORE, 1.0)
    if f["over_level"] > 0:
        level = credential.level or (f"EQF {credential.eqf_level}" if credential.eqf_level else "advanced")
        yield reason("caution", say.OVER_LEVEL, f["over_level"], level=level)
    if credential.cost is None:
        yield reason("caution", say.PRICE_NOT_STATED, f["cost_known"])
    elif not f["cost_known"]:
        yield reason("caution", say.COST_NOT_COMPARABLE, f["cost_known"], cost=credential.cost)
    if s.limits.languages and s.index.languages.unstated[row]:
        yield reason("caution", say.LANGUAGE_NOT_STATED, 0.0)
