"""Domain objects as canonical JSON: equal objects, equal text, so that a digest of it tells a change.

Fields at their default are left out; a field added later therefore changes no stored digest.
"""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import datetime
from functools import cache
from typing import Any

import orjson

from credpath.domain.catalogue import Credential
from credpath.domain.learner import NotYet, Profile
from credpath.domain.money import Money
from credpath.domain.records import credential_from_dict


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
    return credential_from_dict(orjson.loads(text))


def decode_profile(text: str) -> Profile:
    """The profile that `encode` wrote."""
    record = orjson.loads(text)
    for name in ("declared_skills", "languages"):
        record[name] = tuple(record.get(name, ()))
    noes = record.get("not_yet", ())
    record["not_yet"] = tuple(NotYet(one["skill"], datetime.fromisoformat(one["said_at"])) for one in noes)
    return Profile(**{**record, "budget": Money(**record["budget"]) if "budget" in record else None})


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
