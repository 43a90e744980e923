"""Typed access to one JSON object of our own formats: strict about keys and types, precise about what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches

from credpath.domain.money import Money
from credpath.errors import InvalidInput

MAX_ENTRIES = 1_000
_KINDS = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}


class JsonFields:
    """One object. Raises InvalidInput for a key that is neither in `allowed` nor prefixed `x_`.

    An absent key and null read the same: not said.
    """

    def __init__(self, record: Mapping[str, object], allowed: Sequence[str], where: str = "") -> None:
        self.record = record
        self.where = where
        unknown = sorted(key for key in record if key not in allowed and not key.startswith("x_"))
        if unknown:
            near = get_close_matches(unknown[0], list(allowed), n=1)
            fix = f"did you mean {near[0]!r}?" if near else "prefix a key of your own with x_"
            keys = ", ".join(repr(key[:80]) for key in unknown[:10])
            raise InvalidInput(f"unknown key {keys}{self._inside()}", where=where, fix=fix)

    def _inside(self) -> str:
        return f" in {self.where}" if self.where else ""

    def _wrong(self, key: str, wanted: str) -> InvalidInput:
        found = self.record[key]
        kind = "null" if found is None else _KINDS.get(type(found), "something else")
        fix = f"give {wanted}, or leave the key out"
        return InvalidInput(f"{key}{self._inside()} must be {wanted}, not {kind}", where=key, fix=fix)

    def text(self, key: str) -> str:
        """Text, "" when not said."""
        found = self.record.get(key)
        if found is not None and not isinstance(found, str):
            raise self._wrong(key, "text")
        return found or ""

    def number(self, key: str) -> float | None:
        """A JSON number."""
        found = self.record.get(key)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise self._wrong(key, "a number")
        return found

    def whole(self, key: str) -> int | None:
        """A number without a fraction; 6.0 counts as 6."""
        found = self.number(key)
        if found is None or isinstance(found, int):
            return found
        if not found.is_integer():
            raise self._wrong(key, "a whole number")
        return int(found)

    def flag(self, key: str) -> bool:
        """true or false, false when not said."""
        found = self.record.get(key)
        if found is not None and not isinstance(found, bool):
            raise self._wrong(key, "true or false")
        return bool(found)

    def day(self, key: str) -> date | None:
        """An ISO 8601 date."""
        found = self.text(key)
        try:
            return date.fromisoformat(found) if found else None
        except ValueError as error:
            fix = "an ISO date, for example 2026-03-31"
            raise InvalidInput(f"{key} is {found[:40]!r}, not a date", where=key, fix=fix) from error

    def entries(self, key: str) -> tuple[object, ...]:
        """The members of a list, () when not said."""
        found = self.record.get(key)
        if found is None:
            return ()
        if not isinstance(found, list):
            raise self._wrong(key, "a list")
        if len(found) > MAX_ENTRIES:
            what = f"{key} has {len(found)} entries, over {MAX_ENTRIES}"
            raise InvalidInput(what, where=key, fix=f"keep {MAX_ENTRIES} at most")
        return tuple(found)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, repeats kept once."""
        found = [entry for entry in self.entries(key) if isinstance(entry, str) and entry.strip()]
        if len(found) != len(self.entries(key)):
            what = f"{key}{self._inside()} holds something that is not text, or empty text"
            raise InvalidInput(what, where=key, fix="give a list of texts")
        return tuple(dict.fromkeys(found))

    def inner(self, key: str, allowed: Sequence[str]) -> JsonFields | None:
        """A nested object."""
        found = self.record.get(key)
        if found is None:
            return None
        if not isinstance(found, dict):
            raise self._wrong(key, "an object")
        return JsonFields(found, allowed, key)

    def inners(self, key: str, allowed: Sequence[str]) -> Iterator[JsonFields]:
        """A list of nested objects."""
        for entry in self.entries(key):
            if not isinstance(entry, dict):
                raise InvalidInput(f"{key} holds something that is not an object", where=key, fix="give objects")
            yield JsonFields(entry, allowed, key)

    def money(self, key: str) -> Money | None:
        """{"amount": 49, "currency": "USD"}."""
        found = self.inner(key, ("amount", "currency"))
        if found is None:
            return None
        amount = found.number("amount")
        if amount is None:
            raise InvalidInput(f"{key} has no amount", where=key, fix='{"amount": 49, "currency": "USD"}')
        return priced(amount, found.text("currency"), key)


def priced(amount: float, currency: str, field: str) -> Money:
    """Money from its parts. Nothing is nothing in every currency, so 0 needs none named."""
    if not currency and amount != 0:
        raise InvalidInput(f"{field} has an amount and no currency", where=field, fix="an ISO 4217 code, such as EUR")
    return Money(amount, currency or "USD")
