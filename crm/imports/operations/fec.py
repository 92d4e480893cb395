"""A FEC becomes customers, items and lettering: stage, identify, reconcile with what the books say."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_noop as _

from crm.core.money import decimals
from crm.core.sql import rows
from crm.events.operations import emit_many
from crm.imports.errors import NothingReadable
from crm.imports.formats.fec import FecReader, FecRow, Layout
from crm.imports.formats.rows import RowWrong
from crm.imports.outcome import Job, Outcome
from crm.imports.staging import analyze, copy_rows, execute, prepare, without_nested_loops

MANY_LINES = 5_000
POOLS = "letter_of_year letter residual_credit residual_debit zero".split()
Cells = Iterator[tuple[int, list[str]]]

SUBJECT = _("Accounting entries imported from %(file)s: %(lines)s new lines, balance %(balance)s")
LETTERED = _("lettered in the books")
UNLETTERED = _("lettering changed in the books")
NOT_COUNTED = _("counted once: the books say so no more")
COUNTED_AGAIN = _("in the books again")
TOUCHED = """
select %(entity)s::bigint as entity_id, customer_id, jsonb_build_object('import', %(batch)s::bigint) as payload
from fec_touched
"""


def accounts(name: str, default: str) -> list[str]:
    """Prefixes of accounts as patterns (settings FEC_RECEIVABLE_ACCOUNTS, FEC_REPORTED_ACCOUNTS)."""
    return [f"{prefix}%" for prefix in getattr(settings, name, default.split())]


def params_of(job: Job) -> dict[str, Any]:
    """Parameters of all statements of a FEC import."""
    terms = job.options.terms_days
    return {
        "entity": job.entity.pk,
        "batch": job.batch_id,
        "currency": job.entity.currency,
        "terms": job.entity.default_terms_days if terms is None else terms,
        "due_source": "guessed" if terms is None else "terms",
        "receivables": accounts("FEC_RECEIVABLE_ACCOUNTS", "411"),
        "apart": accounts("FEC_REPORTED_ACCOUNTS", "413 416 419"),
        "at": job.at,
        "by": job.by.pk if job.by else None,
        "file": job.file_name,
        "subject": SUBJECT,
        "lettered": LETTERED,
        "unlettered": UNLETTERED,
        "not_counted": NOT_COUNTED,
        "counted_again": COUNTED_AGAIN,
    }


def import_fec(job: Job, layout: Layout, lines: Cells) -> Outcome:
    """Take a FEC into the entity's ledger. Raises ImportRefused; runs in the caller's transaction.

    Each touched customer's open amount equals the balance of his account afterwards, less what persons did here.
    """
    outcome = Outcome("fec")
    params = params_of(job)
    _stage(job, layout, lines, outcome)
    job.progress("writing", outcome.rows_read)
    _describe(outcome, params, job)
    gone = rows("crm.imports", "fec_gone", params)[0]
    if gone["lines"]:
        outcome.changes["lines_gone"] = _texts(gone)
    outcome.changes |= _write(params)
    if job.options.terms_days is not None:
        outcome.changes["due_dates_confirmed"] = execute("fec_terms", params)
    _tell(params, job)
    return outcome


def _stage(job: Job, layout: Layout, lines: Cells, outcome: Outcome) -> None:
    reader = FecReader(layout, decimals(job.entity.currency))
    prepare("fec_stage")
    prepare("fec_touched")
    staged = copy_rows("fec_staged", _staged_rows(job, reader, lines, outcome))
    if outcome.rows_rejected and not staged and outcome.rows_rejected == outcome.rows_read:
        first = outcome.problems[0]
        raise NothingReadable(rows=outcome.rows_read, line=first.line, reason=first.text)
    outcome.reading = {"separator": layout.separator, "rounded": reader.rounded}


def _staged_rows(job: Job, reader: FecReader, lines: Cells, outcome: Outcome) -> Iterator[tuple[Any, ...]]:
    until = job.options.until
    for line, cells in lines:
        outcome.rows_read += 1
        if outcome.rows_read % 20_000 == 0:
            job.progress("reading", outcome.rows_read)
        try:
            row = reader.row(line, cells)
        except RowWrong as error:
            outcome.reject(error.on_line(line))
            continue
        if until is None or row.entered_on <= until:
            yield _tuple(row)


def _tuple(row: FecRow) -> tuple[Any, ...]:
    return (
        row.line, row.journal, row.number, row.entered_on, row.account, row.auxiliary, row.name, row.piece,
        row.piece_on, row.label, row.amount, row.letter, row.opening,
    )  # fmt: skip


def _describe(outcome: Outcome, params: dict[str, Any], job: Job) -> None:
    # Entries by (journal, number, day): the planner takes the three for independent and would loop.
    with without_nested_loops():
        execute("fec_lines", params)
    analyze("fec_line")
    found = rows("crm.imports", "fec_figures", params)[0]
    outcome.customers, outcome.invoices = found["customers"], found["invoices"]
    outcome.credit_notes, outcome.payments = found["credit_notes"], found["payments"]
    outcome.open_amount = {job.entity.currency: found["open_amount"]}
    outcome.as_of = job.options.until or found["last_on"]
    outcome.reading |= {
        "first_on": found["first_on"] and found["first_on"].isoformat(),
        "last_on": found["last_on"] and found["last_on"].isoformat(),
        "apart": [_texts(row) for row in rows("crm.imports", "fec_apart", params)],
        "terms_days": params["terms"],
        "terms_confirmed": job.options.terms_days is not None,
    }


def _texts(row: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in row.items()}


def _write(params: dict[str, Any]) -> dict[str, Any]:
    customers = execute("fec_customers", params)
    execute("fec_identify", params)
    changed = rows("crm.imports", "fec_changed", params)[0]["customers"]
    return {"customers_new": customers, "customers_changed": changed} | reconcile(params)


def reconcile(params: dict[str, Any]) -> dict[str, Any]:
    """Make the ledger of the customers in `fec_touched` say what their known FEC lines say; return what changed."""
    with _joins_for_many():
        execute("fec_items", params)
    analyze("fec_item")
    changes = {"invoices_new": execute("fec_invoices", params), "credits_new": execute("fec_credits", params)}
    execute("fec_known", params)
    analyze("fec_known")
    execute("fec_left", params)
    analyze("fec_left")
    # Pools are rewritten between two matches: what the planner knows of them is always old.
    with without_nested_loops():
        for pool in POOLS:
            execute(f"fec_pool_{pool} fec_match", params)
    analyze("fec_pair")
    execute("fec_moves", params)
    analyze("fec_move")
    moved = rows("crm.imports", "apply_moves", params)[0]
    return changes | {"movements_down": moved["down"], "movements_up": moved["up"]}


@contextmanager
def _joins_for_many() -> Iterator[None]:
    """A first import: the lines just written are not in the planner's figures, and loops over them would crawl."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(sum(lines_new + lines_lettered), 0) from fec_touched")
        many = cursor.fetchone()[0] > MANY_LINES
    if not many:
        yield
        return
    analyze("imports_fecline")
    with without_nested_loops():
        yield


def _tell(params: dict[str, Any], job: Job) -> None:
    execute("fec_timeline", params)
    emit_many("facts.changed", TOUCHED, {"entity": job.entity.pk, "batch": job.batch_id}, at=job.at)
