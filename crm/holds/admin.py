from collections.abc import Callable

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ChoiceField, ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _

from crm.accounts.calendars import today
from crm.accounts.models import User
from crm.core.backoffice import tell_refused
from crm.core.each import each
from crm.customers.backoffice import OnCustomerAdmin
from crm.holds.exceptions import AlreadyEnded, AlreadyHeld, AlreadyMistake, HoldRefused, OtherCustomersInvoice
from crm.holds.models import BY_A_PERSON, Hold
from crm.holds.operations import call_mistake, lift_hold, place_hold


class HoldForm(ModelForm):
    kind = ChoiceField(label=capfirst(_("kind")), choices=BY_A_PERSON)

    class Meta:
        model = Hold
        fields = ["customer", "invoice", "born_before", "kind", "reason", "starts_on", "ends_on", "amount", "currency"]

    def clean(self) -> dict[str, object]:
        given = super().clean() or {}
        self.instance.created_at = timezone.now()
        invoice, customer = given.get("invoice"), given.get("customer")
        if invoice and customer and invoice.customer_id != customer.pk:
            text = _("%(invoice)s is not an invoice of %(customer)s.") % {"invoice": invoice, "customer": customer}
            self.add_error("invoice", text)
        return given


@admin.register(Hold)
class HoldAdmin(OnCustomerAdmin):
    form = HoldForm
    removes = staticmethod(lambda user: False)
    list_display = ["customer", "kind", "reason", "starts_on", "ends_on", "ended_on", "outcome", "author"]
    list_filter = ["entity", "kind", "outcome"]
    list_select_related = ["customer", "author"]
    search_fields = ["=customer__external_id", "reason"]
    autocomplete_fields = ["customer", "invoice"]
    ordering = ["-pk"]
    actions = ["lift", "mistake"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "customer",
                    ("invoice", "born_before"),
                    "kind",
                    "reason",
                    ("starts_on", "ends_on"),
                    ("amount", "currency"),
                ],
                "description": _(
                    "Dunning stops from the first to the last day, and resumes by itself on the next one. Without "
                    "invoice nor date, the whole customer is held. A hold is not changed: lift it and place another."
                ),
            },
        )
    ]

    def has_change_permission(self, request: HttpRequest, obj: Hold | None = None) -> bool:
        """A hold that was placed stays as it was; the list still offers to lift it, or to call it a mistake."""
        return obj is None and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Hold, form: ModelForm, change: bool) -> None:
        assert isinstance(request.user, User)
        try:
            obj.pk = place_hold(**form.cleaned_data, by=request.user, at=timezone.now()).pk
        except (HoldRefused, OtherCustomersInvoice, AlreadyHeld) as refused:
            raise ValidationError(str(refused)) from refused

    @admin.action(description=_("Lift from today on"), permissions=["change"])
    def lift(self, request: HttpRequest, chosen: QuerySet[Hold]) -> None:
        self._end_each(request, chosen, lift_hold, AlreadyEnded, gettext("%(customer)s: lifted."))

    @admin.action(description=_("Placed by mistake (also where ended)"), permissions=["change"])
    def mistake(self, request: HttpRequest, chosen: QuerySet[Hold]) -> None:
        told = gettext("%(customer)s: known as placed by mistake.")
        self._end_each(request, chosen, call_mistake, AlreadyMistake, told)

    def _end_each(
        self,
        request: HttpRequest,
        chosen: QuerySet[Hold],
        end: Callable[..., object],
        refusal: type[Exception],
        told: str,
    ) -> None:
        now = timezone.now()

        def ended(hold: Hold) -> object:
            return end(hold, on=today(hold.entity, now), by=request.user, at=now)

        tried = each(chosen, ended, refusal)
        tell_refused(request, tried, "customer")
        for hold, _nothing in tried.done:
            self.message_user(request, told % {"customer": hold.customer}, messages.SUCCESS)
