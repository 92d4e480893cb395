"""What need no longer be kept: counted, confirmed, then anonymised page after page, for good."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from collections_app.engine.models import DryRun
from collections_app.engine.simulation.models import Simulation
from collections_app.letters.models import BatchState, PrintBatch
from collections_app.privacy.erasing import Batch as Erasure
from collections_app.privacy.models import Anonymised, Purge, PurgeState, Retention
from collections_app.privacy.periods import NoPeriod, periods
from crm.accounts.calendars import today
from crm.accounts.models import Entity, User
from crm.core import sql
from crm.core.alone import alone
from crm.customers.models import Customer
from crm.imports import models as imports
from crm.imports.turns import NotYet, take_turn, turn_of_a_file
from telephony.messaging.models import Message, Reply
from telephony.messaging.states import UNDER_WAY

PACKAGE = "collections_app.privacy"
# Customers, and messages, of one transaction.
CUSTOMERS, MESSAGES = 200, 2_000
FORGOTTEN_AFTER = timedelta(seconds=settings.LEASE_S)
# A purge nobody confirms is of another day.
WAITS = timedelta(days=7)
OPEN = (PurgeState.COUNTING, PurgeState.PROPOSED, PurgeState.RUNNING)
OVER = (imports.Status.DONE, imports.Status.REFUSED, imports.Status.UNDONE, imports.Status.SUPERSEDED,
        imports.Status.GIVEN_UP)  # fmt: skip


class PurgeRefused(Exception):
    """It may not be done as asked; the page says why by `code`: no_period, under_way, not_confirmed, over."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def ask_purge(entity: Entity, *, by: User | None, at: datetime) -> Purge:
    """Have a worker count what the entity need no longer keep. Raises PurgeRefused."""
    Entity.objects.select_for_update(no_key=True).get(pk=entity.pk)
    if Purge.objects.filter(entity=entity, state__in=OPEN).exists():
        raise PurgeRefused("under_way")
    on = today(entity, at)
    try:
        rules = {kind: period.stored() for kind, period in periods(entity, on=on).items()}
    except NoPeriod:
        raise PurgeRefused("no_period") from None
    asked = Purge.objects.create(entity=entity, on=on, rules=rules, asked_at=at, asked_by=by, looked_at=at)
    _send(asked)
    return asked


@transaction.atomic
def confirm(purge: Purge, *, typed: str, by: User | None, at: datetime) -> None:
    """Begin what was counted: `typed` is the code of the entity. Raises PurgeRefused."""
    if typed.strip() != purge.entity.code:
        raise PurgeRefused("not_confirmed")
    begun = Purge.objects.filter(pk=purge.pk, state=PurgeState.PROPOSED)
    if not begun.update(state=PurgeState.RUNNING, confirmed_at=at, confirmed_by=by, looked_at=at):
        raise PurgeRefused("over")
    _send(purge)


def give_up(purge: Purge, *, at: datetime) -> None:
    """Leave what was counted, or could not be, as it is."""
    waiting = Purge.objects.filter(pk=purge.pk, state__in=(PurgeState.COUNTING, PurgeState.PROPOSED))
    waiting.update(state=PurgeState.GIVEN_UP, finished_at=at)


def _send(purge: Purge) -> None:
    from collections_app.privacy.tasks import work_on_purge  # the task calls this module

    transaction.on_commit(lambda: work_on_purge.delay(purge.pk), robust=True)


def work(purge_id: int, *, clock: Callable[[], datetime]) -> None:
    """Count, or anonymise, where it was left. Run twice it does nothing twice; beside itself it leaves the work to who
    is at it."""
    with alone(f"purge {purge_id}") as free:
        if not free:
            return
        purge = Purge.objects.select_related("entity").get(pk=purge_id)
        try:
            if purge.state == PurgeState.COUNTING:
                _count(purge, clock=clock)
            elif purge.state == PurgeState.RUNNING:
                _carry_out(purge, clock=clock)
        except NotYet:
            return  # an import is under way: taken up after it
        except Exception as error:
            Purge.objects.filter(pk=purge.pk).update(failure=f"{type(error).__name__}: {error}"[:2000])
            raise


def _count(purge: Purge, *, clock: Callable[[], datetime]) -> None:
    stays: Counter[str] = Counter()
    for page in _standing(purge):
        stays.update(row["why"] for row in page)
        Purge.objects.filter(pk=purge.pk).update(looked_at=clock())
    found = {
        "customers": stays.pop("", 0),
        "messages": sum(len(ids) for ids in _old(purge, "old_messages")),
        "replies": sum(len(ids) for ids in _old(purge, "old_replies")),
        "uploads": _uploads(purge).count() + _printed(purge).count(),
        "reports": sum(rows.count() for rows in _reports(purge)),
        "stays": dict(stays),
    }
    counted = Purge.objects.filter(pk=purge.pk, state=PurgeState.COUNTING)
    counted.update(state=PurgeState.PROPOSED, found=found, looked_at=clock(), failure="")


def _carry_out(purge: Purge, *, clock: Callable[[], datetime]) -> None:
    for page in _standing(purge):
        free = [row["id"] for row in page if not row["why"]]
        if free:
            _anonymise(purge, free, at=clock())
    for name, kind in (("old_messages", "messages"), ("old_replies", "replies")):
        for ids in _old(purge, name):
            if ids:
                _erase_words(purge, kind, ids, at=clock())
    _erase_files(purge, at=clock())
    over = Purge.objects.filter(pk=purge.pk, state=PurgeState.RUNNING)
    over.update(state=PurgeState.DONE, finished_at=clock(), failure="")


def _standing(purge: Purge) -> Iterator[list[dict[str, Any]]]:
    """Customers not anonymised, page after page, each with his records and why he stays."""
    after = 0
    while page := _asked(purge, after=after, page=CUSTOMERS):
        yield page
        after = page[-1]["id"]


def why_he_stays(customer: Customer, *, at: datetime) -> str:
    """What keeps a customer from being anonymised today, as `telling.STAYS` names it; empty when nothing does, or when
    the law says nothing of how long."""
    try:
        before = periods(customer.entity, on=today(customer.entity, at))["customers"].before
    except NoPeriod:
        return ""
    params = {"entity": customer.entity_id, "cut": before, "under_way": list(map(str, UNDER_WAY))}
    found = sql.rows(PACKAGE, "standing", {**params, "after": customer.pk - 1, "page": 1})
    return str(found[0]["why"]) if found and found[0]["id"] == customer.pk else ""


def _asked(purge: Purge, **given: Any) -> list[dict[str, Any]]:
    return sql.rows(PACKAGE, "standing", {**_params(purge, "customers"), **given})


def _params(purge: Purge, kind: str) -> dict[str, Any]:
    # Days of the calendar begin where the house keeps its clock: an hour of difference is none in ten years.
    return {"entity": purge.entity_id, "cut": _before(purge, kind), "under_way": list(map(str, UNDER_WAY))}


@transaction.atomic
def _anonymise(purge: Purge, roots: list[int], *, at: datetime) -> None:
    """Those of these customers whom nothing keeps now that nobody writes on them."""
    # What a file or a transmission writes of an account goes to whom it led to when the writing began.
    take_turn(purge.entity, waits=False)
    turn_of_a_file(purge.entity)
    his = Customer.objects.filter(Q(pk__in=roots) | Q(merged_into__in=roots))
    list(his.order_by("pk").select_for_update().values_list("pk", flat=True))
    page = _asked(purge, after=min(roots) - 1, page=max(roots) - min(roots) + 1)
    free = [row for row in page if row["id"] in set(roots) and not row["why"]]
    ids = sorted({pk for row in free for pk in row["ids"]})
    messages = list(Message.objects.filter(customer__in=ids).values_list("pk", flat=True))
    replies = list(Reply.objects.filter(customer__in=ids).values_list("pk", flat=True))
    Erasure(ids, messages, replies, {"on": purge.on}).carry_out()
    Anonymised.objects.bulk_create(Anonymised(customer_id=pk, purge=purge, at=at) for pk in ids)
    _note(purge, at, customers=len(free), messages=len(messages), replies=len(replies))


@transaction.atomic
def _erase_words(purge: Purge, kind: str, ids: list[int], *, at: datetime) -> None:
    erasure = Erasure(messages=ids) if kind == "messages" else Erasure(replies=ids)
    erasure.carry_out()
    _note(purge, at, **{kind: len(ids)})


def _old(purge: Purge, name: str) -> Iterator[list[int]]:
    """Keys of what is old of messages or replies, page after page."""
    after: int | None = 0
    while after is not None:
        [row] = sql.rows(PACKAGE, name, {**_params(purge, "messages"), "after": after, "page": MESSAGES})
        yield row["ids"]
        after = row["on_to"]


def _before(purge: Purge, kind: str) -> date:
    return date.fromisoformat(purge.rules[kind]["before"])


def _begins(purge: Purge, kind: str) -> datetime:
    return datetime.combine(_before(purge, kind), time.min, ZoneInfo(purge.entity.time_zone))


def _uploads(purge: Purge) -> QuerySet[imports.Batch]:
    old = imports.Batch.objects.filter(entity=purge.entity_id, status__in=OVER)
    refused = imports.RowError.objects.filter(batch=OuterRef("pk"))
    return old.filter(~Q(file="") | Exists(refused), created_at__lt=_begins(purge, "uploads"))


def _printed(purge: Purge) -> QuerySet[PrintBatch]:
    old = PrintBatch.objects.filter(entity=purge.entity_id, on__lt=_before(purge, "messages"))
    return old.exclude(file="").exclude(state=BatchState.PREPARED)


def _reports(purge: Purge) -> list[QuerySet[Any]]:
    """Reports of trials, which name some customers."""
    old = {"entity": purge.entity_id, "finished_at__lt": _begins(purge, "uploads")}
    return [DryRun.objects.filter(**old), Simulation.objects.filter(**old)]


def _erase_files(purge: Purge, *, at: datetime) -> None:
    for upload in _uploads(purge):
        with transaction.atomic():
            upload.errors.all().delete()
            _erase_file(upload)
            _note(purge, at, uploads=1)
    for printed in _printed(purge):
        with transaction.atomic():
            _erase_file(printed)
            _note(purge, at, uploads=1)
    for rows in _reports(purge):
        _number, by_model = rows.delete()
        _note(purge, at, reports=by_model.get(rows.model._meta.label, 0))


def _erase_file(row: imports.Batch | PrintBatch) -> None:
    storage, name = row.file.storage, row.file.name
    row.file = ""
    row.save(update_fields=["file"])
    if name:
        transaction.on_commit(lambda: storage.delete(name), robust=True)


def _note(purge: Purge, at: datetime, **numbers: int) -> None:
    """What went so far, with what went in the same transaction."""
    locked = Purge.objects.select_for_update(of=("self",)).get(pk=purge.pk)
    for kind, number in numbers.items():
        locked.gone[kind] = locked.gone.get(kind, 0) + number
    locked.looked_at = at
    locked.save(update_fields=["gone", "looked_at"])


def sweep(*, at: datetime) -> list[int]:
    """Take up what a lost worker left, and give up what nobody confirmed in a week."""
    from collections_app.privacy.tasks import work_on_purge  # the task calls this module

    unconfirmed = Purge.objects.filter(state=PurgeState.PROPOSED, looked_at__lt=at - WAITS)
    unconfirmed.update(state=PurgeState.GIVEN_UP, finished_at=at)
    left = Purge.objects.filter(state__in=(PurgeState.COUNTING, PurgeState.RUNNING), looked_at__lt=at - FORGOTTEN_AFTER)
    ids = list(left.order_by("pk").values_list("pk", flat=True))
    for purge_id in ids:
        work_on_purge.apply_async((purge_id,), expires=settings.LOOKS_EVERY_S)
    return ids


def purge_by_itself(*, clock: Callable[[], datetime]) -> list[int]:
    """Of the entities that chose it, purge what nothing keeps any longer, without anybody confirming; the purges."""
    chosen = Entity.objects.filter(pk__in=Retention.objects.filter(automatic=True).values("entity"))
    return [purge for entity in chosen.order_by("pk") if (purge := _purged(entity, clock=clock))]


def _purged(entity: Entity, *, clock: Callable[[], datetime]) -> int | None:
    try:
        asked = ask_purge(entity, by=None, at=clock())
    except PurgeRefused:
        return None
    work(asked.pk, clock=clock)
    confirm(asked, typed=entity.code, by=None, at=clock())
    work(asked.pk, clock=clock)
    return asked.pk
