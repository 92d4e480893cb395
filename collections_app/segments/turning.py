"""When a comparison may answer differently though the facts of the customer do not change.

A night puts in their groups the customers something happened to, and those for whom such a day has come. Each
expression is SQL over one customer's rows: the first day after %(on)s on which the answer may differ, null when there
is none. A day named too early costs a look for nothing; one named too late would leave a customer in a wrong group.
"""

from collections.abc import Callable
from decimal import Decimal
from math import floor
from typing import Any

Turning = Callable[[list[Any]], list[str]]  # the values compared with -> expressions

EVERY_NIGHT = "%(on)s::date + 1"
NEVER = 100_000  # days: beyond it the calendar of the database has no use


def still(values: list[Any]) -> list[str]:
    """The fact only changes with the books."""
    return []


def every_night(values: list[Any]) -> list[str]:
    """Nothing is known of how the fact changes: it is asked again each night."""
    return [EVERY_NIGHT]


def on_days_of(date_sql: str, *offsets: int) -> Turning:
    """The value changes `offsets` days after a date of some row."""
    return lambda values: [
        f"min({date_sql} + {days}) filter (where {date_sql} + {days} > %(on)s::date)" for days in offsets
    ]


def summing(turning: Turning, *, least: str = "0") -> Turning:
    """The value is a sum of open amounts, none below zero (a constraint), that join it and leave it on the days of
    `turning`. It stays between `least`, which it does not fall below from now on, and the sum of all: it passes nothing
    else."""

    def bounded(values: list[Any]) -> list[str]:
        if not values:
            return turning(values)
        passes = " or ".join(f"{value} between {least} and sum(value)" for value in values)
        return [f"case when {passes} then {day} end" for day in turning(values)]

    return bounded


def counting_days_from(date_sql: str) -> Turning:
    """The value is the number of days since a date of the customer: it passes a number of days on a known day."""

    def turning(values: list[Any]) -> list[str]:
        days = {whole for value in values for whole in (floor(value), floor(value) + 1)}
        return [later(f"{date_sql} + {number}") for number in sorted(days) if abs(number) < NEVER]

    return turning


def counting_days_until(date_sql: str) -> Turning:
    """The same, of a date to come: one day less each day, until it is there and the next one counts."""

    def turning(values: list[Any]) -> list[str]:
        days = {whole for value in values for whole in (floor(value) - 1, floor(value), floor(value) + 1)}
        return [later(f"{date_sql} - ({number})") for number in sorted({-1, *days}) if abs(number) < NEVER]

    return turning


def drifting(value_sql: str, daily_sql: str, *, rounded_to: Decimal) -> Turning:
    """The value grows by `daily_sql` a day from what it is on %(on)s (`value_sql`), and is shown rounded: on a bound it
    may still be rounded to the side it comes from, so it is asked again the day after."""
    half = rounded_to / 2

    def turning(values: list[Any]) -> list[str]:
        bounds = [value + side for value in values for side in (-half, half)]
        return [
            f"case when {daily_sql} > 0 and {value_sql} <= {bound} then %(on)s::date + greatest(1, "
            f"least(floor(({bound} - {value_sql}) / {daily_sql}), {NEVER}))::int end"
            for bound in bounds
        ]

    return turning


def with_rates(foreign_sql: str) -> Turning:
    """The value adds up amounts in other currencies where `foreign_sql` is true of a row: any night may bring another
    rate."""
    return lambda values: [f"case when bool_or({foreign_sql}) then {EVERY_NIGHT} end"]


def together(*turnings: Turning) -> Turning:
    """Whatever comes first of several."""
    return lambda values: [expression for turning in turnings for expression in turning(values)]


def later(date_sql: str) -> str:
    """The date, if it is still to come."""
    return f"case when {date_sql} > %(on)s::date then {date_sql} end"
