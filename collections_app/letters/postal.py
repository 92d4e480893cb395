"""The address block of a letter as French sorting machines read it (NF Z10-011)."""

import re
from textwrap import wrap

from babel import Locale

from crm.core.places import country_of

LONGEST_LINE = 38
MOST_LINES = 6
HOME = {"FR": {"FRANCE"}}
FRENCH_POST = {"FR", "BE", "LU", "CH", "MC"}
# Countries of ISO 3166 that the post of another serves as its own.
SAME_POST = {"FR": frozenset("GP MQ GF RE YT PM BL MF".split())}
# Places written as in France are not in these, whose numbers have not five figures: a foreign company's address here.
NOT_FIVE_FIGURES = frozenset("AT BE CH DK GB IE LU NL NO PT".split())


def recipient_lines(name: str, contact: str, address: str, *, home: str, country: str = "") -> list[str]:
    """Name, person, then the address in capitals without punctuation; at most six lines of 38 characters, the country
    on a seventh: the one the address names, else that of the customer (`country`, a code). The country of the sender
    (`home`) is left out; too long a block loses the person first, then upper lines of the name."""
    place = [_sorted(line) for line in address.splitlines() if line.strip()]
    named = _popped_country(place)
    at_home = home == "FR" and country in NOT_FIVE_FIGURES and place and re.match(r"\d{5}\s", place[-1])
    if place and not named and not at_home and country not in {"", home, *SAME_POST.get(home, ())}:
        named = _sorted(_country_name(country, home))
    if place and place[0] == _sorted(name):
        place.pop(0)
    place = [part for line in place for part in _cut(line)][-5:]
    names = _cut(name) + ([contact] if contact and contact != name else [])
    lines = [*names[: max(MOST_LINES - len(place), 1)], *place]
    return lines + ([named] if named and named not in HOME.get(home, set()) else [])


def _popped_country(place: list[str]) -> str:
    """The country below an address, taken from it; a last line without a digit is one, whatever its language."""
    if len(place) > 1 and (country_of(place[-1]) or (len(place) > 2 and not re.search(r"\d", place[-1]))):
        return place.pop()
    return ""


def _country_name(code: str, home: str) -> str:
    """As the post of the sender reads it, whatever the language of the letter."""
    return str(Locale("fr" if home in FRENCH_POST else "en").territories.get(code, code))


def _sorted(line: str) -> str:
    return " ".join(re.sub(r"[.,;:_\"«»()]", " ", line).upper().split())


def _cut(line: str) -> list[str]:
    return wrap(line, LONGEST_LINE, break_long_words=True) or [line]
