"""What a recommendation read of the learner and the question, as JSON for the log, and back for a replay.

Only what can change an answer is kept: of the profile its limits, of each piece of evidence its weight and its date,
no words of the learner's own. Goal, history and seed are fields of the impression itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from credpath.domain.goals import CareerGoal
from credpath.domain.learner import LearnerSnapshot, Profile
from credpath.domain.mastery import Evidence, Mastery
from credpath.domain.money import Money
from credpath.domain.outcomes import Impression
from credpath.domain.paths import Constraints
from credpath.recommender.encoding import FloatArray
from credpath.recommender.ranking import Policy
from credpath.recommender.recommend import RecommendRequest

# Of the constraints, by how they are written. What only a path heeds (pins, a stack, how many at once) is not kept.
SETS = frozenset({"languages", "excluded", "participation", "awarding_bodies"})
DAYS = ("starts_on", "deadline")


def state_of(asked: RecommendRequest, *, learned: bool) -> dict[str, Any]:
    """JSON-ready. `learned`: whether what the bundle has learnt took part, or the rules alone answered."""
    snapshot = asked.snapshot
    return {
        "confidence": asked.goal.confidence,
        "profile": _profile(snapshot.profile),
        **{name: sorted(getattr(snapshot, name)) for name in ("held", "in_progress", "dismissed", "dropped")},
        "mastery": [_mastery(snapshot.mastery[uri]) for uri in sorted(snapshot.mastery)],
        "constraints": _constraints(asked.constraints),
        "limit": asked.limit,
        "today": asked.today.isoformat(),
        "policy": asdict(asked.policy),
        "rates": dict(asked.rates),
        "learned": learned,
        "planned": asked.planned,
    }


def request_of(logged: Impression, goal: CareerGoal, goal_vector: FloatArray | None) -> RecommendRequest:
    """The request that was answered. Raises KeyError for an impression that was logged without its state."""
    state: Mapping[str, Any] = logged.state
    snapshot = LearnerSnapshot(
        learner_id=logged.learner_id,
        profile=Profile(**_with_money(state["profile"])),
        held=frozenset(state["held"]),
        in_progress=frozenset(state["in_progress"]),
        dismissed=frozenset(state["dismissed"]),
        dropped=frozenset(state.get("dropped", ())),
        mastery={uri: _restored(uri, *rest) for uri, *rest in state["mastery"]},
        history=logged.history,
    )
    limits = _with_money(state["constraints"])
    limits.update((name, frozenset(limits[name])) for name in SETS & limits.keys())
    limits.update((name, date.fromisoformat(limits[name])) for name in DAYS if limits.get(name))
    return RecommendRequest(
        snapshot=snapshot,
        goal=goal,
        goal_vector=goal_vector,
        constraints=Constraints(**limits),
        limit=state["limit"],
        seed=logged.seed,
        today=date.fromisoformat(state["today"]),
        policy=Policy(**state["policy"]),
        rates=state["rates"],
        planned=state.get("planned", ""),
    )


def used_learned(logged: Impression) -> bool:
    """Whether what the bundle has learnt took part."""
    return bool(logged.state.get("learned"))


def _profile(profile: Profile) -> dict[str, Any]:
    return {
        "languages": profile.languages, "country": profile.country, "hours_per_week": profile.hours_per_week,
        "budget": asdict(profile.budget) if profile.budget else None,
    }  # fmt: skip


def _constraints(limits: Constraints) -> dict[str, Any]:
    return {
        "languages": sorted(limits.languages), "country": limits.country, "hours_per_week": limits.hours_per_week,
        "budget": asdict(limits.budget) if limits.budget else None, "weeks": limits.weeks,
        "excluded": sorted(limits.excluded), "participation": sorted(limits.participation),
        "accredited": limits.accredited, "awarding_bodies": sorted(limits.awarding_bodies),
        **{name: day.isoformat() if (day := getattr(limits, name)) else None for name in DAYS},
    }  # fmt: skip


def _with_money(fields: Mapping[str, Any]) -> dict[str, Any]:
    budget = fields["budget"]
    return {**fields, "languages": tuple(fields["languages"]), "budget": Money(**budget) if budget else None}


def _mastery(known: Mastery) -> list[Any]:
    pieces = [[e.kind, e.score, e.at.isoformat(), e.share, *_hardness(e)] for e in known.evidence]
    at = known.updated_at.isoformat() if known.updated_at else None
    return [known.skill_uri, known.held, known.missing, at, pieces, *([] if known.backed else [False])]


def _hardness(piece: Evidence) -> tuple[float, ...]:
    """Only where it is known: what was logged before there was any reads the same."""
    return () if piece.difficulty is None else (piece.difficulty,)


def _restored(
    uri: str, held: float, missing: float, at: str | None, pieces: list[list[Any]], backed: bool = True
) -> Mastery:
    evidence = tuple(
        Evidence(
            f"logged:{number}",
            uri,
            kind,
            score,
            datetime.fromisoformat(when),
            share=share,
            difficulty=next(iter(hard), None),
        )
        for number, (kind, score, when, share, *hard) in enumerate(pieces)
    )
    return Mastery(uri, held, missing, datetime.fromisoformat(at) if at else None, evidence, backed)
