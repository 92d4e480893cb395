"""The figures that tell whether the house works: read once, for the metrics and for the status page alike.

Eight statements whatever the number of entities, each bounded by an index or by a table that stays small. They hold no
personal data.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from django.conf import settings

from config import nights
from config.watching import surroundings
from config.watching.surroundings import Broker, Folder
from crm.core import sql
from crm.events.operations import TRIES
from telephony.messaging.mailbox import configured_mailbox

DAY = timedelta(hours=24)
PACKAGE = "config.watching"
NIGHT = ("run_id", "state", "started_at", "finished_at", "stale", "done_at", "lasted", "report_id", "report")


@dataclass(frozen=True)
class Heap:
    """How many of something wait, and since when the oldest does."""

    number: int = 0
    since: datetime | None = None


@dataclass(frozen=True)
class Night:
    """The last run (`run_id` … `finished_at`), and the last one that ended well (`done_at` … `blocked`). `stale`: the
    books are too old by now for anything to leave by itself. `report`: "held" where a morning report (`report_id`) is
    to be settled, "told" where that of the last night was unusual and held nothing."""

    run_id: int | None = None
    state: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    stale: bool = False
    done_at: datetime | None = None
    lasted: timedelta | None = None
    opened: int = 0
    blocked: dict[str, int] = field(default_factory=dict)
    report_id: int | None = None
    report: str = ""


@dataclass
class EntityFigures:
    """`live`: its nights run by the clock; the first one was due at `due_at`. `mail` counts the tries to send an e-mail
    in the last 24 hours by result; what was accepted may have bounced."""

    pk: int
    code: str
    name: str
    live: bool
    night: Night
    due_at: datetime | None = None
    outbox: dict[str, Heap] = field(default_factory=dict)
    mail: dict[str, int] = field(default_factory=dict)
    bounced: int = 0
    complained: int = 0
    imports: dict[str, Heap] = field(default_factory=dict)
    print_batches: Heap = field(default_factory=Heap)

    def night_age(self, at: datetime) -> timedelta:
        """See `nights.age`."""
        return nights.age(self.night.done_at, self.due_at, at)

    def waiting(self, *states: str) -> Heap:
        """The messages in these states together."""
        return together([self.outbox[state] for state in states if state in self.outbox])

    def importing(self, *statuses: str) -> Heap:
        """The imports in these states together."""
        return together([self.imports[status] for status in statuses if status in self.imports])


@dataclass(frozen=True)
class Consumer:
    """Events one consumer still has to see; `since` is the age of those that are still tried."""

    name: str
    number: int
    given_up: int
    since: datetime | None


@dataclass(frozen=True)
class Figures:
    """Everything, at one instant. `mailbox`: the one replies are read from, if any. `rates_missing`: jurisdiction and
    kind of the legal rates still those of the last half-year, or year."""

    at: datetime
    entities: list[EntityFigures]
    consumers: list[Consumer]
    news: Heap
    replies: Heap
    database_bytes: int
    beat_at: datetime | None
    broker: Broker
    folders: list[Folder]
    unreadable: Heap = Heap()
    news_given_up: Heap = Heap()
    mailbox: str = ""
    mailbox_read_at: datetime | None = None
    rates_missing: list[list[str]] = field(default_factory=list)


def together(heaps: list[Heap]) -> Heap:
    """Several heaps as one."""
    return Heap(sum(heap.number for heap in heaps), min((heap.since for heap in heaps if heap.since), default=None))


def read(at: datetime) -> Figures:
    """All figures as they are at `at`."""
    incoming = {row["kind"]: Heap(row["number"], row["since"]) for row in _rows("incoming")}
    mailbox = str(configured_mailbox() or "")
    (house,) = _rows("house", on=at.date(), mailbox=mailbox)
    return Figures(
        at=at,
        entities=_entities(at),
        consumers=[
            Consumer(row["consumer"], row["number"], row["given_up"], row["since"])
            for row in _rows("events", tries=TRIES)
        ],
        news=incoming["news"],
        news_given_up=incoming["news_given_up"],
        replies=incoming.get("unread", Heap()),
        unreadable=incoming.get("unreadable", Heap()),
        broker=surroundings.broker(),
        folders=surroundings.folders(),
        mailbox=mailbox,
        **house,
    )


_last: list[Figures] = []
_lock = Lock()


def recent(at: datetime) -> Figures:
    """The figures, not older than FIGURES_KEPT_S: many people looking, or scraping, cost what one does.

    Kept in the process and not in the cache: they must be seen when the cache is what fails.
    """
    kept = timedelta(seconds=settings.FIGURES_KEPT_S)
    with _lock:
        if not _last or not timedelta() <= at - _last[0].at < kept:
            _last[:] = [read(at)]
        return _last[0]


def _rows(name: str, **params: Any) -> list[dict[str, Any]]:
    return sql.rows(PACKAGE, name, params)


def _entities(at: datetime) -> list[EntityFigures]:
    found = {row["entity_id"]: _entity(row) for row in _rows("nights", at=at)}
    for row in _rows("outbox"):
        found[row["entity_id"]].outbox[row["state"]] = Heap(row["number"], row["since"])
    for row in _rows("mail", since=at - DAY):
        _add_mail(found[row["entity_id"]], row)
    for row in _rows("imports", since=at - DAY):
        found[row["entity_id"]].imports[row["status"]] = Heap(row["number"], row["since"])
    for row in _rows("print_batches"):
        found[row["entity_id"]].print_batches = Heap(row["number"], row["since"])
    return list(found.values())


def _entity(row: dict[str, Any]) -> EntityFigures:
    night = Night(
        **{name: row[name] for name in NIGHT},
        opened=sum(json.loads(row["opened"]).values()),
        blocked=json.loads(row["blocked"]),
    )
    since = row["live_since"]
    due_at = nights.first_due_at(since, row["night_at"], row["time_zone"]) if since else None
    return EntityFigures(row["entity_id"], row["code"], row["legal_name"], since is not None, night, due_at)


def _add_mail(entity: EntityFigures, row: dict[str, Any]) -> None:
    entity.mail[row["result"]] = row["number"]
    entity.bounced += row["bounced"]
    entity.complained += row["complained"]
