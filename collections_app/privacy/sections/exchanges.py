"""What happened, what was sent and what came back."""

from django.utils.translation import gettext_lazy as _

from collections_app.letters.models import PrintedLetter
from collections_app.privacy.sections.base import Section, because, columns
from crm.timeline.models import Entry
from telephony.messaging.models import Attempt, DeliveryEvent, Enclosure, Message, Reply

EXCHANGES: tuple[Section, ...] = (
    Section(
        "history",
        _("History"),
        Entry,
        "customer",
        columns(
            ("at", _("At")),
            ("kind", _("Kind")),
            ("subject", _("What happened")),
            ("params", ""),
            ("text", _("Text")),
            ("actor__role", _("By")),
        ),
        because(NUMBER="id about about_id", FOLLOWS="customer entity"),
        order="at",
        about=_(
            "Who of the creditor's people acted is told by his role. Changes of the file are recorded here; that "
            "somebody only read it is not recorded."
        ),
    ),
    Section(
        "messages",
        _("Messages and letters"),
        Message,
        "customer",
        columns(
            ("id", _("Number")),
            ("channel", _("Channel")),
            ("recipient", _("Recipient")),
            ("subject", _("Subject")),
            ("state", _("State")),
            ("reason", _("Reason")),
            ("language", _("Language")),
            ("amount", _("Amount claimed")),
            ("currency", _("Currency")),
            ("created_at", _("Asked at")),
            ("sent_at", _("Sent at")),
            ("delivered_at", _("Delivered at")),
            ("closed_at", _("Failed at")),
        ),
        because(
            FOLLOWS="customer entity address digest",
            ELSEWHERE="body variables",
            SECRET="token",
            NUMBER="origin origin_id attempt_key occasion message_id template_version_id held_by",
            WORK="not_before_at handed_until lease_until counts_on compose_failures reserved_at",
        ),
        about=_("Their texts and files are in the folder “messages”, under their number."),
    ),
    Section(
        "files_of_messages",
        _("Files that left with messages"),
        Enclosure,
        "message__customer",
        columns(("message_id", _("Message")), ("name", _("Name")), ("mimetype", _("Type")), ("digest", "SHA-256")),
        because(NUMBER="id", ELSEWHERE="content"),
    ),
    Section(
        "printed_letters",
        _("Letters printed"),
        PrintedLetter,
        "message__customer",
        columns(
            ("message_id", _("Message")),
            ("batch__on", _("Day")),
            ("batch__posted_on", _("Posted on")),
            ("pages", _("Pages")),
            ("registered", _("Registered")),
            ("registered_number", _("Registered number")),
            ("taken_out_at", _("Taken out at")),
        ),
        because(NUMBER="id", WORK="position"),
    ),
    Section(
        "attempts",
        _("Tries to send"),
        Attempt,
        "message__customer",
        columns(
            ("message_id", _("Message")),
            ("started_at", _("Started at")),
            ("ended_at", _("Ended at")),
            ("provider", _("Provider")),
            ("result", _("Result")),
            ("error_code", _("Error")),
            ("error_text", _("What the provider said")),
        ),
        because(NUMBER="id provider_id"),
    ),
    Section(
        "news_of_messages",
        _("What became of messages"),
        DeliveryEvent,
        "message__customer",
        columns(
            ("message_id", _("Message")),
            ("provider", _("Provider")),
            ("kind", _("Kind")),
            ("permanent", _("For good")),
            ("recipient", _("Recipient")),
            ("reason", _("Reason")),
            ("at", _("At")),
            ("received_at", _("Received at")),
            ("payload", _("As received")),
        ),
        because(
            NUMBER="id key message_ref provider_id", WORK="not_before_at applied_at error failing_since given_up_at"
        ),
    ),
    Section(
        "replies",
        _("Replies received"),
        Reply,
        "customer",
        columns(
            ("id", _("Number")),
            ("message_id", _("Message")),
            ("kind", _("Kind")),
            ("sender", _("From")),
            ("recipients", _("To")),
            ("subject", _("Subject")),
            ("text", _("Text")),
            ("received_at", _("Received at")),
        ),
        because(
            FOLLOWS="customer entity",
            NUMBER="header_id digest matched_by",
            ELSEWHERE="raw",
            WORK="arrived_at read_at failing_since",
        ),
        about=_("Originals that are still kept are in the folder “replies”, under their number."),
    ),
)
