"""What the server signs: links, sessions, forms. A signature holds for one purpose and until a stated moment."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from itsdangerous import BadSignature, Signer, URLSafeSerializer

from credpath.errors import InvalidInput, Unauthorized

LEAST_SECRET = 32  # characters
FILE = "secret"


class Signing:
    """Signs and reads back, with keys derived from one secret."""

    def __init__(self, secret: str) -> None:
        """Raises InvalidInput for a secret that could be guessed."""
        if len(secret) < LEAST_SECRET:
            raise InvalidInput(
                f"the signing secret has {len(secret)} characters, under {LEAST_SECRET}", where="CREDPATH_SECRET",
                fix="`openssl rand -hex 32` makes one",
            )  # fmt: skip
        self._secret = secret

    def sign(self, purpose: str, payload: object, until: datetime) -> str:
        """A token for a URL or cookie; anybody can read it, nobody can change it."""
        return str(self._serializer(purpose).dumps([int(until.timestamp()), payload]))

    def read(self, purpose: str, token: str, now: datetime) -> Any:
        """The payload. Raises Unauthorized for a token that is not ours, or whose time is over."""
        try:
            until, payload = self._serializer(purpose).loads(token)
        except (BadSignature, ValueError, TypeError) as error:
            raise Unauthorized("this is not a token of ours", where=purpose) from error
        if now.timestamp() >= until:
            raise Unauthorized("its time is over", where=purpose)
        return payload

    def mark(self, purpose: str, value: str) -> str:
        """A signature of `value` alone, which `is_mark` knows again."""
        return str(self._signer(purpose).get_signature(value).decode())

    def is_mark(self, purpose: str, value: str, given: str) -> bool:
        """Whether `given` is `mark` of the value; takes equally long either way."""
        return hmac.compare_digest(self.mark(purpose, value).encode(), given.encode())

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        return URLSafeSerializer(self._secret, salt=f"credpath.{purpose}", signer_kwargs=_options())

    def _signer(self, purpose: str) -> Signer:
        return Signer(self._secret, salt=f"credpath.{purpose}", **_options())


def _options() -> dict[str, Any]:
    return {"key_derivation": "hmac", "digest_method": hashlib.sha256}


def secret_of(given: str, home: Path) -> str:
    """The configured secret, else the one kept in `home`, made at the first call and readable by the owner only.

    Servers on several machines need the same one, so there it must be given.
    """
    if given:
        return given
    file = home / FILE
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True)
        # Written aside and linked: of two workers that start at once, both read the one that came first.
        draft = home / f"{FILE}.{secrets.token_hex(8)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(32) + "\n")
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text(encoding="ascii").strip()
