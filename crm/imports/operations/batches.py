"""A file sent from a page: received, read (dry run), confirmed, imported. Each long part runs in a task."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Coalesce

from crm.accounts.models import Entity, User
from crm.core.alone import alone
from crm.imports import errors
from crm.imports.errors import TO_CONFIRM, FileNotStored, ImportRefused, NotWaiting, ReaderStopped, RowsWrong
from crm.imports.models import Batch, MappingProfile, RowError, Status
from crm.imports.operations.asking import refuse_unconfirmed
from crm.imports.operations.files import digest_of, import_file, store_problems
from crm.imports.outcome import Options, Outcome
from crm.imports.turns import NotYet

PROGRESS_KEPT = 3600
# The database went away or had no room: the file is not at fault, and the sweeper takes the import up again.
LOST = (OperationalError, InterfaceError)
# A file that ends its reader every time (for want of memory) would be delivered for ever.
MOST_TAKEN_UP = 5
TAKEN_UP = "taken_up"
UNWANTED = (Status.PROPOSED, Status.REFUSED)
KEPT_UNCONFIRMED = timedelta(days=30)
NO_REFUSAL: dict[str, Any] = {"refusal": "", "refusal_values": {}}

log = structlog.get_logger(__name__)


def receive(*, entity: Entity, upload: UploadedFile, options: Options, by: User, at: datetime) -> Batch:
    """Keep an uploaded file and have it read; nothing else is written before it is confirmed. Raises FileNotStored."""
    with transaction.atomic():
        batch = Batch.objects.create(
            entity=entity,
            file_name=Path(upload.name or "").name[:255],
            options=stored(options),
            by=by,
            created_at=at,
            asked_at=at,
        )
        _store(batch, upload)
        batch.save(update_fields=["file", "digest"])
        send("read_batch", batch)
    return batch


def _store(batch: Batch, upload: UploadedFile) -> None:
    name = f"{batch.pk}{Path(batch.file_name).suffix[:10]}"
    try:
        batch.file.save(name, upload, save=False)
        batch.digest = digest_of(Path(batch.file.path))
    except OSError as error:
        # What was written of it: the number of the batch is its own, so nobody else's file has this name.
        batch.file.storage.delete(batch.file.field.generate_filename(batch, name))
        raise FileNotStored(error=error.strerror or str(error)) from error


def read_again(batch: Batch, *, options: Options, at: datetime) -> None:
    """Read a proposed or refused file once more with other options. Raises NotWaiting."""
    to_read = {"options": stored(options), "asked_at": at} | NO_REFUSAL
    _move(batch, set(UNWANTED), Status.RECEIVED, **to_read)
    send("read_batch", batch)


def confirm(batch: Batch, *, options: Options, by: User, at: datetime) -> None:
    """Have a proposed import written, with the options it is confirmed with. Raises NotWaiting."""
    _move(batch, {Status.PROPOSED}, Status.WRITING, options=stored(options), by=by, asked_at=at, **NO_REFUSAL)
    send("write_batch", batch)


@transaction.atomic
def give_up(batch: Batch, *, at: datetime) -> None:
    """What was sent is not imported: its file goes, and the rows told of it. Raises NotWaiting."""
    _move(batch, set(UNWANTED), Status.GIVEN_UP, finished_at=at)
    _forget([batch])


def give_up_old(*, at: datetime) -> None:
    """Give up what waits for a confirmation since more than `KEPT_UNCONFIRMED` after it was last read."""
    waiting = Batch.objects.filter(status__in=UNWANTED).exclude(file="")
    old = waiting.annotate(since=Coalesce("asked_at", "created_at")).filter(since__lt=at - KEPT_UNCONFIRMED)
    with transaction.atomic():
        found = list(old.select_for_update(skip_locked=True))
        Batch.objects.filter(pk__in=[batch.pk for batch in found]).update(status=Status.GIVEN_UP, finished_at=at)
        _forget(found)


def _forget(given_up: Sequence[Batch]) -> None:
    RowError.objects.filter(batch__in=given_up).delete()
    Batch.objects.filter(pk__in=[batch.pk for batch in given_up]).update(file="", figures={}, changes={})
    for batch in given_up:
        if batch.file:
            transaction.on_commit(partial(batch.file.storage.delete, str(batch.file.name)), robust=True)


def keep_profile(batch: Batch, *, name: str) -> MappingProfile:
    """Keep how this file's columns were read under a name, for the next ones; the same name is replaced."""
    reading = batch.changes.get("reading", {})
    options = options_of(batch)
    left_out = {name: column for name, column in options.columns.items() if not column}
    columns = left_out | reading.get("columns", {})
    if options.names_confirmed:
        columns.setdefault("name", "")
    values = {"format": batch.format, "columns": columns, "mode": reading.get("mode", "delta")}
    values |= {"date_format": options.date_order} if options.date_order else {}
    values |= {"decimal_mark": options.decimal_mark} if options.decimal_mark else {}
    profile, _created = MappingProfile.objects.update_or_create(entity=batch.entity, name=name, defaults=values)
    return profile


def _move(batch: Batch, before: set[Status], after: Status, **values: Any) -> None:
    if not Batch.objects.filter(pk=batch.pk, status__in=before).update(status=after, **values):
        raise NotWaiting()


def send(task: str, batch: Batch) -> None:
    """Have a task of the imports done once this is committed."""
    from crm.imports import tasks  # the tasks call these operations

    transaction.on_commit(lambda: getattr(tasks, task).delay(batch.pk), robust=True)


def stored(options: Options) -> dict[str, Any]:
    """Options as the batch keeps them."""
    values = asdict(options)
    return values | {"until": options.until and options.until.isoformat(), "columns": dict(options.columns)}


def options_of(batch: Batch) -> Options:
    """The options a batch is read with."""
    values: Mapping[str, Any] = batch.options
    until = values.get("until")
    return Options(**{**values, "until": date.fromisoformat(until) if until else None})


def progress_of(batch: Batch) -> int:
    """Rows seen so far by the task at work."""
    try:
        return int(cache.get(f"import-{batch.pk}", 0))
    except Exception:  # whatever library the cache has: a figure to look at is not worth a page
        log.warning("progress_not_read", exc_info=True)
        return 0


def _note_progress(batch: Batch, rows: int) -> None:
    try:
        cache.set(f"import-{batch.pk}", rows, PROGRESS_KEPT)
    except Exception:  # nor is it worth an import
        log.warning("progress_not_kept", exc_info=True)


def read(batch_id: int, *, at: datetime) -> None:
    """Read a received file and say what importing it would change. Running it twice does no harm: one that is being
    read is left to its reader, and of one confirmed or read otherwise meanwhile it says nothing. Raises NotYet."""
    with alone(f"reading of import {batch_id}") as free:
        batch = _claim(batch_id, at=at) if free else None
        if batch is not None:
            _read(batch, at=at)


def _read(batch: Batch, *, at: datetime) -> None:
    try:
        if batch.changes[TAKEN_UP] > MOST_TAKEN_UP:
            raise ReaderStopped(times=MOST_TAKEN_UP)
        outcome = _import(batch, at=at, dry_run=True)
    except ImportRefused as refusal:
        _refuse(batch, refusal)
        return
    except NotYet:
        Batch.objects.filter(pk=batch.pk, status=Status.READING).update(status=Status.RECEIVED)
        raise
    except LOST:
        with suppress(*LOST):
            _note_taken_up(batch, batch.changes[TAKEN_UP] - 1)
        raise
    except Exception:
        _give_up(batch.pk, Status.READING)
        raise
    with transaction.atomic():
        if _is_still(batch):
            _note(batch, outcome)
            Batch.objects.filter(pk=batch.pk).update(status=Status.PROPOSED)


def write(batch_id: int, *, at: datetime) -> None:
    """Write a confirmed import, all of it and its own status in one transaction. Running it twice does no harm.
    Raises NotYet."""
    try:
        with transaction.atomic():
            locked = Batch.objects.select_for_update(skip_locked=True, of=("self",)).filter(status=Status.WRITING)
            batch = locked.select_related("entity", "by").filter(pk=batch_id).first()
            if batch is not None:
                refuse_unconfirmed(_import(batch, at=at, dry_run=False), options_of(batch))
    except TO_CONFIRM as refusal:
        at_work = Batch.objects.filter(pk=batch_id, status=Status.WRITING)
        at_work.update(status=Status.PROPOSED, **refusal.kept())
    except ImportRefused as refusal:
        _refuse(Batch.objects.get(pk=batch_id), refusal)
    except NotYet:
        Batch.objects.filter(pk=batch_id, status=Status.WRITING).update(asked_at=at)
        raise
    except LOST:
        raise
    except Exception:
        _give_up(batch_id, Status.WRITING)
        raise


def _give_up(batch_id: int, at_work: Status) -> None:
    """An unforeseen failure crashes the task, and must not be tried again for ever."""
    Batch.objects.filter(pk=batch_id, status=at_work).update(status=Status.REFUSED, **errors.Unforeseen().kept())


def _is_still(batch: Batch) -> bool:
    """Whether it is where, and to be read as, it was when the work began; until the commit it stays there."""
    same = Batch.objects.filter(pk=batch.pk, status=batch.status, options=batch.options)
    return bool(same.select_for_update().values_list("pk"))


@transaction.atomic
def _claim(batch_id: int, *, at: datetime) -> Batch | None:
    """The batch to be read, None where there is nothing to read any more. It counts how often it was taken up since it
    was asked for: above once, its reader is gone."""
    waiting = Batch.objects.filter(pk=batch_id, status__in=(Status.RECEIVED, Status.READING))
    batch = waiting.select_related("entity", "by").select_for_update(of=("self",)).first()
    if batch is not None:
        before = batch.changes.get(TAKEN_UP, 0) if batch.status == Status.READING else 0
        batch.status, batch.asked_at = Status.READING, at
        batch.save(update_fields=["status", "asked_at"])
        _note_taken_up(batch, before + 1)
    return batch


def _note_taken_up(batch: Batch, times: int) -> None:
    batch.changes[TAKEN_UP] = times
    Batch.objects.filter(pk=batch.pk, status=Status.READING).update(changes=batch.changes)


def _import(batch: Batch, *, at: datetime, dry_run: bool) -> Outcome:
    return import_file(
        Path(batch.file.path),
        entity=batch.entity,
        options=options_of(batch),
        by=batch.by,
        at=at,
        dry_run=dry_run,
        batch=batch,
        progress=lambda stage, rows: _note_progress(batch, rows),
        waits=False,
    )


@transaction.atomic
def _refuse(batch: Batch, refusal: ImportRefused) -> None:
    if not _is_still(batch):
        return
    if isinstance(refusal, RowsWrong):
        _note(batch, refusal.params["outcome"])
    elif headers := refusal.params.get("headers"):
        _note_headers(batch, headers, refusal.params)
    Batch.objects.filter(pk=batch.pk).update(status=Status.REFUSED, **refusal.kept())


def _note_headers(batch: Batch, headers: list[str], found: Mapping[str, Any]) -> None:
    """Keep what a person needs to name the columns that were not found, or to say how amounts are written, and nothing
    of an earlier reading."""
    reading = {"headers": headers, "columns": found.get("places", {}), "marks": found.get("marks", {})}
    Batch.objects.filter(pk=batch.pk).update(
        format=found.get("format", batch.format), rows_read=0, rows_rejected=0, figures={}, changes={"reading": reading}
    )
    batch.errors.all().delete()


def _note(batch: Batch, outcome: Outcome) -> None:
    with transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(
            format=outcome.format,
            rows_read=outcome.rows_read,
            rows_rejected=outcome.rows_rejected,
            figures=outcome.figures(),
            changes=outcome.changes | {"reading": outcome.reading},
            source=outcome.source,
            as_of=outcome.as_of,
        )
        store_problems(batch, outcome)
