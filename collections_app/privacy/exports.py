"""Copies of files: asked for, made by a worker, kept for some days, each reading noted."""

import tempfile
from datetime import datetime, timedelta

from auditlog.models import LogEntry
from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_noop

from collections_app.privacy.copies import write_copy
from collections_app.privacy.models import PersonExport
from crm.accounts.models import Entity, User
from crm.core.alone import alone
from crm.customers.models import Customer
from crm.customers.operations import in_use
from crm.timeline.models import EntryKind
from crm.timeline.operations import record

PREPARED = gettext_noop("Copy of the file asked for (right of access)")
NOT_MADE = gettext_noop("no worker came to the end of it in a day")
ASKED, READ, WRITTEN = "copy asked for", "copy downloaded", "copy made by a command"
FORGOTTEN_AFTER = timedelta(seconds=settings.LEASE_S)
# One that ends its workers every time is not for ever given to others.
TRIED_FOR = timedelta(days=1)
# Of an entity that is made again.
WIPE = """
with asked as (
    delete from privacy_request where customer_id in (select id from customers_customer where entity_id = %(entity)s)
)
delete from privacy_personexport where customer_id in (select id from customers_customer where entity_id = %(entity)s)
"""


@transaction.atomic
def ask_export(customer: Customer, *, by: User, at: datetime) -> PersonExport:
    """Have a worker make the copy of a file; the one under way where there is one."""
    from collections_app.privacy.tasks import make_export  # the task calls this module

    customer = in_use(customer)
    under_way = PersonExport.objects.filter(customer=customer, finished_at=None).first()
    if under_way:
        return under_way
    asked = PersonExport.objects.create(customer=customer, asked_at=at, asked_by=by)
    note(customer, ASKED, by=by)
    record(customer, EntryKind.CHANGE, PREPARED, at=at, by=by)
    transaction.on_commit(lambda: make_export.delay(asked.pk), robust=True)
    return asked


def note(customer: Customer, what: str, *, by: User | None) -> None:
    """Write in the journal who asked for, or read, a copy; the row names the customer by his number alone."""
    changes = {"copy": ["", what]}
    action = LogEntry.Action.ACCESS
    LogEntry.objects.log_create(
        customer, changes=changes, action=action, actor=by, object_repr=f"#{customer.pk}", serialized_data=None
    )


def make_export(export_id: int, *, at: datetime) -> None:
    """Make the copy asked for. A message that comes twice finds it done, or leaves it to who is at it."""
    with alone(f"copy of a file {export_id}") as free:
        if free:
            _make(export_id, at=at)


def _make(export_id: int, *, at: datetime) -> None:
    asked = PersonExport.objects.select_related("customer__entity").get(pk=export_id)
    if asked.finished_at:
        return
    try:
        _write(asked, at=at)
    except Exception as error:
        asked.failure = f"{type(error).__name__}: {error}"[:2000]
        _finish(asked, at=at)
        raise
    _finish(asked, at=at)


def _write(asked: PersonExport, *, at: datetime) -> None:
    with tempfile.TemporaryFile() as made:
        write_copy(asked.customer, made, at=at)
        asked.size = made.tell()
        made.seek(0)
        asked.file.save(f"{asked.pk}.zip", File(made), save=False)


def _finish(asked: PersonExport, *, at: datetime) -> None:
    # Not where its worker is told to stop: what is left is taken up by another.
    asked.finished_at = at
    asked.save(update_fields=["file", "size", "failure", "finished_at"])


def sweep(*, at: datetime) -> list[int]:
    """Ask again for what a lost message or a lost worker left, for a day, after which its page says so."""
    from collections_app.privacy.tasks import make_export  # the task calls this module

    waiting = PersonExport.objects.filter(finished_at=None)
    waiting.filter(asked_at__lt=at - TRIED_FOR).update(finished_at=at, failure=NOT_MADE)
    left = list(waiting.filter(asked_at__lt=at - FORGOTTEN_AFTER).order_by("pk").values_list("pk", flat=True))
    for export_id in left:
        make_export.apply_async((export_id,), expires=settings.LOOKS_EVERY_S)
    return left


def forget(*, at: datetime) -> int:
    """Erase the files of copies older than the settings say; that they were made stays. How many."""
    before = at - timedelta(days=settings.PERSON_EXPORTS_KEPT_DAYS)
    old = PersonExport.objects.filter(erased_at=None, finished_at__lt=before)
    return sum(_erase(export, at=at) for export in old)


def _erase(export: PersonExport, *, at: datetime) -> bool:
    if export.file:
        export.file.delete(save=False)
    export.erased_at = at
    export.save(update_fields=["file", "erased_at"])
    return True


def files_of(entity: Entity) -> list[FieldFile]:
    """The copies kept of files of an entity."""
    return [export.file for export in PersonExport.objects.filter(customer__entity=entity).exclude(file="")]
