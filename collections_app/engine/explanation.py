"""What an explanation says: of each account, of each invoice, and of the actions that were open."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from collections_app.actions.models import Action, ActionState, Refusal


@dataclass(frozen=True)
class ItemExplanation:
    """One open invoice: what it counts for in the decision and why. `next_look_on`: the worked day its own step waits
    for, or the day not worked its announcement does not wait for."""

    invoice_id: int
    number: str
    due_on: date
    days_late: int
    amount: Decimal
    open_amount: Decimal
    covered: Decimal
    net_amount: Decimal
    outcome: str
    level: str = ""
    held: str = ""
    level_name: str = ""
    next_look_on: date | None = None


@dataclass(frozen=True)
class AccountExplanation:
    """What was decided for one currency, and what it rested on; the minimum of a step is in the entity's currency."""

    currency: str
    outcome: str
    step: str = ""
    step_name: str = ""
    step_offset: int | None = None
    next_look_on: date | None = None
    group: str = ""
    version_id: int | None = None
    last_done_on: date | None = None
    amount: Decimal | None = None
    minimum_amount: Decimal | None = None
    minimum_currency: str = ""
    items: list[ItemExplanation] = field(default_factory=list)


@dataclass(frozen=True)
class ActionThen:
    """An action open on a day, in the life it was in: `again`, a row that was closed has been opened again since.

    `closed_at`: when that life ended, if it did. `amount`: what it asked for that day; None where nothing kept it.
    """

    action: Action
    opened_on: date
    closed_at: datetime | None
    state: str
    amount: Decimal | None
    refusals: list[Refusal]
    again: bool = False

    @property
    def state_name(self) -> str:
        """In the reader's language."""
        return str(ActionState(self.state).label)


@dataclass(frozen=True)
class Explanation:
    """`source`: "computed" (now, by the night's SQL) or "recorded" (what the night of that date wrote)."""

    customer_id: int
    on: date
    source: str
    accounts: list[AccountExplanation]
    actions: list[ActionThen]


def number_of(number: str, installment: int) -> str:
    """What an invoice is called: of a document with several instalments, which."""
    return number if installment == 1 else f"{number}/{installment}"
