"""What a person chose on the page of manual dunning, and what follows from it."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from collections_app.actions import by_hand
from collections_app.letters.compose import Composed, compose
from collections_app.letters.lines import Line
from collections_app.letters.models import Template
from crm.accounts.calendars import today
from crm.accounts.models import User
from crm.customers.models import Address, Customer
from crm.customers.views.kept import customer_of
from crm.holds.summary import Account, Item, accounts
from crm.receivables.models import Invoice

# Invoices of an account a person ticks one by one, the oldest first; the late ones after them go by one box.
SHOWN = 200


class Ticked(forms.TypedMultipleChoiceField):
    """Choices looked up one by one: among 20,000 the field of Django reads them all for each value."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=int, required=False, **kwargs)
        self.known: frozenset[str] = frozenset()

    def valid_value(self, value: Any) -> bool:
        """Whether it is the key of one of them."""
        return str(value) in self.known


class ManualForm(forms.Form):
    """Template (which brings its channel), currency, invoices; `rest`, the last one shown, asks for the late ones
    after it too. `page` tells a page that was opened from the other ones."""

    template = forms.ModelChoiceField(label=gettext_lazy("Template"), queryset=Template.objects.none())
    currency = forms.CharField(max_length=3)
    invoice = Ticked()
    rest = forms.ModelChoiceField(queryset=Invoice.objects.none(), required=False)
    page = forms.CharField(max_length=40, required=False)

    def __init__(self, *args: Any, customer: Customer, found: list[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"].queryset = by_hand.templates_for(customer)  # type: ignore[attr-defined]
        known = frozenset(str(item.invoice.pk) for account in found for item in account.items)
        self.fields["invoice"].known = known  # type: ignore[attr-defined]
        self.fields["rest"].queryset = customer.invoices.all()  # type: ignore[attr-defined]
        self.customer, self.found = customer, found

    def clean(self) -> dict[str, Any]:
        """With the keys of all that is asked for under `invoice`."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = set(given.get("invoice", ()))
        if given.get("rest") and given.get("template"):
            chosen |= self._late_after(given["rest"], given["template"], given.get("currency", ""))
        if not chosen and "invoice" not in self.errors:
            self.add_error("invoice", _("Choose at least one invoice."))
        return given | {"invoice": sorted(chosen)}

    def _late_after(self, last: Invoice, template: Template, currency: str) -> set[int]:
        accounts = [account for account in self.found if account.currency == currency]
        return {
            item.invoice.pk
            for account in accounts
            for item in by_hand.proposed_after(last, template, self.customer, account)
        }

    @property
    def problem(self) -> str:
        """What is wrong with the choice, in one sentence or more."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


@dataclass(frozen=True)
class Asked:
    """The form as it came in, for a customer the person sees, on `on`, the day of his entity at the instant `at`."""

    customer: Customer
    user: User
    form: ManualForm
    found: list[Account]
    on: date
    at: datetime

    @property
    def template(self) -> Template:
        """The chosen template of a valid form."""
        chosen: Template = self.form.cleaned_data["template"]
        return chosen

    @property
    def currency(self) -> str:
        """The account it is about, even when something else is missing."""
        return str(self.form.data.get("currency", ""))

    @property
    def key(self) -> str:
        """The same whenever the page posts the same choice, "" where no page did."""
        given: Any = self.form.data
        page = given.get("page", "")
        said = [page, given.get("template"), *sorted(given.getlist("invoice")), given.get("rest", "")]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16] if page else ""

    @property
    def items(self) -> list[Item]:
        """The invoices ticked."""
        chosen = set(self.form.cleaned_data.get("invoice", ()))
        items = [item for account in self.found if account.currency == self.currency for item in account.items]
        return [item for item in items if item.invoice.pk in chosen]

    @property
    def amount(self) -> Decimal:
        """What they come to, net of unapplied money."""
        return sum((item.net for item in self.items), Decimal(0))

    def composed(self, *, to_read: bool = False) -> Composed:
        """The message as it would leave; `to_read` as in `compose`. Raises one of NOT_WRITTEN."""
        lines = [Line(item.invoice, item.net) for item in self.items]
        given: dict[str, Any] = {"currency": self.currency, "lines": lines, "on": self.on, "sender": self.user}
        return compose(self.template, self.customer, to_read=to_read, **given)

    def departure(self, address: Address) -> by_hand.Departure:
        """When it would leave for `address`."""
        return by_hand.departure(
            self.customer,
            self.template,
            address,
            currency=self.currency,
            amount=self.amount,
            invoice_ids={item.invoice.pk for item in self.items},
            at=self.at,
        )


def asked(request: HttpRequest, pk: int) -> Asked:
    """What the form of the page says now. Raises Http404, and MergedAway for a view that `leads_to_kept`."""
    assert isinstance(request.user, User)
    customer, now = customer_of(request, pk), timezone.now()
    on = today(customer.entity, now)
    found = accounts(customer, on)
    form = ManualForm(request.POST, customer=customer, found=found)
    form.is_valid()
    return Asked(customer, request.user, form, found, on, now)
