"""Forms of the admin for customers."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Entity
from crm.core.fields import CompactField, country_field, keep_choice, keep_row
from crm.core.formats import language_name
from crm.core.identifiers import siren, siret, vat_number
from crm.core.meanwhile import MeanwhileForm
from crm.core.zones import zones
from crm.customers.models import Address, Customer
from crm.customers.operations.contacts import normal_address
from crm.customers.registry import team_given


class GivenTeam(forms.ModelForm):
    """Fields `collector` and `team`: a team that follows something is told, not chosen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "team" in self.fields and (told := team_given(self.instance)):
            self.fields["team"].disabled, self.fields["team"].help_text = True, escape(told)  # shown as it is

    def clean(self) -> dict[str, Any]:
        """Neither is the one that follows the collector chosen with it."""
        given = super().clean() or self.cleaned_data
        if "team" in self.changed_data:
            self.instance.collector = given.get("collector")
            if told := team_given(self.instance):
                self.add_error("team", told)
        return given


class CustomerForm(MeanwhileForm, GivenTeam):
    language = forms.ChoiceField(
        label=capfirst(_("language")), required=False, choices=[("", _("that of the entity")), *settings.LANGUAGES]
    )

    country = country_field(capfirst(_("country")), nothing=_("that of the entity"))
    time_zone = forms.ChoiceField(
        label=capfirst(_("time zone")),
        required=False,
        choices=[("", _("that of the entity")), *((name, name) for name in zones())],
    )

    class Meta:
        model = Customer
        fields = "__all__"  # noqa: DJ007 - the admin lists them
        field_classes = dict.fromkeys(("siren", "siret", "vat_number"), CompactField)
        widgets = {"attributes": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "external_id": _("The account in the books: imports find the customer by it."),
            "kind": _("Decides the law that applies: penalties, 40 €, hours, limitation."),
            "tags": _("Separated by commas; groups may use them."),
            "attributes": _("What else the files bring, as JSON; groups may use it."),
            "parent": _("Company that leads the group, for figures; each customer is still reminded by himself."),
            "collector": _("His tasks go to this person first."),
            "team": _("Else to this team, which sees the customer."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, named in (("country", str), ("language", language_name)):
            if name in self.fields:
                keep_choice(self.fields[name], value := getattr(self.instance, name), named(value))
        if "team" in self.fields and self.instance.pk:
            team: Any = self.fields["team"]
            team.queryset = team.queryset.filter(entity=self.instance.entity_id)
        for name in ("collector", "team", "parent"):
            if name in self.fields:
                keep_row(self.fields[name], getattr(self.instance, f"{name}_id"))

    def clean_siren(self) -> str:
        return siren(self.cleaned_data["siren"])

    def clean_siret(self) -> str:
        return siret(self.cleaned_data["siret"])

    def clean_vat_number(self) -> str:
        return vat_number(self.cleaned_data["vat_number"])

    def clean_attributes(self) -> dict[str, Any]:
        """Names with their values: groups ask for them by name."""
        given = self.cleaned_data["attributes"]
        if not isinstance(given, dict):
            raise ValidationError(_('Write names with their values: {"agency": "Lyon"}.'))
        return given

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self._check_team(given)
        self._check_parent(given)
        number, office = given.get("siren"), given.get("siret")
        if number and office and not office.startswith(number):
            raise ValidationError({"siret": _("The SIRET does not start with the SIREN.")})
        if office and not number:
            given["siren"] = office[:9]
        return given

    def _entity(self, given: dict[str, Any]) -> Entity | None:
        return given.get("entity") or getattr(self.instance, "entity", None)

    def _check_team(self, given: dict[str, Any]) -> None:
        """One of his entity: its members see him."""
        team, entity = given.get("team"), self._entity(given)
        if "team" in self.changed_data and team and entity and team.entity_id != entity.pk:
            self.add_error("team", _("%(team)s is a team of another entity.") % {"team": team})

    def _check_parent(self, given: dict[str, Any]) -> None:
        """A group within the same books, that does not end up leading itself."""
        parent, entity = given.get("parent"), self._entity(given)
        if parent is None:
            return
        if entity is not None and parent.entity_id != entity.pk:
            self.add_error("parent", _("%(parent)s is a customer of another entity.") % {"parent": parent})
        elif self.instance.pk in [above.pk for above in _above(parent)]:
            self.add_error("parent", _("%(parent)s is led by this customer already.") % {"parent": parent})


def _above(customer: Customer) -> Iterator[Customer]:
    """The group a customer is in, and those above it."""
    seen: set[int] = set()
    above: Customer | None = customer
    while above is not None and above.pk not in seen:
        yield above
        seen.add(above.pk)
        above = above.parent


class StoredAddress(forms.BaseForm):
    """Fields `channel` and `value`: the address in the form it is stored in."""

    def clean(self) -> dict[str, Any]:
        """With a remark on `value` when it is no address of its channel."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if "value" in self.changed_data and given.get("channel") and given.get("value"):
            try:
                given["value"] = normal_address(given["channel"], given["value"], self.country())
            except ValidationError as wrong:
                self.add_error("value", wrong)
        return given

    def country(self) -> str:
        """Where a number without a prefix is dialled from."""
        raise NotImplementedError


class AddressForm(StoredAddress, MeanwhileForm):
    """A saved address stays what it is: what deliveries and its owner said of it is about that address."""

    class Meta:
        model = Address
        fields = ["channel", "value", "contact", "preferred", "valid_from", "valid_until"]
        widgets = {"value": forms.Textarea(attrs={"rows": 2, "cols": 28})}
        help_texts = {"value": _("One that changed: give the old one its last day, and add the new one.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("channel", "value"):
            self.fields[name].disabled = self.instance.pk is not None
            self.fields[name].show_hidden_initial = False

    def country(self) -> str:
        """That of the customer; one who is just being added has none yet."""
        customer = getattr(self.instance, "customer", None)
        return (customer.country or customer.entity.country) if customer else "FR"
