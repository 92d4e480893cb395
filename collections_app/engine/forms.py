from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Entity
from crm.accounts.queries import entities_of


class StartForm(forms.Form):
    """Which entity's night to start now."""

    entity = forms.ModelChoiceField(Entity.objects.none(), label=_("Entity"), empty_label=None)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["entity"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = entities_of(user).order_by("code")
