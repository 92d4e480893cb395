"""The periods an entity chooses within what the law allows, and what persons ask."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from collections_app.privacy.models import Request, Retention
from collections_app.privacy.periods import KINDS, NoPeriod, rule_of
from crm.accounts.calendars import today
from crm.accounts.models import Entity


class RetentionForm(forms.ModelForm):
    class Meta:
        model = Retention
        fields = ["customer_years", "message_years", "upload_years", "automatic"]

    def __init__(self, *args: Any, entity: Entity, at: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entity, self.on = entity, today(entity, at)

    def clean(self) -> dict[str, Any]:
        """Each period lies between the least and the most of its rule."""
        cleaned = super().clean() or {}
        for kind, (_code, name) in KINDS.items():
            self._check(kind, name, cleaned.get(name))
        return cleaned

    def _check(self, kind: str, name: str, years: int | None) -> None:
        if years is None:
            return
        try:
            law = rule_of(self.entity, kind, on=self.on)
        except NoPeriod:
            self.add_error(name, _("The law of this entity says nothing of it."))
            return
        if not law.value["least"] <= years <= law.value["most"]:
            told = _("From %(least)s to %(most)s years (%(article)s).")
            self.add_error(name, told % {**law.value, "article": law.article})


class RequestForm(forms.ModelForm):
    class Meta:
        model = Request
        fields = ["kind", "received_on", "words"]
        widgets = {
            "received_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "words": forms.Textarea(attrs={"rows": 3}),
        }


class AnswerForm(forms.ModelForm):
    class Meta:
        model = Request
        fields = ["outcome", "answered_on", "answer"]
        widgets = {
            "answered_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "answer": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("outcome", "answered_on"):
            self.fields[name].required = True
