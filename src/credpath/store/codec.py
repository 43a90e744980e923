"""Domain objects as canonical JSON: equal objects, equal text, so that a digest of it tells a change.

Fields at their default are left out; a field added later therefore changes no stored digest.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import orjson

from credpath.domain.catalogue import Credential, LearningOutcome, Preparation, PrerequisiteGroup, StackRule
from credpath.domain.learner import Profile
from credpath.domain.money import Money


def dump(value: object) -> str:
    """Compact JSON with sorted keys; tuples become lists."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def load(text: str) -> Any:
    """The value of a JSON text."""
    return orjson.loads(text)


def load_words(text: str) -> tuple[str, ...]:
    """A tuple of strings from a JSON list; most are empty."""
    return () if text == "[]" else tuple(orjson.loads(text))


def digest(text: str | bytes) -> str:
    """The first half of a SHA-256, in hexadecimal."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()[:32]


def encode(value: Credential | Profile) -> str:
    """Canonical JSON of a credential or a profile."""
    return dump(_plain(value))


def decode_credential(text: str) -> Credential:
    """The credential that `encode` wrote."""
    return Credential(**_restored(orjson.loads(text)))


def decode_profile(text: str) -> Profile:
    """The profile that `encode` wrote."""
    return Profile(**_restored(orjson.loads(text)))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(member) for member in value]
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return value
    plain = {}
    for name, default, is_float in _layout(type(value)):
        member = getattr(value, name)
        if member != default:
            # 10 and 10.0 hours, 0.0 and -0.0 euros are the same, whichever format they were read from
            plain[name] = float(member) + 0.0 if is_float else _plain(member)
    return plain


@cache
def _layout(kind: type[Any]) -> tuple[tuple[str, object, bool], ...]:
    return tuple((f.name, f.default, str(f.type) in ("float", "float | None")) for f in dataclasses.fields(kind))


def _each(build: Callable[..., object]) -> Callable[[Sequence[Mapping[str, Any]]], tuple[object, ...]]:
    return lambda members: tuple(build(**member) for member in members)


def _group(kind: str, credential_ids: list[str], k: int = 0) -> PrerequisiteGroup:
    return PrerequisiteGroup(kind, tuple(credential_ids), k)  # type: ignore[arg-type]


def _money(fields: Mapping[str, Any]) -> Money:
    return Money(**fields)


_RESTORE: Mapping[str, Callable[[Any], object]] = {
    "languages": tuple,
    "outcomes": _each(LearningOutcome),
    "prerequisites": _each(_group),
    "preparation": _each(Preparation),
    "stacks_into": tuple,
    "supersedes": tuple,
    "stack": lambda fields: StackRule(**fields),
    "cost": _money,
    "starts_on": date.fromisoformat,
    "ends_on": date.fromisoformat,
    "countries_open_to": tuple,
    "as_of": date.fromisoformat,
    "declared_skills": tuple,
    "budget": _money,
}


def _restored(record: dict[str, Any]) -> dict[str, Any]:
    return {name: _RESTORE[name](value) if name in _RESTORE else value for name, value in record.items()}
