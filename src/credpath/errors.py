"""Errors that say what happened, where, and how to put it right.

Every layer raises these; `api/errors.py` turns them into problem+json and `cli.py` into one line and
an exit code. `slug` is part of the HTTP contract: it ends the problem's `type` URI.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class CredpathError(Exception):
    """Base of every error that a user can act on."""

    slug = "internal-error"

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what}" + (f" ({self.fix})" if self.fix else "")


class InvalidInput(CredpathError):
    """A value breaks a rule of the domain or of a file format."""

    slug = "invalid-input"


class NotFound(CredpathError):
    """No such thing for this tenant; another tenant's thing reads the same."""

    slug = "not-found"


class Conflict(CredpathError):
    """The same id was used before for something else."""

    slug = "conflict"


class Unauthorized(CredpathError):
    """No API key, or one that is not known or was revoked."""

    slug = "unauthorized"


class Forbidden(CredpathError):
    """The key is good and lacks the scope that the call needs."""

    slug = "forbidden"


class TooLarge(CredpathError):
    """A body, batch or page is over its bound."""

    slug = "too-large"


class NotReady(CredpathError):
    """The service has nothing to answer from: no bundle, no taxonomy."""

    slug = "not-ready"


class BundleRefused(CredpathError):
    """A bundle file is absent, truncated, altered, or answers a golden query wrongly."""

    slug = "bundle-refused"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row or fact that an import did not take. `line` is 1-based; 0 means the file as a whole."""

    file: str
    line: int
    reason: str
    fix: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.reason}" + (f" ({self.fix})" if self.fix else "")


class BatchRefused(CredpathError):
    """An import was refused whole; `refusals` names every bad row, not only the first."""

    slug = "batch-refused"

    def __init__(self, what: str, refusals: Sequence[Refusal], *, where: str = "", fix: str = "") -> None:
        super().__init__(what, where=where, fix=fix)
        self.refusals = tuple(refusals)
