"""A credential as plain JSON values and back; fields at their default are left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any

from credpath.domain.catalogue import Credential, LearningOutcome, Preparation, PrerequisiteGroup, StackRule
from credpath.domain.money import Money


def credential_to_dict(credential: Credential) -> dict[str, Any]:
    """Strings, numbers, booleans, lists and dicts only; names are those of the dataclasses."""
    plain: dict[str, Any] = _plain(credential)
    return plain


def credential_from_dict(record: Mapping[str, Any]) -> Credential:
    """What `credential_to_dict` wrote. Raises InvalidInput when a value breaks a rule of the domain."""
    facts: dict[str, Any] = {
        name: _RESTORE[name](value) if name in _RESTORE else value for name, value in record.items()
    }
    return Credential(**facts)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(member) for member in value]
    if isinstance(value, date):
        return value.isoformat()
    if not is_dataclass(value):
        return value
    kind: Any = type(value)
    pairs = ((name, getattr(value, name), default) for name, default in _defaults(kind))
    return {name: _plain(member) for name, member, default in pairs if member != default}


@cache
def _defaults(kind: type[Any]) -> tuple[tuple[str, object], ...]:
    return tuple((f.name, f.default) for f in fields(kind))


def _each(build: Callable[..., object]) -> Callable[[list[Mapping[str, Any]]], tuple[object, ...]]:
    return lambda members: tuple(build(**member) for member in members)


def _group(kind: Any, credential_ids: list[str], k: int = 0) -> PrerequisiteGroup:
    return PrerequisiteGroup(kind, tuple(credential_ids), k)


_RESTORE: Mapping[str, Callable[[Any], object]] = {
    "languages": tuple,
    "outcomes": _each(LearningOutcome),
    "prerequisites": _each(_group),
    "preparation": _each(Preparation),
    "stacks_into": tuple,
    "supersedes": tuple,
    "stack": lambda rule: StackRule(**rule),
    "cost": lambda money: Money(**money),
    "starts_on": date.fromisoformat,
    "ends_on": date.fromisoformat,
    "countries_open_to": tuple,
    "as_of": date.fromisoformat,
}
