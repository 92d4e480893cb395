from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db.models import ForeignKey, Q, QuerySet
from django.forms import BaseFormSet, ModelChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.accounts.queries import collectors_for
from crm.core.backoffice import OpenInline
from crm.core.identifiers import telephones
from crm.core.meanwhile import MeanwhileForm
from crm.core.text import plain
from crm.customers import operations
from crm.customers.backoffice import OnCustomerAdmin
from crm.customers.exceptions import CustomerRefusal
from crm.customers.forms import AddressForm, CustomerForm
from crm.customers.models import Address, Contact, Customer, PlainText
from crm.customers.operations.journal import CHANGED_BY_HAND, tell


class ContactInline(OpenInline):
    model = Contact
    form = MeanwhileForm
    fields = ["name", "role", "position", "language"]
    can_delete = False


class AddressInline(OpenInline):
    model = Address
    form = AddressForm
    fields = ["channel", "value", "contact", "preferred", "valid_from", "valid_until", "state"]
    readonly_fields = ["state"]
    can_delete = False

    @admin.display(description=_("state"))
    def state(self, address: Address) -> str:
        """Why it is not used, if it is not."""
        if address.refused:
            return str(_("refused"))
        return address.invalid_reason or str(_("invalid")) if address.invalid_since else ""

    def get_formset(self, request: HttpRequest, obj: Customer | None = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        if "contact" in formset.form.base_fields:
            formset.form.base_fields["contact"].queryset = Contact.objects.filter(customer=obj)  # type: ignore[attr-defined]
        return formset


@admin.register(Customer)
class CustomerAdmin(OnCustomerAdmin):
    form = CustomerForm
    removes = staticmethod(lambda user: False)
    list_display = ["external_id", "name", "entity", "kind", "city", "collector", "team"]
    list_select_related = ["entity", "collector", "team"]
    list_filter = ["entity", "kind"]
    search_fields = ["name"]
    search_help_text = _("Name (accents do not matter), account, SIREN, e-mail or telephone")
    ordering = ["-pk"]
    autocomplete_fields = ["parent"]
    readonly_fields = ["merged_into", "created_at"]
    inlines = [ContactInline, AddressInline]
    actions = ["merge"]
    fieldsets = [
        (None, {"fields": ["entity", ("external_id", "name"), "kind", ("merged_into", "created_at")]}),
        (_("Identity"), {"fields": [("siren", "siret", "vat_number"), ("city", "country"), ("language", "time_zone")]}),
        (
            _("Collection"),
            {
                "fields": [("collector", "team"), "parent", "category", "tags", "attributes"],
                "description": _("Imports keep what you change here, unless their file brings a value."),
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        return Customer.objects.visible_to(request.user)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Customer | None:
        """To be saved as it stands when nobody else writes it any more: all its columns are written."""
        found: Customer | None = super().get_object(request, object_id, from_field)
        if found is not None and request.method == "POST":
            found.refresh_from_db(from_queryset=Customer.objects.select_for_update(no_key=True))
        return found

    def get_fieldsets(self, request: HttpRequest, obj: Customer | None = None) -> list[Any]:
        """Without other customers the person does not see; saving leaves them."""
        unseen = _unseen(request, obj)
        return [
            (title, {**shown, "fields": _without(unseen, shown["fields"])})
            for title, shown in super().get_fieldsets(request, obj)
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Customer | None = None) -> list[str]:
        """The books and the account of a customer do not change."""
        return [*self.readonly_fields, *(["entity", "external_id"] if obj else [])]

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        """Collectors are colleagues, also for who sees a team only."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.name == "collector":
            field.queryset = collectors_for(request.user).order_by("last_name")
        return field

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        """Small indexed questions, one per kind of word a person may type. Fields of other pages find those in use."""
        if "field_name" in request.GET:
            queryset = queryset.filter(merged_into=None)
        words = search_term.strip()
        if not words:
            return queryset.order_by(*self.ordering), False
        named = Q(plain__contains=plain(words)) | Q(external_id=words) | Q(siren=words.replace(" ", "")[:9])
        reached = Q(addresses__value__in=[words.lower(), *telephones(words)])
        found = Customer.objects.annotate(plain=PlainText("name")).filter(named).values("pk")
        found = found.union(Customer.objects.filter(reached).values("pk"))
        return queryset.filter(pk__in=found).order_by(*self.ordering), False

    def save_model(self, request: HttpRequest, obj: Customer, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and form.changed_data:
            fields = ", ".join(str(form.fields[name].label or name) for name in form.changed_data)
            tell(obj, CHANGED_BY_HAND, {"fields": fields}, by=_user(request), at=timezone.now())

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: BaseFormSet, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        if formset.has_changed():
            params = {"fields": str(formset.model._meta.verbose_name_plural)}  # type: ignore[attr-defined]
            tell(form.instance, CHANGED_BY_HAND, params, by=_user(request), at=timezone.now())

    @admin.action(description=_("Merge two records of one customer"), permissions=["change"])
    def merge(self, request: HttpRequest, chosen: QuerySet[Customer]) -> HttpResponse | None:
        """First asks which one is kept, then merges."""
        pair = list(chosen.order_by("pk")[:3])
        if len(pair) != 2:
            self.message_user(request, _("Choose exactly two customers."), messages.WARNING)
            return None
        kept = next((customer for customer in pair if str(customer.pk) == request.POST.get("kept")), None)
        if kept is None:
            return TemplateResponse(request, "admin/customers/customer/merge.html", self._asked(request, pair))
        return self._merge(request, kept, next(customer for customer in pair if customer != kept))

    def _asked(self, request: HttpRequest, pair: list[Customer]) -> dict[str, Any]:
        title = _("Merge two records of one customer")
        return {
            **self.admin_site.each_context(request),
            "title": title,
            "pair": pair,
            "opts": self.opts,
            "media": self.media,
            "checkbox": helpers.ACTION_CHECKBOX_NAME,
        }

    def _merge(self, request: HttpRequest, kept: Customer, duplicate: Customer) -> HttpResponse:
        try:
            operations.merge_customers(kept, duplicate, by=_user(request), at=timezone.now())
        except CustomerRefusal as refused:
            self.message_user(request, str(refused), messages.ERROR)
        else:
            told = _("%(duplicate)s is now part of %(kept)s.") % {"duplicate": duplicate, "kept": kept}
            self.message_user(request, told, messages.SUCCESS)
        return redirect(reverse("admin:customers_customer_change", args=[kept.pk]))


def _unseen(request: HttpRequest, customer: Customer | None) -> set[str]:
    """The fields that name a customer the person does not see."""
    keys = {name: getattr(customer, f"{name}_id", None) for name in ("parent", "merged_into")}
    named = {name: key for name, key in keys.items() if key is not None}
    if not named:
        return set()
    seen = Customer.objects.visible_to(request.user).filter(pk__in=list(named.values())).values_list("pk", flat=True)
    return {name for name, key in named.items() if key not in seen}


def _without(unseen: set[str], fields: Any) -> list[Any]:
    return [
        field if isinstance(field, str) else tuple(_without(unseen, field)) for field in fields if field not in unseen
    ]


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
