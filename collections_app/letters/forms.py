"""Forms of the editor."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from collections_app.letters import deadlines
from collections_app.letters.labels import LABELS
from collections_app.letters.models import Template
from crm.core.liquid import LONGEST_SOURCE
from crm.customers.models import Channel


def languages() -> list[tuple[str, Any]]:
    """Languages a template can be written in: those whose words the composition knows."""
    return [(code, name) for code, name in settings.LANGUAGES if code in LABELS]


class TextForm(forms.Form):
    """What the editor sends: the text of one language, and on whom to try it."""

    language = forms.ChoiceField(widget=forms.HiddenInput)
    subject = forms.CharField(
        label=_("Subject"),
        max_length=300,
        required=False,
        help_text=_("Variables may stand in the subject too."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    body = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_SOURCE,
        required=False,
        strip=False,
        help_text=_(
            "An empty line makes a new paragraph. **bold**, “- ” at the start of a line for a list, “## ” for a "
            "heading or a step of a call script. Variables stand between double braces."
        ),
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "true"}),
    )
    days_to_pay = forms.IntegerField(
        label=_("Days to pay"),
        min_value=1,
        max_value=365,
        required=False,
        widget=forms.NumberInput(attrs={"autocomplete": "off"}),
    )
    customer = forms.CharField(
        label=_("Try on the customer"),
        max_length=200,
        required=False,
        help_text=_("Account or part of the name; empty: a customer who owes something."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "search"}),
    )

    def __init__(self, *args: Any, template: Template, may_write: bool = True, **kwargs: Any) -> None:
        """`may_write`: without it the text is shown and sent for a preview, and nobody can type in it."""
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = languages()  # type: ignore[attr-defined]
        if template.channel in (Channel.SMS, Channel.PHONE):
            self.fields["subject"].widget = forms.HiddenInput()
        self.fields["days_to_pay"].help_text = deadlines.told(template)
        for name in () if may_write else ("subject", "body", "days_to_pay"):
            self.fields[name].widget.attrs["readonly"] = True


class DuplicateForm(forms.Form):
    """Name and code of the copy."""

    name = forms.CharField(label=_("Name"), max_length=120)
    code = forms.SlugField(label=_("Code"), max_length=40, help_text=_("Short name without spaces."))

    def __init__(self, *args: Any, template: Template, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.template = template

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if Template.objects.filter(entity=self.template.entity, code=code).exists():
            raise forms.ValidationError(_("A template with this code already exists in the entity."))
        return code


class PostedForm(forms.Form):
    """The day a batch was handed to the post."""

    on = forms.DateField(label=_("Posted on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
