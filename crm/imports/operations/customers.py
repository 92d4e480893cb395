"""A list of customers and contacts: it adds and corrects, and takes nothing away."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop as _

from crm.core.sql import rows
from crm.events.operations import emit_each
from crm.imports.errors import NothingReadable
from crm.imports.formats.people import CustomerReader
from crm.imports.formats.rows import Problem, RowWrong
from crm.imports.formats.table import Table
from crm.imports.mapping import ColumnMap
from crm.imports.operations.open_items import reading_of
from crm.imports.operations.rejecting import reject_found
from crm.imports.outcome import KEPT_PROBLEMS, Job, Outcome
from crm.imports.staging import copy_rows, execute, prepare, room_for, write_addresses
from crm.imports.turns import turn_of_a_file

SUBJECT = _("Customer file imported from %(file)s")
OTHER_NAME = _("Line %(line)s gives this account another name: %(name)s.")
UNNAMED = _("This account is new here, and the list gives it no name: a new customer needs one.")
UNKNOWN_KIND = _(
    "This is no nature of a customer: the rows that say it were taken without it; who is new is a professional."
)
TOUCHED = """
select %(entity)s::bigint as entity_id, customer_id, jsonb_build_object('import', %(batch)s::bigint) as payload
from customer_touched
"""


def import_customers(job: Job, table: Table, columns: ColumnMap) -> Outcome:
    """Take a list of customers. Raises ImportRefused; runs in the caller's transaction."""
    outcome = Outcome("customers", container=table.container, reading=reading_of(table, columns))
    params: dict[str, Any] = {"entity": job.entity.pk, "batch": job.batch_id, "at": job.at, "subject": SUBJECT}
    params |= {"file": job.file_name, "by": job.by.pk if job.by else None, "kept": KEPT_PROBLEMS}
    prepare("customers_stage")
    reader = CustomerReader(columns, job.entity.country)
    staged = copy_rows("customer_staged", _staged_rows(job, table, reader, outcome))
    left_out = outcome.rows_rejected
    turn_of_a_file(job.entity)
    if "name" in columns.places:
        header = columns.columns()["name"]
        reject_found("customers_names", params, outcome, lambda row: _otherwise_named(row, header))
    reject_found("customers_unnamed", params, outcome, lambda row: _unnamed(row, columns))
    staged -= outcome.rows_rejected - left_out
    if outcome.problems and not staged:
        first = outcome.problems[0]
        raise NothingReadable(rows=outcome.rows_read, line=first.line, reason=first.reason, reason_values=first.params)
    for text, line in reader.unknown_kinds.items():
        outcome.remark(Problem(line, columns.columns()["kind"], text[:200], UNKNOWN_KIND))
    with room_for(outcome.rows_read):
        _write(outcome, params)
    emit_each("facts.changed", TOUCHED, {"entity": job.entity.pk, "batch": job.batch_id}, at=job.at)
    return outcome


def _write(outcome: Outcome, params: dict[str, Any]) -> None:
    execute("customers_write customers_contacts", params)
    outcome.changes["addresses_new"] = write_addresses("customers_addresses", params)[0]["added"]
    outcome.changes |= rows("crm.imports", "customers_count", params)[0]
    outcome.customers = outcome.changes.pop("customers")
    execute("customers_timeline", params)


def _unnamed(row: dict[str, Any], columns: ColumnMap) -> Problem:
    return Problem(row["line"], columns.columns().get("customer", ""), row["customer"], UNNAMED)


def _otherwise_named(row: dict[str, Any], header: str) -> Problem:
    first = {"line": row["first_line"], "name": row["first_name"]}
    return Problem(row["line"], header, row["name"], OTHER_NAME, first)


def _staged_rows(job: Job, table: Table, reader: CustomerReader, outcome: Outcome) -> Iterator[tuple[Any, ...]]:
    for line, cells in table.rows:
        outcome.rows_read += 1
        if outcome.rows_read % 20_000 == 0:
            job.progress("reading", outcome.rows_read)
        try:
            yield reader.row(line, cells)
        except RowWrong as error:
            outcome.reject(*error.on_line(line))
