"""What he asked of his data, and who took copies."""

from auditlog.models import LogEntry
from django.utils.translation import gettext_lazy as _

from collections_app.privacy.models import PersonExport, Request
from collections_app.privacy.sections.base import Section, because, columns

REQUESTS: tuple[Section, ...] = (
    Section(
        "requests",
        _("What you asked of your data"),
        Request,
        "customer",
        columns(
            ("kind", _("What he asks")),
            ("received_on", _("Received on")),
            ("due_on", _("To be answered by")),
            ("words", _("Text")),
            ("extension", _("Why it takes longer")),
            ("answered_on", _("Answered on")),
            ("outcome", _("Outcome")),
            ("answer", _("Answer")),
            ("recorded_at", _("Recorded at")),
            ("recorded_by__role", _("By")),
            ("answered_by__role", _("Answered by")),
        ),
        because(NUMBER="id", FOLLOWS="customer", ELSEWHERE="hold"),
        order="received_on",
    ),
    Section(
        "copies",
        _("Copies made of this file"),
        PersonExport,
        "customer",
        columns(
            ("asked_at", _("Asked at")),
            ("asked_by__role", _("By")),
            ("finished_at", _("Made at")),
            ("erased_at", _("Erased at")),
        ),
        because(NUMBER="id", FOLLOWS="customer", WORK="file size failure"),
    ),
    Section(
        "journal",
        _("Journal of access"),
        LogEntry,
        "",
        columns(
            ("timestamp", _("At")),
            ("action", _("Action")),
            ("changes", _("What")),
            ("actor__role", _("By")),
        ),
        because(
            NUMBER="id content_type object_pk object_id cid",
            FOLLOWS="object_repr serialized_data changes_text additional_data",
            OF_OURS="remote_addr remote_port actor_email",
        ),
        about=_("Copies made and downloaded."),
    ),
)
