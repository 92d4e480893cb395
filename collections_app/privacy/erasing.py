"""What anonymisation does with each column about a person: amounts, days and codes stay, words and names go.

A test walks all models and their fields, as of the copy of a file: what is not said to stay is rewritten, or its row
goes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

MARK = "anonymised"
# The columns of keys differ in length; none is shorter than this.
UNIQUE = f"'{MARK}-' || id"
EMPTY = "''"
DASH = "'—'"  # where a text is wanted

OF_CUSTOMER = "customer_id = any(%(ids)s)"
OF_INVOICES = "invoice_id in (select id from receivables_invoice where customer_id = any(%(ids)s))"
OF_MESSAGES = "message_id = any(%(messages)s)"


@dataclass(frozen=True)
class Rewritten:
    """Rows stay: the columns of `put` are written anew where `where` holds, those of `kept` stay as they are."""

    table: str
    where: str
    put: Mapping[str, str]
    kept: str = ""

    def statement(self) -> str:
        """UPDATE of these rows."""
        new = ", ".join(f'"{name}" = {value}' for name, value in self.put.items())
        return f"update {self.table} set {new} where {self.where}"


@dataclass(frozen=True)
class Gone:
    """Rows go."""

    table: str
    where: str

    def statement(self) -> str:
        """DELETE of these rows."""
        return f"delete from {self.table} where {self.where}"


@dataclass(frozen=True)
class Stays:
    """Rows stay as they are: nothing in them names anybody."""

    table: str
    kept: str


Fate = Rewritten | Gone | Stays

# Of messages: their words go sooner than the customer.
MESSAGES: dict[str, Fate] = {
    "messaging.Enclosure": Gone("messaging_enclosure", OF_MESSAGES),
    "messaging.Attempt": Rewritten(
        "messaging_attempt",
        OF_MESSAGES,
        {"provider_id": EMPTY, "error_text": EMPTY},
        "id message_id started_at ended_at provider result error_code",
    ),
    "messaging.DeliveryEvent": Rewritten(
        "messaging_deliveryevent",
        OF_MESSAGES,
        {
            "key": UNIQUE, "message_ref": EMPTY, "provider_id": EMPTY, "recipient": EMPTY, "reason": EMPTY,
            "payload": "null", "error": EMPTY,
        },
        "id message_id provider kind permanent at received_at not_before_at applied_at failing_since given_up_at",
    ),
    "letters.PrintedLetter": Rewritten(
        "letters_printedletter",
        OF_MESSAGES,
        {"registered_number": EMPTY},
        "id batch_id message_id position pages registered taken_out_at",
    ),
    "messaging.Message": Rewritten(
        "messaging_message",
        "id = any(%(messages)s)",
        {
            "recipient": EMPTY, "reason": EMPTY, "subject": EMPTY, "body": "null", "digest": f"'{MARK}'",
            "variables": "'{}'", "message_id": UNIQUE, "token": "'gone-' || id",
        },
        "id entity_id customer_id channel address_id language origin origin_id attempt_key occasion state "
        "not_before_at handed_until lease_until held_by counts_on compose_failures template_version_id amount "
        "currency created_at reserved_at sent_at delivered_at closed_at",
    ),
}  # fmt: skip
REPLIES: dict[str, Fate] = {"messaging.Reply": Gone("messaging_reply", "id = any(%(replies)s)")}

PERSON: dict[str, Fate] = {
    "customers.Customer": Rewritten(
        "customers_customer",
        "id = any(%(ids)s)",
        {
            "external_id": UNIQUE, "name": "'— ' || id", "siren": EMPTY, "siret": EMPTY, "vat_number": EMPTY,
            "city": EMPTY, "category": EMPTY, "tags": "'{}'", "attributes": "'{}'", "parent_id": "null",
            "time_zone": EMPTY,
        },
        "id entity_id kind language country collector_id team_id merged_into_id created_at",
    ),
    "customers.Contact": Rewritten(
        "customers_contact", OF_CUSTOMER, {"name": DASH, "position": EMPTY}, "id customer_id role language"
    ),
    "customers.Address": Rewritten(
        "customers_address",
        OF_CUSTOMER,
        {"value": UNIQUE, "invalid_reason": EMPTY, "invalid_since": "coalesce(invalid_since, %(on)s)"},
        "id customer_id contact_id channel preferred valid_from valid_until consent opted_out_at sent_at",
    ),
    "receivables.Invoice": Rewritten(
        "receivables_invoice",
        OF_CUSTOMER,
        {"external_id": UNIQUE, "number": UNIQUE, "label": EMPTY},
        "id entity_id customer_id installment kind debt_type issued_on due_on due_on_source currency amount "
        "open_amount settled_on import_batch_id recorded_at books_amount",
    ),
    "receivables.Credit": Rewritten(
        "receivables_credit",
        OF_CUSTOMER,
        {"external_id": UNIQUE, "number": EMPTY, "label": EMPTY},
        "id entity_id customer_id kind received_on currency amount open_amount names_invoice_id import_batch_id "
        "recorded_at books_amount",
    ),
    "receivables.Movement": Rewritten(
        "receivables_movement",
        OF_CUSTOMER + " and reason <> ''",
        {"reason": EMPTY},
        "id entity_id customer_id invoice_id credit_id kind currency amount on at by_id undoes_id import_batch_id "
        "earliest_on",
    ),
    "receivables.Waiver": Rewritten(
        "receivables_waiver",
        OF_INVOICES,
        {"reason": DASH},
        "id entity_id invoice_id kind currency amount on at by_id",
    ),
    "receivables.Interruption": Rewritten(
        "receivables_interruption",
        OF_CUSTOMER,
        {"reference": DASH},
        "id entity_id customer_id invoice_id kind on ended_on void at by_id",
    ),
    "receivables.FormalNotice": Stays("receivables_formalnotice", "id invoice_id action_id on at"),
    "receivables.ForeignAccount": Stays("receivables_foreignaccount", "entity_id currency customer_id"),
    "holds.Hold": Rewritten(
        "holds_hold",
        OF_CUSTOMER,
        {"reason": DASH},
        "id entity_id customer_id invoice_id born_before kind starts_on ends_on ended_on outcome ended_at mistaken_at "
        "author_id created_at amount currency",
    ),
    "holds.Declaration": Rewritten(
        "holds_declaration",
        "hold_id in (select id from holds_hold where customer_id = any(%(ids)s))",
        {"reference": EMPTY, "reason": f"case when reason = '' then '' else {DASH} end"},
        "id hold_id declared_on author_id at action_id",
    ),
    "holds.DeclaredClaim": Stays("holds_declaredclaim", "declaration_id invoice_id currency amount"),
    "imports.AddressBefore": Stays(
        "imports_addressbefore", "id batch_id address_id is_new sent_at became_at retired_on"
    ),
    "imports.FecLine": Gone("imports_fecline", OF_CUSTOMER),
    "imports.LabelBefore": Gone("imports_labelbefore", OF_INVOICES),
    "imports.DueDateBefore": Stays("imports_duedatebefore", "id batch_id invoice_id due_on due_on_source became_on"),
    "imports.NewCustomer": Stays("imports_newcustomer", "id batch_id customer_id"),
    "timeline.Entry": Gone("timeline_entry", OF_CUSTOMER),
    "events.Delivery": Gone(
        "events_delivery", "event_id in (select id from events_event where customer_id = any(%(ids)s))"
    ),
    "events.Event": Gone("events_event", OF_CUSTOMER),
    "actions.Action": Rewritten(
        "actions_action",
        OF_CUSTOMER + " and note <> ''",
        {"note": EMPTY},
        "id entity_id customer_id currency kind step_code step_offset cycle_id invoice_id occasion_on channel mode "
        "state template_id scenario_version_id group_id address_id formal_notice owner_id team_id amount oldest_due_on "
        "opened_on reopened_on approved_on snoozed_until weight late_since_on reasons escalated_on escalation_reason "
        "closed_at left_on closed_by_id outcome run_id",
    ),
    "actions.ActionLine": Stays("actions_actionline", "action_id invoice_id amount"),
    "actions.Life": Stays("actions_life", "action_id opened_on closed_at state outcome"),
    "actions.Cycle": Stays(
        "actions_cycle", "id entity_id customer_id currency opened_on closed_on passed_offset by_hand resumable"
    ),
    "actions.Refusal": Stays("actions_refusal", "id entity_id customer_id action_id gate rule first_on last_on"),
    "segments.Membership": Stays("segments_membership", "entity_id customer_id group_id from_on to_on turns_on"),
    "engine.Change": Stays("engine_change", "id entity_id customer_id"),
    "engine.Account": Gone("engine_account", OF_CUSTOMER),
    "engine.Decision": Stays(
        "engine_decision", "entity_id customer_id currency on run_id outcome step_code next_look_on facts"
    ),
    "privacy.PersonExport": Rewritten(
        "privacy_personexport",
        OF_CUSTOMER,
        {"failure": EMPTY},
        "id customer_id asked_at asked_by_id finished_at file size erased_at",
    ),
    "privacy.Request": Rewritten(
        "privacy_request",
        OF_CUSTOMER,
        {"words": EMPTY, "extension": EMPTY, "answer": EMPTY},
        "id customer_id kind received_on due_on answered_on outcome hold_id recorded_at recorded_by_id answered_by_id",
    ),
    "privacy.Anonymised": Stays("privacy_anonymised", "customer_id purge_id at"),
    "admin.LogEntry": Rewritten(
        "django_admin_log",
        "(content_type_id, object_id) in (select key, id::text from logged)",
        {"object_repr": DASH, "change_message": EMPTY},
        "id action_time user_id content_type_id object_id action_flag",
    ),
    "auditlog.LogEntry": Rewritten(
        "auditlog_logentry",
        "(content_type_id, object_pk) in (select key, id::text from logged)",
        {
            "object_repr": DASH, "serialized_data": "null", "changes": "null", "changes_text": EMPTY,
            "additional_data": "null",
        },
        "id content_type_id object_pk object_id action actor_id cid remote_addr remote_port timestamp actor_email",
    ),
}  # fmt: skip
# Whose rows the journals name.
LOGGED = {
    "customer": "select id from customers_customer where id = any(%(ids)s)",
    **{
        model: f"select id from {table} where {OF_CUSTOMER}"
        for model, table in (
            ("contact", "customers_contact"), ("address", "customers_address"), ("hold", "holds_hold"),
            ("invoice", "receivables_invoice"), ("credit", "receivables_credit"),
            ("interruption", "receivables_interruption"), ("message", "messaging_message"),
        )
    },
    "waiver": f"select id from receivables_waiver where {OF_INVOICES}",
}  # fmt: skip
# Names of people stand in none of them, or only until what they speak of goes by itself or with the files.
OF_NOBODY: dict[str, str] = {
    "actions.Deed": "forgotten after ten minutes",
    "core.Removed": "identifiers of what an undone import took away: of no customer any more",
    "imports.Batch": "files: erased with the uploads",
    "imports.RowError": "rows of files: erased with the uploads",
    "engine.DryRun": "a report that names some: erased with the uploads",
    "engine.Simulation": "a report that names some: erased with the uploads",
    "letters.PrintBatch": "a file of letters: erased with the messages",
    "localmail.LocalMail": "the made-up network of the demonstration",
}
OF_ALL = {**MESSAGES, **REPLIES, **PERSON}


@dataclass(frozen=True)
class Batch:
    """What one transaction anonymises: customers with all of theirs, or messages and replies alone."""

    ids: Sequence[int] = ()
    messages: Sequence[int] = ()
    replies: Sequence[int] = ()
    params: Mapping[str, Any] = field(default_factory=dict)

    def carry_out(self) -> None:
        """In the caller's transaction; the database lets words of the history and the ledger go in it."""
        params = {"ids": list(self.ids), "messages": list(self.messages), "replies": list(self.replies), **self.params}
        with connection.cursor() as cursor:
            cursor.execute("select set_config('acquit.anonymising', 'on', true)")
            for fate in (MESSAGES | REPLIES | (PERSON if self.ids else {})).values():
                if not isinstance(fate, Stays):
                    cursor.execute(_with_logged(fate), params)
            cursor.execute("select set_config('acquit.anonymising', '', true)")


def _with_logged(fate: Rewritten | Gone) -> str:
    if "from logged" not in fate.where:
        return fate.statement()
    parts = " union all ".join(
        f"select (select id from django_content_type where model = '{model}' and app_label in "
        f"('customers', 'receivables', 'holds', 'messaging')) as key, id from ({rows}) as {model}"
        for model, rows in LOGGED.items()
    )
    return f"with logged as ({parts}) {fate.statement()}"
