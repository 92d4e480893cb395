"""Two people in one form: neither undoes what he did not touch, and who would is told."""

import json
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.core import formats


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
        given = _sent(field.widget.value_from_datadict(sent, {}, self.add_prefix(name)))
        if not _same(field, now, read):
            if _same(field, given, read):
                sent[self.add_prefix(name)] = now
            elif not _same(field, given, now):
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
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, date):
            return formats.day(value)
        if isinstance(value, dict):
            return json.dumps(value, ensure_ascii=False)
        return (", ".join(value) if isinstance(value, list) else value) or "—"


def _sent(value: Any) -> str:
    """As a browser sends it."""
    return "" if value is None else str(value)


def _same(field: forms.Field, one: str, other: str) -> bool:
    """Whether two texts mean the same: a day is read as people write it, and carried as programs do."""
    if one == other or isinstance(field, forms.ModelChoiceField):
        return one == other
    try:
        return bool(field.to_python(one) == field.to_python(other))
    except ValidationError:
        return False
