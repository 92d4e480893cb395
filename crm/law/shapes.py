"""What the value of each rule looks like: a night reads it by its keys, and stops at one it cannot read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal, InvalidOperation
from typing import Any

from crm.core.currencies import is_known
from crm.law.models import RateKind
from crm.law.rules import INTERRUPTIONS

Check = Callable[[Any], bool]


@dataclass(frozen=True)
class Shape:
    """The keys a value must have and those it may have, each with what it says."""

    keys: Mapping[str, Check]
    more: Mapping[str, Check] = field(default_factory=dict)

    def fits(self, value: Any) -> bool:
        """Whether a value can be read."""
        known = {**self.keys, **self.more}
        if not isinstance(value, dict) or not self.keys.keys() <= value.keys() <= known.keys():
            return False
        return all(known[name](said) for name, said in value.items())


def truth(value: Any) -> bool:
    """Yes or no."""
    return isinstance(value, bool)


def count(value: Any) -> bool:
    """A whole number above zero."""
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def one_of(*known: str) -> Check:
    """One of these words."""
    return lambda value: value in known


def some_of(*known: str) -> Check:
    """A list of these words, maybe empty."""
    return lambda value: isinstance(value, list) and all(word in known for word in value)


def words(value: Any) -> bool:
    """A list of words, none of them empty: an empty one would be found in every text."""
    return isinstance(value, list) and all(isinstance(word, str) and word.strip() for word in value)


def amount(value: Any) -> bool:
    """A sum written as a text, so that no digit is lost."""
    try:
        return isinstance(value, str) and Decimal(value).is_finite() and Decimal(value) >= 0
    except InvalidOperation:
        return False


def currency(value: Any) -> bool:
    """An ISO 4217 code."""
    return isinstance(value, str) and is_known(value)


def hours(value: Any) -> bool:
    """Openings by ISO weekday: {"1": [["08:30", "18:30"]]}."""
    if not isinstance(value, dict) or not value.keys() <= set("1234567"):
        return False
    return all(isinstance(day, list) and all(opening(part) for part in day) for day in value.values())


def opening(value: Any) -> bool:
    """From one time to a later one."""
    try:
        first, last = (time.fromisoformat(end) for end in value)
    except (TypeError, ValueError):
        return False
    return first < last


def caps(value: Any) -> bool:
    """A list of occasions at most by channel and days."""
    one = Shape({"channel": one_of("all", "email", "post", "sms", "phone"), "days": count, "maximum": count})
    return isinstance(value, list) and all(one.fits(cap) for cap in value)


RATE = one_of(*RateKind.values)
OPEN_HOURS = Shape({"days": hours, "holidays": truth})
MENTIONED = Shape({"required": words})
SUM = Shape({"amount": amount, "currency": currency})
KEPT = Shape({"years": count, "least": count, "most": count}, {"from": one_of("next_year")})
SHAPES = {
    "contact_caps": Shape({"caps": caps}),
    "contact_hours_email": OPEN_HOURS,
    "contact_hours_phone": OPEN_HOURS,
    "contact_hours_sms": OPEN_HOURS,
    "fixed_indemnity": SUM,
    "forbidden_words": Shape({"words": words}),
    "hold": Shape({"blocks": truth}),
    "insolvency": Shape({}, {"declare_within_months": count, "declare_within_days": count}),
    "keep_customers": KEPT,
    "keep_messages": KEPT,
    "keep_uploads": KEPT,
    "late_interest": Shape(
        {"rate": RATE, "from": one_of("due_date", "formal_notice")},
        {"rate_of": one_of("first_day"), "delivery_days": count},
    ),
    "late_rate_floor": Shape({"times": count, "rate": RATE}),
    "letterhead": Shape({"required": truth}),
    "limitation": Shape({"years": count}, {"from": one_of("next_year"), "interrupted_by": some_of(*INTERRUPTIONS)}),
    "limitation_effect": Shape({"demand": one_of("refused", "todo")}),
    "mentions": MENTIONED,
    "minimum_amount": SUM,
    "notice_consent": Shape({"required": truth}),
    "notice_days": Shape({"days": count}),
    "opt_out": Shape({"blocks": truth}),
    "payment_terms": Shape({"days": count, "maximum_days": count}, {"end_of_month_days": count}),
    "third_party_mentions": MENTIONED,
    "waiver_forbidden": Shape({"forbidden": truth}),
}
