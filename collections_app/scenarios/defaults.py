"""The scenarios every entity receives once, free to keep, change or delete."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collections_app.scenarios.models import EntryPolicy, StepMode, StepOwner
from crm.customers.models import Channel

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Default:
    """`steps` name their template by its code; names are translated when delivered, in the entity's language."""

    code: str
    name: Promise | str
    description: Promise | str
    steps: list[Fields] = field(default_factory=list)
    entry_policy: str = EntryPolicy.FIRST_STEP


def email(code: str, offset: int, name: Promise | str, template: str, **fields: Any) -> Fields:
    """An e-mail the system sends."""
    return step(code, offset, name, Channel.EMAIL, template, **{"mode": StepMode.AUTOMATIC, **fields})


def letter(code: str, offset: int, name: Promise | str, template: str, **fields: Any) -> Fields:
    """A letter of the day's print batch."""
    return step(code, offset, name, Channel.POST, template, **{"mode": StepMode.AUTOMATIC, **fields})


def call(code: str, offset: int, name: Promise | str, template: str, **fields: Any) -> Fields:
    """A call to make, passed to the supervisor after a week."""
    return step(code, offset, name, Channel.PHONE, template, **{"escalate_after_days": 7, **fields})


def notice(offset: int, template: str, **fields: Any) -> Fields:
    """A formal notice: a letter a person approves."""
    kept = {"formal_notice": True, "mode": StepMode.APPROVAL, "escalate_after_days": 10, **fields}
    return step("formal-notice", offset, _("Formal notice"), Channel.POST, template, **kept)


def decision(offset: int, **fields: Any) -> Fields:
    """What remains is a person's decision: court, collection agency, write-off, plan."""
    name = _("Decision: court, agency, plan or write-off")
    kept = {"mode": StepMode.DECISION, "owner": StepOwner.SUPERVISOR, "gap_days": 10, **fields}
    return step("decision", offset, name, Channel.PHONE, "", **kept)


def step(code: str, offset: int, name: Promise | str, channel: str, template: str, **fields: Any) -> Fields:
    given = {"mode": StepMode.TODO, "gap_days": 5, **fields}
    return {"code": code, "offset_days": offset, "name": name, "channel": channel, "template": template, **given}


STANDARD = Default(
    "standard-b2b",
    _("Standard, businesses"),
    _("From a friendly reminder to the formal notice in six weeks; e-mails leave by themselves."),
    [
        email("preventive", -5, _("Before the due date"), "preventive-email", gap_days=0, minimum_amount=Decimal(500)),
        email("friendly", 3, _("Friendly reminder"), "friendly-email", gap_days=0),
        email("reminder", 10, _("Second reminder"), "reminder-email"),
        call("call", 17, _("First call"), "call-script-first", minimum_amount=Decimal(150)),
        email("firm", 26, _("Firm reminder"), "firm-email", gap_days=6),
        call("firm-call", 34, _("Firm call"), "call-script-firm", minimum_amount=Decimal(150)),
        notice(45, "formal-notice-letter", gap_days=7, minimum_amount=Decimal(100)),
        decision(60),
    ],
)
KEY_ACCOUNTS = Default(
    "key-accounts",
    _("Key accounts"),
    _("A person speaks first; nothing firm leaves without approval."),
    [
        email("preventive", -5, _("Before the due date"), "preventive-email", gap_days=0, minimum_amount=Decimal(2000)),
        call("call", 4, _("First call"), "call-script-first", gap_days=0, escalate_after_days=4),
        email("reminder", 12, _("Second reminder"), "reminder-email", mode=StepMode.APPROVAL),
        call("firm-call", 22, _("Firm call"), "call-script-firm", escalate_after_days=4, escalate_above=Decimal(50000)),
        letter("firm", 32, _("Firm letter"), "firm-letter", mode=StepMode.APPROVAL, gap_days=7),
        notice(50, "formal-notice-letter", gap_days=10),
        decision(65),
    ],
)
CONSUMERS = Default(
    "consumers",
    _("Consumers"),
    _("Plain words, no penalty and no fixed fee; interest only from a formal notice."),
    [
        email("friendly", 5, _("Friendly reminder"), "consumer-friendly-email", gap_days=0),
        email("reminder", 15, _("Second reminder"), "consumer-reminder-email", gap_days=8),
        step("sms", 23, _("SMS to send"), Channel.SMS, "reminder-sms", gap_days=7),
        call("call", 31, _("First call"), "call-script-first", gap_days=7),
        letter("firm", 40, _("Firm letter"), "consumer-firm-letter", gap_days=8),
        notice(60, "formal-notice-consumer-letter", gap_days=15, minimum_amount=Decimal(50)),
        decision(80),
    ],
)
SMALL_AMOUNTS = Default(
    "small-amounts",
    _("Small amounts"),
    _("Costs less than it brings in: e-mails and one letter, no call."),
    [
        email("friendly", 8, _("Friendly reminder"), "friendly-email", gap_days=0, minimum_amount=Decimal(5)),
        email("reminder", 25, _("Second reminder"), "reminder-email", gap_days=14, minimum_amount=Decimal(5)),
        email("statement", 45, _("Statement of account"), "statement-email", gap_days=14, minimum_amount=Decimal(5)),
        letter("firm", 75, _("Firm letter"), "firm-letter", gap_days=20, minimum_amount=Decimal(30)),
        decision(120, minimum_amount=Decimal(5)),
    ],
)
DEFAULTS = [STANDARD, KEY_ACCOUNTS, CONSUMERS, SMALL_AMOUNTS]
