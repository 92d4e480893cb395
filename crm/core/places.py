"""Countries and languages: the codes of ISO 3166 and ISO 639, as CLDR lists them, and what files write for them."""

from collections.abc import Mapping
from functools import cache

from babel import Locale
from babel.core import get_global

from crm.core.formats import country_name
from crm.core.text import plain

# CLDR also names groups of countries, places that only have a reserved code, and codes for tests.
NO_COUNTRIES = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ".split())
NAMES_READ_IN = ("en", "fr")


def country_of(text: str) -> str:
    """The code of a country written as a code (FR, FRA, UK) or by its French or English name; "" when it is none."""
    return _countries().get(_bare(text), "")


def language_of(text: str) -> str:
    """The code of a language written as a code (fr, FRA, fr-BE) or by its French or English name, else ""."""
    return _languages().get(_bare(text)) or _languages().get(_bare(text.replace("_", "-").partition("-")[0]), "")


def countries() -> list[tuple[str, str]]:
    """Every country with its code, by its name in the reader's language."""
    named = [(code, country_name(code)) for code in set(_countries().values())]
    return sorted(named, key=lambda country: plain(country[1]))


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, plain(text)))


@cache
def _countries() -> dict[str, str]:
    codes = {code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha()} - NO_COUNTRIES
    aliases = {old: new[0] for old, new in get_global("territory_aliases").items() if len(new) == 1}
    return _known(codes, "territories", aliases)


@cache
def _languages() -> dict[str, str]:
    codes = {code for code in map(str, Locale("en").languages) if len(code) == 2}
    return _known(codes, "languages", get_global("language_aliases"))


def _known(codes: set[str], kind: str, aliases: Mapping[str, str]) -> dict[str, str]:
    """Codes by what is written for them: other codes first, names over those, the codes themselves over all."""
    found = {_bare(old): new for old, new in aliases.items() if new in codes}
    for language in NAMES_READ_IN:
        found |= {_bare(name): code for code, name in getattr(Locale(language), kind).items() if code in codes}
    return found | {_bare(code): code for code in codes}
