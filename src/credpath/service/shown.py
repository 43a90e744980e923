"""The slate as it was shown: kept with the impression, so that a repeated call and an explanation read the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import orjson

from credpath.domain.goals import CareerGoal
from credpath.domain.money import Money
from credpath.domain.outcomes import Impression
from credpath.domain.paths import Reason, RecommendedItem, StackProgress
from credpath.service.asking import Ask

_FIELDS = tuple(one.name for one in fields(RecommendedItem))


def digest_of(ask: Ask) -> str:
    """Equal for two calls that ask the same; a reused idempotency key with another digest is a conflict."""
    content = orjson.dumps(ask, default=_plain, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()


def shown(items: Sequence[RecommendedItem], goal: CareerGoal, ask: Ask) -> dict[str, Any]:
    """A JSON-ready record of the slate, the goal it was for, and the digest of the call.

    Without the items' features, which the impression holds: with them the record would be twice as long. Reasons as
    their English sentences alone.
    """
    content = orjson.dumps({"items": [_bare(item) for item in items], "goal_label": goal.label}, default=_plain)
    record: dict[str, Any] = orjson.loads(content)
    if ask.idempotency_key:
        record["ask"] = digest_of(ask)
    return record


def _bare(item: RecommendedItem) -> dict[str, Any]:
    kept = {name: getattr(item, name) for name in _FIELDS}
    kept["features"] = {}
    kept["reasons"] = [
        {"kind": r.kind, "sentence": r.sentence, "amount": r.amount, "skill_uri": r.skill_uri} for r in item.reasons
    ]
    return kept


def items_shown(logged: Impression) -> tuple[RecommendedItem, ...]:
    """The items of an impression whose answer `shown` made."""
    record: Mapping[str, Any] = logged.answer
    names = logged.feature_names
    features = np.frombuffer(logged.features, "<f4").reshape(-1, max(1, len(names)))
    row_of = {credential_id: row for row, credential_id in enumerate(logged.candidates)}
    return tuple(
        _item(item, dict(zip(names, features[row_of[item["credential_id"]]].tolist(), strict=True)))
        for item in record.get("items", ())
    )


def _item(item: Mapping[str, Any], features: Mapping[str, float]) -> RecommendedItem:
    facts = {**item, "features": features}
    facts["reasons"] = tuple(Reason(**reason) for reason in item["reasons"])
    facts["stacks"] = tuple(StackProgress(**stack) for stack in item["stacks"])
    facts["cost"] = Money(**item["cost"]) if item["cost"] else None
    facts["missing_prerequisites"] = tuple(item["missing_prerequisites"])
    facts["unlocks"] = tuple(item["unlocks"])
    if item.get("completion_interval"):
        low, high = item["completion_interval"]
        facts["completion_interval"] = (low, high)
    return RecommendedItem(**facts)


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
