"""The figures under the names Prometheus knows them by."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from math import inf

from config.watching.figures import EntityFigures, Figures
from telephony.messaging.states import DUE_STATES

Measured = Iterable[tuple[list[str], float]]
PerEntity = Callable[[EntityFigures], Measured]


def _seconds(at: datetime, since: datetime | None) -> float:
    return max(0.0, (at - since).total_seconds()) if since else 0.0


def _of_entities(measure: PerEntity) -> Callable[[Figures], Measured]:
    """What `measure` tells of each entity, its code first among the labels."""

    def measured(figures: Figures) -> Iterator[tuple[list[str], float]]:
        for entity in figures.entities:
            for labels, number in measure(entity):
                yield [entity.code, *labels], number

    return measured


def _night_ages(figures: Figures) -> Measured:
    for entity in figures.entities:
        if entity.live:
            yield [entity.code], entity.night_age(figures.at).total_seconds()


def _lasted(entity: EntityFigures) -> Measured:
    if entity.night.lasted is not None:
        yield [], entity.night.lasted.total_seconds()


def _since(figures: Figures, *states: str) -> Measured:
    for entity in figures.entities:
        yield [entity.code], _seconds(figures.at, entity.waiting(*states).since)


def _imports_since(figures: Figures) -> Measured:
    for entity in figures.entities:
        yield [entity.code], _seconds(figures.at, entity.importing("received", "reading", "writing", "undoing").since)


def _batches_since(figures: Figures) -> Measured:
    for entity in figures.entities:
        yield [entity.code], _seconds(figures.at, entity.print_batches.since)


def _beat(figures: Figures) -> Measured:
    yield [], _seconds(figures.at, figures.beat_at) if figures.beat_at else inf


def _mailbox(figures: Figures) -> Measured:
    if figures.mailbox:
        yield [], _seconds(figures.at, figures.mailbox_read_at) if figures.mailbox_read_at else inf


ENTITY = ["entity"]
# Name: (what it is, labels, how it is read).
GAUGES: dict[str, tuple[str, list[str], Callable[[Figures], Measured]]] = {
    "acquit_night_age_seconds": (
        "Since the last night of a live entity ended well, or since its first one was due", ENTITY, _night_ages),
    "acquit_night_state": (
        "1 for the state of the last night: running, done or failed", ["entity", "state"],
        _of_entities(lambda entity: [([entity.night.state], 1)] if entity.night.state else [])),
    "acquit_night_duration_seconds": (
        "How long the last night that ended well took", ENTITY,
        _of_entities(_lasted)),
    "acquit_night_actions_opened": (
        "Actions the last night that ended well opened", ENTITY,
        _of_entities(lambda entity: [([], entity.night.opened)])),
    "acquit_night_blocked": (
        "Actions the last night that ended well kept back", ["entity", "reason"],
        _of_entities(lambda entity: [([reason], number) for reason, number in sorted(entity.night.blocked.items())])),
    "acquit_books_stale": (
        "1 while the books are too old for anything to leave automatically", ENTITY,
        _of_entities(lambda entity: [([], int(entity.night.stale))])),
    "acquit_messages": (
        "Messages on their way, by state; withheld: queued by a night nobody has checked yet", ["entity", "state"],
        _of_entities(lambda entity: [([state], heap.number) for state, heap in sorted(entity.outbox.items())])),
    "acquit_outbox_oldest_due_seconds": (
        "Since when the oldest message due should have left; 0 when none is due", ENTITY,
        lambda figures: _since(figures, *DUE_STATES)),
    "acquit_ambiguous_oldest_seconds": (
        "Age of the oldest message nobody knows to have left", ENTITY, lambda figures: _since(figures, "ambiguous")),
    "acquit_mail_attempts_last_day": (
        "Tries to send an e-mail in the last 24 hours, by result", ["entity", "result"],
        _of_entities(lambda entity: [([result], number) for result, number in sorted(entity.mail.items())])),
    "acquit_mail_bounces_last_day": (
        "E-mails accepted in the last 24 hours that bounced since", ENTITY,
        _of_entities(lambda entity: [([], entity.bounced)])),
    "acquit_mail_complaints_last_day": (
        "E-mails accepted in the last 24 hours that were marked as unwanted since", ENTITY,
        _of_entities(lambda entity: [([], entity.complained)])),
    "acquit_imports": (
        "Imports under way, by state, and those refused in the last 24 hours", ["entity", "status"],
        _of_entities(lambda entity: [([status], heap.number) for status, heap in sorted(entity.imports.items())])),
    "acquit_import_oldest_seconds": (
        "Age of the oldest import that is still being read or written", ENTITY, _imports_since),
    "acquit_print_batches_waiting": (
        "Print batches nobody confirmed yet", ENTITY,
        _of_entities(lambda entity: [([], entity.print_batches.number)])),
    "acquit_print_batch_oldest_seconds": ("Age of the oldest of these", ENTITY, _batches_since),
    "acquit_deliveries_waiting": (
        "Events not yet processed", ["consumer"],
        lambda figures: [([one.name], one.number) for one in figures.consumers]),
    "acquit_deliveries_given_up": (
        "Events a consumer failed on so often that a person must look", ["consumer"],
        lambda figures: [([one.name], one.given_up) for one in figures.consumers]),
    "acquit_deliveries_oldest_seconds": (
        "Age of the oldest event that is still tried", ["consumer"],
        lambda figures: [([one.name], _seconds(figures.at, one.since)) for one in figures.consumers]),
    "acquit_webhook_news_waiting": (
        "What providers told by webhook, not yet applied", [], lambda figures: [([], figures.news.number)]),
    "acquit_webhook_news_oldest_seconds": (
        "Age of the oldest of these", [], lambda figures: [([], _seconds(figures.at, figures.news.since))]),
    "acquit_webhook_news_given_up": (
        "What providers told and could not be applied: a person must look", [],
        lambda figures: [([], figures.news_given_up.number)]),
    "acquit_replies_unread": (
        "Mails received that the house has not read yet", [], lambda figures: [([], figures.replies.number)]),
    "acquit_replies_unreadable": (
        "Mails received the house could not read: a person must look", [],
        lambda figures: [([], figures.unreadable.number)]),
    "acquit_mailbox_age_seconds": (
        "Since the mailbox of replies was last read, where there is one; +Inf when it never was", [], _mailbox),
    "acquit_beat_age_seconds": ("Since beat last started a task; +Inf when it never did", [], _beat),
    "acquit_broker_up": (
        "1 when the broker answers", [], lambda figures: [([], int(not figures.broker.error))]),
    "acquit_queue_depth": (
        "Messages no worker has taken yet", ["queue"],
        lambda figures: [([name], depth) for name, depth in figures.broker.queues.items()]),
    "acquit_database_bytes": (
        "Size of the database", [], lambda figures: [([], figures.database_bytes)]),
    "acquit_disk_free_bytes": (
        "Room left on the disk of a folder", ["folder"],
        lambda figures: [([one.name], one.free_bytes) for one in figures.folders]),
    "acquit_disk_total_bytes": (
        "Size of the disk of a folder", ["folder"],
        lambda figures: [([one.name], one.total_bytes) for one in figures.folders]),
}  # fmt: skip
