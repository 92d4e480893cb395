"""A list of open items becomes invoices and credits; what it no longer says is closed by dated movements."""

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_noop as _

from crm.core.currencies import rounded
from crm.events.operations import emit_each
from crm.imports.errors import KnownOtherwise, OlderList, TooMuchWouldClose
from crm.imports.formats.item_blocks import ItemBlocks
from crm.imports.formats.items import ItemReader
from crm.imports.formats.rows import Problem
from crm.imports.formats.table import Table
from crm.imports.mapping import ColumnMap
from crm.imports.marks import refuse_supposed
from crm.imports.models import Mode
from crm.imports.operations.item_addresses import add_addresses
from crm.imports.operations.reading import stage
from crm.imports.operations.rejecting import reject_found
from crm.imports.outcome import KEPT_PROBLEMS, Job, Outcome
from crm.imports.staging import analyze, answer, execute, prepare, room_for
from crm.imports.turns import turn_of_a_file

SUBJECT = _("Open items imported from %(file)s: %(items)s new, %(moves)s changed")
CLOSED = _("closed in ledger")
BEFORE = _("paid before the first import")
LOWERED = _("lower amount in ledger")
GONE = _("no longer in the complete list")
AGAIN = _("open again in ledger")
TWIN = _("The same row stands on line %(line)s already.")
HIGHER = _(
    "The open amount is above the %(amount)s known of this document: a higher amount needs a document of its own."
)
OTHER_CURRENCY = _("This document is known in %(currency)s.")
OTHER_CUSTOMER = _("This document is known of customer %(customer)s.")
SHARED = _("Another row has this document for customer %(customer)s: give each an identifier of its own.")
TOUCHED = """
select %(entity)s::bigint as entity_id, customer_id, jsonb_build_object('import', %(batch)s::bigint) as payload
from item_touched
"""


def import_open_items(
    job: Job, table: Table, columns: ColumnMap, *, source: str, mode: str, dry_run: bool = False
) -> Outcome:
    """Take a list of open items into the entity's ledger. Raises ImportRefused; runs in the caller's transaction.

    With `mode` snapshot, open items of the same `source` that the list does not name are closed; above the entity's
    limit TooMuchWouldClose is raised unless the options confirm it (a dry run only tells); so is OlderList for one of
    an earlier day than the last complete list of the source, and KnownOtherwise where nobody looks.
    """
    outcome = Outcome("open_items", container=table.container, source=source)
    outcome.as_of = job.options.until or job.at.astimezone(ZoneInfo(job.entity.time_zone)).date()
    params = _params(job, outcome, mode)
    reader = ItemReader(columns, job.entity.currency, as_of=outcome.as_of, last_day=job.last_day)
    prepare("items_stage")
    stage("item_staged", ItemBlocks(reader, until=job.options.until), table.blocks(), job, outcome)
    if job.options.unattended:
        refuse_supposed(columns)
    job.progress("writing", outcome.rows_read)
    turn_of_a_file(job.entity)
    with room_for(outcome.rows_read):
        _describe(outcome, params)
        _plan(job, columns, outcome, params)
        _weigh_known_otherwise(job, outcome, params, dry_run=dry_run)
        _weigh_age(job, outcome, params, dry_run=dry_run)
        _weigh_closing(job, outcome, mode, dry_run=dry_run)
        outcome.changes |= _write(params)
        outcome.complete = mode == Mode.SNAPSHOT and not outcome.rows_rejected
        execute("items_touched items_timeline", params)
        emit_each("facts.changed", TOUCHED, {"entity": job.entity.pk, "batch": job.batch_id}, at=job.at)
    outcome.reading = reading_of(table, columns, reader.rounded) | {"mode": mode}
    return outcome


def reading_of(table: Table, columns: ColumnMap, rounded: int = 0) -> dict[str, Any]:
    """How the file was understood, all its rows read, to be shown before anything is written."""
    return {
        "separator": table.separator,
        "headers": table.headers,
        "columns": columns.columns(),
        "orders": columns.orders,
        "either_order": sorted(columns.either_order),
        "undecided": sorted(columns.undecided.union(columns.supposed)),
        "marks": columns.marks | columns.supposed,
        "shapes": columns.shapes,
        "currency": columns.currency,
        "format_supposed": columns.format_supposed,
        "rounded": rounded,
    }


def _params(job: Job, outcome: Outcome, mode: str) -> dict[str, Any]:
    terms = job.options.terms_days
    return {
        "entity": job.entity.pk,
        "batch": job.batch_id,
        "source": outcome.source,
        "as_of": outcome.as_of,
        "snapshot": mode == Mode.SNAPSHOT,
        "zone": job.entity.time_zone,
        "terms": job.entity.default_terms_days if terms is None else terms,
        "due_source": "guessed" if terms is None else "terms",
        "at": job.at,
        "by": job.by.pk if job.by else None,
        "file": job.file_name,
        "subject": SUBJECT,
        "closed": CLOSED,
        "lowered": LOWERED,
        "before": BEFORE,
        "gone": GONE,
        "again": AGAIN,
        "kept": KEPT_PROBLEMS,
    }


def _describe(outcome: Outcome, params: dict[str, Any]) -> None:
    if outcome.rows_rejected:
        execute("items_spared", params)
    analyze("item_staged", rows=outcome.rows_read)
    execute("items_repeated", params)
    analyze("item_repeated")
    reject_found("items_twins", params, outcome, _twin)
    reject_found("items_shared", params, outcome, _shared)
    execute("items_names", params)
    for found in answer("items_figures", params):
        outcome.customers = found["customers"]
        outcome.invoices += found["invoices"]
        outcome.credit_notes += found["credit_notes"]
        outcome.payments += found["payments"]
        outcome.open_amount[found["currency"]] = found["open_amount"]
        outcome.changes["rounding"] = str(Decimal(outcome.changes.get("rounding", 0)) + found["rounding"])


def _plan(job: Job, columns: ColumnMap, outcome: Outcome, params: dict[str, Any]) -> None:
    outcome.changes["customers_new"] = execute("items_customers", params)
    execute("items_owners", params)
    add_addresses(job, columns, outcome, params)
    known = execute("items_known", params)
    analyze("item_known")
    if known:
        execute("items_known_numbers", params)
    execute("items_target", params)
    if known:
        execute("items_moved_part", params)
    execute("items_installments", params)
    if known:
        reject_found("items_conflicts", params, outcome, _conflict)
    analyze("item_target", rows=outcome.rows_read)
    execute("items_closing", params)


def _weigh_known_otherwise(job: Job, outcome: Outcome, params: dict[str, Any], *, dry_run: bool) -> None:
    found = answer("items_known_otherwise", params)[0]
    if not found["invoices"]:
        return
    outcome.changes["known_otherwise"] = found
    confirmed = job.options.closing_confirmed or not job.options.unattended or dry_run
    share, limit = _percent(found["invoices"], outcome.invoices), job.entity.closing_share_percent
    if share > limit and not confirmed:
        raise KnownOtherwise(invoices=found["invoices"], numbers=", ".join(found["numbers"]))


def _twin(row: dict[str, Any]) -> Problem:
    return Problem(row["line"], "", row["number"], TWIN, {"line": row["first_line"]})


def _shared(row: dict[str, Any]) -> Problem:
    return Problem(row["line"], "", row["number"], SHARED, {"customer": row["holder"]})


def _conflict(row: dict[str, Any]) -> Problem:
    if row["currency"] != row["known_currency"]:
        return Problem(row["line"], "", row["number"], OTHER_CURRENCY, {"currency": row["known_currency"]})
    if abs(row["open_amount"]) > abs(row["amount"]):
        known = f"{rounded(abs(row['amount']), row['currency'])} {row['currency']}"
        return Problem(row["line"], "", row["number"], HIGHER, {"amount": known})
    return Problem(row["line"], "", row["number"], OTHER_CUSTOMER, {"customer": row["holder"]})


def _weigh_age(job: Job, outcome: Outcome, params: dict[str, Any], *, dry_run: bool) -> None:
    found = answer("items_older", params) if params["snapshot"] else []
    for later in found:
        last, as_of = later.pop("told_on").isoformat(), params["as_of"].isoformat()
        outcome.changes["older_list"] = later | {"last": last, "as_of": as_of}
        if not dry_run and not job.options.older_confirmed:
            raise OlderList(**outcome.changes["older_list"])


def _weigh_closing(job: Job, outcome: Outcome, mode: str, *, dry_run: bool) -> None:
    if mode != Mode.SNAPSHOT:
        return
    found = answer("items_closing_share", {})[0]
    shares = {
        "amount_share": _percent(found["amount"], found["of_amount"]),
        "customer_share": _percent(found["customers"], found["of_customers"]),
    }
    limit = job.entity.closing_share_percent
    beyond = max(shares.values()) > limit
    outcome.changes |= {"closing": found["items"], "closing_amount": str(found["amount"]), "closing_beyond": beyond}
    outcome.changes |= {name: str(share) for name, share in shares.items()}
    if beyond and not dry_run and not job.options.closing_confirmed:
        raise TooMuchWouldClose(limit=limit, **shares)


def _percent(part: Decimal | int, whole: Decimal | int) -> Decimal:
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1")) if whole else Decimal(0)


def _write(params: dict[str, Any]) -> dict[str, Any]:
    changed = {"due_dates_changed": execute("items_due", params), "labels_changed": execute("items_labels", params)}
    execute("items_moved_here items_moves", params)
    while answer("items_lock", params)[0]["changed"]:
        execute("items_moves_off items_moved_here items_moves", params)
    written = answer("items_write", params)[0]
    execute("items_books payments_waiting", params)
    return written | changed
