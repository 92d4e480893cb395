"""What a copy of a file tells, table by table: each column of each table is in it, or left out for a reason.

A test walks all models and their fields: a new column is told or left out, never forgotten.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from auditlog.models import LogEntry
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collections_app.actions.models import Action, ActionLine, Cycle, Life, Refusal
from collections_app.engine.models import Account, Decision
from collections_app.letters.models import PrintedLetter
from collections_app.privacy.models import PersonExport, Request
from collections_app.segments.models import Membership
from crm.customers.models import Address, Contact, Customer
from crm.holds.models import Declaration, DeclaredClaim, Hold
from crm.imports.models import DueDateBefore, FecLine, LabelBefore
from crm.receivables.models import Credit, FormalNotice, Interruption, Invoice, Movement, Waiver
from crm.timeline.models import Entry
from telephony.messaging.models import Attempt, DeliveryEvent, Enclosure, Message, Reply

Label = str | Promise

# Why a column is left out.
NUMBER = "a number of the program, which says nothing of the person"
WORK = "how the program organises its work, which says nothing of the person"
SECRET = "opens something: a secret"
OF_OURS = "who of the creditor's people: another person; his role is told where he acted"
OF_OTHERS = "another person"
ELSEWHERE = "told in another section, or by a file of the copy"
FOLLOWS = "follows from what is told"


@dataclass(frozen=True)
class Column:
    """A value of a row; `path` as queries name it, with __ through references."""

    path: str
    label: Label

    @property
    def key(self) -> str:
        """Its name in JSON and CSV."""
        return self.path.replace("__", "_")


@dataclass(frozen=True, eq=False)
class Section:
    """Rows of a model about a person. `of`: the path to the customer; `left_out`: field -> why, of the fields of the
    model that no column reads; `about`: a sentence under its title."""

    name: str
    title: Label
    model: type[Model]
    of: str
    columns: tuple[Column, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)
    order: str = "pk"
    about: Label = ""

    @property
    def told(self) -> set[str]:
        """Fields of the model its columns read."""
        return {column.path.split("__")[0] for column in self.columns}


def columns(*given: Any) -> tuple[Column, ...]:
    """(path, label), (path, label), …"""
    return tuple(Column(path, label) for path, label in given)


def because(**reasons: str) -> dict[str, str]:
    """SECRET="token" -> {"token": SECRET}: fields by reason, several of them with spaces between."""
    return {name: globals()[reason] for reason, names in reasons.items() for name in names.split()}


SECTIONS: tuple[Section, ...] = (
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
    Section(
        "invoices",
        _("Invoices"),
        Invoice,
        "customer",
        columns(
            ("number", _("Number")),
            ("installment", _("Instalment")),
            ("kind", _("Kind")),
            ("debt_type", _("Debt type")),
            ("issued_on", _("Issued on")),
            ("due_on", _("Due on")),
            ("due_on_source", _("Origin of the due date")),
            ("amount", _("Amount")),
            ("open_amount", _("Open amount")),
            ("currency", _("Currency")),
            ("settled_on", _("Settled on")),
            ("label", _("Label")),
            ("external_id", _("Identifier in the books")),
            ("recorded_at", _("Recorded at")),
            ("import_batch_id", _("File")),
        ),
        because(NUMBER="id", FOLLOWS="customer entity", WORK="books_amount"),
        order="due_on",
    ),
    Section(
        "payments",
        _("Payments and credit notes"),
        Credit,
        "customer",
        columns(
            ("number", _("Reference")),
            ("kind", _("Kind")),
            ("received_on", _("Date")),
            ("amount", _("Amount")),
            ("open_amount", _("Unapplied")),
            ("currency", _("Currency")),
            ("names_invoice__number", _("Invoice it names")),
            ("label", _("Label")),
            ("external_id", _("Identifier in the books")),
            ("recorded_at", _("Recorded at")),
            ("import_batch_id", _("File")),
        ),
        because(NUMBER="id", FOLLOWS="customer entity", WORK="books_amount"),
        order="received_on",
    ),
    Section(
        "movements",
        _("Movements of the account"),
        Movement,
        "customer",
        columns(
            ("on", _("Date")),
            ("kind", _("Kind")),
            ("invoice__number", _("Invoice")),
            ("credit__number", _("Payment or credit note")),
            ("amount", _("Amount")),
            ("currency", _("Currency")),
            ("reason", _("Reason")),
            ("at", _("Recorded at")),
            ("earliest_on", _("Not before")),
            ("by__role", _("By")),
            ("import_batch_id", _("File")),
        ),
        because(NUMBER="id undoes", FOLLOWS="customer entity"),
        order="on",
    ),
    Section(
        "formal_notices",
        _("Formal notices"),
        FormalNotice,
        "invoice__customer",
        columns(("invoice__number", _("Invoice")), ("on", _("Date")), ("at", _("Recorded at"))),
        because(NUMBER="id action_id"),
    ),
    Section(
        "waivers",
        _("Late charges given up"),
        Waiver,
        "invoice__customer",
        columns(
            ("invoice__number", _("Invoice")),
            ("kind", _("Kind")),
            ("amount", _("Amount")),
            ("currency", _("Currency")),
            ("on", _("Date")),
            ("at", _("Recorded at")),
            ("by__role", _("By")),
            ("reason", _("Reason")),
        ),
        because(NUMBER="id", FOLLOWS="entity"),
    ),
    Section(
        "interruptions",
        _("Interruptions of limitation"),
        Interruption,
        "customer",
        columns(
            ("invoice__number", _("Invoice")),
            ("kind", _("Kind")),
            ("on", _("Date")),
            ("ended_on", _("Ended on")),
            ("void", _("Withdrawn or lost")),
            ("reference", _("Reference")),
            ("at", _("Recorded at")),
            ("by__role", _("By")),
        ),
        because(NUMBER="id", FOLLOWS="customer entity"),
    ),
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
    Section(
        "actions",
        _("Reminders and tasks"),
        Action,
        "customer",
        columns(
            ("id", _("Number")),
            ("kind", _("Kind")),
            ("step_code", _("Step")),
            ("channel", _("Channel")),
            ("mode", _("Mode")),
            ("state", _("State")),
            ("amount", _("Amount")),
            ("currency", _("Currency")),
            ("opened_on", _("Opened on")),
            ("reopened_on", _("Opened again on")),
            ("approved_on", _("Approved on")),
            ("left_on", _("Left on")),
            ("closed_at", _("Closed at")),
            ("closed_by__role", _("By")),
            ("outcome", _("Outcome")),
            ("note", _("Note")),
            ("formal_notice", _("Formal notice")),
            ("oldest_due_on", _("Oldest due date")),
            ("snoozed_until", _("Put off until")),
            ("escalated_on", _("Escalated on")),
            ("escalation_reason", _("Why escalated")),
            ("occasion_on", _("Occasion")),
            ("late_since_on", _("Late since")),
            ("reasons", _("Reasons")),
            ("weight", _("Weight")),
            ("group__name", _("Group")),
            ("template__name", _("Template")),
            ("team__name", _("Team")),
        ),
        because(
            FOLLOWS="customer entity address invoice step_offset",
            NUMBER="cycle run_id scenario_version",
            OF_OURS="owner",
        ),
        order="opened_on",
    ),
    Section(
        "invoices_of_actions",
        _("Invoices of reminders"),
        ActionLine,
        "action__customer",
        columns(
            ("action_id", _("Reminder")),
            ("invoice__number", _("Invoice")),
            ("amount", _("Amount")),
            ("action__currency", _("Currency")),
        ),
        order="action_id",
    ),
    Section(
        "earlier_lives",
        _("Reminders opened again: what they were before"),
        Life,
        "action__customer",
        columns(
            ("action_id", _("Reminder")),
            ("opened_on", _("Opened on")),
            ("closed_at", _("Closed at")),
            ("state", _("State")),
            ("outcome", _("Outcome")),
        ),
        order="action_id",
    ),
    Section(
        "cycles",
        _("Cycles of dunning"),
        Cycle,
        "customer",
        columns(
            ("currency", _("Currency")),
            ("opened_on", _("Opened on")),
            ("closed_on", _("Closed on")),
            ("passed_offset", _("Passed up to (days)")),
            ("by_hand", _("Waited for a person")),
        ),
        because(NUMBER="id", FOLLOWS="customer entity", WORK="resumable"),
    ),
    Section(
        "refusals",
        _("Reminders a rule kept back"),
        Refusal,
        "customer",
        columns(
            ("action_id", _("Reminder")),
            ("gate", _("Gate")),
            ("rule", _("Rule")),
            ("first_on", _("From")),
            ("last_on", _("Until")),
        ),
        because(NUMBER="id", FOLLOWS="customer entity"),
    ),
    Section(
        "groups",
        _("Groups"),
        Membership,
        "customer",
        columns(("group__name", _("Group")), ("from_on", _("From")), ("to_on", _("Until"))),
        because(FOLLOWS="customer entity", WORK="turns_on"),
        order="from_on",
        about=_("The group decides which reminders are foreseen."),
    ),
    Section(
        "decisions",
        _("Decisions of the nights"),
        Decision,
        "customer",
        columns(
            ("on", _("Date")),
            ("currency", _("Currency")),
            ("outcome", _("Outcome")),
            ("step_code", _("Step")),
            ("next_look_on", _("Next look on")),
            ("facts", _("What it rested on")),
        ),
        because(FOLLOWS="customer entity", NUMBER="run"),
        order="on",
        about=_(
            "Each night a program decides, by the age of what is late, which reminder is due (GDPR art. 15(1)(h)). A "
            "decision stands until the next one."
        ),
    ),
    Section(
        "account",
        _("Account as the last night found it"),
        Account,
        "customer",
        columns(
            ("currency", _("Currency")),
            ("open_amount", _("Open")),
            ("late_amount", _("Overdue")),
            ("days_31_60", _("31–60 days")),
            ("days_61_90", _("61–90 days")),
            ("days_91", _("More than 90 days")),
            ("disputed_amount", _("Disputed")),
            ("unapplied_amount", _("Unapplied money")),
            ("credit_notes_amount", _("Credit notes")),
            ("outcome", _("Outcome")),
            ("look_on", _("Next look on")),
        ),
        because(FOLLOWS="customer entity overdue ages_on", NUMBER="group_id team_id", OF_OURS="collector_id"),
        order="currency",
    ),
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

# Of the tables of ours, those a copy says nothing of.
NOT_OF_A_PERSON = {
    "engine.Change": WORK,
    "events.Event": "what the program told itself: a change told elsewhere, forgotten after a while",
    "events.Delivery": WORK,
    "actions.Deed": "a copy of reminders as they stood, kept for ten minutes",
    "actions.Tally": WORK,
    "privacy.Purge": "numbers of many",
    "privacy.Anonymised": "that nothing of him is left",
    "core.Removed": "identifiers of what an undone import took away: of no customer any more",
    "imports.AddressBefore": "which file said an address: told as its origin",
    "imports.NewCustomer": "which file brought him: told as the origin of the identity",
    "imports.Batch": "a file of many people: the lines about him are told, the file is not",
    "imports.RowError": "rows of a file that were refused: of no customer",
    "receivables.ForeignAccount": FOLLOWS,
    "receivables.DayTally": "sums of many",
    "engine.AgedPart": "sums of many",
    "engine.DailyFigures": "sums of many",
    "letters.PrintBatch": "a file of many people: each letter is told by its own",
    "localmail.LocalMail": "the made-up network of the demonstration",
} | dict.fromkeys(
    (
        "accounts.Absence", "accounts.ApiToken", "accounts.ContractRate", "accounts.Entity", "accounts.EntityClosure",
        "accounts.LegalMentions", "accounts.Team", "accounts.TeamMember", "accounts.User", "actions.SavedView",
        "engine.AskedNight", "engine.DryRun", "engine.MorningReport", "engine.Run", "engine.RunPart", "engine.RunStage",
        "engine.Simulation", "engine.TrainingReset", "imports.LastFeed", "imports.MappingProfile", "law.ExchangeRate",
        "law.Holiday", "law.Rate", "law.Rule", "letters.DeliveredDefault", "letters.Preparation", "letters.Template",
        "letters.TemplateVersion", "messaging.MailboxPosition", "messaging.SendingDay", "messaging.Withholding",
        "privacy.Retention", "scenarios.DeliveredDefault", "scenarios.Scenario", "scenarios.ScenarioVersion",
        "scenarios.Step", "segments.Group",
    ),
    "settings, people or work of the creditor: of no customer",
)  # fmt: skip
