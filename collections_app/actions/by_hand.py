"""Dunning by hand: which templates suit a customer, which invoices a text may ask for, and when it would leave."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from collections_app.actions.dispatch import kept_back, last_message
from collections_app.actions.models import Action, ActionKind, ActionLine, ActionState, Cycle
from collections_app.actions.preparing import CANDIDATE as OPEN_ACTION
from collections_app.compliance import gates
from collections_app.compliance.wording import rule_sentence
from collections_app.letters.models import Template, Tone
from collections_app.scenarios.models import Step, VersionState
from crm.accounts.calendars import today
from crm.core import formats
from crm.customers.models import Address, Channel, Customer, CustomerKind
from crm.holds.summary import Account, Item
from crm.receivables.models import Invoice
from telephony.core.outgoing import in_words
from telephony.messaging import operations as messaging
from telephony.messaging.states import DUE_STATES

# What a company is written and a consumer never: texts that may claim penalties or the 40 €.
NEUTRAL = Q(tone__in=(Tone.PREVENTIVE, Tone.STATEMENT)) | Q(channel__in=(Channel.SMS, Channel.PHONE))

CANDIDATE = """
select 1::bigint as key, %(entity)s::bigint as entity_id, %(customer)s::bigint as customer_id,
       %(currency)s::text as currency, %(channel)s::text as channel, %(address)s::bigint as address_id,
       %(notice)s::boolean as formal_notice, false as automatic, %(amount)s::numeric as amount,
       null::bigint as occasion, null::bigint as message, %(invoices)s::bigint[] as invoice_ids,
       null::date as oldest_due_on
"""


@dataclass(frozen=True)
class Departure:
    """When a message would leave: at once, at `at` (in the entity's time zone), or not at all; `why` says the rule."""

    answer: gates.Answer
    at: datetime | None = None
    why: str = ""


def templates_for(customer: Customer) -> QuerySet[Template]:
    """Those of the entity that have a published text and are written to customers of this kind."""
    published = Template.objects.filter(entity_id=customer.entity_id, archived=False)
    published = published.filter(versions__published_at__isnull=False)
    consumer = customer.kind == CustomerKind.CONSUMER
    suiting = Q(for_consumers=True) | NEUTRAL if consumer else Q(for_consumers=False)
    return published.filter(suiting).distinct().order_by("channel", "name", "pk")


def proposed(template: Template | None, customer: Customer, account: Account) -> set[int]:
    """Ids of the invoices ticked at first: what is late and not held; for a formal notice only what reached it."""
    late = [item for item in account.items if item.days_late > 0 and not item.held and item.net > 0]
    if template is None or template.tone != Tone.FORMAL_NOTICE:
        return {item.invoice.pk for item in late}
    return reached_notice(customer, account.currency, late)


def proposed_after(last: Invoice, template: Template, customer: Customer, account: Account) -> list[Item]:
    """Those ticked at first that come after an invoice of the account in the order of the page."""
    ticked = proposed(template, customer, account)
    later = (item for item in account.items if (item.invoice.due_on, item.invoice.pk) > (last.due_on, last.pk))
    return [item for item in later if item.invoice.pk in ticked]


def reached_notice(customer: Customer, currency: str, late: Iterable[Item]) -> set[int]:
    """Invoices whose own age and steps lead to the formal notice of the customer's scenario.

    Old enough for it, an invoice with a certain due date, and carried by the step before it, done in this cycle (or
    that step counts as passed, when the backlog entered above it). Nothing when the scenario has no formal notice.
    """
    scenario = {"version__state": VersionState.PUBLISHED, "version__scenario__groups__memberships__customer": customer}
    current = Step.objects.filter(**scenario, version__scenario__groups__memberships__to_on__isnull=True)
    notice = current.filter(formal_notice=True).order_by("offset_days").first()
    if notice is None:
        return set()
    before = current.filter(offset_days__gte=0, offset_days__lt=notice.offset_days).order_by("-offset_days").first()
    old = {item.invoice.pk for item in late if item.days_late >= notice.offset_days and item.invoice.is_certain}
    return old if before is None else old & _carried(customer, currency, before, old)


def _carried(customer: Customer, currency: str, step: Step, invoices: set[int]) -> set[int]:
    cycle = Cycle.objects.filter(customer=customer, currency=currency, closed_on__isnull=True)
    if cycle.filter(passed_offset__gte=step.offset_days).exists():
        return invoices
    done = Action.objects.filter(
        cycle__in=cycle,
        kind=ActionKind.DUNNING,
        state__in=(ActionState.DONE, ActionState.SKIPPED),
        step_offset__gte=step.offset_days,
    )
    return set(ActionLine.objects.filter(action__in=done, invoice__in=invoices).values_list("invoice_id", flat=True))


def departure(
    customer: Customer,
    template: Template,
    address: Address,
    *,
    currency: str,
    amount: Decimal,
    invoice_ids: Iterable[int],
    at: datetime,
) -> Departure:
    """What the gates answer at the instant `at`, before anything is written; they are asked again when it leaves."""
    asked = {
        "entity": customer.entity_id,
        "customer": customer.pk,
        "currency": currency,
        "channel": template.channel,
        "address": address.pk,
        "notice": template.tone == Tone.FORMAL_NOTICE,
        "amount": amount,
        "invoices": list(invoice_ids),
    }
    [verdict] = gates.evaluate(CANDIDATE, asked, at=at)
    return _departing(verdict, customer, template.channel, at=at)


def departure_of(action: Action, *, at: datetime) -> Departure:
    """The same of an action that stands in a list, and of its message where one was asked for already."""
    message = last_message(action)
    if message is not None and (refusal := kept_back(message)):
        return Departure("refused", why=str(refusal))
    [verdict] = gates.evaluate(OPEN_ACTION, {"action": action.pk, "on": today(action.entity, at)}, at=at)
    leaving = _departing(verdict, action.customer, action.channel, at=at)
    if message is None or message.state not in DUE_STATES or message.not_before_at <= at:
        return leaving
    return _put_off(leaving, message.not_before_at, message.reason, action.customer)


def _departing(verdict: gates.Verdict, customer: Customer, channel: str, *, at: datetime) -> Departure:
    leaves_at = verdict.not_before_at
    if leaves_at is not None:
        leaves_at = leaves_at.astimezone(ZoneInfo(customer.entity.time_zone))
    leaving = Departure(verdict.answer, leaves_at, rule_sentence(verdict.rule) if verdict.rule else "")
    full_until = messaging.full_until(customer.entity, channel, at=leaves_at or at)
    return _put_off(leaving, full_until, f"ceiling: {channel}", customer) if full_until else leaving


def _put_off(leaving: Departure, until: datetime, reason: str, customer: Customer) -> Departure:
    """The later of the two."""
    if leaving.answer == "refused" or (leaving.at is not None and leaving.at >= until):
        return leaving
    return Departure("not_before", until.astimezone(ZoneInfo(customer.entity.time_zone)), in_words(reason))


def told_after(leaving: Departure | None) -> str:
    """What a person reads after the click: on its way, or when it will leave and why not now, or why it may not."""
    if leaving is not None and leaving.answer == "refused":
        return _("It may not leave:") + f" {leaving.why}"
    if leaving is None or leaving.at is None:
        return _("It is on its way: balance and gates are checked once more before it leaves.")
    when = {"when": formats.appointment(leaving.at), "why": leaving.why}
    return (_("It will leave on %(when)s. %(why)s") % when).strip()
