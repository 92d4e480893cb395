"""One side of a simulation, lived through night by night in its own schema."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from collections_app.engine.models import Run
from collections_app.engine.night import EVERYBODY
from collections_app.engine.parts import ranges
from collections_app.engine.scope import Scope, compared
from collections_app.engine.simulation import books, mornings, schema, world
from collections_app.engine.simulation.assumptions import Assumptions
from collections_app.engine.simulation.models import Simulation
from collections_app.engine.simulation.night import SimulatedNight, begin, end, hold_by_the_books, look_at_customers
from collections_app.engine.simulation.parts import Part, for_each, side_by_side
from collections_app.engine.simulation.setting import put_in_force
from crm.accounts.calendars import today, worked_days
from crm.core import planned
from crm.core.remembering import remembering
from crm.receivables.models import Invoice

TODAY, TRIED = "today", "tried"
# Tables that start small and grow: their statistics are taken on these nights, each time about twice as late.
LEARNING_NIGHTS = frozenset({0, 1, 2, 3, 6, 12, 20, 40, 80, 160, 320, 640})
CLEANED_EVERY = 20  # nights


@dataclass
class Side:
    """`name`: TODAY or TRIED. `shards`: the parts its customers are cut into, worked on side by side. `scope`: whom the
    last night, `night`, looked at. `judged_by`: see `books.open_books`."""

    simulation: Simulation
    name: str
    shards: int = 1
    schema: str = ""
    parts: list[Part] = field(default_factory=lambda: [Part((0, EVERYBODY))])
    scope: Scope = field(default_factory=Scope)
    judged_by: int | None = None
    night: SimulatedNight = field(init=False)

    def __post_init__(self) -> None:
        self.schema = schema.schema_name(self.simulation, self.name)
        self.entity = self.simulation.entity
        self.zone = ZoneInfo(self.entity.time_zone)
        self.assumptions = Assumptions.read(self.simulation.assumptions)
        first, last = self.simulation.from_on, self.simulation.until_on
        self.worked = worked_days(self.entity, first, last + timedelta(days=1))  # that after an evening's last night
        used = Invoice.objects.filter(entity=self.entity).exclude(currency=self.entity.currency)
        self.currencies = list(used.values_list("currency", flat=True).distinct().order_by("currency"))

    @property
    def params(self) -> dict[str, Any]:
        """What every statement about the whole period needs."""
        first, last = self.simulation.from_on, self.simulation.until_on
        return {
            "entity": self.entity.pk,
            "kind": self.simulation.kind,
            "from": first,
            "until": last,
            "today": min(first, today(self.entity, self.simulation.asked_at)),
            "from_at": self.night_at(first),
            "until_at": self.night_at(last + timedelta(days=1)),
            "books_in": self.entity.currency,
            "time_zone": self.entity.time_zone,
        }

    def night_at(self, on: date) -> datetime:
        """The instant of the night of `on`."""
        return datetime.combine(on, self.entity.night_at, self.zone)

    def copy(self, instant: str = "", *, go_on: Callable[[], None]) -> None:
        """Make the copies, as everything was at `instant` (see `schema.this_instant`) or is now, with the books on the
        first day and what is tried in force. `go_on` is called between statements and may raise Cancelled."""
        simulation = self.simulation
        with schema.at_one_instant(instant):
            live = _schema_now()
            schema.create(self.schema, kind=simulation.kind, params=self.params, go_on=go_on)
            with schema.inside(self.schema):
                self.judged_by = books.open_books(
                    simulation.kind, self.assumptions.payments, self.params, live=live, go_on=go_on
                )
                world.open_notes()
                if self.name == TRIED:
                    put_in_force(simulation)
                self._wait_for_the_first_night()

    def live(self, beat: Callable[[], None]) -> None:
        """Live through every night of the copies; `beat` is called after each and may raise Cancelled."""
        try:
            with remembering(), side_by_side(ranges(self.entity, self.shards)) as self.parts:
                self._live_nights(beat)
        finally:
            if not connection.in_atomic_block:
                planned.forget_statements()

    def _wait_for_the_first_night(self) -> None:
        """What leaves before it is no longer there when it comes."""
        first = self.simulation.from_on
        mornings.keep_below_ceilings(self.entity, first, night_at=self.night_at(first))
        world.leave(self.entity, until_at=self.night_at(first))

    def _live_nights(self, beat: Callable[[], None]) -> None:
        """All parts do each of the three pieces of a night before any does the next one."""
        first, last = self.simulation.from_on, self.simulation.until_on
        for number in range((last - first).days + 1):
            for_each(self.parts, partial(self._turn, number, first + timedelta(days=number)))
            for_each(self.parts, partial(self._spend_day, number))
            with schema.inside(self.schema):
                hold_by_the_books(self.night)
            for_each(self.parts, self._look_at_customers)
            if number % CLEANED_EVERY == CLEANED_EVERY - 1 and not connection.in_atomic_block:
                schema.clean(self.schema)
            beat()
        with schema.inside(self.schema):
            end(self.night)
        for_each(self.parts, self._spend_last_day)

    def _turn(self, number: int, on: date, part: Part) -> None:
        """End the last night and begin the next on the first thread, while the last one brings the books to its day:
        neither reads what the other writes."""
        with schema.inside(self.schema):
            if number and part is self.parts[-1]:
                books.open_day(self.simulation.kind, on)
            if part is self.parts[0]:
                if number:
                    end(self.night)
                self.night = self._night(number, on)
                begin(self.night)

    def _spend_day(self, number: int, part: Part) -> None:
        """The day before this night, of the customers of a part."""
        part.night = self.night.of(part.customers, part.kept)
        with schema.inside(self.schema):
            if number:
                self._live_day(part, self.night.on - timedelta(days=1))

    def _spend_last_day(self, part: Part) -> None:
        with schema.inside(self.schema):
            self._live_day(part, self.night.on)

    def _live_day(self, part: Part, on: date) -> None:
        world.spend_day(
            self.entity,
            on,
            among=part.night.listed("night_customers"),
            next_night_at=self.night_at(on + timedelta(days=1)),
            worked=self.worked,
            delay=self.assumptions.delay_days,
        )

    def _look_at_customers(self, part: Part) -> None:
        with schema.inside(self.schema):
            look_at_customers(part.night)
            world.note_blocked(part.night)

    def _night(self, number: int, on: date) -> SimulatedNight:
        # Numbers below zero are those of no real run.
        run = Run(pk=-number - 1, entity=self.entity, on=on)
        learns = number in LEARNING_NIGHTS
        if learns or number % CLEANED_EVERY == 0:
            for part in self.parts:
                part.kept.planned_for.clear()
        night = SimulatedNight(run, self.entity, on, self.night_at(on), kept=self.parts[0].kept, learns=learns)
        before = on - timedelta(days=1) if number else None
        # Nobody but these nights writes in the copies, and triggers note it: no month passes for nothing.
        self.scope = compared(run, self.scope, before=before, currencies=self.currencies, monthly=False)
        night.look_at(self.scope)
        return night


def _schema_now() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select quote_ident(current_schema())")
        return str(cursor.fetchone()[0])
