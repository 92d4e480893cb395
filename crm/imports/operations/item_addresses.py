"""The e-mails and phones a list of open items has beside its documents."""

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop as _

from crm.imports.formats.people import email_of, phone_of
from crm.imports.formats.rows import Problem
from crm.imports.mapping import ColumnMap
from crm.imports.outcome import Job, Outcome
from crm.imports.staging import answer, copy_rows, write_addresses

SEVERAL = re.compile("[;,]")
LEFT = {
    "email": _("This is not an e-mail address: the row was taken without it."),
    "phone": _("This is not a phone number: the row was taken without it."),
}


def add_addresses(job: Job, columns: ColumnMap, outcome: Outcome, params: dict[str, Any]) -> None:
    """Record them as a list of customers would; a cell may name several. What is none is told, its row is taken."""
    if columns.places.keys().isdisjoint(LEFT):
        return
    named = answer("items_addresses_named", params)
    copy_rows("item_address", _readable(named, job.entity.country, columns, outcome))
    write_addresses("items_addresses", params)


def _readable(
    named: list[dict[str, Any]], home: str, columns: ColumnMap, outcome: Outcome
) -> Iterator[tuple[int, str, str, bool]]:
    for row in named:
        channel = row["channel"]
        for text in filter(None, map(str.strip, SEVERAL.split(row["text"]))):
            value = email_of(text) if channel == "email" else phone_of(text, row["country"] or home)
            if value:
                yield row["customer_id"], channel, value, row["own"]
            else:
                outcome.remark(Problem(row["line"], columns.columns()[channel], text[:200], LEFT[channel]))
