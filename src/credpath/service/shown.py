"""The slate as it was shown: kept with the impression, so that a repeated call and an explanation read the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
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
    """Equal for two calls that ask the same; a reused idempotency key with another digest is a conflict.

    Over what was asked alone: a field that an upgrade adds must not make a repeated call another question.
    """
    content = orjson.dumps(ask, default=_asked, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS)
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


def _asked(value: object) -> object:
    """A dataclass without the fields that are as they are where nothing is said."""
    if not is_dataclass(value):
        return _plain(value)
    said = {one.name: (getattr(value, one.name), one) for one in fields(value)}
    return {name: content for name, (content, one) in said.items() if content != _unsaid(one)}


def _unsaid(one: Field[Any]) -> object:
    """What a field of a dataclass holds where nothing is given for it; MISSING where something must be."""
    return one.default if one.default_factory is MISSING else one.default_factory()


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
