"""Values of a whole column at once, in UTF-8, as COPY writes them. What is written plainly passes in a few steps over
the column; what is not is left in doubt (None), to be read one by one by the reader that says what is wrong with it."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache
from typing import TypeVar

from crm.imports.formats.values import SPACES, BadValue

NULL = rb"\N"
MOST_REMEMBERED = 65_536
PLAIN_SIGNS = b"0123456789.-\n"
THOUSAND = 1000
LAST_DIGITS = [b"%03d" % number for number in range(THOUSAND)]
WITHOUT_CONTROLS = bytes.maketrans(b"\t\n\r", b"   ")
DIGITS_AS_ZERO = bytes.maketrans(b"123456789", b"000000000")
TOO_LARGE = b"0" * 13
SPACES_IN_LINE = re.compile(r"[^\S\n]|['’]")
OTHER_MARK = {",": b".", ".": b","}
K = TypeVar("K")
V = TypeVar("V")
Texts = list[bytes]
Doubtful = list[bytes | None]
Amounts = tuple[Doubtful, list[float]]


class Memo(dict[K, V]):
    """What each text of a column means, looked at once; it forgets rather than fill the memory."""

    def __init__(self, read: Callable[[K], V]) -> None:
        self.read = read

    def __missing__(self, text: K) -> V:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self[text] = found = self.read(text)
        return found

    def of(self, texts: Iterable[K]) -> list[V]:
        """The meanings of a column."""
        return list(map(self.__getitem__, texts))


def days(read: Callable[[str], date | None]) -> Memo[bytes, bytes | None]:
    """The days of a column; `read` returns None for an empty cell, and raises BadValue for one that is in doubt."""

    def day(text: bytes) -> bytes | None:
        try:
            found = read(text.decode().strip())
        except BadValue:
            return None
        return found.isoformat().encode() if found else NULL

    return Memo(day)


def amounts(texts: Texts, mark: str, places: int) -> Amounts:
    """A column of amounts of at most `places` decimals, with a point; and about how much each is, exact enough to
    compare them. "" and 0 where the cell is empty. `mark` is the decimal mark of the column, "" where it is not known.
    """
    joined, count = b"\n".join(texts), len(texts)
    return (
        _all_plain(joined, count, mark, places)
        or _all_plain(SPACES_IN_LINE.sub("", joined.decode()).encode(), count, mark, places)
        or _one_by_one(texts, mark, places)
    )


def _all_plain(joined: bytes, count: int, mark: str, places: int) -> Amounts | None:
    if mark and OTHER_MARK[mark] in joined:
        return None
    pointed = joined.replace(b",", b".")
    if pointed.translate(None, PLAIN_SIGNS) or _is_extreme(pointed, places):
        return None
    texts = pointed.split(b"\n")
    try:
        values = [float(text) if text else 0.0 for text in texts] if b"" in texts else list(map(float, texts))
    except ValueError:
        return None
    return ([*texts], values) if len(texts) == count else None


def _is_extreme(signs: bytes, places: int) -> bool:
    """Whether there is an amount too large to be compared, or a digit that counts beyond the decimals there may be."""
    shape = signs.translate(DIGITS_AS_ZERO)
    return TOO_LARGE in shape or (
        b"." + b"0" * (places + 1) in shape and bool(re.search(rb"\.\d{%d}\d*[1-9]" % places, signs))
    )


def _one_by_one(texts: Texts, mark: str, places: int) -> Amounts:
    plain = _plain(mark, places).fullmatch
    bare = (SPACES.sub("", text.decode()) for text in texts)
    found = [text.replace(",", ".").encode() if not text or plain(text) else None for text in bare]
    return found, [float(text) if text else 0.0 for text in found]


@cache
def _plain(mark: str, places: int) -> re.Pattern[str]:
    return re.compile(rf"-?[0-9]{{1,12}}(?:[{mark or ',.'}][0-9]{{0,{places}}}0*)?")


def difference(debits: Amounts, credits: Amounts, *, empty: bytes | None) -> Doubtful:
    """Debit less credit of each row, `empty` where neither is there; in doubt where both are."""
    return [
        debit if more and not less and credit is not None
        else b"-" + credit if less > 0 and not more and credit is not None and debit is not None
        else None if more or less or debit is None or credit is None else debit or (credit and b"0") or empty
        for debit, more, credit, less in zip(*debits, *credits, strict=True)
    ]  # fmt: skip


def in_doubt(column: Doubtful) -> Iterable[int]:
    """Places of the values that must be read one by one."""
    return (place for place, value in enumerate(column) if value is None) if None in column else ()


def empty(texts: Texts) -> Iterable[int]:
    """Places of the empty texts."""
    return (place for place, text in enumerate(texts) if not text) if b"" in texts else ()


def longer(texts: Texts, limit: int) -> Iterable[int]:
    """Places of the texts that have more signs than allowed."""
    if max(map(len, texts)) <= limit:  # there are never more signs than bytes
        return ()
    return (place for place, text in enumerate(texts) if len(text) > limit < len(text.decode()))


def cut(texts: Texts, limit: int) -> Texts:
    """Texts without the signs beyond a limit."""
    return texts if max(map(len, texts)) <= limit else [text.decode()[:limit].encode() for text in texts]


def escaped(texts: Iterable[bytes]) -> Texts:
    """Texts as COPY's text format writes them, as `staging.copied` does one."""
    return [text.translate(WITHOUT_CONTROLS, b"\x00").replace(b"\\", rb"\\") for text in texts]


def numbered(numbers: Sequence[int]) -> Texts:
    """Numbers of lines; where they follow each other only their last digits are looked up."""
    if not isinstance(numbers, range) or numbers.start < THOUSAND:
        return [b"%d" % number for number in numbers]
    found: Texts = []
    for thousand in range(numbers.start // THOUSAND, numbers[-1] // THOUSAND + 1):
        head, first = b"%d" % thousand, thousand * THOUSAND
        found += [head + tail for tail in LAST_DIGITS[max(numbers.start - first, 0) : numbers.stop - first]]
    return found


def lines(columns: Sequence[Iterable[bytes]], *, without: set[int]) -> bytes:
    """Columns as lines of COPY's text format, except the places `without`."""
    rows: Iterable[tuple[bytes, ...]] = zip(*columns, strict=False)
    if without:
        rows = (row for place, row in enumerate(rows) if place not in without)
    text = b"\n".join(map(b"\t".join, rows))
    return text + b"\n" if text else b""
