"""What keeps him from being reminded, and what was declared."""

from django.utils.translation import gettext_lazy as _

from collections_app.privacy.sections.base import Section, because, columns
from crm.holds.models import Declaration, DeclaredClaim, Hold

SUSPENSIONS: tuple[Section, ...] = (
    Section(
        "holds",
        _("Suspensions, promises and disputes"),
        Hold,
        "customer",
        columns(
            ("kind", _("Kind")),
            ("invoice__number", _("Invoice")),
            ("born_before", _("Claims born before")),
            ("reason", _("Reason")),
            ("amount", _("Amount promised")),
            ("currency", _("Currency")),
            ("starts_on", _("From")),
            ("ends_on", _("Until")),
            ("ended_on", _("Ended on")),
            ("outcome", _("Outcome")),
            ("ended_at", _("Ended at")),
            ("mistaken_at", _("Called a mistake at")),
            ("author__role", _("By")),
            ("created_at", _("Recorded at")),
        ),
        because(NUMBER="id", FOLLOWS="customer entity"),
    ),
    Section(
        "declarations",
        _("Declarations of claims"),
        Declaration,
        "hold__customer",
        columns(
            ("declared_on", _("Declared on")),
            ("reference", _("Reference")),
            ("reason", _("Reason")),
            ("author__role", _("By")),
            ("at", _("Recorded at")),
        ),
        because(NUMBER="id action_id", ELSEWHERE="hold"),
    ),
    Section(
        "declared_claims",
        _("What was declared"),
        DeclaredClaim,
        "invoice__customer",
        columns(
            ("declaration__declared_on", _("Declared on")),
            ("invoice__number", _("Invoice")),
            ("amount", _("Amount")),
            ("currency", _("Currency")),
        ),
        {},
    ),
)
