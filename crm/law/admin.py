from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext, gettext_lazy as _

from crm.core.backoffice import RuleAdmin as ClosedAdmin
from crm.law.forms import ExchangeRateForm, RuleForm
from crm.law.labels import name_of
from crm.law.models import ExchangeRate, Holiday, Rate, RateKind, Rule
from crm.law.operations import ARTICLES, derive_late_rates
from crm.law.telling import value_in_words


def reads_law(user: Any) -> bool:
    """Whoever works in the admin may read what the decisions rest on."""
    return bool(user.is_active and user.is_staff)


def changes_law(user: Any) -> bool:
    """Rates, hours and caps are changed by administrators only (FR-21)."""
    return bool(user.is_active and user.is_superuser)


class LawAdmin(ClosedAdmin):
    """Read by all who enter the admin, changed by administrators."""

    reads = staticmethod(reads_law)
    writes = staticmethod(changes_law)
    removes = staticmethod(changes_law)


@admin.register(Rate)
class RateAdmin(LawAdmin):
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
                    "payment rates of the half-years it opens, and corrects those Acquit derived before; to keep one "
                    "of your own, write another source."
                ),
            },
        )
    ]

    def save_model(self, request: HttpRequest, obj: Rate, form: forms.ModelForm, change: bool) -> None:
        if change and "percent" in form.changed_data and obj.source in ARTICLES.values():
            # Or it would be derived anew.
            obj.source = gettext("%(source)s, corrected by hand") % {"source": obj.source}
        super().save_model(request, obj, form, change)
        if RateKind.CENTRAL_BANK in (obj.kind, form.initial.get("kind")):
            derive_late_rates(obj.jurisdiction)

    def delete_model(self, request: HttpRequest, obj: Rate) -> None:
        super().delete_model(request, obj)
        if obj.kind == RateKind.CENTRAL_BANK:
            derive_late_rates(obj.jurisdiction)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Rate]) -> None:
        behind = queryset.filter(kind=RateKind.CENTRAL_BANK).exists()
        super().delete_queryset(request, queryset)
        if behind:
            derive_late_rates()


class CodeFilter(admin.AllValuesFieldListFilter):
    """Codes by their names."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Those of Django, named."""
        for choice in super().choices(changelist):
            yield {**choice, "display": name_of(str(choice["display"]))}


@admin.register(Rule)
class RuleAdmin(LawAdmin):
    form = RuleForm
    list_display = ["jurisdiction", "named", "customers", "debts", "starts_on", "ends_on", "article"]
    list_display_links = ["named"]
    list_filter = ["jurisdiction", ("code", CodeFilter), ("customer_kind", CodeFilter)]
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

    @admin.display(description=_("rule"), ordering="code")
    def named(self, rule: Rule) -> str:
        """What it is called."""
        return name_of(rule.code)

    @admin.display(description=_("kind of customer"), ordering="customer_kind")
    def customers(self, rule: Rule) -> str:
        """Whose; empty for all."""
        return name_of(rule.customer_kind)

    @admin.display(description=_("debt type"), ordering="debt_type")
    def debts(self, rule: Rule) -> str:
        """Of which debts; empty for all."""
        return name_of(rule.debt_type)

    readonly_fields = ["in_words"]

    @admin.display(description=_("value"))
    def in_words(self, rule: Rule) -> str:
        """What its value says, for who does not write it."""
        return format_html_join("", "<div>{}</div>", ((line,) for line in value_in_words(rule.value)))

    def get_fieldsets(self, request: HttpRequest, obj: Rule | None = None) -> Any:
        """The value as it is written for who may write it, in words for the others."""
        shown = "value" if self.has_change_permission(request, obj) else "in_words"
        found: Any = super().get_fieldsets(request, obj)
        title, options = found[0]
        fields = [shown if name == "value" else name for name in options["fields"]]
        return [(title, {**options, "fields": fields})]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A rule ends, it does not vanish: what it decided must stay explained."""
        return False


@admin.register(Holiday)
class HolidayAdmin(LawAdmin):
    list_display = ["jurisdiction", "on", "name"]
    list_filter = ["jurisdiction"]
    search_fields = ["name"]
    date_hierarchy = "on"
    ordering = ["jurisdiction", "on"]


@admin.register(ExchangeRate)
class ExchangeRateAdmin(LawAdmin):
    form = ExchangeRateForm
    list_display = ["base", "quote", "on", "rate"]
    list_filter = ["base", "quote"]
    date_hierarchy = "on"
    ordering = ["base", "quote", "-on"]
