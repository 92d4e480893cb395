"""What is asked of a person: whose night to start, and of which day a question is."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _, ngettext

from crm.accounts.models import Entity
from crm.accounts.queries import entities_of
from crm.core.formats import COUNTED, counted
from crm.core.sql import rows
from crm.imports.formats.values import FIRST_YEAR, LAST_YEAR

FIRST_DAY, LAST_DAY = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
BEYOND = _("No book holds such a day: choose one between 1970 and 2200.")
TO_COME = _("That day is still to come: choose today or a day before.")


class DateForm(forms.Form):
    """The day a question is asked for, `latest` at the latest."""

    on = forms.DateField(
        label=_("Date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=[MinValueValidator(FIRST_DAY, BEYOND), MaxValueValidator(LAST_DAY, BEYOND)],
    )

    def __init__(self, *args: Any, latest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.latest = latest

    def clean_on(self) -> date | None:
        """Nobody knows what will be paid until a day to come."""
        given: date | None = self.cleaned_data["on"]
        if given and given > self.latest:
            raise forms.ValidationError(TO_COME)
        return given

    def day(self) -> date:
        """The day given, or the latest one."""
        given: date | None = self.cleaned_data.get("on") if self.is_valid() else None
        return given or self.latest


class StartForm(forms.Form):
    """Which entity's night to start now."""

    entity = forms.ModelChoiceField(Entity.objects.none(), label=_("Entity"), empty_label=None)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["entity"]
        assert isinstance(field, forms.ModelChoiceField)
        self.offered = entities_of(user).order_by("code")
        field.queryset = self.offered

    def concerned(self) -> list[str]:
        """How many customers the night of each entity is about, in words."""
        params = {"entities": [entity.pk for entity in self.offered], "most": COUNTED + 1}
        return [
            ngettext("%(entity)s: %(count)s customer.", "%(entity)s: %(count)s customers.", count)
            % {"entity": entity, "count": counted(count, COUNTED)}
            for entity, count in (row.values() for row in rows("collections_app.engine", "concerned", params))
        ]
