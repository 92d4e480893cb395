"""Payment terms the law does not allow are told at the import that brings them (FR-06), which takes the invoices."""

from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from crm.accounts.calendars import today
from crm.core.sql import rows
from crm.imports.outcome import Job, Outcome
from crm.law.queries import rules_in_force


def last_invoice() -> int:
    """The highest number an invoice has so far: those an import brings come after it."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(id), 0) from receivables_invoice")
        return int(cursor.fetchone()[0])


def tell_long_terms(job: Job, outcome: Outcome, *, after: int) -> None:
    """Note in the changes of `outcome` how many new invoices (above `after`) fall due too late, and the articles; and
    how many before they are issued."""
    if not outcome.changes.get("invoices_new"):
        return
    limits = list(_limits(job))
    params = {"limits": Jsonb(limits), "batch": job.batch_id, "last_invoice": after}
    found = rows("crm.imports", "long_terms", params)[0]
    early = {"invoices": found.pop("early"), "numbers": found.pop("early_numbers")}
    if found["invoices"]:
        outcome.changes["long_terms"] = found | {"limits": limits}
    if early["invoices"]:
        outcome.changes["early_dues"] = early


def _limits(job: Job) -> list[dict[str, Any]]:
    """What the entity's law allows at most, by kind of customer, in one query."""
    on = job.options.until or today(job.entity, job.at)
    laws = rules_in_force(job.entity.jurisdiction, "payment_terms", on=on)
    return [
        {
            "kind": law.customer_kind,
            "maximum_days": law.value["maximum_days"],
            "end_of_month_days": law.value.get("end_of_month_days"),
            "article": law.article,
        }
        for law in laws
        if "maximum_days" in law.value
    ]
