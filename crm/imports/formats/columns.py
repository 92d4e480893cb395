"""Values of a whole column at once, in UTF-8, as COPY writes them. What is written plainly passes in a few steps over
the column; what is not is left in doubt (None), to be read one by one by the reader that says what is wrong with it."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache
from typing import TypeVar

from crm.core.amounts import SPACES, BadValue

NULL = rb"\N"
MOST_REMEMBERED = 65_536
THOUSAND = 1000
# Numbers of a thousand lines, each with a sign where its first digits go.
HEAD = b"@"
THOUSAND_LINES = b"".join(HEAD + b"%03d\n" % number for number in range(THOUSAND))
LINE = len(THOUSAND_LINES) // THOUSAND
WITHOUT_CONTROLS = bytes.maketrans(b"\t\n\r", b"   ")
POINT, ZERO = b".", b"0."
EITHER_MARK = ",."
PERHAPS_THOUSANDS = re.compile(rb"[.,][0-9]{3}(?![0-9])")
SPACES_IN_LINE = re.compile(r"[^\S\n]|['’]")
K = TypeVar("K")
V = TypeVar("V")
Texts = list[bytes]
Doubtful = Sequence[bytes | None]


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

    def of_one(self, texts: list[K]) -> list[V]:
        """The meanings of a column that mostly says the same thing in all its rows."""
        first = texts[0]
        return [self[first]] * len(texts) if texts.count(first) == len(texts) else self.of(texts)


def days(read: Callable[[str], date | None]) -> Memo[bytes, bytes | None]:
    """The days of a column; `read` returns None for an empty cell, and raises BadValue for one that is in doubt."""

    def day(text: bytes) -> bytes | None:
        try:
            found = read(text.decode().strip())
        except BadValue:
            return None
        return found.isoformat().encode() if found else NULL

    return Memo(day)


def amounts(texts: Texts, mark: str, places: int) -> Doubtful:
    """A column of amounts of at most `places` decimals, with a point; "" where the cell is empty. `mark` is the decimal
    mark of the column, EITHER_MARK where a single one always is; "" where nothing is known, so that an amount of three
    digits after its sign is in doubt."""
    joined = b"\n".join(texts)
    if joined.count(b"\n") == len(texts) - 1:  # no cell has lines of its own
        column = _plain(mark, places)[1].fullmatch
        if column(joined + b"\n") and _told(joined, mark):
            return joined.replace(b",", b".").split(b"\n") if b"," in joined else texts
        spaceless = SPACES_IN_LINE.sub("", joined.decode()).encode()
        if column(spaceless + b"\n") and _told(spaceless, mark):
            return spaceless.replace(b",", b".").split(b"\n")
    return _one_by_one(texts, mark, places)


def _one_by_one(texts: Texts, mark: str, places: int) -> Doubtful:
    plain = _plain(mark, places)[0].fullmatch
    bare = (SPACES.sub("", text.decode()).encode() for text in texts)
    return [text.replace(b",", b".") if not text or (plain(text) and _told(text, mark)) else None for text in bare]


def _told(amounts: bytes, mark: str) -> bool:
    """Whether the mark is known, or no sign stands where one of thousands would. Asked apart: in a possessive pattern
    Python 3.11.2, that of Debian 12, does not look ahead."""
    return bool(mark) or not PERHAPS_THOUSANDS.search(amounts)


@cache
def _plain(mark: str, places: int) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """An amount, and a column of them, a line each; possessive, as there is but one way to read any of it."""
    one = rf"-?+[0-9]{{1,12}}+(?:[{mark or EITHER_MARK}][0-9]{{0,{places}}}+0*+)?+"
    return re.compile(one.encode()), re.compile(rf"(?:(?:{one})?+\n)*+".encode())


def difference(debits: Doubtful, credits: Doubtful, *, empty: bytes | None) -> Doubtful:
    """Debit less credit of each row, `empty` where neither is there; in doubt where both are."""
    return [
        None if (more and less) or debit is None or credit is None
        else debit if more
        else b"-" + credit if less > POINT
        else None if less else debit or (credit and b"0") or empty
        for debit, more, credit, less in zip(debits, _digits(debits), credits, _digits(credits), strict=True)
    ]  # fmt: skip


def is_positive(amount: bytes | None) -> bool:
    """Whether an amount with a point is above zero."""
    return amount is not None and amount.strip(ZERO) > POINT


def _digits(column: Doubtful) -> Texts:
    """Amounts without the zeros around them: "" for zero, above POINT for what is above zero."""
    return [text.strip(ZERO) if text else b"" for text in column]


def in_doubt(column: Doubtful) -> Iterable[int]:
    """Places of the values that must be read one by one."""
    return () if all(column) else (place for place, value in enumerate(column) if value is None)


def empty(texts: Texts) -> Iterable[int]:
    """Places of the empty texts."""
    return () if all(texts) else (place for place, text in enumerate(texts) if not text)


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
    """Numbers of lines; where they follow each other only their first digits are put in."""
    if not isinstance(numbers, range) or numbers.start < THOUSAND:
        return [b"%d" % number for number in numbers]
    found = b""
    for thousand in range(numbers.start // THOUSAND, numbers[-1] // THOUSAND + 1):
        first = thousand * THOUSAND
        some = THOUSAND_LINES[max(numbers.start - first, 0) * LINE : (numbers.stop - first) * LINE]
        found += some.replace(HEAD, b"%d" % thousand)
    return found.split(b"\n")[:-1]


def lines(columns: Sequence[Iterable[bytes]], *, without: set[int]) -> bytes:
    """Columns as lines of COPY's text format, except the places `without`."""
    rows: Iterable[tuple[bytes, ...]] = zip(*columns, strict=False)
    if without:
        rows = (row for place, row in enumerate(rows) if place not in without)
    text = b"\n".join(map(b"\t".join, rows))
    return text + b"\n" if text else b""
