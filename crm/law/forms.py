"""What an administrator says of the law: a value nobody could read would stop the next night."""

import json
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _, gettext_lazy

from crm.law.labels import MEANT_FOR, RULES
from crm.law.models import ExchangeRate, Rule
from crm.law.packs import PACKS
from crm.law.shapes import SHAPES

KINDS = ("professional", "consumer", "public_body", "association")
ALL = [("", gettext_lazy("all"))]


class RuleForm(forms.ModelForm):
    """A rule the decisions know, with a value they can read."""

    code = forms.ChoiceField(label=capfirst(gettext_lazy("rule")), choices=list(RULES.items()))
    customer_kind = forms.ChoiceField(
        label=capfirst(gettext_lazy("kind of customer")),
        required=False,
        choices=[*ALL, *((kind, MEANT_FOR[kind]) for kind in KINDS)],
    )
    debt_type = forms.ChoiceField(
        label=capfirst(gettext_lazy("debt type")),
        required=False,
        choices=[*ALL, *((debt, name) for debt, name in MEANT_FOR.items() if debt not in KINDS)],
    )

    class Meta:
        model = Rule
        fields = ["jurisdiction", "code", "customer_kind", "debt_type", "starts_on", "ends_on", "value", "article"]

    def clean(self) -> dict[str, Any]:
        """A value written as the rule is read, over days in their order."""
        given = super().clean() or self.cleaned_data
        code, value = given.get("code"), given.get("value")
        if code and "value" not in self.errors and not SHAPES[code].fits(value):
            example = json.dumps(example_of(code), ensure_ascii=False)
            self.add_error("value", _("This rule is written like this: %(example)s") % {"example": example})
        if given.get("starts_on") and given.get("ends_on") and given["ends_on"] < given["starts_on"]:
            self.add_error("ends_on", _("A rule ends on or after the day it starts."))
        return given


def example_of(code: str) -> Any:
    """The value of a rule as it is delivered."""
    return next(line.value for line in PACKS["FR"].rules if line.code == code)


class ExchangeRateForm(forms.ModelForm):
    class Meta:
        model = ExchangeRate
        fields = ["base", "quote", "on", "rate"]

    def clean(self) -> dict[str, Any]:
        """Between two currencies, above zero."""
        given = super().clean() or self.cleaned_data
        if given.get("base") and given.get("base") == given.get("quote"):
            self.add_error("quote", _("A currency is worth itself: choose another one."))
        if given.get("rate") is not None and given["rate"] <= 0:
            self.add_error("rate", _("A rate is above zero."))
        return given
