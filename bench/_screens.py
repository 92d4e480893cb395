"""What `./acquit bench pages` asks for: every list, filter and order a person is offered, and how far down."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from bench._web import Ask
from collections_app.actions import queries
from collections_app.actions.forms import AGES, PORTFOLIOS, STATES, WorklistFilters
from collections_app.segments.models import Group
from crm.accounts.calendars import days_at
from crm.accounts.models import Entity, User
from crm.core.keyset import Sort
from crm.customers.models import Channel, Customer
from crm.receivables.forms import CustomerFilters, InvoiceFilters
from crm.receivables.models import Invoice

PAGE_MS, SEARCH_MS = 100, 300
SORTS = ("-rank", "customer", "-customer", "-amount", "amount", "-age", "age")


@dataclass(frozen=True)
class Screen:
    """A page to measure: who asks, for what at his nth turn, and the p95 we want."""

    name: str
    asks: Callable[[int, int], Ask]
    target_ms: int = PAGE_MS
    leader: bool = False


@dataclass(frozen=True)
class World:
    """The ledger that is asked about."""

    entity: Entity
    collector: User
    leader: User
    deep: int

    def screens(self) -> Iterator[Screen]:
        """All of them, the most used first."""
        yield from self.worklist()
        yield from self.lists()
        yield from self.searches()
        yield from self.supervision()
        yield from self.figures()

    def worklist(self) -> Iterator[Screen]:
        """The to-do list: each filter in the usual order, each order of everything, first and deep."""
        yield always("to-do, mine", "/")
        for name, values in (("portfolio", PORTFOLIOS), ("state", STATES), ("channel", Channel.choices), ("age", AGES)):
            for value, _label in values:
                query = {name: str(value)} if name == "portfolio" else {"portfolio": "all", name: str(value)}
                yield always(f"to-do, {name} {value}", f"/?{urlencode(query)}")
        yield always("to-do, 5 000 or more", "/?portfolio=all&minimum=5000")
        yield always("to-do, words", "/?portfolio=all&q=boulangerie", SEARCH_MS)
        for sort in SORTS:
            yield from self.deepened("to-do, all", {"portfolio": "all", "sort": sort}, self.worklist_rows)
        yield from self.deepened("to-do, team", {"portfolio": "team", "sort": "-rank"}, self.worklist_rows)

    def lists(self) -> Iterator[Screen]:
        """Customers, invoices, one customer."""
        for situation in ("", "late"):
            query = {"situation": situation} if situation else {}
            yield from self.deepened("customers", query, self.customer_rows, "/customers/")
        for state in ("", "late", "guessed", "settled"):
            for sort in ("due_on", "-due_on", "-open_amount", "open_amount"):
                query = {"sort": sort} | ({"state": state} if state else {})
                yield from self.deepened("invoices", query, self.invoice_rows, "/invoices/")
        customers = self.sampled(Customer, "pk")
        yield Screen("customer page", lambda place, turn: Ask(f"/customers/{pick(customers, place, turn)}/"))

    def searches(self) -> Iterator[Screen]:
        """What a person types in the search box."""
        names, numbers = self.sampled(Customer, "name"), self.sampled(Invoice, "number")
        phones = [f"06 {number:08d}"[:11] for number in range(10_000_000, 10_000_400)]
        kinds: dict[str, Callable[[int, int], str]] = {
            "name with accents": lambda place, turn: pick(names, place, turn),
            "name without, in capitals": lambda place, turn: pick(names, place, turn).upper().replace("É", "E"),
            "fragment of 5 letters": lambda place, turn: pick(names, place, turn).split()[-1][:5],
            "fragment of 3 letters": lambda place, turn: pick(names, place, turn).split()[-1][:3],
            "name with a typing mistake": lambda place, turn: mistyped(pick(names, place, turn)),
            "the commonest word": lambda place, turn: "boulangerie",
            "invoice number": lambda place, turn: pick(numbers, place, turn),
            "phone": lambda place, turn: pick(phones, place, turn),
            "nothing like it": lambda place, turn: "xylophone quartz",
        }
        for name, words in kinds.items():
            yield Screen(f"search, {name}", searched(words), SEARCH_MS)

    def supervision(self) -> Iterator[Screen]:
        """The home of supervisors and the live count of a group being edited."""
        yield Screen("supervision", lambda place, turn: Ask("/supervision/"), leader=True)
        group = Group.objects.filter(entity=self.entity, is_default=False).order_by("priority")[5]
        path = f"/admin/segments/group/{group.pk}/criteria/?only=preview"
        for name, fact, value in (
            ("overdue amount", "overdue", "1500"),
            ("average delay", "average_delay", "20"),
            ("days late", "days_late", "45"),
        ):
            fields = {"r.kind": "all", "r.0.fact": fact, "r.0.is": "gt"}
            yield Screen(f"live count, {name}", counted(path, fields, value), SEARCH_MS, leader=True)

    def figures(self) -> Iterator[Screen]:
        """The aged balance, cut each way, of everybody and of whom a collector sees; what the months tell."""
        group = Group.objects.filter(entity=self.entity, is_default=False).order_by("priority")[5]
        cuts = {"entity": "", "group": "by=group", "collector": "by=collector", "customer": "by=customer"}
        chosen = {
            "customers of a group": f"by=customer&group={group.pk}",
            "customers of a collector": f"by=customer&collector={self.collector.pk}",
            "customers, words": "q=boulangerie",
        }
        for name, query in (cuts | chosen).items():
            yield Screen(f"aged balance, {name}", self._asks(f"/aged-balance/?{query}"), leader=True)
        yield Screen("aged balance, of a collector", self._asks("/aged-balance/?by=customer"))
        yield Screen("performance", self._asks("/performance/"), leader=True)

    def _asks(self, path: str) -> Callable[[int, int], Ask]:
        return lambda place, turn: Ask(path)

    def deepened(
        self, name: str, query: dict[str, str], rows: Callable[[QueryDict], tuple[Any, Sort]], path: str = "/"
    ) -> Iterator[Screen]:
        """The first page and the deepest one there is up to `deep`."""
        said = f"{name}{''.join(f', {value}' for key, value in query.items() if key != 'portfolio')}"
        yield always(f"{said}, first", f"{path}?{urlencode(query)}")
        found, sort = rows(QueryDict(urlencode(query)))
        last = found.order_by(*sort.ordering)[50 * self.deep - 1 : 50 * self.deep]
        for row in last:
            after = sort.cursor(row)
            yield always(f"{said}, page {self.deep:,}", f"{path}?{urlencode(query | {'after': after})}")

    def worklist_rows(self, data: QueryDict) -> tuple[Any, Sort]:
        filters = WorklistFilters(data, user=self.collector, days=days_at(timezone.now()))
        sort = queries.sort_of(data["sort"])
        return queries.sortable(filters.narrow(queries.worklist(self.collector)), filters.days, sort), sort

    def customer_rows(self, data: QueryDict) -> tuple[Any, Sort]:
        return CustomerFilters(data, user=self.collector, days=days_at(timezone.now())).sorted()

    def invoice_rows(self, data: QueryDict) -> tuple[Any, Sort]:
        filters = InvoiceFilters(data, user=self.collector, days=days_at(timezone.now()))
        return filters.narrow(), filters.sort(data["sort"])

    def sampled(self, model: Any, field: str) -> list[Any]:
        """The same 400 values each time, spread over the table."""
        table = model._meta.db_table
        column = model._meta.get_field(field).column if field != "pk" else "id"
        with connection.cursor() as cursor:
            cursor.execute(f"select min(id), max(id) from {table} where entity_id = %s", [self.entity.pk])
            first, last = cursor.fetchone()
            ids = [first + number * (last - first) // 400 for number in range(400)]
            cursor.execute(f"select {column} from {table} where id = any(%s) order by md5(id::text)", [ids])
            return [value for (value,) in cursor.fetchall()]


def always(name: str, path: str, target_ms: int = PAGE_MS) -> Screen:
    return Screen(name, lambda place, turn: Ask(path), target_ms)


def searched(words: Callable[[int, int], str]) -> Callable[[int, int], Ask]:
    return lambda place, turn: Ask(f"/customers/?{urlencode({'q': words(place, turn)})}")


def counted(path: str, fields: dict[str, str], value: str) -> Callable[[int, int], Ask]:
    return lambda place, turn: Ask(path, fields | {"r.0.value": str(int(value) + turn)})


def pick(values: list[Any], place: int, turn: int) -> Any:
    return values[(place * 53 + turn) % len(values)]


def mistyped(name: str) -> str:
    """Two letters of the last word swapped."""
    return f"{name[:-3]}{name[-2]}{name[-3]}{name[-1]}"
