"""Form fields shared by the pages and the admin."""

from typing import Any

from django import forms


class CompactField(forms.CharField):
    """A number people write with spaces (SIREN, IBAN…): the spaces go before its length is measured."""

    def to_python(self, value: Any) -> str:
        """The text without any white space."""
        return "".join((super().to_python(value) or "").split())

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """No maxlength in the page: it would count the spaces."""
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}
