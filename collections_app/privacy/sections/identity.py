"""Who the person is, and where he is reached."""

from django.utils.translation import gettext_lazy as _

from collections_app.privacy.sections.base import Section, because, columns
from crm.customers.models import Address, Contact, Customer

IDENTITY: tuple[Section, ...] = (
    Section(
        "identity",
        _("Identity"),
        Customer,
        "pk",
        columns(
            ("external_id", _("Account")),
            ("name", _("Name")),
            ("kind", _("Kind")),
            ("siren", "SIREN"),
            ("siret", "SIRET"),
            ("vat_number", _("VAT number")),
            ("language", _("Language")),
            ("time_zone", _("Time zone")),
            ("country", _("Country")),
            ("city", _("City")),
            ("category", _("Category")),
            ("tags", _("Tags")),
            ("attributes", _("Free attributes")),
            ("team__name", _("Team")),
            ("created_at", _("Recorded at")),
            ("entity__legal_name", _("Creditor")),
        ),
        because(NUMBER="id", OF_OURS="collector", OF_OTHERS="parent", FOLLOWS="merged_into"),
        about=_("A record merged into another one of the same person is told with it."),
    ),
    Section(
        "contacts",
        _("Contacts"),
        Contact,
        "customer",
        columns(("name", _("Name")), ("role", _("Role")), ("position", _("Position")), ("language", _("Language"))),
        because(NUMBER="id", FOLLOWS="customer"),
    ),
    Section(
        "addresses",
        _("Addresses and telephone numbers"),
        Address,
        "customer",
        columns(
            ("channel", _("Channel")),
            ("value", _("Address")),
            ("contact__name", _("Contact")),
            ("preferred", _("Used first")),
            ("valid_from", _("From")),
            ("valid_until", _("Until")),
            ("invalid_since", _("Invalid since")),
            ("invalid_reason", _("Why invalid")),
            ("consent", _("Consent")),
            ("opted_out_at", _("Refused at")),
            ("sent_at", _("Given by another system at")),
        ),
        because(NUMBER="id", FOLLOWS="customer"),
    ),
)
