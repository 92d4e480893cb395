"""Which signs letters can be drawn with, and what stands for the others.

An archival PDF holds every sign it shows: with one that none of the fonts has, no PDF can be made.
"""

import re
import struct
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from unicodedata import bidirectional, category, normalize

FONTS = Path(__file__).parent / "typst" / "fonts"
UNKNOWN = "?"
# The nearest sign of ours where Unicode names none.
NEAREST = {"📞": "☎", "📱": "☎", "📧": "✉", "📩": "✉", "📨": "✉", "✅": "✔", "❌": "✘", "❗": "!", "❓": "?", "👉": "➔"}
LAST_IN_PLANE = 0xFFFF


def undrawn(text: str) -> Iterator[re.Match[str]]:
    """Each sign of `text` that no font of letters has, where it stands."""
    return _others().finditer(text)


def drawable(text: str) -> str:
    """The text with the nearest sign, or «?», for those no font of letters has."""
    if text.isascii() and text.isprintable():  # most texts, and long pictures
        return text
    return _others().sub(lambda found: nearest(found[0]), text)


def right_to_left(text: str) -> bool:
    """Whether the first letter with a direction reads from the right, as Arabic does."""
    directions = (bidirectional(sign) for sign in text)
    return next((each for each in directions if each in ("L", "R", "AL")), "L") != "L"


def all_drawable(value: Any) -> Any:
    """Data for a layout, every text of it drawable."""
    if isinstance(value, str):
        return drawable(value)
    if isinstance(value, dict):
        return {key: all_drawable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [all_drawable(each) for each in value]
    return value


@cache
def nearest(sign: str) -> str:
    """What is drawn for a sign no font of letters has; nothing for what shows nothing."""
    if sign in NEAREST:
        return NEAREST[sign]
    if sign.isspace():
        return " "
    if category(sign) in ("Cc", "Cf", "Mn", "Me"):
        return ""
    spelt = normalize("NFKC", sign)
    if spelt == sign or _others().search(spelt):
        spelt = "".join(each for each in normalize("NFKD", sign) if category(each)[0] != "M")
    return UNKNOWN if not spelt or _others().search(spelt) else spelt


@cache
def _others() -> re.Pattern[str]:
    """Any sign but those of the fonts and the end of a line."""
    drawn = sorted(set().union(*map(signs_of, FONTS.glob("*_400Regular.ttf"))))
    starts = [drawn[0], *(after for before, after in pairwise(drawn) if after > before + 1)]
    ends = [*(before for before, after in pairwise(drawn) if after > before + 1), drawn[-1]]
    ranges = (f"\\U{start:08x}-\\U{end:08x}" for start, end in zip(starts, ends, strict=True))
    return re.compile(f"[^\n{''.join(ranges)}]")


def signs_of(font: Path) -> set[int]:
    """Code points a TrueType font has a drawing for, but controls (its table «cmap», formats 12 and 4)."""
    data = font.read_bytes()
    tables = {data[at : at + 4]: at for at in range(12, 12 + 16 * _short(data, 4), 16)}
    start = _long(data, tables[b"cmap"] + 8)
    kinds = {data[at : at + 4]: start + _long(data, at + 4) for at in _steps(start + 4, _short(data, start + 2), 8)}
    full = kinds.get(b"\x00\x03\x00\x0a")
    ranges = _groups(data, full) if full else _segments(data, kinds[b"\x00\x03\x00\x01"])
    drawn = {point for first, last in ranges for point in range(first, last + 1)}
    return {point for point in drawn if category(chr(point)) != "Cc" and point != LAST_IN_PLANE}


def _groups(data: bytes, at: int) -> list[tuple[int, int]]:
    return [(_long(data, each), _long(data, each + 4)) for each in _steps(at + 16, _long(data, at + 12), 12)]


def _segments(data: bytes, at: int) -> list[tuple[int, int]]:
    count = _short(data, at + 6) // 2
    ends = _steps(at + 14, count, 2)
    return [(_short(data, end + 2 * count + 2), _short(data, end)) for end in ends]


def _steps(start: int, count: int, size: int) -> range:
    return range(start, start + count * size, size)


def _short(data: bytes, at: int) -> int:
    return int(struct.unpack_from(">H", data, at)[0])


def _long(data: bytes, at: int) -> int:
    return int(struct.unpack_from(">I", data, at)[0])
