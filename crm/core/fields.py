"""Form fields shared by the pages and the admin."""

from typing import Any

from django import forms
from django.db.models import Q

from crm.core.places import countries


class CompactField(forms.CharField):
    """A number people write with spaces (SIREN, IBAN…): the spaces go before its length is measured."""

    def to_python(self, value: Any) -> str:
        """The text without any white space."""
        return "".join((super().to_python(value) or "").split())

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """No maxlength in the page: it would count the spaces."""
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


def country_field(label: Any, *, nothing: Any = None, **given: Any) -> forms.ChoiceField:
    """One country of all, in the reader's language; with `nothing`, the word for none of its own."""

    def choices() -> list[tuple[str, Any]]:
        return [*([("", nothing)] if nothing else []), *countries()]

    return forms.ChoiceField(label=label, choices=choices, required=not nothing, **given)


def keep_choice(field: Any, value: str, name: str) -> None:
    """Offer also the `value` that is stored, when it is none of the choices: saving something else leaves it there."""
    if value and value not in dict(field.choices):
        field.choices = [*field.choices, (value, name)]


def keep_row(field: Any, key: int | None) -> None:
    """The same of a row that is pointed to and is none of those on offer."""
    if key:
        offered = field.queryset
        either = Q(pk__in=offered.order_by().values("pk")) | Q(pk=key)
        field.queryset = offered.model._default_manager.filter(either).order_by(*offered.query.order_by)
