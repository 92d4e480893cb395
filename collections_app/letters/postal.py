"""The address block of a letter as French sorting machines read it (NF Z10-011)."""

import re
from textwrap import wrap

LONGEST_LINE = 38
MOST_LINES = 6
HOME = {"FR": {"FRANCE"}}


def recipient_lines(name: str, contact: str, address: str, *, home: str) -> list[str]:
    """Name, person, then the address in capitals without punctuation; at most six lines of 38 characters, the country
    on a seventh. The country of the sender is left out; too long a block loses the person first, then upper lines of
    the name."""
    place = [_sorted(line) for line in address.splitlines() if line.strip()]
    country = place.pop() if len(place) > 2 and not re.search(r"\d", place[-1]) else ""
    if place and place[0] == _sorted(name):
        place.pop(0)
    place = [part for line in place for part in _cut(line)][-5:]
    names = _cut(name) + ([contact] if contact and contact != name else [])
    lines = [*names[: max(MOST_LINES - len(place), 1)], *place]
    return lines + ([country] if country and country not in HOME.get(home, set()) else [])


def _sorted(line: str) -> str:
    return " ".join(re.sub(r"[.,;:_\"«»()]", " ", line).upper().split())


def _cut(line: str) -> list[str]:
    return wrap(line, LONGEST_LINE, break_long_words=True) or [line]
