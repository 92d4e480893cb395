"""Where each field of a list stands, and how its values are written."""

from dataclasses import dataclass, field
from datetime import date

from crm.core.amounts import BadValue, supposed_mark
from crm.imports.formats.values import date_of
from crm.imports.mapping.headers import names_of

NO_DAY = frozenset({"", "0", "00000000", "-", "00/00/0000", "0000-00-00"})
OTHER_ORDER = {"dmy": "mdy", "mdy": "dmy"}


@dataclass
class ColumnMap:
    """Where each field stands (index from 0) and how its values are written. `undecided`: fields whose values do not
    prove it, so that it is supposed. `marks`: the decimal mark that amounts of a column show. Where they show none,
    `likely_mark` is what else speaks for one, `proven` whether that proves it, `supposed` what the amounts of a column
    that do not tell it were taken to have, and `unclear` the first of them. `currency`: what the head of a column of
    amounts says, in its words; `country`: where the list comes from. `format_supposed`: payments have the same
    columns. `left_out`: fields a person said the list does not have."""

    format: str
    places: dict[str, int]
    headers: list[str]
    orders: dict[str, str] = field(default_factory=dict)
    either_order: frozenset[str] = frozenset()
    undecided: frozenset[str] = frozenset()
    marks: dict[str, str] = field(default_factory=dict)
    likely_mark: str = ""
    proven: bool = False
    supposed: dict[str, str] = field(default_factory=dict)
    unclear: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, dict[str, int]] = field(default_factory=dict)
    currency: str = ""
    country: str = ""
    format_supposed: bool = False
    left_out: frozenset[str] = frozenset()

    def columns(self) -> dict[str, str]:
        """Field to name of its column, as a profile keeps it."""
        names = names_of(self.headers)
        return {name: names[index] for name, index in self.places.items()}

    def mark_supposed(self, name: str, text: str, currency: str) -> str:
        """The decimal mark of an amount of a column that shows none, "" where it tells its own; remembered, to be told.
        Raises UnclearAmount in a currency of three decimals, whatever is supposed of others."""
        mark = supposed_mark(text, currency)
        if mark:
            mark = self.likely_mark or mark
            self.supposed.setdefault(name, mark)
            self.unclear.setdefault(name, text)
        return mark

    def unproven(self) -> frozenset[str]:
        """Columns of amounts of which nothing proves how they are meant."""
        return frozenset() if self.proven else frozenset(self.supposed)

    def day_of(self, name: str, text: str) -> date | None:
        """The day a text of a field means, None for an empty one. Raises BadValue."""
        if text in NO_DAY:
            return None
        order = self.orders.get(name, "dmy")
        try:
            return date_of(text, order)
        except BadValue:
            if name not in self.either_order:
                raise
        return date_of(text, OTHER_ORDER[order])
