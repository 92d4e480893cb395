"""A list of payments: each becomes a credit, allocated to the invoice it names."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop as _

from crm.core.sql import rows
from crm.events.operations import emit_each
from crm.imports.errors import NothingReadable
from crm.imports.formats.people import PaymentReader
from crm.imports.formats.rows import Problem, RowWrong
from crm.imports.formats.table import Table
from crm.imports.mapping import ColumnMap
from crm.imports.marks import refuse_supposed
from crm.imports.operations.open_items import reading_of
from crm.imports.outcome import Job, Outcome
from crm.imports.staging import copy_rows, execute, prepare
from crm.imports.turns import turn_of_a_file

SUBJECT = _("%(payments)s payments of %(amount)s imported from %(file)s")
NAMED = _("names the invoice")
UNKNOWN = _("Neither a customer nor an invoice of the entity has this number.")
TOUCHED = """
select %(entity)s::bigint as entity_id, customer_id, jsonb_build_object('import', %(batch)s::bigint) as payload
from payment_touched
"""


def import_payments(job: Job, table: Table, columns: ColumnMap) -> Outcome:
    """Take a list of payments. Raises ImportRefused; runs in the caller's transaction."""
    outcome = Outcome("payments", container=table.container)
    params: dict[str, Any] = {"entity": job.entity.pk, "batch": job.batch_id, "at": job.at, "subject": SUBJECT}
    params |= {"file": job.file_name, "by": job.by.pk if job.by else None, "reason": NAMED}
    prepare("payments_stage")
    reader = PaymentReader(columns, job.entity.currency, last_day=job.last_day)
    staged = copy_rows("payment_staged", _staged_rows(job, table, reader, outcome))
    if job.options.unattended:
        refuse_supposed(columns)
    outcome.reading = reading_of(table, columns)
    if outcome.problems and not staged:
        first = outcome.problems[0]
        raise NothingReadable(rows=outcome.rows_read, line=first.line, reason=first.reason, reason_values=first.params)
    turn_of_a_file(job.entity)
    _describe(outcome, params)
    unnamed = rows("crm.imports", "payments_unnamed", params)[0]
    if unnamed["invoices"]:
        outcome.changes["payments_unnamed"] = unnamed
    outcome.changes["credits_new"] = rows("crm.imports", "payments_write", params)[0]["credits_new"]
    outcome.changes["allocated"] = rows("crm.imports", "payments_allocate", params)[0]["allocated"]
    execute("payments_timeline", params)
    emit_each("facts.changed", TOUCHED, {"entity": job.entity.pk, "batch": job.batch_id}, at=job.at)
    return outcome


def _describe(outcome: Outcome, params: dict[str, Any]) -> None:
    execute("payments_rows", params)
    for row in rows("crm.imports", "payments_unknown", params):
        outcome.reject(Problem(row["line"], "", row["value"], UNKNOWN))
    for found in rows("crm.imports", "payments_figures", params):
        outcome.customers = found["customers"]
        outcome.payments += found["payments"]
        outcome.open_amount[found["currency"]] = found["open_amount"]


def _staged_rows(job: Job, table: Table, reader: PaymentReader, outcome: Outcome) -> Iterator[tuple[Any, ...]]:
    until = job.options.until
    for line, cells in table.rows:
        outcome.rows_read += 1
        try:
            row = reader.row(line, cells)
        except RowWrong as error:
            outcome.reject(*error.on_line(line))
            continue
        if until is None or row.paid_on <= until:
            yield (line, row.customer, row.paid_on, row.amount, row.currency, row.invoice_number, row.reference)
