"""What a tenant's catalogue reaches: the languages and countries that a choice can be made of."""

from __future__ import annotations

from dataclasses import dataclass

from credpath.service.context import Context
from credpath.store.credentials import catalogue_version


@dataclass(frozen=True, slots=True)
class Reach:
    """Codes, sorted. `countries`: of those who offer and of those that an offer is open to."""

    languages: tuple[str, ...]
    countries: tuple[str, ...]


def reach(context: Context, tenant: str) -> Reach:
    """Read off the catalogue that serves."""
    with context.database.read() as connection:
        version = catalogue_version(connection, tenant)
    credentials = context.serving.catalogue(tenant, version).index.credentials
    languages = {code for record in credentials for code in record.languages}
    countries = {code for record in credentials for code in (record.country, *record.countries_open_to)}
    return Reach(tuple(sorted(languages)), tuple(sorted(code for code in countries if len(code) == 2)))
