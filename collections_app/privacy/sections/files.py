"""What files brought and replaced."""

from django.utils.translation import gettext_lazy as _

from collections_app.privacy.sections.base import Section, because, columns
from crm.imports.models import DueDateBefore, FecLine, LabelBefore

FILES: tuple[Section, ...] = (
    Section(
        "accounting_entries",
        _("Lines of accounting files"),
        FecLine,
        "customer",
        columns(
            ("account", _("Account")),
            ("auxiliary", _("Auxiliary account")),
            ("entered_on", _("Entered on")),
            ("issued_on", _("Issued on")),
            ("number", _("Number")),
            ("label", _("Label")),
            ("amount", _("Amount")),
            ("kind", _("Kind")),
            ("letter", _("Letter")),
            ("batch__file_name", _("File")),
            ("batch__created_at", _("Received at")),
        ),
        because(NUMBER="id digest rank", FOLLOWS="customer entity year_on", WORK="previous_letter letter_batch"),
    ),
    Section(
        "due_dates_before",
        _("Due dates a file replaced"),
        DueDateBefore,
        "invoice__customer",
        columns(
            ("invoice__number", _("Invoice")),
            ("due_on", _("Before")),
            ("due_on_source", _("Origin")),
            ("became_on", _("After")),
            ("batch__file_name", _("File")),
        ),
        because(NUMBER="id"),
    ),
    Section(
        "labels_before",
        _("Labels a file replaced"),
        LabelBefore,
        "invoice__customer",
        columns(
            ("invoice__number", _("Invoice")),
            ("label", _("Before")),
            ("became", _("After")),
            ("batch__file_name", _("File")),
        ),
        because(NUMBER="id"),
    ),
)
