from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.law.models import ExchangeRate, Holiday, Rate, RateKind, Rule
from crm.law.operations import derive_late_rates


@admin.register(Rate)
class RateAdmin(admin.ModelAdmin):
    list_display = ["jurisdiction", "kind", "starts_on", "percent", "source"]
    list_filter = ["jurisdiction", "kind"]
    search_fields = ["source"]
    ordering = ["jurisdiction", "kind", "-starts_on"]
    fieldsets = [
        (
            None,
            {
                "fields": ["jurisdiction", "kind", "starts_on", "percent", "source"],
                "description": _(
                    "A rate stays in force until the next one of its kind. Adding a central bank rate adds the late "
                    "payment rates of the half-years it opens; a rate already there is never changed by itself."
                ),
            },
        )
    ]

    def save_model(self, request: HttpRequest, obj: Rate, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.kind == RateKind.CENTRAL_BANK:
            derive_late_rates(obj.jurisdiction)


@admin.register(Rule)
class RuleAdmin(admin.ModelAdmin):
    list_display = ["jurisdiction", "code", "customer_kind", "debt_type", "starts_on", "ends_on", "article"]
    list_filter = ["jurisdiction", "code", "customer_kind"]
    search_fields = ["code", "article"]
    ordering = ["jurisdiction", "code", "customer_kind", "debt_type", "starts_on"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "jurisdiction", "code", ("customer_kind", "debt_type"), ("starts_on", "ends_on"), "value",
                    "article",
                ],
                "description": _(
                    "The most precise rule wins: debt type, then kind of customer, then the rule for all. To change "
                    "a rule, end it and add another from the next day: past decisions stay explained by the old one."
                ),
            },
        )
    ]  # fmt: skip

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A rule ends, it does not vanish: what it decided must stay explained."""
        return False


@admin.register(Holiday)
class HolidayAdmin(admin.ModelAdmin):
    list_display = ["jurisdiction", "on", "name"]
    list_filter = ["jurisdiction"]
    search_fields = ["name"]
    date_hierarchy = "on"
    ordering = ["jurisdiction", "on"]


@admin.register(ExchangeRate)
class ExchangeRateAdmin(admin.ModelAdmin):
    list_display = ["base", "quote", "on", "rate"]
    list_filter = ["base", "quote"]
    date_hierarchy = "on"
    ordering = ["base", "quote", "-on"]
