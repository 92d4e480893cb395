"""What a person types on the page of a customer."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.accounts.queries import collectors_for, teams_of
from crm.core.fields import keep_choice, keep_row
from crm.core.formats import language_name
from crm.core.meanwhile import MeanwhileForm
from crm.customers.forms import GivenTeam, StoredAddress
from crm.customers.models import Channel, Contact, ContactRole, Customer
from crm.customers.operations.contacts import normal_address
from crm.customers.rules import fields_open_to

LANGUAGES = [("", _("that of the customer")), *settings.LANGUAGES]


class MasterForm(MeanwhileForm, GivenTeam):
    """The fields of a customer the person may change, no other."""

    language = forms.ChoiceField(required=False, choices=[("", _("that of the entity")), *settings.LANGUAGES])
    tags = SimpleArrayField(forms.CharField(max_length=40), required=False, help_text=_("Separated by commas."))

    class Meta:
        model = Customer
        fields = ["language", "tags", "kind", "category", "collector", "team"]
        help_texts = {
            "kind": _("Decides the law that applies: penalties, 40 €, hours, limitation."),
            "collector": _("His tasks go to this person first."),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in [name for name in self.fields if name not in fields_open_to(user)]:
            del self.fields[name]
        for name, field in self.fields.items():
            field.label = capfirst(str(Customer._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
        if "language" in self.fields:
            language = self.instance.language
            keep_choice(self.fields["language"], language, language_name(language))
        self._within_reach(user)

    def _within_reach(self, user: User) -> None:
        """Colleagues and teams of the entity of the customer, and those he has."""
        fields: Any = self.fields
        if "team" in fields:
            fields["team"].queryset = teams_of(user).filter(entity=self.instance.entity_id)
            keep_row(fields["team"], self.instance.team_id)
        if "collector" in fields:
            fields["collector"].queryset = collectors_for(user).order_by("last_name")
            keep_row(fields["collector"], self.instance.collector_id)

    def clean_tags(self) -> list[str]:
        """Each once, without blanks around."""
        return list(dict.fromkeys(filter(None, (tag.strip() for tag in self.cleaned_data["tags"]))))


class ContactForm(MeanwhileForm):
    """Somebody to talk to."""

    language = forms.ChoiceField(label=_("Language"), required=False, choices=LANGUAGES)

    class Meta:
        model = Contact
        fields = ["name", "role", "position", "language"]


class NewContactForm(ContactForm):
    """With the ways to reach him that are known."""

    email = forms.CharField(label=_("E-mail"), required=False, max_length=254)
    phone = forms.CharField(label=_("Telephone"), required=False, max_length=40)

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = customer.country or customer.entity.country
        self.fields["role"].initial = ContactRole.DUNNING

    def clean_email(self) -> str:
        """In its stored form."""
        return self._normal(Channel.EMAIL, self.cleaned_data["email"])

    def clean_phone(self) -> str:
        """In E.164."""
        return self._normal(Channel.PHONE, self.cleaned_data["phone"])

    def _normal(self, channel: str, value: str) -> str:
        return normal_address(channel, value, self.country) if value.strip() else ""


class AddressForm(StoredAddress, forms.Form):
    """A way to reach the customer, his own or that of a contact."""

    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)
    value = forms.CharField(label=_("Address"), widget=forms.Textarea(attrs={"rows": 2}), max_length=500)
    contact = forms.ModelChoiceField(
        label=_("Contact"), queryset=Contact.objects.none(), required=False, empty_label=_("The customer himself")
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.customer = customer
        self.fields["contact"].queryset = customer.contacts.order_by("name")  # type: ignore[attr-defined]

    def country(self) -> str:
        """That of the customer."""
        return self.customer.country or self.customer.entity.country


class ReasonForm(forms.Form):
    """Why an address is no longer used, or how one knows that it is again."""

    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)
