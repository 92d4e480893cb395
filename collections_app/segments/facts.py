"""Registry of the facts criteria may speak of: name, type, label and SQL. Apps above register theirs in `ready()`."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collections_app.segments.turning import Turning, every_night, still
from crm.accounts.models import Entity

Label = str | Promise
Choices = Callable[[Entity], list[tuple[str, Label]]]

ATTRIBUTE = "attribute:"


class FactType(StrEnum):
    MONEY = "money"  # in the entity's currency
    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"
    SET = "set"
    DATE = "date"


@dataclass(frozen=True)
class Source:
    """Where facts are aggregated: `FROM … WHERE …` of a SELECT grouped by `customer_id`.

    It may use the parameters %(entity)s, %(on)s, %(currency)s and must carry the mark `{only}` where a condition on
    `customer_id` may be added. `past` is the same for a date gone by, where the present tables tell something else.
    """

    name: str
    sql: str
    past: str = ""


@dataclass(frozen=True)
class Fact:
    """`sql` is an aggregate over its source, or an expression over customer `c` and entity `e` without a source.

    `empty` is the SQL value of a customer absent from the source (an amount is then 0, a date unknown). `turning` tells
    when it changes by the date alone; a fact that does not say is asked again every night, for every customer.
    """

    name: str
    label: Label
    type: FactType
    sql: str
    source: str = ""
    empty: str = "null"
    unit: Label = ""
    section: Label = _("Customer")
    choices: Choices | None = None
    params: tuple[tuple[str, Any], ...] = ()
    turning: Turning = every_night


class UnknownFact(LookupError):
    """The criteria name a fact nobody registered."""


sources: dict[str, Source] = {}
facts: dict[str, Fact] = {}


def register_source(source: Source) -> None:
    """Declare a relation facts are aggregated from; a second one of the same name is refused."""
    if source.name in sources:
        raise ValueError(f"source {source.name} is already registered")
    sources[source.name] = source


def register(*new: Fact) -> None:
    """Declare facts; a name taken twice or a source unknown is refused."""
    for fact in new:
        if fact.name in facts or (fact.source and fact.source not in sources):
            raise ValueError(f"fact {fact.name} is already registered, or its source is not")
        facts[fact.name] = fact


def get(name: str) -> Fact:
    """The fact of that name; `attribute:KEY` is the free attribute KEY. Raises `UnknownFact`."""
    if name.startswith(ATTRIBUTE) and name != ATTRIBUTE:
        return attribute(name.removeprefix(ATTRIBUTE))
    if name not in facts:
        raise UnknownFact(name)
    return facts[name]


def attribute(key: str) -> Fact:
    """The free attribute `key` of a customer, as text."""
    return Fact(
        name=ATTRIBUTE + key,
        label=key,
        type=FactType.TEXT,
        sql="c.attributes ->> %(key)s",
        section=_("Free attributes"),
        params=(("key", key),),
        turning=still,
    )
