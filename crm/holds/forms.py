"""What a person says when he suspends dunning."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.core.money import AmountField
from crm.customers.models import Customer
from crm.holds.models import BY_A_PERSON, PROMISE_WITHOUT_DAY, HoldKind
from crm.holds.queries import SameSiren
from crm.holds.summary import LISTED
from crm.receivables.models import Invoice

HOLD_ID = "hold_%s"  # so that its fields are none of the other forms of the page


def invoice_named(number: str, opened: QuerySet[Invoice]) -> Invoice:
    """The open invoice of that number, written with its instalment where it has several. Raises ValidationError."""
    named = opened.filter(number__in={number, number.rpartition("/")[0]})
    found = [invoice for invoice in named if str(invoice) == number]
    if len(found) != 1:
        raise forms.ValidationError(
            _("%(number)s names no open invoice of this customer, or several."), params={"number": number}
        )
    return found[0]


class HoldForm(forms.Form):
    """Kind, reason, scope and end."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=BY_A_PERSON,
        initial=HoldKind.DISPUTE,
        widget=forms.Select(
            attrs={"data-needs": f"ends_on={HoldKind.PROMISE.value} born_before={HoldKind.INSOLVENCY.value}"}
        ),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)
    invoice = forms.ModelChoiceField(
        label=_("Invoice"), queryset=Invoice.objects.none(), required=False, empty_label=_("The whole account")
    )
    number = forms.CharField(
        label=_("Number of a later invoice"),
        required=False,
        max_length=60,
        help_text=_("The list holds the oldest ones. A number counts rather than what is chosen there."),
    )
    ends_on = forms.DateField(
        label=_("Until (included)"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: until somebody lifts it; a promise needs its day. Dunning resumes on the next day."),
    )

    amount = AmountField(
        label=_("Amount promised"), required=False, help_text=_("Of a promise. Empty: all that it is about.")
    )
    born_before = forms.DateField(
        label=_("Day of the insolvency judgment"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("For insolvency proceedings: what was born before it is suspended, what is born later stays due."),
    )

    also = forms.TypedMultipleChoiceField(coerce=int, required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, customer: Customer, others: Iterable[SameSiren] = (), **kwargs: Any) -> None:
        """`others`: accounts of the same company, which its insolvency is offered to be placed on as well."""
        super().__init__(*args, **kwargs)
        self._offer_others(customer, [other.customer for other in others if other.insolvent_since is None])
        self.customer = customer
        self.opened = Invoice.objects.open().filter(customer=customer).order_by("due_on", "pk")
        self.fields["invoice"].queryset = self.opened  # type: ignore[attr-defined]
        self._offer(list(self.opened[: LISTED + 1]))
        currencies = self._currencies()
        amount: Any = self.fields["amount"]
        amount.currency = currencies[0] if len(currencies) == 1 else ""

    def _currencies(self) -> list[str]:
        """Those in which something is open, else that of the books."""
        found = self.opened.order_by("currency").values_list("currency", flat=True).distinct()
        return list(found) or [self.customer.entity.currency]

    def _offer_others(self, customer: Customer, others: list[Customer]) -> None:
        if not others:
            del self.fields["also"]
            return
        also: Any = self.fields["also"]
        also.label = _("For insolvency proceedings: also the other accounts of SIREN %(siren)s") % {
            "siren": customer.siren
        }
        also.choices = [(other.pk, f"{other.name} ({other.external_id})") for other in others]
        also.initial = [other.pk for other in others]

    def _offer(self, oldest: list[Invoice]) -> None:
        """Those the page lists; of whom more are open, the others by their number."""
        field: Any = self.fields["invoice"]
        field.choices = [("", field.empty_label), *((invoice.pk, str(invoice)) for invoice in oldest[:LISTED])]
        if len(oldest) <= LISTED and not self.data.get("number"):
            del self.fields["number"]

    def point_at_what_is_wrong(self) -> None:
        """The page opens on the first field that is refused."""
        wrong = next((name for name in self.fields if name in self.errors), "kind")
        self.fields[wrong].widget.attrs["autofocus"] = True

    def clean_number(self) -> Invoice | None:
        """The open invoice of that number."""
        number = self.cleaned_data["number"]
        return invoice_named(number, self.opened) if number else None

    def clean(self) -> dict[str, Any]:
        """With the invoice that is named. A promise names its day, insolvency that of the judgment."""
        given = super().clean() or self.cleaned_data
        given["invoice"] = given.pop("number", None) or given.get("invoice")
        given["also"] = given.get("also", []) if given.get("kind") == HoldKind.INSOLVENCY else []
        self._clean_judgment(given)
        self._clean_amount(given)
        if given.get("kind") == HoldKind.PROMISE and not given.get("ends_on") and "ends_on" not in self.errors:
            self.add_error("ends_on", PROMISE_WITHOUT_DAY)
        return given

    def _clean_amount(self, given: dict[str, Any]) -> None:
        """Only a promise has one: in the currency of its invoice, or that of the account."""
        given["currency"] = ""
        if given.get("kind") != HoldKind.PROMISE or given.get("amount") is None:
            given["amount"] = None
            return
        currencies = [given["invoice"].currency] if given["invoice"] else self._currencies()
        given["currency"] = currencies[0]
        if len(currencies) > 1:
            self.add_error("invoice", _("He owes in several currencies: choose the invoice the amount is promised of."))

    def _clean_judgment(self, given: dict[str, Any]) -> None:
        """Interest stops, claims are declared and new debts stay due from that day: no other kind has one."""
        if given.get("kind") != HoldKind.INSOLVENCY:
            given["born_before"] = None
        elif not given.get("born_before") and "born_before" not in self.errors:
            self.add_error("born_before", _("Say the day of the judgment: what is born later stays due."))
        elif given["invoice"]:
            self.add_error("invoice", _("Insolvency suspends what was born before the judgment, not one invoice."))


class LiftForm(forms.Form):
    """Why it ends, and whether it ought never to have been: what an insolvency stops stays stopped otherwise."""

    mistake = forms.BooleanField(required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
