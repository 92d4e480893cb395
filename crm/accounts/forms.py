"""Forms of the admin for people, teams and entities."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.accounts.calendars import today
from crm.accounts.exceptions import LastAdministrator
from crm.accounts.models import Absence, Entity, LegalMentions, Team, TeamMember, User
from crm.accounts.operations import keep_an_administrator
from crm.accounts.queries import entities_of, working
from crm.accounts.rules import works_customers
from crm.core.backoffice import NamedFields
from crm.core.fields import CompactField, country_field, keep_choice, keep_row
from crm.core.formats import country_name
from crm.core.identifiers import bic, iban, siren, vat_number
from crm.core.zones import zones
from crm.law.queries import RateMissing, jurisdictions
from crm.law.rules import check_late_rate

WEEKDAYS = [
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
]


def language_field(label: Any) -> forms.ChoiceField:
    """One of the languages Acquit speaks."""
    return forms.ChoiceField(label=capfirst(label), choices=settings.LANGUAGES)


def _default(field: str) -> Any:
    """What the model gives a new entity: a field declared in a form forgets it."""
    return Entity._meta.get_field(field).get_default()  # type: ignore[union-attr]


def keep_rows(form: forms.ModelForm) -> None:
    """Each person the row of the form names stays on offer there."""
    for name in {"user", "replacement", "supervisor"} & form.fields.keys():
        keep_row(form.fields[name], getattr(form.instance, f"{name}_id"))


# Least and most: a limit that nothing reaches is none, and a slip of the key would take it away without a word.
BOUNDS = {"closing_share_percent": (0, 100), "default_terms_days": (0, 365), "stale_after_days": (1, 365)}


def _bound(field: Any, least: int, most: int) -> None:
    """Take no number outside, in the place of what its column holds; the browser says so first."""
    others = [one for one in field.validators if not isinstance(one, (MinValueValidator, MaxValueValidator))]
    field.validators = [*others, MinValueValidator(least), MaxValueValidator(most)]
    field.widget.attrs |= {"min": least, "max": most}


class EntityForm(forms.ModelForm):
    country = country_field(capfirst(_("country")), initial=_default("country"))
    language = language_field(_("language"))
    time_zone = forms.ChoiceField(
        label=capfirst(_("time zone")),
        choices=[(name, name) for name in zones()],
        initial=_default("time_zone"),
    )
    jurisdiction = forms.ChoiceField(
        label=capfirst(_("jurisdiction")),
        initial=_default("jurisdiction"),
        help_text=_("The law that applies: penalties, hours, caps, limitation. Another one is made of rules first."),
    )
    working_days = forms.TypedMultipleChoiceField(
        label=capfirst(_("working days")),
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        initial=_default("working_days"),
    )

    class Meta:
        model = Entity
        fields = "__all__"  # noqa: DJ007 - the admin lists them, and holds back those nobody edits
        field_classes = dict.fromkeys(("siren", "vat_number", "iban", "bic"), CompactField)
        widgets = {"street": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "code": _("Short and lasting: it is what commands and files name the entity by."),
            "siren": _("Nine digits, checked."),
            "iban": _("Checked; spaces do not matter."),
            "sender_email": _("Reminders are sent from this address; its domain must authorise your mail provider."),
            "collects_for_others": _(
                "Such an entity cannot go live yet: mandates and the first letter are not managed."
            ),
            "night_at": _("In the time zone of the entity."),
            "track_opens": _("Off by default: it watches the reader. It never serves as proof nor stops a reminder."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "jurisdiction" in self.fields:
            known = jurisdictions() | ({self.instance.jurisdiction} if self.instance.pk else set())
            field: Any = self.fields["jurisdiction"]
            field.choices = sorted(((code, country_name(code)) for code in known), key=lambda choice: choice[1])
        for name in BOUNDS.keys() & self.fields.keys():
            _bound(self.fields[name], *BOUNDS[name])
        if "country" in self.fields:
            keep_choice(self.fields["country"], self.instance.country, self.instance.country)

    def clean_siren(self) -> str:
        return siren(self.cleaned_data["siren"])

    def clean_vat_number(self) -> str:
        return vat_number(self.cleaned_data["vat_number"])

    def clean_iban(self) -> str:
        return iban(self.cleaned_data["iban"])

    def clean_bic(self) -> str:
        return bic(self.cleaned_data["bic"])


class LegalMentionsForm(forms.ModelForm):
    language = language_field(_("language"))

    class Meta:
        model = LegalMentions
        fields = ["language", "starts_on", "text"]
        widgets = {"text": forms.TextInput(attrs={"size": 70})}

    def clean_text(self) -> str:
        """On one line, as a foot is."""
        return " ".join(str(self.cleaned_data["text"]).split())


class ContractRateForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        """A contractual late rate stands above the legal floor of its first day (FR-03), of today where the floor of
        that day is not known."""
        given = super().clean() or self.cleaned_data
        if given.get("percent") is not None and given.get("starts_on"):
            try:
                self._above_the_floor(given["percent"], given["starts_on"])
            except ValidationError as refused:
                self.add_error("percent", refused)
        return given

    def _above_the_floor(self, percent: Decimal, on: date) -> None:
        entity = self.instance.entity
        try:
            check_late_rate(percent, jurisdiction=entity.jurisdiction, on=on)
        except RateMissing:
            check_late_rate(percent, jurisdiction=entity.jurisdiction, on=today(entity, timezone.now()))


class AbsenceForm(forms.ModelForm):
    """Somebody who works stands in, one for each day."""

    class Meta:
        model = Absence
        fields = ["user", "starts_on", "ends_on", "replacement"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep_rows(self)

    def clean_replacement(self) -> User | None:
        """A person whose role works on tasks, or who stood in already."""
        given: User | None = self.cleaned_data["replacement"]
        if given is not None and given.pk != self.instance.replacement_id and not works_customers(given):
            raise ValidationError(
                _("Tasks do not go to %(user)s: this role does not work on them."), params={"user": given}
            )
        return given

    def clean(self) -> dict[str, Any]:
        """No day of one person is replaced twice."""
        given = super().clean() or self.cleaned_data
        user = given.get("user") or (self.instance.user if self.instance.user_id else None)
        first, last = given.get("starts_on"), given.get("ends_on")
        if user and user.pk and first and last:
            others = Absence.objects.filter(user=user, starts_on__lte=last, ends_on__gte=first)
            if others.exclude(pk=self.instance.pk).exists():
                self.add_error("starts_on", _("Another absence of this person covers some of these days."))
        return given


class MemberForm(forms.ModelForm):
    """A member who is no longer active stays one until he is taken off."""

    class Meta:
        model = TeamMember
        fields = ["user"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep_rows(self)


class MemberRows(NamedFields):
    """The members of a team: whoever may be one is read once, not for each row."""

    @cached_property
    def _offered(self) -> dict[int, str]:
        field: Any = self.form.base_fields["user"]
        return {person.pk: field.label_from_instance(person) for person in field.queryset}

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "user" not in form.fields:
            return
        own = {form.instance.user_id: str(form.instance.user)} if form.instance.user_id else {}
        form.fields["user"].choices = [("", form.fields["user"].empty_label), *(own | self._offered).items()]


class TeamForm(forms.ModelForm):
    """Who works on customers leads, or who led already."""

    class Meta:
        model = Team
        fields = ["entity", "name", "supervisor"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "supervisor" in self.fields:
            field: Any = self.fields["supervisor"]
            field.queryset = working(field.queryset)
        keep_rows(self)


class UserForm(forms.ModelForm):
    language = language_field(_("language"))
    entities = forms.ModelMultipleChoiceField(
        Entity.objects.none(),
        label=capfirst(_("sees all of")),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Entities whose customers, settings and figures he sees without being in their teams."),
    )

    class Meta:
        model = User
        fields = ["username", "first_name", "last_name", "email", "role", "language", "capacity", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and not self.instance.is_superuser:
            self.initial["entities"] = entities_of(self.instance)

    def clean(self) -> dict[str, Any]:
        """Somebody stays who administers."""
        given = super().clean() or self.cleaned_data
        try:
            role, is_active = (given.get(name, getattr(self.instance, name)) for name in ("role", "is_active"))
            keep_an_administrator(self.instance, role, is_active=is_active)
        except LastAdministrator as refused:
            raise ValidationError(str(refused)) from refused
        return given

    def clean_email(self) -> str:
        """Needed to set the password, and to log in: one account per address."""
        email = self.cleaned_data["email"]
        if not email:
            raise ValidationError(_("Without address, he cannot set his password."))
        if User.objects.exclude(pk=self.instance.pk).filter(email__iexact=email).exists():
            raise ValidationError(_("Another account has this address."))
        return str(email)
