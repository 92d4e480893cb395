"""By when a message asks to be paid: the days of its text, else of the entity; a notice leaves those of the law."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.utils.translation import gettext as _

from collections_app.letters.lines import Line
from collections_app.letters.models import Template, TemplateVersion, Tone
from crm.accounts.calendars import NoWorkingDay, next_worked_day
from crm.accounts.models import Entity
from crm.core.remembering import remembered
from crm.customers.models import Customer
from crm.law.queries import rule


def deadline(
    version: TemplateVersion, tone: str, customer: Customer, lines: Iterable[Line], *, notice: bool, on: date
) -> date:
    """The first worked day once the days to pay are over."""
    days = version.days_to_pay or usual_days(customer.entity, tone)
    if notice:
        days = max([days, *(least_days(customer, debt_type, on) for debt_type in {_debt_type(line) for line in lines})])
    last = on + timedelta(days=days)
    try:
        return next_worked_day(customer.entity, last)
    except NoWorkingDay:
        return last


def usual_days(entity: Entity, tone: str) -> int:
    """What the entity leaves where the text says nothing."""
    return entity.notice_days_to_pay if tone == Tone.FORMAL_NOTICE else entity.days_to_pay


def least_days(customer: Customer, debt_type: str, on: date) -> int:
    """What the law in force makes a formal notice about such a debt leave; 0 where it says nothing."""
    jurisdiction, kind = customer.entity.jurisdiction, customer.kind
    found = remembered(
        ("notice days", jurisdiction, kind, debt_type, on),
        lambda: rule(jurisdiction, "notice_days", on=on, customer_kind=kind, debt_type=debt_type),
    )
    return int(found.value["days"]) if found else 0


def told(template: Template) -> str:
    """What the field of the editor means."""
    until = _(
        "From the message to its deadline (the variable “deadline”, always a worked day); empty: %(days)s, as the "
        "entity says."
    ) % {"days": usual_days(template.entity, template.tone)}
    if template.tone != Tone.FORMAL_NOTICE:
        return until
    more = _("Where the law makes a notice leave more, it does.")
    return f"{until} {more}"


def _debt_type(line: Line) -> str:
    return line.invoice.debt_type
