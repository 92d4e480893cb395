"""A FEC becomes customers, items and lettering: stage, identify, reconcile with what the books say."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_noop as _

from crm.core.currencies import decimals
from crm.core.formats import money
from crm.events.operations import emit_each
from crm.imports.days import last_day
from crm.imports.errors import TooManyGone
from crm.imports.formats.blocks import Block
from crm.imports.formats.fec import FecReader, Layout
from crm.imports.formats.fec_blocks import FecBlocks
from crm.imports.operations.reading import stage
from crm.imports.outcome import Job, Outcome
from crm.imports.staging import analyze, answer, execute, prepare, room_for
from crm.imports.turns import turn_of_a_file

POOLS = "letter residual_credit residual_debit zero".split()
Pieces = Iterable[Iterable[Block]]

SUBJECT = _("Accounting entries imported from %(file)s: %(lines)s new lines, balance %(balance)s")
LETTERED = _("lettered in the books")
UNLETTERED = _("lettering changed in the books")
NOT_COUNTED = _("counted once: the books say so no more")
COUNTED_AGAIN = _("in the books again")
TOUCHED = """
select %(entity)s::bigint as entity_id, customer_id, jsonb_build_object('import', %(batch)s::bigint) as payload
from fec_touched
"""


def starting_with(prefixes: Iterable[str]) -> list[str]:
    """Prefixes of accounts as patterns."""
    return [f"{prefix}%" for prefix in prefixes]


def params_of(job: Job) -> dict[str, Any]:
    """Parameters of all statements of a FEC import."""
    terms = job.options.terms_days
    return {
        "entity": job.entity.pk,
        "batch": job.batch_id,
        "currency": job.entity.currency,
        "terms": job.entity.default_terms_days if terms is None else terms,
        "due_source": "guessed" if terms is None else "terms",
        "receivables": starting_with(settings.FEC_RECEIVABLE_ACCOUNTS),
        "apart": starting_with(settings.FEC_REPORTED_ACCOUNTS),
        "at": job.at,
        "last_day": last_day(job.entity, job.at),
        "by": job.by.pk if job.by else None,
        "file": job.file_name,
        "subject": SUBJECT,
        "lettered": LETTERED,
        "unlettered": UNLETTERED,
        "not_counted": NOT_COUNTED,
        "counted_again": COUNTED_AGAIN,
    }


def import_fec(job: Job, layout: Layout, pieces: Pieces) -> Outcome:
    """Take a FEC into the entity's ledger. Raises ImportRefused; runs in the caller's transaction.

    Each touched customer's open amount equals the balance of his account afterwards, less what persons did here.
    """
    outcome = Outcome("fec")
    params = params_of(job)
    _stage(job, layout, pieces, outcome)
    job.progress("writing", outcome.rows_read)
    turn_of_a_file(job.entity)
    with room_for(outcome.rows_read):
        _describe(outcome, params, job)
        execute("fec_recall", params)
        analyze("fec_recalled")
        _count_gone(job, outcome, params)
        _take(outcome, params)
        if job.options.terms_days is not None:
            outcome.changes["due_dates_confirmed"] = execute("fec_terms", params)
        execute("fec_timeline", params)
        emit_each("facts.changed", TOUCHED, {"entity": job.entity.pk, "batch": job.batch_id}, at=job.at)
    return outcome


def _stage(job: Job, layout: Layout, pieces: Pieces, outcome: Outcome) -> None:
    places = decimals(job.entity.currency)
    reader = FecReader(layout, places)
    prepare("fec_stage")
    prepare("fec_touched")
    stage("fec_staged", FecBlocks(reader, places=places, until=job.options.until), pieces, job, outcome)
    outcome.reading = {"separator": layout.separator, "rounded": reader.rounded}


def _describe(outcome: Outcome, params: dict[str, Any], job: Job) -> None:
    analyze("fec_staged", rows=outcome.rows_read)
    outcome.changes["customers_new"] = execute("fec_customers", params)
    execute("fec_entries fec_lines fec_untold fec_ranks", params)
    analyze("fec_line", rows=outcome.rows_read)
    found = answer("fec_figures", params)[0]
    outcome.customers, outcome.invoices = found["customers"], found["invoices"]
    outcome.credit_notes, outcome.payments = found["credit_notes"], found["payments"]
    outcome.open_amount = {job.entity.currency: found["open_amount"]}
    outcome.as_of = job.options.until or found["last_on"]
    outcome.reading |= {
        "first_on": found["first_on"] and found["first_on"].isoformat(),
        "last_on": found["last_on"] and found["last_on"].isoformat(),
        "apart": [_texts(row) for row in answer("fec_apart", params)],
        "terms_days": params["terms"],
        "terms_confirmed": job.options.terms_days is not None,
    }


def _texts(row: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in row.items()}


def _count_gone(job: Job, outcome: Outcome, params: dict[str, Any]) -> None:
    """Tell what earlier files told of the same days and this one does not. Raises TooManyGone where nobody looks at it
    and the file tells much of it otherwise."""
    gone = answer("fec_gone", params)[0]
    if gone["lines"] and gone["new_lines"] and execute("fec_renamed", params):
        gone = answer("fec_gone", params)[0]
    if not gone["lines"]:
        return
    new, of_lines = gone.pop("new_lines"), gone.pop("of_lines")
    outcome.changes["lines_gone"] = _texts(gone)
    if not job.options.unattended or not new or job.options.closing_confirmed:
        return
    again, limit = answer("fec_again", params)[0]["lines"], job.entity.closing_share_percent
    if (share := again * 100 / of_lines) > limit:
        balance = money(gone["balance"], job.entity.currency)
        told = {"share": round(share), "again": again, "limit": limit, "numbers": ", ".join(gone["numbers"])}
        raise TooManyGone(lines=gone["lines"], balance=balance, **told)


def _take(outcome: Outcome, params: dict[str, Any]) -> None:
    execute("fec_touch fec_letters", params)
    outcome.changes["customers_changed"] = answer("fec_changed", params)[0]["customers"]
    outcome.changes |= reconcile(params, rows=outcome.rows_read)
    execute("fec_keep payments_waiting", params)


def reconcile(params: dict[str, Any], *, rows: int) -> dict[str, Any]:
    """Make the ledger of the customers in `fec_touched` say what their lines say, those known and the new ones in
    `fec_line`; return what changed. `rows` is about how many lines it is for. Call it within `room_for`.
    """
    analyze("fec_touched", rows=rows)
    execute("fec_lock fec_older fec_items fec_known", params)
    analyze("fec_item", "fec_known", rows=rows)
    execute("fec_left fec_match_even fec_match", params)
    for pool in POOLS:
        execute(f"fec_pool_{pool} fec_match", params)
    execute("fec_moves", params)
    analyze("fec_move", rows=rows)
    return answer("fec_write", params)[0]
