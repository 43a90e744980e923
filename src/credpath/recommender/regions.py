"""Regions that a record may name instead of a country."""

from __future__ import annotations

# 27 members since February 2020
EU = frozenset(
    ("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE",
     "IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE")
)  # fmt: skip
EEA = EU | {"IS", "LI", "NO"}
OTHER_CODES = {"GR": "EL", "EL": "GR", "GB": "UK", "UK": "GB"}  # ISO 3166 beside the EU's own
WORLD = frozenset({"WORLD", "GLOBAL", "INT", "ALL", "001"})


def names_of(country: str) -> frozenset[str]:
    """Every code by which a record may mean `country`: itself, its regions, the whole world; () for no country."""
    code = country.strip().upper()
    if not code:
        return frozenset()
    other = OTHER_CODES.get(code, code)
    regions = {name for name, members in (("EU", EU), ("EEA", EEA)) if {code, other} & members}
    return frozenset({code, other} | regions | WORLD)
