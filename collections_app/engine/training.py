"""Training entities: wiped and made again by a button. What makes them is above and registers itself here."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.core.files.storage import Storage
from django.db import IntegrityError, connection, transaction
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _

from collections_app.engine.exceptions import ResetRefused
from collections_app.engine.failures import RESET_LOST
from collections_app.engine.models import TrainingReset
from collections_app.letters.models import PrintBatch
from crm.accounts.models import Entity, User
from crm.imports.models import Batch


class Portfolio(NamedTuple):
    """How a training entity is created, empty, and filled; the application that knows a sample registers it."""

    create: Callable[..., Entity]  # (code, by, at)
    fill: Callable[[Entity, User, datetime], None]


portfolios: dict[str, Portfolio] = {}
LOST = timedelta(minutes=30)
SAMPLE = "sample"


class WipedFirst(NamedTuple):
    """What an app above has of the entity, and goes before what it rests on: a statement, which takes %(entity)s, and
    the files its rows name."""

    statement: str
    files: Callable[[Entity], Iterable[FieldFile]]


wiped_first: list[WipedFirst] = []

BY = "entity_id = %(entity)s"
# Children first: some references are checked by statement. The ledger goes in one statement, so that no open amount
# ever differs from its movements.
WIPE = [
    f"delete from letters_printedletter where batch_id in (select id from letters_printbatch where {BY})",
    f"delete from letters_printbatch where {BY}",
    f"delete from letters_preparation where {BY}",
    *(
        f"delete from messaging_{name} where message_id in (select id from messaging_message where {BY})"
        for name in ("enclosure", "attempt", "deliveryevent")
    ),
    *(f"delete from messaging_{name} where {BY}" for name in ("reply", "message", "sendingday", "withholding")),
    f"delete from events_delivery where event_id in (select id from events_event where {BY})",
    f"delete from events_event where {BY}",
    f"delete from actions_refusal where {BY}",
    f"delete from actions_actionline where action_id in (select id from actions_action where {BY})",
    f"delete from actions_action where {BY}",
    f"delete from actions_cycle where {BY}",
    *(
        f"delete from engine_{name} where run_id in (select id from engine_run where {BY})"
        for name in ("runstage", "runpart")
    ),
    *(
        f"delete from engine_{name} where {BY}"
        for name in ("simulation", "account", "change", "decision", "morningreport", "run", "agedpart", "dailyfigures")
    ),
    *(f"delete from engine_{name} where {BY}" for name in ("askednight", "dryrun")),
    f"delete from segments_membership where {BY}",
    f"delete from segments_group where {BY}",
    "select set_config('acquit.scenarios_unfrozen', 'on', true)",
    f"""delete from scenarios_step where version_id in (
        select v.id from scenarios_scenarioversion v join scenarios_scenario s on s.id = v.scenario_id where s.{BY})""",
    f"delete from scenarios_scenarioversion where scenario_id in (select id from scenarios_scenario where {BY})",
    f"delete from scenarios_scenario where {BY}",
    f"delete from scenarios_delivereddefault where {BY}",
    "select set_config('acquit.scenarios_unfrozen', '', true)",
    f"delete from letters_templateversion where template_id in (select id from letters_template where {BY})",
    f"delete from letters_template where {BY}",
    f"delete from letters_delivereddefault where {BY}",
    f"""delete from holds_declaredclaim where declaration_id in (
        select d.id from holds_declaration d join holds_hold h on h.id = d.hold_id where h.{BY})""",
    f"delete from holds_declaration where hold_id in (select id from holds_hold where {BY})",
    f"delete from holds_hold where {BY}",
    *(
        f"delete from imports_{name} where batch_id in (select id from imports_batch where {BY})"
        for name in ("rowerror", "newcustomer", "duedatebefore", "labelbefore", "addressbefore")
    ),
    *(f"delete from imports_{name} where {BY}" for name in ("fecline", "batch", "mappingprofile", "lastfeed")),
    f"delete from receivables_interruption where {BY}",
    f"delete from receivables_waiver where {BY}",
    f"delete from receivables_formalnotice where invoice_id in (select id from receivables_invoice where {BY})",
    f"""with moved as (delete from receivables_movement where {BY}),
             held as (delete from receivables_credit where {BY})
        delete from receivables_invoice where {BY}""",
    # Whose invoice is gone by then, of that movement nobody knows what it was due for.
    f"delete from receivables_daytally where {BY}",
    f"delete from timeline_entry where {BY}",
    f"delete from customers_address where customer_id in (select id from customers_customer where {BY})",
    f"delete from customers_contact where customer_id in (select id from customers_customer where {BY})",
    f"delete from customers_customer where {BY}",
]


@transaction.atomic
def open_training(*, code: str, by: User, at: datetime) -> Entity:
    """Create a training entity and have it filled. Raises ResetRefused when the code is taken."""
    try:
        with transaction.atomic():
            entity = portfolios[SAMPLE].create(code=code, by=by, at=at)
    except IntegrityError:
        if not Entity.objects.filter(code=code).exists():
            raise
        raise ResetRefused(_("An entity has this code already.")) from None
    ask_reset(entity, by=by, at=at)
    return entity


@transaction.atomic
def ask_reset(entity: Entity, *, by: User, at: datetime) -> TrainingReset:
    """Have a worker wipe the entity and make it again after the commit. Raises ResetRefused."""
    from collections_app.engine.tasks import reset_training  # the task calls this module

    if not entity.training:
        raise ResetRefused(_("Only a training entity is reset."))
    running = TrainingReset.objects.filter(entity=entity, finished_at__isnull=True)
    running.filter(asked_at__lt=at - LOST).update(finished_at=at, error=RESET_LOST)
    try:
        with transaction.atomic():
            asked = TrainingReset.objects.create(entity=entity, asked_at=at, asked_by=by)
    except IntegrityError:
        raise ResetRefused(_("This entity is being reset already: reload in a minute.")) from None
    transaction.on_commit(lambda: reset_training.delay(asked.pk), robust=True)
    return asked


def reset(reset_id: int, *, at: datetime) -> None:
    """Do it, whole or not at all. A message that comes twice finds it done."""
    asked = TrainingReset.objects.select_related("entity", "asked_by").get(pk=reset_id)
    if asked.finished_at or asked.asked_by is None:
        return
    try:
        with transaction.atomic():
            make_again(asked.entity, by=asked.asked_by, at=at)
    except Exception as error:
        asked.error = f"{type(error).__name__}: {error}"[:2000]
        _finish(asked, at=at)
        raise
    _finish(asked, at=at)


def _finish(asked: TrainingReset, *, at: datetime) -> None:
    # Not where its worker is told to stop: its message comes again.
    asked.finished_at = at
    asked.save(update_fields=["finished_at", "error"])


def make_again(entity: Entity, *, by: User, at: datetime) -> None:
    """Wipe and fill, in the caller's transaction. Raises ResetRefused for an entity that is not for training."""
    locked = Entity.objects.select_for_update().get(pk=entity.pk)
    if not locked.training:
        raise ResetRefused(_("Only a training entity is reset."))
    wipe(locked)
    portfolios[SAMPLE].fill(locked, by, at)


def wipe(entity: Entity) -> None:
    """Everything but the entity itself, its teams and who may see it.

    The database lets go only what is for training.
    """
    printed = [batch.file for batch in PrintBatch.objects.filter(entity=entity) if batch.file]
    imported = [batch.file for batch in Batch.objects.filter(entity=entity) if batch.file]
    above = [file for each in wiped_first for file in each.files(entity)]
    files = [(file.storage, str(file)) for file in (*printed, *imported, *above)]
    with connection.cursor() as cursor:
        for statement in (*(each.statement for each in wiped_first), *WIPE):
            cursor.execute(statement, {"entity": entity.pk})
    for storage, name in files:
        _forget(storage, name)


def _forget(storage: Storage, name: str) -> None:
    transaction.on_commit(lambda: storage.delete(name), robust=True)
