"""Two people in one form: neither undoes what he did not touch, and who would is told."""

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _


class MeanwhileForm(forms.ModelForm):
    """Carries what its person read of a saved row, in fields of one value each.

    What he left as he read it stands as it is now. What he changed and somebody else changed too is told to him once;
    saved again, his counts.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.crossed: dict[str, Any] = {}
        if self.instance.pk is None:
            return
        for field in self.fields.values():
            field.show_hidden_initial = not field.disabled
        if self.is_bound:
            sent = cast("QueryDict", self.data).copy()
            for name, field in self.fields.items():
                if field.show_hidden_initial:
                    self._meet(name, field, sent)
            self.data = sent

    def _meet(self, name: str, field: forms.Field, sent: QueryDict) -> None:
        """What was read, what was sent and what stands become what is saved, or told."""
        # Not by the bound field: it would keep the label of now, and a form may still change it.
        now = _sent(field.prepare_value(self.get_initial_for_field(field, name)))
        read = sent.get(self.add_initial_prefix(name), now)
        given = sent.get(self.add_prefix(name), "")
        if given == read:
            sent[self.add_prefix(name)] = now
        elif now not in (read, given):
            self.crossed[name] = self._shown(name)
        sent[self.add_initial_prefix(name)] = now

    def clean(self) -> dict[str, Any]:
        """With a remark beside what somebody else changed too."""
        given = super().clean() or self.cleaned_data
        for name, now in self.crossed.items():
            told = _("Somebody changed this meanwhile, to “%(now)s”. Save again to replace it.")
            self.add_error(name, told % {"now": now})
        return given

    def _shown(self, name: str) -> Any:
        named = getattr(self.instance, f"get_{name}_display", None)
        value = named() if named else getattr(self.instance, name)
        return (", ".join(value) if isinstance(value, list) else value) or "—"


def _sent(value: Any) -> str:
    """As a browser sends it."""
    return "" if value is None else str(value)
