"""What a simulation takes for granted; every report states it."""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.customers.models import Channel


class Payments(models.TextChoices):
    """Who pays during days that have not come yet."""

    AS_BEFORE = "as_before", _("each customer pays with his usual delay")
    NONE = "none", _("nobody pays")


@dataclass(frozen=True)
class Assumptions:
    """`delay_days`: worked days a task waits for its person. Costs are per message, a formal notice on paper being a
    registered letter, and per minute of a call, in the currency of the entity. `payments` only matters for days to
    come: the past has its own."""

    payments: str = Payments.AS_BEFORE
    delay_days: int = 1
    email_cost: Decimal = Decimal("0.01")
    sms_cost: Decimal = Decimal("0.08")
    letter_cost: Decimal = Decimal("1.60")
    registered_cost: Decimal = Decimal("6.50")
    minute_cost: Decimal = Decimal("0.60")
    call_minutes: Decimal = Decimal(5)

    @classmethod
    def read(cls, kept: dict[str, Any]) -> "Assumptions":
        """From what a simulation keeps; what it does not say is as by default."""
        texts = {"payments": str, "delay_days": int}
        return cls(**{name: texts.get(name, Decimal)(value) for name, value in kept.items()})

    def kept(self) -> dict[str, Any]:
        """As JSON: amounts as text."""
        return {name: value if isinstance(value, int) else str(value) for name, value in asdict(self).items()}

    def cost(self, channel: str, touches: int, *, registered: int = 0) -> Decimal:
        """What `touches` of a channel cost, `registered` of them; a visit or another channel is not counted."""
        each = {
            Channel.EMAIL: self.email_cost,
            Channel.SMS: self.sms_cost,
            Channel.POST: self.letter_cost,
            Channel.PHONE: self.minute_cost * self.call_minutes,
        }
        return each.get(Channel(channel), Decimal(0)) * (touches - registered) + self.registered_cost * registered
