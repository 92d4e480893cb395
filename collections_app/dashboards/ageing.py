"""The aged balance as the last night of each entity left it: its sums cut as one likes, and the customers below them.

Sums come from what nights keep (`AgedPart`), customers from the accounts they keep: a page costs what it shows.
Currencies are never added up.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.db.models import F, Max, Q, QuerySet, Sum, Value
from django.db.models.lookups import LessThan
from django.utils.translation import gettext as _

from collections_app.engine.models import Account, AgedPart
from collections_app.segments.models import Group
from crm.accounts.models import Entity, Team, User
from crm.core.ageing import LABELS
from crm.core.keyset import Pair
from crm.customers.reach import Reach, reach_of

BUCKETS = ("not_due", "days_1_30", "days_31_60", "days_61_90", "days_91")
MONEY = ("unapplied_amount", "credit_notes_amount", "disputed_amount")
# By what the balance may be cut, and where a part says it.
CUTS = {"group": "group_id", "team": "team_id", "collector": "collector_id"}
PAGE_SIZE = 50
PLACE = re.compile(r"(\d{1,15}\.\d{1,3})_(\d{1,19})", re.ASCII)  # the amount and the key of the last customer shown
KEYS = 2**63  # what a key of the database stays below


@dataclass(frozen=True)
class Aged:
    """Open amounts by days late, all before unapplied money. `unapplied`: payments and other sums no invoice has taken,
    `credit_notes` the same of credit notes; `disputed` is a part of what is open; `idle` is the part of both sums
    that is of customers to whom nothing is open."""

    buckets: tuple[Decimal, ...]
    unapplied: Decimal
    credit_notes: Decimal
    disputed: Decimal
    idle: Decimal = Decimal(0)

    @property
    def open(self) -> Decimal:
        """All that is open."""
        return sum(self.buckets, Decimal(0))

    @property
    def balance(self) -> Decimal:
        """What is open less unapplied money and credit notes: what the books show of the accounts."""
        return self.open - self.unapplied - self.credit_notes

    def __add__(self, other: "Aged") -> "Aged":
        return Aged(
            tuple(one + another for one, another in zip(self.buckets, other.buckets, strict=True)),
            self.unapplied + other.unapplied,
            self.credit_notes + other.credit_notes,
            self.disputed + other.disputed,
            self.idle + other.idle,
        )


NOTHING = Aged((Decimal(0),) * len(BUCKETS), Decimal(0), Decimal(0), Decimal(0))


def heads() -> list[str]:
    """What stands above the amounts of each age."""
    return [str(LABELS[0]), *(_("%(days)s days") % {"days": label} for label in LABELS[1:])]


@dataclass(frozen=True)
class Line:
    """One line of the aged balance. `key`: of the group, team or collector it is of, nothing where there is none; `of`:
    the customer. `query`: what an address says to show what it counts. `on`: the night it is of, where it is a sum."""

    entity: Entity
    currency: str
    label: str
    aged: Aged
    customers: int = 0
    key: int | None = None
    customer: Any = None
    query: str = ""
    on: date | None = None

    @property
    def cells(self) -> list[tuple[str, Decimal]]:
        """The amounts by age, each under its head."""
        return list(zip(heads(), self.aged.buckets, strict=True))


@dataclass(frozen=True)
class Sums:
    """An entity in one currency: its lines, the largest first, their sum, and the night they are of."""

    entity: Entity
    currency: str
    on: date
    lines: list[Line]
    total: Line


def seen_parts(reach: Reach) -> QuerySet[AgedPart]:
    """The parts a person sees: the rule of rows (`crm.customers.models.let_in`), with what each part says of its
    customers."""
    if reach.everything:
        return AgedPart.objects.all()
    let_in = Q(entity__in=reach.entities) | Q(team_id__in=reach.teams) | Q(collector_id=reach.user)
    return AgedPart.objects.filter(let_in, entity__in=reach.within)


def offered(user: User) -> list[tuple[Entity, str]]:
    """Of which entities and currencies the person sees something, in the order of the page. One statement."""
    seen = (
        seen_parts(reach_of(user))
        .select_related("entity")
        .order_by("entity", "currency")
        .distinct("entity", "currency")
    )
    return sorted(((part.entity, part.currency) for part in seen), key=_place)


def _place(one: tuple[Entity, str]) -> tuple[str, bool, str]:
    """Entities by code; of each, the currency of its books first."""
    entity, currency = one
    return entity.code, currency != entity.currency, currency


def sums(
    user: User, of: Iterable[tuple[Entity, str]], *, cut: str = "", cuts: Mapping[str, int] | None = None
) -> list[Sums]:
    """The aged balance the person sees of these entities and currencies, cut by a name of CUTS, only of those that
    `cuts` names (0: of none). One statement, and one for the names of what it is cut by."""
    wanted = list(of)
    parts = seen_parts(reach_of(user))
    for name, key in (cuts or {}).items():
        parts = parts.filter(**({CUTS[name]: key} if key else {f"{CUTS[name]}__isnull": True}))
    by = ("entity_id", "currency", *([CUTS[cut]] if cut else []))
    added = parts.values(*by).annotate(
        count=Sum("customers"),
        night=Max("on"),
        idle=Sum("idle_amount"),
        **{f"sum_{name}": Sum(name) for name in BUCKETS + MONEY},
    )
    found: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    for row in added.order_by():
        found[row["entity_id"], row["currency"]].append(row)
    names = _names(cut, [row[CUTS[cut]] for rows in found.values() for row in rows]) if cut else {}
    return [
        _sums(entity, currency, found[entity.pk, currency], cut, names)
        for entity, currency in wanted
        if (entity.pk, currency) in found
    ]


def _sums(entity: Entity, currency: str, rows: list[dict[str, Any]], cut: str, names: dict[int, str]) -> Sums:
    of_all = {"by": "customer", "entity": str(entity.pk), "currency": currency}
    lines = [_line(entity, currency, row, cut, names, of_all) for row in rows]
    lines.sort(key=lambda line: (-line.aged.open, line.label))
    aged = sum((line.aged for line in lines), NOTHING)
    customers = sum(line.customers for line in lines)
    on = max(row["night"] for row in rows)
    total = Line(entity, currency, entity.legal_name, aged, customers, query=urlencode(of_all), on=on)
    return Sums(entity, currency, on, lines if cut else [], total)


def _line(
    entity: Entity, currency: str, row: dict[str, Any], cut: str, names: dict[int, str], of_all: dict[str, str]
) -> Line:
    unapplied, credit_notes, disputed = (row[f"sum_{name}"] for name in MONEY)
    aged = Aged(tuple(row[f"sum_{name}"] for name in BUCKETS), unapplied, credit_notes, disputed, row["idle"])
    key = row[CUTS[cut]] if cut else None
    query = of_all | ({cut: "none" if key is None else str(key)} if cut else {})
    return Line(entity, currency, _called(names, key), aged, row["count"], key, query=urlencode(query))


def _called(names: Mapping[int, str], key: int | None) -> str:
    return names.get(key, _("Removed since")) if key else _("None")


def _names(cut: str, keys: Iterable[int | None]) -> dict[int, str]:
    """What is called how; what is gone since that night has no name."""
    of: dict[str, Any] = {"group": Group, "team": Team, "collector": User}
    found = of[cut].objects.in_bulk([key for key in keys if key])
    return {key: str(row) for key, row in found.items()}


def named(cuts: Mapping[str, int]) -> list[tuple[str, str]]:
    """By name of CUTS, what the group, team or collector of a list is called."""
    return [(cut, _called(_names(cut, [key]), key)) for cut, key in cuts.items()]


@dataclass(frozen=True)
class Chosen:
    """Of which customers: those of an entity and currency, and of these of a group, team or collector (0: of none)
    or whom words found."""

    entity: int
    currency: str
    cuts: dict[str, int] = field(default_factory=dict)
    found: list[int] | None = None


def accounts(user: User, chosen: Chosen) -> QuerySet[Account]:
    """The accounts of these customers that the person sees, the largest first."""
    found = Account.objects.filter(reach_of(user).of("customer__"), entity=chosen.entity, currency=chosen.currency)
    for cut, key in chosen.cuts.items():
        found = found.filter(_of(cut, key))
    if chosen.found is not None:
        found = found.filter(customer__in=chosen.found)
    return found.select_related("customer").order_by("-open_amount", "-customer_id")


def _of(cut: str, key: int) -> Q:
    """Portfolios and teams are found by an index of customers, and may have changed since the night; groups not."""
    if cut == "group":
        return Q(group_id=key) if key else Q(group_id__isnull=True)
    return Q(**{f"customer__{cut}": key}) if key else Q(**{f"customer__{cut}__isnull": True})


@dataclass(frozen=True)
class Page:
    """Some customers, and what leads to the next ones (nothing on the last page)."""

    rows: list[Line]
    after: str


def page(user: User, entity: Entity, chosen: Chosen, *, after: str = "", size: int = PAGE_SIZE) -> Page:
    """The customers that follow `after`. Raises BadRequest."""
    found = accounts(user, chosen)
    if after:
        found = found.filter(_beyond(after))
    rows = list(found[: size + 1])
    last = f"{rows[size - 1].open_amount}_{rows[size - 1].customer_id}" if len(rows) > size else ""
    return Page([_of_account(entity, row) for row in rows[:size]], last)


def _beyond(after: str) -> Q:
    said = PLACE.fullmatch(after)
    if not said or int(said[2]) >= KEYS:
        raise BadRequest
    value, customer = Decimal(said[1]), int(said[2])
    place = Pair(F("open_amount"), F("customer_id"))
    return Q(open_amount__lte=value) & Q(LessThan(place, Pair(Value(value), Value(customer))))


def _of_account(entity: Entity, row: Account) -> Line:
    buckets = (row.not_due, row.days_1_30, row.days_31_60, row.days_61_90, row.days_91)
    aged = Aged(buckets, row.unapplied_amount, row.credit_notes_amount, row.disputed_amount)
    return Line(entity, row.currency, row.customer.name, aged, 1, customer=row.customer)


def every_account(user: User, entity: Entity, chosen: Chosen, *, size: int = 2000) -> Iterator[Line]:
    """All of them, some at a time."""
    after = ""
    while True:
        found = page(user, entity, chosen, after=after, size=size)
        yield from found.rows
        if not found.after:
            return
        after = found.after
