"""What the law refuses."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from crm.law import queries

# What may interrupt a limitation, and what does where its rule says nothing of it (C. civ. 2240, 2241, 2244).
INTERRUPTIONS = ("payment", "acknowledgement", "lawsuit", "enforcement", "demand")
COMMON_INTERRUPTIONS = frozenset(INTERRUPTIONS) - {"demand"}


def interrupts(what: str, *, jurisdiction: str, customer_kind: str, debt_type: str, on: date) -> bool:
    """Whether the law in force on `on` lets one of INTERRUPTIONS start the limitation of such a debt again."""
    found = queries.rule(jurisdiction, "limitation", on=on, customer_kind=customer_kind, debt_type=debt_type)
    return found is None or what in found.value.get("interrupted_by", COMMON_INTERRUPTIONS)


def plain(percent: Decimal) -> str:
    """A rate in the reader's language, without useless zeros."""
    return number_format(percent.normalize())


def check_late_rate(percent: Decimal, *, jurisdiction: str, on: date) -> None:
    """Refuse a contractual rate between professionals below the legal floor (3 times the legal rate in France).

    Source: C. com. L441-10 II (FR-03). Raises ValidationError.
    """
    floor = queries.rule(jurisdiction, "late_rate_floor", on=on, customer_kind="professional")
    if floor is None:
        return
    least = floor.value["times"] * queries.legal_rate(jurisdiction, floor.value["rate"], on)
    if percent < least:
        raise ValidationError(
            _("The contractual rate of %(percent)s %% is below the legal floor of %(least)s %% (%(article)s)."),
            code="below_floor",
            params={"percent": plain(percent), "least": plain(least), "article": floor.article},
        )
