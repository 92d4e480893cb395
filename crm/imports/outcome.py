"""What is asked of an import, and what came out of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from crm.accounts.models import Entity, User
from crm.core.currencies import decimals
from crm.imports.days import last_day
from crm.imports.formats.rows import Problem
from crm.imports.models import Keeping

KEPT_PROBLEMS = 20_000
Progress = Callable[[str, int], None]


def silent(stage: str, rows: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Options:
    """How a file is to be read and taken.

    `format` auto, fec, csv or xlsx (as the command says it) or a `Format`; `until`: later lines are ignored;
    `terms_days`: terms confirmed for a file without due dates; `mode`: delta, snapshot or "" (the profile's);
    `date_order`: "dmy", "mdy" or "" (found out); `decimal_mark`: "," or "." or "" (found out);
    `closing_confirmed`, `older_confirmed`: a person read what a complete list closes above the entity's limit, and what
    one older than the last does;
    `unattended`: nobody is told what is supposed before it is written, so that it is refused instead.
    """

    format: str = "auto"
    mapping: str = ""
    until: date | None = None
    terms_days: int | None = None
    keep: str = Keeping.GOOD_ROWS
    mode: str = ""
    closing_confirmed: bool = False
    older_confirmed: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    date_order: str = ""
    decimal_mark: str = ""
    unattended: bool = False


@dataclass
class Job:
    """One import under way. `batch_id` marks what it writes."""

    entity: Entity
    options: Options
    by: User | None
    at: datetime
    file_name: str
    batch_id: int
    progress: Progress = silent

    @property
    def last_day(self) -> date:
        """The last day money of the file may be of. What is after `until` is ignored, and not refused."""
        tomorrow, until = last_day(self.entity, self.at), self.options.until
        return tomorrow if until is None or until > tomorrow else date.max


@dataclass
class Outcome:
    """The figures of the file itself, the rows left out, what changed in the entity, remarks for the reader."""

    format: str
    container: str = ""
    rows_read: int = 0
    rows_rejected: int = 0
    customers: int = 0
    invoices: int = 0
    credit_notes: int = 0
    payments: int = 0
    open_amount: dict[str, Decimal] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)
    reading: dict[str, Any] = field(default_factory=dict)
    source: str = ""
    complete: bool = False
    as_of: date | None = None
    batch_id: int | None = None

    def reject(self, *problems: Problem) -> None:
        """Count a row left out, with all that is wrong in it; of all rows the first KEPT_PROBLEMS are told."""
        self.rows_rejected += 1
        self.remark(*problems)

    def remark(self, *problems: Problem) -> None:
        """Tell what is wrong in a row that is taken all the same."""
        self.problems += problems[: max(0, KEPT_PROBLEMS - len(self.problems))]

    def figures(self) -> dict[str, Any]:
        """The figures as JSON holds them; amounts are texts with the decimals of their currency."""
        return {
            "format": self.format,
            "rows_read": self.rows_read,
            "rows_rejected": self.rows_rejected,
            "customers": self.customers,
            "invoices": self.invoices,
            "credit_notes": self.credit_notes,
            "payments": self.payments,
            "open_amount": {
                currency: f"{amount:.{decimals(currency)}f}" for currency, amount in sorted(self.open_amount.items())
            },
        }
