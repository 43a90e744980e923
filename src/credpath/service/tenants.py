"""What may be a tenant's name. It becomes a folder of the bundle, so it is a slug."""

from __future__ import annotations

import re

from credpath.errors import InvalidInput

PUBLIC = "public"  # owner of the taxonomies that every tenant may use


def check_tenant(tenant: str, *, public: bool = False) -> str:
    """Returns a valid tenant name. Raises InvalidInput; `public` is only valid where taxonomies are meant."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", tenant):
        raise InvalidInput(
            f"tenant {tenant[:70]!r} is not a slug",
            where="tenant",
            fix="1 to 63 of a-z, 0-9 and -, not starting with -",
        )
    if tenant == PUBLIC and not public:
        raise InvalidInput("the tenant `public` holds taxonomies only", where="tenant", fix="use another name")
    return tenant
