"""Fields written without a template for each of their lines."""

from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.safestring import SafeString

from crm.core.markup import fill


class LongSelect(forms.Select):
    """A list of many choices, without groups: Django draws each by two templates."""

    def use_required_attribute(self, initial: Any) -> bool:
        """Nothing is asked of the choices where none has to be made: asking would read them once more."""
        return self.is_required and super().use_required_attribute(initial)

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        """The field as HTML."""
        chosen = self.format_value(value)
        lines = [
            fill('<option value="%s"%s>%s</option>', key, SafeString(" selected" if str(key) in chosen else ""), label)
            for key, label in self.choices
        ]
        given = flatatt({"name": name} | self.build_attrs(self.attrs, attrs))
        return fill("<select%s>\n%s\n</select>", given, SafeString("\n".join(lines)))
