"""From a path to an outcome: what the file is, who reads it, all in one transaction."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from crm.accounts.models import Entity, User
from crm.imports.errors import RowsWrong
from crm.imports.formats.fec import Layout, find_layout
from crm.imports.formats.rows import cells_of
from crm.imports.formats.source import Source, look_at
from crm.imports.models import Batch, Keeping, RowError, Status
from crm.imports.operations.fec import import_fec
from crm.imports.outcome import Job, Options, Outcome, Progress, silent


def import_file(
    path: Path,
    *,
    entity: Entity,
    options: Options,
    by: User | None,
    at: datetime,
    dry_run: bool = False,
    batch: Batch | None = None,
    progress: Progress = silent,
) -> Outcome:
    """Import a file, or with `dry_run` find out what importing it would change. Raises ImportRefused: nothing written.

    The dry run does the same work and gives it up at the end, so that what it announces is what happens.
    """
    source = look_at(path)
    with transaction.atomic():
        _one_at_a_time(entity)
        batch = batch or Batch.objects.create(
            entity=entity, file_name=path.name[:255], by=by, created_at=at, status=Status.WRITING
        )
        job = Job(entity, options, by, at, batch.file_name, batch.pk, progress)
        outcome = _read(job, source)
        outcome.batch_id = None if dry_run else batch.pk
        if outcome.rows_rejected and options.keep == Keeping.ALL_OR_NOTHING:
            raise RowsWrong(outcome=outcome, rows=outcome.rows_rejected)
        if not dry_run:
            _finish(batch, outcome, at=at, digest=digest_of(path))
        transaction.set_rollback(dry_run)
    return outcome


def _one_at_a_time(entity: Entity) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('imports'), %s)", [entity.pk])


def _read(job: Job, source: Source) -> Outcome:
    layout = fec_layout(source, job.options.format)
    return import_fec(job, layout, fec_cells(source, layout))


def fec_layout(source: Source, wanted: str) -> Layout:
    """The columns of a FEC. Raises WrongFormat or MissingColumns."""
    return find_layout(source.lines())


def fec_cells(source: Source, layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """Lines below the header that hold something, as cells."""
    for number, line in source.lines():
        if number <= layout.header_line or not line.strip():
            continue
        cells = cells_of(line, layout.separator, layout.width)
        if any(cells):
            yield number, cells


def digest_of(path: Path) -> str:
    """SHA-256 of a file, to tell that the same one came twice."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _finish(batch: Batch, outcome: Outcome, *, at: datetime, digest: str) -> None:
    batch.format, batch.status, batch.finished_at, batch.digest = outcome.format, Status.DONE, at, digest
    batch.rows_read, batch.rows_rejected = outcome.rows_read, outcome.rows_rejected
    batch.figures, batch.changes = outcome.figures(), outcome.changes | {"reading": outcome.reading}
    batch.source, batch.as_of = outcome.source, outcome.as_of
    batch.save()
    store_problems(batch, outcome)


def store_problems(batch: Batch, outcome: Outcome) -> None:
    """Keep the rows left out, for the page and the download."""
    batch.errors.all().delete()
    RowError.objects.bulk_create(
        (
            RowError(batch=batch, line=p.line, column=p.column[:120], value=p.value, reason=p.reason, params=p.params)
            for p in outcome.problems
        ),
        batch_size=5_000,
    )
