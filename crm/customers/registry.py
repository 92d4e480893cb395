"""What the apps above add to a customer. Filled in their `AppConfig.ready()`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models.fields.reverse_related import ForeignObjectRel

if TYPE_CHECKING:
    from django.db.models.fields.related import ForeignObject

    from crm.accounts.models import User
    from crm.customers.models import Customer


@dataclass(frozen=True)
class Panel:
    """A block of the customer page.

    `context(customer, user)` gives what `template` shows, or None when there is nothing to show to that user;
    `order` goes from the top of the page to the bottom; `title` is a lazy translation.
    """

    name: str
    title: Any
    template: str
    context: Callable[["Customer", "User"], Mapping[str, Any] | None]
    order: int = 100


panels: dict[str, Panel] = {}


def register_panel(panel: Panel) -> None:
    """Add a block to the customer page. Raises ValueError when its name is taken."""
    if panel.name in panels:
        raise ValueError(f"A panel named {panel.name!r} exists already.")
    panels[panel.name] = panel


def ordered_panels() -> list[Panel]:
    """The blocks of the customer page from top to bottom."""
    return sorted(panels.values(), key=lambda panel: (panel.order, panel.name))


@dataclass(frozen=True)
class Merge:
    """`duplicate` disappears into `kept`."""

    kept: "Customer"
    duplicate: "Customer"
    at: datetime
    by: "User | None" = None
    moved: dict[str, int] = field(default_factory=dict)


MergeHandler = Callable[[Merge], int]

# "app.Model.field" of each relation to Customer -> what a merge does with it, and how many rows it touched.
merge_handlers: dict[str, MergeHandler] = {}


def on_merge(relation: str, handler: MergeHandler) -> None:
    """Say what a merge does with one relation to Customer, e.g. on_merge("receivables.Invoice.customer", …).

    Handlers run in the order of registration, all in the transaction of the merge. Raises ValueError when the relation
    has one already.
    """
    if relation in merge_handlers:
        raise ValueError(f"The relation {relation} has a merge handler already.")
    merge_handlers[relation] = handler


def moves(relation: str) -> None:
    """The rows of this relation simply go over to the customer that is kept."""
    on_merge(relation, lambda merge: moved(relation, merge))


def stays(relation: str) -> None:
    """The rows of this relation are history: they stay with the duplicate, whose page leads to the one that is kept."""
    on_merge(relation, lambda merge: 0)


def moved(relation: str, merge: Merge) -> int:
    """Point the rows of a relation to the customer that is kept; return how many."""
    field = relation_field(relation, merge.kept)
    rows = field.model._base_manager.filter(**{field.name: merge.duplicate})
    return rows.update(**{field.name: merge.kept})


def relations_to_customer(customer: "type[Customer] | Customer") -> list[str]:
    """Every relation to Customer, as the names merge handlers are registered under."""
    found = [rel.field for rel in customer._meta.get_fields(include_hidden=True) if isinstance(rel, ForeignObjectRel)]
    return sorted(f"{field.model._meta.label}.{field.name}" for field in found)


def relation_field(relation: str, customer: "Customer") -> "ForeignObject[Any, Any]":
    """The field behind the name a merge handler is registered under."""
    relations = customer._meta.get_fields(include_hidden=True)
    fields = [found.field for found in relations if isinstance(found, ForeignObjectRel)]
    return next(field for field in fields if f"{field.model._meta.label}.{field.name}" == relation)


# What gives a customer his team whatever a person chooses: a sentence that says so, or an empty one.
TeamRule = Callable[["Customer"], str]
team_rules: list[TeamRule] = []


def team_given(customer: "Customer") -> str:
    """What the team of the customer follows, in words; empty while a person chooses it."""
    return next(filter(None, (rule(customer) for rule in team_rules)), "")


class Journal(Protocol):
    """Writes what happened to a customer; same arguments as `crm.timeline.operations.record`."""

    def __call__(
        self,
        customer: "Customer",
        kind: str,
        subject: str,
        *,
        at: datetime,
        by: "User | None" = None,
        params: Mapping[str, Any] | None = None,
        text: str = "",
    ) -> Any: ...


# The timeline stands above the customers and writes here what their operations did.
journals: list[Journal] = []
