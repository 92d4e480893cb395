"""The forms of a draft: its entry policy, and one form per step."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.text import slugify
from django.utils.translation import gettext as _, gettext_lazy

from collections_app.letters.models import Template
from collections_app.scenarios.models import EntryPolicy, ScenarioVersion, Step
from collections_app.scenarios.operations import STEP_FIELDS

HELP = {
    "offset_days": gettext_lazy("0 is the due date; a negative number speaks before it (preventive)."),
    "template": gettext_lazy("Of the same channel. A call may do without a script."),
    "mode": gettext_lazy(
        "Automatic: leaves during the night. To do: a person does it. Approval: a person reads it first. "
        "Decision: a person chooses what follows; nothing is said to the customer, whatever the channel."
    ),
    "unit": gettext_lazy("One message per customer and currency, or one per invoice."),
    "formal_notice": gettext_lazy("A letter sent after approval; lists only invoices that reached the step."),
    "gap_days": gettext_lazy("Days at least since the step done before."),
    "minimum_amount": gettext_lazy("In the entity’s currency, on what is really due."),
    "owner": gettext_lazy("Who finds the task in his list."),
    "working_days_only": gettext_lazy("A due day not worked moves forward; backward for a preventive step."),
    "escalate_after_days": gettext_lazy("A task not done by then passes to the supervisor, once."),
    "escalate_above": gettext_lazy("Above this amount the task goes to the supervisor at once."),
    "repeat_after_days": gettext_lazy(
        "Of the last step: as long as something is late once all are done, a decision is asked again after so many "
        "days."
    ),
    "code": gettext_lazy("Names the step from version to version: empty, it is made from the name."),
}


class VersionForm(forms.ModelForm):
    """Where a backlog imported in one go enters."""

    class Meta:
        model = ScenarioVersion
        fields = ["entry_policy"]
        help_texts = {
            "entry_policy": gettext_lazy(
                "A backlog imported today never receives every step at once: it starts at the first step, at the one "
                "its age allows, or where a person puts it. Age alone never leads to a formal notice nor past it: one "
                "that never left does not count."
            )
        }
        widgets = {"entry_policy": forms.Select(choices=EntryPolicy.choices)}


# Tasks without a step: where a backlog enters, and what follows the last step.
OWN_CODES = frozenset({"entry", "follow-up"})


class StepForm(forms.ModelForm):
    """One step. Its code is kept once given: the same step from version to version."""

    class Meta:
        model = Step
        fields = STEP_FIELDS
        help_texts = HELP
        widgets = {"code": forms.TextInput(attrs={"autocomplete": "off"})}

    def __init__(self, *args: Any, templates: list[tuple[int, str]], currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].required = self.fields["repeat_after_days"].required = False
        chosen: Any = self.fields["template"]
        chosen.choices = [("", "—"), *templates]
        for name in ("minimum_amount", "escalate_above"):
            amount: Any = self.fields[name]
            amount.currency = currency
            amount.validators.append(MinValueValidator(0))
        for name in ("offset_days", "gap_days", "escalate_after_days", "repeat_after_days"):
            self.fields[name].widget.attrs["inputmode"] = "numeric"

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("repeat_after_days") is None and "repeat_after_days" not in self.errors:
            usual: Any = Step._meta.get_field("repeat_after_days").default
            given["repeat_after_days"] = usual
        if not given.get("code") and given.get("name"):
            given["code"] = slugify(given["name"])[:30].strip("-")
            self.instance.code = given["code"]
        if given.get("code") in OWN_CODES:
            self.add_error("code", _("The product calls its own tasks so: choose another code."))
        return given


class Steps(BaseFormSet):
    """All steps of a draft; no two share an offset or a code."""

    def clean(self) -> None:
        kept = [form for form in self.forms if getattr(form, "cleaned_data", None) and not removed(form)]
        for name, message in (
            ("offset_days", _("Two steps never share an offset: “%(first)s” and “%(second)s”.")),
            ("code", _("Two steps never share a code: “%(first)s” and “%(second)s”.")),
        ):
            self.refuse_twins(kept, name, message)

    def refuse_twins(self, kept: list[Any], name: str, message: str) -> None:
        seen: dict[Any, str] = {}
        for form in kept:
            value, step = form.cleaned_data.get(name), form.cleaned_data.get("name", "")
            if value in seen and value not in (None, ""):
                raise ValidationError(message % {"first": seen[value], "second": step})
            seen[value] = step

    def kept(self) -> list[dict[str, Any]]:
        """The fields of each step to keep."""
        forms_kept = [form for form in self.forms if form.cleaned_data and not removed(form)]
        return [{name: form.cleaned_data[name] for name in STEP_FIELDS} for form in forms_kept]


def removed(form: Any) -> bool:
    return bool(form.cleaned_data.get("DELETE"))


def steps_formset(version: ScenarioVersion, data: Any = None, *, extra: int = 0) -> Any:
    """The forms of a draft's steps, and `extra` empty ones."""
    templates = Template.objects.filter(entity=version.scenario.entity, archived=False).order_by("channel", "name")
    named = [(template.pk, f"{template.get_channel_display()} · {template.name}") for template in templates]
    initial = [
        {**{name: getattr(step, name) for name in STEP_FIELDS}, "template": step.template_id}
        for step in version.steps.all()
    ]
    made = formset_factory(StepForm, formset=Steps, extra=extra, can_delete=True)
    currency = version.scenario.entity.currency
    return made(data, initial=initial, prefix="steps", form_kwargs={"templates": named, "currency": currency})
