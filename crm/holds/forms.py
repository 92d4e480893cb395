"""What a person says when he suspends dunning."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.customers.models import Customer
from crm.holds.models import PROMISE_WITHOUT_DAY, HoldKind
from crm.receivables.models import Invoice


class HoldForm(forms.Form):
    """Kind, reason, scope and end."""

    kind = forms.ChoiceField(label=_("Kind"), choices=HoldKind.choices, initial=HoldKind.DISPUTE)
    reason = forms.CharField(label=_("Reason"), max_length=200)
    invoice = forms.ModelChoiceField(
        label=_("Invoice"), queryset=Invoice.objects.none(), required=False, empty_label=_("The whole account")
    )
    ends_on = forms.DateField(
        label=_("Until (included)"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: until somebody lifts it; a promise needs its day. Dunning resumes on the next day."),
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        opened = Invoice.objects.open().filter(customer=customer).order_by("due_on", "pk")
        self.fields["invoice"].queryset = opened  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A promise names its day."""
        given = super().clean() or self.cleaned_data
        if given.get("kind") == HoldKind.PROMISE and not given.get("ends_on") and "ends_on" not in self.errors:
            self.add_error("ends_on", PROMISE_WITHOUT_DAY)
        return given


class LiftForm(forms.Form):
    """Why it ends."""

    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
