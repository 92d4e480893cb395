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
            for bound in self:
                if bound.field.show_hidden_initial:
                    self._meet(bound, sent)
            self.data = sent

    def _meet(self, bound: forms.BoundField, sent: QueryDict) -> None:
        """What was read, what was sent and what stands become what is saved, or told."""
        now = _sent(bound.field.prepare_value(bound.initial))
        read = sent.get(bound.html_initial_name, now)
        given = sent.get(bound.html_name, "")
        if given == read:
            sent[bound.html_name] = now
        elif now not in (read, given):
            self.crossed[bound.name] = self._shown(bound.name)
        sent[bound.html_initial_name] = now

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
