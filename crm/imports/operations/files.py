"""From a path to an outcome: what the file is, who reads it, all in one transaction."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import F, Q

from crm.accounts.models import Entity, User
from crm.core.currencies import UnclearCurrency, meant
from crm.core.sql import rows
from crm.imports.errors import (
    CurrencyUndecided,
    EmptyFile,
    FormatUndecided,
    MissingColumns,
    RowsWrong,
    SameImported,
    UnknownMapping,
    WrongFormat,
)
from crm.imports.formats.blocks import fec_blocks
from crm.imports.formats.fec import KNOWN as FEC_NAMES, Layout, find_layout, layout_of
from crm.imports.formats.rows import Problem, cells_of
from crm.imports.formats.source import Source, look_at
from crm.imports.formats.table import Table, open_table, sample
from crm.imports.mapping import KNOWN_HEADERS, ColumnMap, guess, mark_given, order_given
from crm.imports.marks import figures_alike, refuse_supposed, settle_marks
from crm.imports.models import Batch, Format, Keeping, MappingProfile, Mode, RowError, Status
from crm.imports.operations.asking import ask_for_names, ask_whose, refuse_unconfirmed
from crm.imports.operations.customers import import_customers
from crm.imports.operations.fec import Pieces, import_fec
from crm.imports.operations.item_kinds import tell_kinds
from crm.imports.operations.open_items import import_open_items
from crm.imports.operations.payments import import_payments
from crm.imports.operations.terms import last_invoice, tell_long_terms
from crm.imports.outcome import Job, Options, Outcome, Progress, silent
from crm.imports.staging import MANY, analyze
from crm.imports.turns import take_turn

FEC_HEADERS = frozenset(FEC_NAMES)
# Said of the container: what is inside is found out.
CONTAINERS = ("auto", "fec", "csv", "xlsx")
SAMPLE = 20_000
# What a large file fills: plans made before the server looks at these tables by itself would be those of empty ones.
BOOKS = (
    "customers_customer", "customers_address", "receivables_invoice", "receivables_credit", "receivables_movement",
)  # fmt: skip
NOT_CONFIRMED = (Status.RECEIVED, Status.READING, Status.PROPOSED)


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
    waits: bool = True,
) -> Outcome:
    """Import a file, or with `dry_run` find out what importing it would change. Raises ImportRefused: nothing written;
    and NotYet where another import of the entity is at work and it does not wait for its turn.

    The dry run does the same work and gives it up at the end, so that what it announces is what happens.
    """
    with transaction.atomic():
        take_turn(entity, waits=waits)
        source = look_at(path)
        batch = batch or Batch.objects.create(
            entity=entity, file_name=path.name[:255], by=by, created_at=at, status=Status.WRITING
        )
        job = Job(entity, options, by, at, batch.file_name, batch.pk, progress)
        before = last_invoice()
        outcome = _read(job, source, dry_run=dry_run)
        tell_long_terms(job, outcome, after=before)
        if not outcome.rows_read:
            raise EmptyFile()
        if options.unattended and not dry_run:
            refuse_unconfirmed(outcome, options)
        outcome.batch_id = None if dry_run else batch.pk
        if outcome.rows_rejected and options.keep == Keeping.ALL_OR_NOTHING:
            raise RowsWrong(outcome=outcome, rows=outcome.rows_rejected)
        if dry_run:
            outcome.changes["samples"] = _samples(entity, batch)
        else:
            _finish(batch, outcome, at=at, digest=digest_of(path))
        transaction.set_rollback(dry_run)
    return outcome


def _samples(entity: Entity, batch: Batch) -> list[dict[str, str]]:
    found = rows("crm.imports", "sample", {"entity": entity.pk, "batch": batch.pk})
    return [{name: str(value) for name, value in row.items()} for row in found]


def _read(job: Job, source: Source, *, dry_run: bool) -> Outcome:
    """Hand the file to whoever reads it: a FEC where the header is one, else a list by its columns."""
    options = job.options
    profile = find_profile(job.entity, options.mapping) if options.mapping else None
    if source.spreadsheet or profile or options.format not in ("auto", Format.FEC):
        return _read_list(job, source, profile, dry_run=dry_run)
    try:
        layout = fec_layout(source)
    except (WrongFormat, MissingColumns) as refusal:
        if options.format == Format.FEC or refusal.params.get("of_a_fec"):
            raise
        return _read_list(job, source, None, dry_run=dry_run)
    if options.format == Format.FEC or layout.is_certain:
        return _read_fec(job, layout, fec_blocks(source, layout.separator, layout.width, layout.header_line + 1))
    return _read_list(job, source, None, dry_run=dry_run)


def _read_fec(job: Job, layout: Layout, pieces: Pieces) -> Outcome:
    outcome = import_fec(job, layout, pieces)
    ask_whose(job, outcome)
    ask_for_names(job, outcome)
    return outcome


def _read_list(job: Job, source: Source, profile: MappingProfile | None, *, dry_run: bool) -> Outcome:
    table = open_table(source, KNOWN_HEADERS | FEC_HEADERS)
    if profile is None and job.options.format in CONTAINERS and (layout := fec_header(table)):
        table.refuse_formulas(layout.places.values())
        return _read_fec(job, layout, table.blocks())
    columns = columns_of(table, job, profile)
    mode = job.options.mode or (profile.mode if profile else Mode.DELTA)
    if columns.format == Format.CUSTOMERS:
        return import_customers(job, table, columns)
    if columns.format == Format.PAYMENTS:
        return import_payments(job, table, columns)
    source_name = profile.name if profile else ""
    outcome = import_open_items(job, table, columns, source=source_name, mode=mode, dry_run=dry_run)
    tell_kinds(columns, outcome)
    if "customer" in columns.places and "name" not in columns.left_out:
        ask_for_names(job, outcome)
    return outcome


def columns_of(table: Table, job: Job, profile: MappingProfile | None) -> ColumnMap:
    """The fields of a list: chosen, from the profile, guessed. Raises MissingColumns, FormatUndecided, FormulaCells,
    CurrencyUndecided or AmountsUndecided."""
    wanted = profile.format if profile else job.options.format if job.options.format in Format.values else ""
    given = {**(profile.columns if profile else {}), **job.options.columns}
    rows = sample(table, SAMPLE)
    columns = guess(table.headers, rows, wanted=wanted, given=given, country=job.entity.country)
    if columns.format_supposed and job.options.unattended:
        raise FormatUndecided()
    table.refuse_formulas(columns.places.values())
    if profile:
        if profile.date_format:
            order_given(columns, profile.date_format)
        columns.currency = profile.currency or columns.currency
    columns.currency = _currency(columns, job.entity)
    if job.options.date_order:
        order_given(columns, job.options.date_order)
    if mark := job.options.decimal_mark or (profile.decimal_mark if profile else ""):
        mark_given(columns, mark)
    settle_marks(columns, rows, columns.currency or job.entity.currency, table.separator)
    if job.options.unattended:
        refuse_supposed(columns)
    if table.container == "xlsx":
        table.rows = figures_alike(columns, table.rows)
    return columns


def _currency(columns: ColumnMap, entity: Entity) -> str:
    """The code of what the list says of its amounts, "" where it says nothing."""
    try:
        return meant(columns.currency, usual=entity.currency, country=entity.country) if columns.currency else ""
    except UnclearCurrency as error:
        raise CurrencyUndecided(currency=columns.currency, codes=", ".join(error.codes)) from error


def find_profile(entity: Entity, name: str) -> MappingProfile:
    """The entity's profile of that name, or the one shared by all entities. Raises UnknownMapping."""
    usable = MappingProfile.objects.filter(Q(entity=entity) | Q(entity__isnull=True))
    found = usable.filter(name=name).order_by(F("entity").asc(nulls_last=True)).first()
    if found is None:
        known = ", ".join(usable.order_by("name").values_list("name", flat=True)) or "-"
        raise UnknownMapping(name=name, known=known)
    return found


def fec_header(table: Table) -> Layout | None:
    """The layout of a FEC kept in a spreadsheet, None when it is none. Raises MissingColumns for a maimed one."""
    try:
        layout = layout_of(table.headers, line=table.header_line)
    except (WrongFormat, MissingColumns) as refusal:
        if refusal.params.get("of_a_fec"):
            raise
        return None
    return layout if layout.is_certain else None


def fec_layout(source: Source) -> Layout:
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
    batch.source, batch.as_of, batch.complete = outcome.source, outcome.as_of, outcome.complete
    batch.save()
    store_problems(batch, outcome)
    _supersede_its_like(batch, at=at)
    if outcome.rows_read > MANY:
        analyze(*BOOKS)


def _supersede_its_like(batch: Batch, *, at: datetime) -> None:
    """The same file, still waiting for a confirmation, has nothing more to bring."""
    waiting = Batch.objects.filter(entity=batch.entity_id, digest=batch.digest, status__in=NOT_CONFIRMED)
    told = SameImported(at=at.isoformat()).kept()
    waiting.exclude(pk=batch.pk).update(status=Status.SUPERSEDED, finished_at=at, **told)


def store_problems(batch: Batch, outcome: Outcome) -> None:
    """Keep the rows left out, for the page and the download."""
    batch.errors.all().delete()
    RowError.objects.bulk_create((_kept(batch, problem) for problem in outcome.problems), batch_size=5_000)


def _kept(batch: Batch, problem: Problem) -> RowError:
    told = {name: getattr(problem, name) for name in ("line", "value", "reason", "params", "taken")}
    return RowError(batch=batch, column=problem.column[:120], **told)
