"""What a collector notes of one action: how it ended, and what is asked of that outcome."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from collections_app.actions.labels import UNTIL_A_DAY, Outcome, outcomes_of, usual_outcome
from collections_app.actions.models import Action
from collections_app.actions.operations import Said
from crm.core.formats import day, money
from crm.core.money import AmountField
from crm.holds.forms import invoice_named
from crm.receivables.models import Invoice

# Invoices one ticks, the oldest first; a later one goes by its number.
LISTED = 40
MOST_TIMES = 2
ASKED: dict[str, tuple[str, ...]] = {
    Outcome.WILL_PAY: ("on", "amount", "invoices", "number"),
    Outcome.CONTESTS: ("invoices", "number", "reason"),
    Outcome.CALL_BACK: ("on",),
    **dict.fromkeys(UNTIL_A_DAY, ("on", "invoices", "number")),
    Outcome.DECLARED: ("on", "reference"),
    Outcome.NOT_NEEDED: ("reason",),
}
DAYS = {
    Outcome.WILL_PAY: _("Pays by (included)"),
    Outcome.CALL_BACK: _("Call back on"),
    Outcome.PLAN: _("Last instalment on (included)"),
    Outcome.DECLARED: _("Declared on"),
}
WHY = {Outcome.CONTESTS: _("Why he contests"), Outcome.NOT_NEEDED: _("Why no declaration is needed")}
LOOK_AGAIN = _("Decide again on")


class SaidForm(forms.Form):
    """The outcome, the fields it asks for, and a note. Nothing of what was typed is lost on the way to another outcome
    that asks for the same."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=Outcome.choices)
    on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), required=False)
    amount = AmountField(label=_("Amount promised"), required=False)
    invoices = forms.ModelMultipleChoiceField(
        label=_("Invoices"), queryset=Invoice.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    number = forms.CharField(label=_("Number of a later invoice"), required=False, max_length=60)
    reason = forms.CharField(required=False, max_length=200)
    reference = forms.CharField(
        label=_("Reference"),
        required=False,
        max_length=100,
        help_text=_("Of the registered letter, or of the receipt."),
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, action: Action, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"said_{action.pk}_%s", "label_suffix": "", **kwargs})
        self.action, self.initial = action, {"outcome": usual_outcome(action), **self.initial}
        self.opened = Invoice.objects.open().filter(customer=action.customer_id, currency=action.currency)
        outcome: Any = self.fields["outcome"]
        outcome.choices = [(one.value, one.label) for one in outcomes_of(action)]
        asked = ASKED.get(self.chosen, ())
        for name in {"on", "amount", "invoices", "number", "reason", "reference"}.difference(asked):
            del self.fields[name]
        if "amount" in asked:
            amount: Any = self.fields["amount"]
            amount.currency = action.currency
        if "on" in asked:
            self.fields["on"].label = DAYS.get(Outcome(self.chosen), LOOK_AGAIN)
        if "reason" in asked:
            self.fields["reason"].label = WHY[Outcome(self.chosen)]
        if "invoices" in asked:
            self._offer()

    @property
    def chosen(self) -> str:
        """The outcome chosen, else the usual one of the channel."""
        return str(self.data.get("outcome") or self.initial["outcome"])

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields of the outcome, and the note."""
        return [field for field in self if field.name != "outcome"]

    def _offer(self) -> None:
        found = list(self.opened.order_by("due_on", "pk")[: LISTED + 1])
        field: Any = self.fields["invoices"]
        field.queryset = self.opened
        field.choices = [(invoice.pk, _line(invoice)) for invoice in found[:LISTED]]
        if self.chosen == Outcome.WILL_PAY:
            field.help_text = _("None ticked: all he owes, in every currency.")
        if self.chosen in UNTIL_A_DAY:
            field.help_text = _("None ticked: all that is late today. What falls due later goes on being claimed.")
        if len(found) <= LISTED:
            del self.fields["number"]

    def clean_amount(self) -> Decimal | None:
        """A promise may cover late charges too; one that is more than MOST_TIMES what is owed is a slip of the keys."""
        promised: Decimal | None = self.cleaned_data["amount"]
        owed = self.opened.aggregate(owed=Sum("open_amount"))["owed"]
        if promised and owed and promised > MOST_TIMES * owed:
            told = _("He owes %(owed)s in all, less than half of this: check the amount.")
            raise forms.ValidationError(told % {"owed": money(owed, self.action.currency)})
        return promised

    def clean_number(self) -> Invoice | None:
        """The open invoice of that number."""
        number = self.cleaned_data["number"]
        return invoice_named(number, self.opened) if number else None

    def said(self) -> Said:
        """What a valid form says."""
        given = dict(self.cleaned_data)
        named = given.pop("number", None)
        invoices = dict.fromkeys([*given.pop("invoices", ()), *([named] if named else [])])
        return Said(**given | {"outcome": Outcome(given["outcome"]), "invoices": tuple(invoices)})

    def refuse(self, field: str, text: str) -> None:
        """Say beside a field, or above all, what the operation refused."""
        self.add_error(field if field in self.fields else None, text)


def _line(invoice: Invoice) -> str:
    due = _("due on %(day)s") % {"day": day(invoice.due_on)}
    return f"{invoice} · {money(invoice.open_amount, invoice.currency)} · {due}"
