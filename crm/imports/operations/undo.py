"""Undoing an import: what it wrote goes, unless later facts rest on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, OperationalError, connection, models, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_noop as _

from crm.accounts.models import User
from crm.core.references import children_of
from crm.core.sql import rows, set_local
from crm.core.waiting import in_the_way
from crm.customers.models import Address, Customer
from crm.events.operations import emit_each
from crm.imports.errors import CannotUndo, Unforeseen
from crm.imports.models import Batch, Format, Status
from crm.imports.operations import batches
from crm.imports.operations.fec import params_of, reconcile
from crm.imports.outcome import Job, Options
from crm.imports.registry import undo_guards
from crm.imports.staging import answer, execute, prepare, room_for
from crm.imports.turns import NotYet, take_turn, turn_of_a_file, turn_of_an_undoing
from crm.receivables.models import Credit, Invoice
from crm.timeline.models import Entry

SUBJECT = _("Import of %(file)s undone")
TOUCHED = """
select %(entity)s::bigint as entity_id, customer_id, jsonb_build_object('import', %(batch)s::bigint) as payload
from undo_touched
"""

RETIRED = """
with retired as (
    update customers_address set valid_until = %(on)s where id = any(%(ids)s) returning id
)
insert into imports_addressbefore (batch_id, address_id, is_new, became_at, retired_on)
select %(batch)s, id, true, %(at)s, %(on)s from retired
"""

# Those who write what names rows that go are waited for no longer than this: a deadlock is looked for after a second,
# and who is ended by it might be a person.
LOCKED_WITHIN = "800ms"


def ask_undo(batch: Batch, *, by: User, at: datetime) -> None:
    """Have an import taken back by a worker: of a large one it takes a while. Until then no night of the entity begins.
    Raises CannotUndo as `undo` does."""
    with transaction.atomic():
        done = _locked(batch.pk)
        turn_of_an_undoing(done.entity)
        _refuse_if_needed(done, _params(done, by=by, at=at), expected=Status.DONE)
        asked = {"undone_by": by, "asked_at": at, "refusal": "", "refusal_values": {}}
        Batch.objects.filter(pk=batch.pk).update(status=Status.UNDOING, **asked)
        batches.send("undo_batch", batch)


def undo_asked(batch_id: int, *, at: datetime) -> None:
    """Take back an import somebody asked to; where it cannot be any more it stays, with the reason. Running it twice,
    or twice at once, does no harm. Raises NotYet where others are at work on the same."""
    asked = Batch.objects.filter(pk=batch_id, status=Status.UNDOING)
    try:
        with _rested_upon(), transaction.atomic():
            locked = asked.select_for_update(of=("self",), skip_locked=True).select_related("entity", "undone_by")
            if (batch := locked.first()) is not None:
                _take_back(batch, by=batch.undone_by, at=at, expected=Status.UNDOING)
    except CannotUndo as refusal:
        asked.update(status=Status.DONE, **refusal.kept())
    except NotYet:
        asked.update(asked_at=at)
        raise
    except OperationalError as error:
        if in_the_way(error):
            asked.update(asked_at=at)
            raise NotYet from error
        raise
    except Exception:
        asked.update(status=Status.DONE, **Unforeseen().kept())
        raise


def undo(batch: Batch, *, by: User | None, at: datetime) -> None:
    """Take back what an import wrote: items, movements, lettering, due dates, labels, addresses, and the customers it
    brought.

    A customer something else speaks of (another import, a note, an action, a message) stays, with nothing open.

    Raises CannotUndo when it was not imported, or when something later rests on it: a person's movement, another
    import's, a hold, a charge, an action.
    """
    with _rested_upon(), transaction.atomic():
        _take_back(_locked(batch.pk), by=by, at=at, expected=Status.DONE)
    batch.refresh_from_db()


def _take_back(batch: Batch, *, by: User | None, at: datetime, expected: Status) -> None:
    in_a_task = expected == Status.UNDOING
    take_turn(batch.entity, waits=not in_a_task)
    if in_a_task:
        set_local(lock_timeout=LOCKED_WITHIN)
    turn_of_a_file(batch.entity)
    _keep_writers_away()
    params = _params(batch, by=by, at=at)
    _refuse_if_needed(batch, params, expected=expected)
    _undo(batch, params, by=by, at=at)


@contextmanager
def _rested_upon() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise CannotUndo(reason=_("actions, letters or charges already rest on its invoices.")) from error


def _locked(batch_id: int) -> Batch:
    return Batch.objects.select_for_update(of=("self",)).select_related("entity").get(pk=batch_id)


def _params(batch: Batch, *, by: User | None, at: datetime) -> dict[str, Any]:
    params = {"entity": batch.entity_id, "batch": batch.pk, "at": at, "file": batch.file_name}
    return params | {"by": by.pk if by else None, "subject": SUBJECT}


def _keep_writers_away() -> None:
    """Nobody writes, until the commit, what may name a row that goes. The removal would take these locks anyway, with
    rows already locked: whoever had written one of these tables and wanted one of those rows waited for it, and it for
    him."""
    tables = ", ".join(connection.ops.quote_name(name) for name in children_of(Invoice, Credit, Customer, Address))
    with connection.cursor() as cursor:
        cursor.execute(f"lock table {tables} in share row exclusive mode")


def _undo(batch: Batch, params: dict[str, Any], *, by: User | None, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select set_config('acquit.undo_import', %s, true)", [str(batch.pk)])
    prepare("undo_touched")
    with room_for(batch.rows_read):
        execute("undo_note undo_movements undo_books undo_due undo_labels undo_alone undo_items", params)
        if batch.format == Format.FEC:
            _undo_lines(batch, params, by=by, at=at)
        _forget_addresses(batch, params, at=at)
        _remove_customers(batch)
    with connection.cursor() as cursor:
        # Foreign keys are checked now, so that a refusal is known here and not at the commit.
        cursor.execute("set constraints all immediate")
        cursor.execute("set constraints all deferred")
    execute("undo_timeline", params)
    emit_each("facts.changed", TOUCHED, {"entity": batch.entity_id, "batch": batch.pk}, at=at)
    batch.status, batch.undone_at, batch.undone_by = Status.UNDONE, at, by
    batch.save(update_fields=["status", "undone_at", "undone_by"])


def _refuse_if_needed(batch: Batch, params: dict[str, Any], *, expected: Status) -> None:
    if batch.status != expected:
        raise CannotUndo(reason=_("it is not imported."))
    if batch.format == Format.CUSTOMERS:
        raise CannotUndo(reason=_("a list of customers corrects what was there; correct it again."))
    found = rows("crm.imports", "undo_guards", params)[0]
    if found["by_persons"]:
        reason = _("%(count)s movements were recorded on its items since.")
        raise CannotUndo(reason=reason, count=found["by_persons"])
    if found["by_imports"]:
        raise CannotUndo(reason=_("a later import changed its items; undo that one first."))
    for guard in undo_guards:
        if reason := guard(batch):
            raise NotYet if expected == Status.UNDOING else CannotUndo(reason=reason)


def _forget_addresses(batch: Batch, params: dict[str, Any], *, at: datetime) -> None:
    """Addresses it alone brought go; one that something names (a message, an action) is used no more, from that day."""
    ids = [row["id"] for row in answer("undo_addresses", params)]
    naming = " and ".join(
        f"not exists (select from {one.related_model._meta.db_table} n where n.{one.field.column} = a.id)"
        for one in Address._meta.get_fields(include_hidden=True)
        if isinstance(one, models.ManyToOneRel)
    )
    last_day = at.astimezone(ZoneInfo(batch.entity.time_zone)).date() - timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute(f"delete from customers_address a where a.id = any(%s) and {naming}", [ids])
        cursor.execute(RETIRED, {"ids": ids, "on": last_day, "batch": batch.pk, "at": at})


def _remove_customers(batch: Batch) -> None:
    """Those it brought and nothing else speaks of, with what stands and falls with them (addresses, memberships)."""
    relations = [one for one in Customer._meta.related_objects if one.related_model is not Entry]
    told = Entry.objects.filter(customer=OuterRef("pk")).exclude(about="import", about_id=batch.pk)
    found = Customer.objects.filter(~Exists(told), pk__in=batch.new_customers.values("customer_id"))
    for one in relations:
        if one.on_delete is not models.CASCADE:
            rows_of_his = one.related_model._base_manager.filter(**{one.field.name: OuterRef("pk")})
            found = found.filter(~Exists(rows_of_his.order_by()))
    ids = list(found.values_list("pk", flat=True))
    falling = [
        (one.related_model._meta.db_table, one.field.column) for one in relations if one.on_delete is models.CASCADE
    ]
    tables = [
        *falling,
        ("timeline_entry", "customer_id"),
        ("undo_touched", "customer_id"),
        ("customers_customer", "id"),
    ]
    with connection.cursor() as cursor:
        for table, column in tables:
            cursor.execute(f"delete from {table} where {column} = any(%s)", [ids])
        cursor.execute("delete from imports_newcustomer where batch_id = %s", [batch.pk])


def _undo_lines(batch: Batch, params: dict[str, Any], *, by: User | None, at: datetime) -> None:
    job = Job(batch.entity, Options(), by, at, batch.file_name, batch.pk)
    prepare("fec_stage")
    prepare("fec_touched")
    execute("undo_lines fec_recall", params)
    reconcile(params_of(job), rows=batch.rows_read)
