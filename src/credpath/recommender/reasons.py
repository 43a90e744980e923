"""Why this one: sentences made of the very numbers that ranked it, each carrying its number.

`amount` is the value of the feature that the sentence speaks of: gap_share for "closes_gap", unlock_share for
"unlocks", hours for "effort", and so on. Nothing is said that the ranker did not see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from credpath.domain.catalogue import Credential, Preparation
from credpath.domain.paths import Reason, StackProgress
from credpath.recommender.columns import ASSUMED, STATED
from credpath.recommender.features import Situation
from credpath.recommender.log_reasons import from_logs
from credpath.recommender.wording import counted, listed, money, number, percent, sentence, shortened, weeks

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
        *_stack(s, stacks, features),
        _effort(s, credential, row, features),
        *_cost(s, credential, features),
        *_quality(credential, features),
        *_likeness(s, features, leading),
        *unprepared,
        *_cautions(s, credential, row, features),
    )


def goal_name(s: Situation) -> str:
    """The occupation's label, the learner's own words, or "your goal"."""
    return shortened(s.gap.goal.label or s.gap.goal.text, 80) or "your goal"


def _gap(s: Situation, place: int, f: Features) -> Iterator[Reason]:
    if f["gap_share"] < WORTH_SAYING:
        return
    amounts, skills = s.amounts[place].tolist(), s.gap.skills
    moved = s.amounts[place].nonzero()[0].tolist()
    moved.sort(key=lambda j: (-amounts[j], skills[j].skill_uri))
    declared = _declared(s, int(s.candidates.rows[place]))
    named = [_skill(s, j, int(s.via[place, j]), declared) for j in moved[:3]]
    rest = [counted(len(moved) - 3, "more skill")] if len(moved) > 3 else []
    text = f"closes {percent(f['gap_share'])} of the gap to {goal_name(s)}: {listed([*named, *rest], 4)}"
    yield Reason("closes_gap", sentence(text), f["gap_share"], skills[moved[0]].skill_uri)


def _skill(s: Situation, j: int, via: int, declared: frozenset[int]) -> str:
    """A needed skill with what is known of it: "SQL (you show 0.10 of 0.75)"."""
    skill, place, notes = s.gap.skills[j], int(s.gap.places[j]), []
    if skill.skill_uri in s.standing.snapshot.mastery or s.gap.mastery[j] > 0:
        notes.append(f"you show {s.gap.mastery[j]:.2f} of {s.gap.required[j]:.2f}")
    if via >= 0:  # it teaches a skill close to the needed one, not that one itself
        notes.append(f"by way of {s.index.space.labels[via]}")
    elif place not in declared:
        notes.append("inferred from its description")
    label = skill.label or s.index.space.labels[place]
    return f"{label} ({'; '.join(notes)})" if notes else label


def _declared(s: Situation, row: int) -> frozenset[int]:
    """Skills that the source itself says the credential teaches."""
    taught = s.index.taught
    mine = slice(*taught.starts[row : row + 2].tolist())
    return frozenset(taught.skills[mine][taught.declared[mine]].tolist())


def _unlocks(s: Situation, row: int, f: Features, unlocked: tuple[int, ...]) -> Iterator[Reason]:
    if f["unlock_share"] < WORTH_SAYING:
        return
    titles = [s.index.credentials[other].title for other in unlocked]
    if titles:
        yield Reason("unlocks", sentence(f"unlocks {listed(titles, 1)}"), f["unlock_share"])
        return
    waiting = [o for o in s.index.graph.required_by[row].tolist() if s.eligibility.possible[o]]
    best = min(waiting, key=lambda o: (-s.worth.closes[o], o))
    text = f"needed, with others, for {s.index.credentials[best].title}"
    yield Reason("unlocks", sentence(text), f["unlock_share"])


def _prepares(s: Situation, row: int, f: Features) -> Iterator[Reason]:
    if f["prepares_share"] < max(WORTH_SAYING, f["unlock_share"]):
        return
    found = _prepared_for(s, row)
    if found is None:
        return
    skill, later = found
    behind = f"closes up to {percent(s.worth.closes[later] / s.gap.total)} of the gap"
    title = s.index.credentials[later].title
    text = f"recommended before {title}, which {behind}"
    if skill >= 0:
        text = f"teaches {s.index.space.labels[skill]}, which {title} assumes; that {behind}"
    yield Reason("prepares", sentence(text), f["prepares_share"])


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
        return Reason("popular", sentence(f"popular: {counted(credential.learner_count, 'learner')}"), f["popularity"])
    return Reason("popular", "Among the most popular and best described that fit your limits.", f["popularity"])


def _text_reason(s: Situation, f: Features) -> Reason:
    text = f"its description is close to {goal_name(s)} (likeness {f['goal_match']:.2f} of 1)"
    if f["goal_match"] < ALIKE:
        text = f"its description is the nearest to {goal_name(s)} (likeness only {f['goal_match']:.2f} of 1)"
    return Reason("goal_text", sentence(text), f["goal_match"])


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


def _preparation(s: Situation, pieces: Pieces, f: Features) -> tuple[list[Reason], list[Reason]]:
    """(what is met, what is not)."""
    met = [preparation_name(s, piece) for piece, share in pieces if share >= MET]
    ready = []
    if met:
        whole = "you already meet its preparation" if len(met) == len(pieces) else "you meet part of its preparation"
        ready = [Reason("ready", sentence(f"{whole}: {listed(met)}"), f["readiness"])]
    lacking = [_lacking(s, piece, f) for piece, share in pieces if share < MET]
    return ready, lacking[:3]


def _lacking(s: Situation, piece: Preparation, f: Features) -> Reason:
    name, uri = preparation_name(s, piece), piece.skill_uri
    if piece.credential_id:
        text = f"recommends {name} first, which you do not hold"
    elif uri in s.standing.snapshot.mastery:
        text = f"assumes {name}, of which you show {s.standing.snapshot.probability(uri):.2f}"
    elif uri:
        text = f"assumes {name}, for which there is no evidence yet"
    else:
        text = f"its record asks for: {name}"
    return Reason("caution", sentence(text), f["unmet_preparation"], uri)


def _stack(s: Situation, stacks: tuple[StackProgress, ...], f: Features) -> Iterator[Reason]:
    for stack in stacks[:1]:
        unit = "ECTS " if stack.unit == "ECTS" else ""
        have, need = number(min(stack.after, stack.need)), number(stack.need)
        # A programme read off its courses may have more of them than the file listed.
        partial = s.index.credentials[s.index.position[stack.stack_id]].source == "edx"
        known = "that are known here " if partial else ""
        text = f"counts toward {stack.title}: {have} of {need} {unit}{known}after this"
        yield Reason("stack", sentence(text), f["stack_progress"])


def _effort(s: Situation, credential: Credential, row: int, f: Features) -> Reason:
    pace = f"{weeks(f['weeks'])} at {number(s.hours_per_week)} h a week"
    source = s.index.columns.hours_source[row]
    if source == ASSUMED:
        kind = "degree" if credential.kind == "degree" else credential.kind.replace("-", " ", 1)
        text = f"workload not stated; {counted(f['hours'], 'hour')} are assumed for a {kind}, {pace}"
        return Reason("caution", sentence(text), f["hours"])
    basis = ""
    if source != STATED:
        whole = counted(credential.ects, "ECTS", "ECTS") if credential.ects else _duration(credential)
        basis = f" (from {whole})"
    about = "" if source == STATED else "about "
    return Reason("effort", sentence(f"{about}{counted(f['hours'], 'hour')}{basis}, {pace}"), f["hours"])


def _duration(credential: Credential) -> str:
    return f"a duration of {counted(credential.duration_weeks or 0.0, 'week')}"


def _cost(s: Situation, credential: Credential, f: Features) -> Iterator[Reason]:
    cost, budget = credential.cost, s.limits.budget
    if cost is None or not f["cost_known"]:
        return
    text = "free" if cost.amount == 0 else f"costs {money(cost)}"
    if budget is not None and cost.amount > 0:
        text += f", within your budget of {money(budget)}"
    yield Reason("cost", sentence(text), f["cost_usd"])


def _quality(credential: Credential, f: Features) -> Iterator[Reason]:
    rating, count = credential.rating, credential.rating_count
    if rating is None or rating < WELL_RATED or (count is not None and count < FEW_RATERS):
        return
    by = f" by {counted(count, 'learner')}" if count else ""
    yield Reason("quality", sentence(f"rated {rating:.1f}{by}"), f["quality"])


def _cautions(s: Situation, credential: Credential, row: int, f: Features) -> Iterator[Reason]:
    if f["over_level"] > 0:
        level = credential.level or (f"EQF {credential.eqf_level}" if credential.eqf_level else "advanced")
        text = f"its level is {level}, and little of its field is shown yet"
        yield Reason("caution", sentence(text), f["over_level"])
    if credential.cost is None:
        yield Reason("caution", "Price not stated.", f["cost_known"])
    elif not f["cost_known"]:
        text = f"costs {money(credential.cost)}, which no exchange rate here can compare"
        yield Reason("caution", sentence(text), f["cost_known"])
    if s.limits.languages and s.index.languages.unstated[row]:
        yield Reason("caution", "Language not stated.", 0.0)
