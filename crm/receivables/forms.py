"""Filters of the lists of customers and invoices."""

from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, Exists, FloatField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from crm.accounts.calendars import Days
from crm.accounts.models import Entity, User
from crm.accounts.queries import houses_of
from crm.core.ageing import LABELS, due_between
from crm.core.keyset import Sort
from crm.core.text import plain
from crm.customers.models import Customer, CustomerKind, CustomerQuerySet, PlainText
from crm.customers.reach import reach_of
from crm.receivables.models import Invoice, InvoiceQuerySet
from crm.receivables.registry import situations
from crm.receivables.search import exactly, found_by

# Better than any likeness of names.
BEST = 2.0


class ListFilters(forms.Form):
    """A value we do not know is left out, so that an old address still opens."""

    def __init__(self, data: Any, *, user: User, days: Days) -> None:
        super().__init__(data)
        self.user, self.days = user, days
        self.offer()
        self.is_valid()

    def offer(self) -> None:
        """Say what is to be chosen where that depends on the person."""

    def value(self, name: str) -> Any:
        """What is chosen, or nothing."""
        return self.cleaned_data.get(name)

    @property
    def narrowed(self) -> list[tuple[str, Any, str]]:
        """What an address narrowed the list by and no field shows: its name, its value, and how it is called."""
        return []

    @cached_property
    def found(self) -> list[int]:
        """Keys of the customers the words find."""
        return found_by(self.value("q"), reach_of(self.user))

    def late(self) -> Q:
        """Invoices due before today, each in its own entity's calendar."""
        return self.days.where(lambda on: Q(due_on__lt=on))


def every_situation() -> list[tuple[str, Any]]:
    """Those of the ledger, then those the apps above told."""
    own = [("", _("All")), ("open", _("Owes something")), ("late", _("Is late"))]
    return [*own, *((one.code, one.label) for one in situations.values())]


class CustomerFilters(ListFilters):
    """Words, entity where there are several, portfolio, situation, kind."""

    q = forms.CharField(required=False, max_length=100)
    entity = forms.ChoiceField(label=_("Entity"), required=False)
    portfolio = forms.ChoiceField(
        label=_("Portfolio"), required=False, choices=[("", _("All")), ("mine", _("Mine")), ("none", _("Nobody's"))]
    )
    situation = forms.ChoiceField(label=_("Situation"), required=False, choices=every_situation)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All")), *CustomerKind.choices])

    @cached_property
    def houses(self) -> list[Entity]:
        """The entities to choose from."""
        return list(houses_of(self.user).order_by("code"))

    @property
    def codes(self) -> dict[int, str]:
        """What tells the customers of one entity from those of another, by its key; nothing where there is one only."""
        return {house.pk: house.code for house in self.houses} if len(self.houses) > 1 else {}

    def offer(self) -> None:
        """The entities, read when somebody chooses or is shown them."""
        entity: Any = self.fields["entity"]
        entity.choices = lambda: [("", _("All")), *((str(house.pk), str(house)) for house in self.houses)]

    def visible_fields(self) -> list[Any]:
        """Without the entity for who has one only."""
        return [field for field in super().visible_fields() if field.name != "entity" or self.codes]

    def narrow(self) -> CustomerQuerySet:
        """The customers the person may see that meet everything chosen."""
        reach = reach_of(self.user)
        found = Customer.objects.filter(reach.of()).current()
        if self.value("q"):
            found = found.filter(pk__in=self.found)
        if self.value("entity"):
            found = found.filter(entity=self.value("entity"))
        if self.value("portfolio"):
            mine = Q(collector=self.user) if self.value("portfolio") == "mine" else Q(collector__isnull=True)
            found = found.filter(mine)
        if self.value("kind"):
            found = found.filter(kind=self.value("kind"))
        if further := situations.get(self.value("situation")):
            found = found.filter(further.found())
        elif self.value("situation"):
            owed = Invoice.objects.open().filter(customer=OuterRef("pk"))
            found = found.filter(Exists(owed.filter(self.late()) if self.value("situation") == "late" else owed))
        return found

    def sorted(self) -> tuple[QuerySet[Customer], Sort]:
        """Best match first when words are given, an account before all, those that match as well by name; else by
        name."""
        found = self.narrow().annotate(plain_name=PlainText("name"))
        if not self.value("q"):
            return found, Sort("plain_name")
        # A real becomes another number once it is compared with the double of a cursor.
        alike = Cast(TrigramWordSimilarity(plain(self.value("q")), "plain_name"), FloatField())
        account = When(external_id__in=exactly(self.value("q")), then=Value(BEST))
        return found.annotate(match=Case(account, default=alike, output_field=FloatField())), Sort(
            "match", descending=True, then=("plain_name",)
        )


def _due(on: date, oldest: int | None, latest: int | None) -> Q:
    """Due so many days before `on`, at most and at least; nothing: however long."""
    since = Q() if oldest is None else Q(due_on__gte=on - timedelta(days=oldest))
    return since & (Q() if latest is None else Q(due_on__lte=on - timedelta(days=latest)))


INVOICE_SORTS = {"due_on": "due_on", "open_amount": "open_amount"}


class InvoiceFilters(ListFilters):
    """Words, state, age; entity and currency where the aged balance leads here."""

    q = forms.CharField(required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", pgettext_lazy("invoices", "Open")),
            ("late", pgettext_lazy("invoices", "Late")),
            ("guessed", _("Guessed due date")),
            ("settled", pgettext_lazy("invoices", "Settled")),
        ],
    )
    age = forms.ChoiceField(
        label=_("Age"),
        required=False,
        choices=[("", _("All")), *((str(place), label) for place, label in enumerate(LABELS))],
    )
    entity = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    currency = forms.RegexField("^[A-Z]{3}$", required=False, widget=forms.HiddenInput)

    def narrow(self) -> InvoiceQuerySet:
        """The invoices of visible customers that meet everything chosen."""
        reach = reach_of(self.user)
        found = Invoice.objects.filter(reach.of("customer__"))
        if self.value("q"):
            found = found.filter(Q(number__in=exactly(self.value("q"))) | Q(customer__in=self.found))
        for name in ("entity", "currency"):
            if self.value(name):
                found = found.filter(**{name: self.value(name)})
        if self.value("age"):
            oldest, latest = due_between(int(self.value("age")))
            found = found.filter(self.days.where(lambda on: _due(on, oldest, latest)))
        state = self.value("state")
        if state == "settled":
            return found.filter(settled_on__isnull=False)
        if state == "late":
            return found.open().filter(self.late())
        return found.open().filter(due_on_source="guessed") if state == "guessed" else found.open()

    @property
    def narrowed(self) -> list[tuple[str, Any, str]]:
        """Entity and currency, where an address names them."""
        entity = self.value("entity") and houses_of(self.user).filter(pk=self.value("entity")).first()
        said = [
            ("entity", self.value("entity"), str(entity or "")),
            ("currency", self.value("currency"), self.value("currency")),
        ]
        return [one for one in said if one[1]]

    def sort(self, name: str) -> Sort:
        """The order called `name` in the address, by due date when the name is unknown."""
        field = INVOICE_SORTS.get(name.lstrip("-"), "due_on")
        if field == "open_amount" and self.value("state") == "settled":
            field = "id"  # nothing is left open of any: their keys alone tell them apart
        return Sort(field, descending=name.startswith("-"), along=True)
