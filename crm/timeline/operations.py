"""Writing down what happened to a customer."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec

from django.db import transaction
from django.utils.translation import gettext_noop

from crm.accounts.models import User
from crm.customers.models import Customer
from crm.customers.operations import in_use
from crm.timeline.models import Entry, EntryKind
from crm.timeline.params import stored

NOTE = gettext_noop("Note")
P = ParamSpec("P")


def entry(
    customer: Customer,
    kind: str,
    subject: str,
    *,
    at: datetime,
    by: User | None = None,
    params: Mapping[str, Any] | None = None,
    text: str = "",
    about: str = "",
    about_id: int | None = None,
) -> Entry:
    """An entry of the customer's list that is not written yet, for those who write several at once.

    `subject` is an English msgid (marked with gettext_noop) whose %(name)s places are filled from `params` when it is
    read. A param may be a text, a number, a date, a `Money`, or a `Msgid` to be translated with it. `about` and
    `about_id` name a row, e.g. "message", 12. Those who write many entries insert into `timeline_entry` themselves.
    """
    return Entry(
        entity_id=customer.entity_id,
        customer=customer,
        kind=kind,
        subject=subject,
        params=stored(params or {}),
        text=text,
        actor=by,
        at=at,
        about=about,
        about_id=about_id,
    )


def _written(make: Callable[P, Entry]) -> Callable[P, Entry]:
    """What is made, inserted: with the parameters of who makes it, and their types."""

    @wraps(make)
    def write(*args: P.args, **kwargs: P.kwargs) -> Entry:
        made = make(*args, **kwargs)
        made.save(force_insert=True)
        return made

    return write


# Adds one entry to the customer's list, as `entry` makes it.
record = _written(entry)


@transaction.atomic
def add_note(customer: Customer, text: str, *, by: User, at: datetime) -> Entry:
    """Keep what a person knows, of the record in use when the customer was merged."""
    return record(in_use(customer), EntryKind.NOTE, NOTE, at=at, by=by, text=text)
