"""Values of a whole column at once, as COPY writes them. What is written plainly passes in a few steps over the column;
what is not is left in doubt (None), to be read one by one by the reader that says what is wrong with it."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache
from itertools import compress

from crm.imports.formats.rows import RowWrong
from crm.imports.formats.values import SPACES, BadValue
from crm.imports.staging import ESCAPED

NULL = r"\N"
# A column has far fewer days than rows; a file of instants must not fill the memory.
MOST_DAYS = 65_536
LARGE = 1e12
PLAIN_SIGNS = b"0123456789.-\n"
SPACES_IN_LINE = re.compile(r"[^\S\n]|['’]")
OTHER_MARK = {",": ".", ".": ","}
Texts = list[str]
Doubtful = list[str | None]


class Days(dict[str, str | None]):
    """What each text of a column of dates means; `read` raises BadValue or RowWrong for what is none."""

    def __init__(self, read: Callable[[str], date | None], empty: str | None = NULL) -> None:
        self.read, self.empty = read, empty

    def __missing__(self, text: str) -> str | None:
        if len(self) >= MOST_DAYS:
            self.clear()
        try:
            day = self.read(text.strip())
        except (BadValue, RowWrong):
            self[text] = None
            return None
        self[text] = found = day.isoformat() if day else self.empty
        return found

    def of(self, texts: Texts) -> Doubtful:
        """The days of a column."""
        return list(map(self.__getitem__, texts))


def amounts(texts: Texts, mark: str, places: int) -> tuple[Doubtful, list[float]]:
    """A column of amounts of at most `places` decimals, with a point, and about how much each is (exact enough to compare
    them); "" and 0 where the cell is empty. `mark` is the decimal mark of the column, "" where it is not known."""
    joined, count = "\n".join(texts), len(texts)
    return (
        _all_plain(joined, count, mark, places)
        or _all_plain(SPACES_IN_LINE.sub("", joined), count, mark, places)
        or _one_by_one(texts, mark, places)
    )


def _all_plain(joined: str, count: int, mark: str, places: int) -> tuple[Doubtful, list[float]] | None:
    if mark and OTHER_MARK[mark] in joined:
        return None
    pointed = joined.replace(",", ".")
    if pointed.encode(errors="replace").translate(None, PLAIN_SIGNS) or _too_fine(places).search(pointed):
        return None
    texts: Doubtful = [*pointed.split("\n")]
    try:
        values = [float(text) if text else 0.0 for text in texts]
    except ValueError:
        return None
    fits = len(texts) == count and max(values) < LARGE and min(values) > -LARGE
    return (texts, values) if fits else None


def _one_by_one(texts: Texts, mark: str, places: int) -> tuple[Doubtful, list[float]]:
    plain = _plain(mark, places).fullmatch
    bare = (SPACES.sub("", text) for text in texts)
    found = [text.replace(",", ".") if not text or plain(text) else None for text in bare]
    return found, [float(text) if text else 0.0 for text in found]


@cache
def _too_fine(places: int) -> re.Pattern[str]:
    """A digit that counts, beyond the decimals there may be."""
    return re.compile(rf"\.\d{{{places}}}\d*[1-9]")


@cache
def _plain(mark: str, places: int) -> re.Pattern[str]:
    return re.compile(rf"-?[0-9]{{1,12}}(?:[{mark or ',.'}][0-9]{{0,{places}}}0*)?")


def difference(
    debits: Doubtful, above: list[float], credits: Doubtful, below: list[float], *, empty: str | None
) -> Doubtful:
    """Debit less credit of each row, `empty` where neither is there; in doubt where both are."""
    return [
        None if debit is None or credit is None or less < 0 or (more and less)
        else f"-{credit}" if less else debit or (credit and "0") or empty
        for debit, more, credit, less in zip(debits, above, credits, below, strict=True)
    ]  # fmt: skip


def in_doubt(column: Doubtful) -> Iterable[int]:
    """Places of the values that must be read one by one."""
    return (place for place, value in enumerate(column) if value is None) if None in column else ()


def empty(texts: Texts) -> Iterable[int]:
    """Places of the empty texts."""
    return (place for place, text in enumerate(texts) if not text) if "" in texts else ()


def longer(texts: Texts, limit: int) -> Iterable[int]:
    """Places of the texts that have more signs than allowed."""
    if max(map(len, texts)) <= limit:
        return ()
    return (place for place, text in enumerate(texts) if len(text) > limit)


def escaped(texts: Texts) -> Texts:
    """Texts as COPY's text format writes them."""
    return [text.translate(ESCAPED) for text in texts]


def lines(columns: Sequence[Iterable[str]], *, without: set[int], count: int) -> str:
    """Columns as lines of COPY's text format, except the places `without`."""
    rows: Iterable[tuple[str, ...]] = zip(*columns, strict=False)
    if without:
        rows = compress(rows, (place not in without for place in range(count)))
    text = "\n".join(map("\t".join, rows))
    return f"{text}\n" if text else ""
