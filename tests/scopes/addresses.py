"""Every address of the project, and the row of a company each of them leads to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver

from tests.scopes.world import House

# The model whose key stands in the address, by name of the address (the admin's usual pages are found by themselves).
LEADS_TO = {
    "action_panel": "actions.action",
    "action_words": "actions.action",
    "action_enter": "actions.action",
    "action_said": "actions.action",
    "action_said_fields": "actions.action",
    "action_take_back": "actions.deed",
    "view_forget": "actions.savedview",
    "manual": "customers.customer",
    "manual_preview": "customers.customer",
    "manual_mail": "customers.customer",
    "manual_letter": "customers.customer",
    "manual_open": "customers.customer",
    "customer_why": "customers.customer",
    "customer_past": "customers.customer",
    "personal_data": "customers.customer",
    "personal_data_copy": "customers.customer",
    "personal_data_request": "customers.customer",
    "personal_data_answer": "privacy.request",
    "personal_data_download": "privacy.personexport",
    "retention_change": "accounts.entity",
    "purge": "privacy.purge",
    "purge_confirm": "privacy.purge",
    "hold_place": "customers.customer",
    "hold_lift": "holds.hold",
    "hold_mistake": "holds.hold",
    "letters:letter": "messaging.message",
    "import": "imports.batch",
    "import_decide": "imports.batch",
    "import_undo": "imports.batch",
    "import_profile": "imports.batch",
    "import_errors": "imports.batch",
    "history_older": "customers.customer",
    "note_add": "customers.customer",
    "customer": "customers.customer",
    "customer_change": "customers.customer",
    "contact_add": "customers.customer",
    "address_add": "customers.customer",
    "contact_change": "customers.contact",
    "address_verb": "customers.address",
    "customer_merge": "customers.customer",
    "customer_merge_confirm": "customers.customer",
    "admin:messaging_enclosure": "messaging.enclosure",
    "admin:engine_run_started": "accounts.entity",
    "admin:engine_rehearsal": "accounts.entity",
    "admin:engine_training_reset": "accounts.entity",
    "admin:receivables_invoice_write_off": "receivables.invoice",
    "admin:letters_printbatch_prepare": "accounts.entity",
    "admin:letters_printbatch_letter": "letters.printedletter",
    "admin:letters_printbatch_cancel": "letters.printedletter",
    "admin:letters_printbatch_registered": "letters.printedletter",
    "localmail:mail": "localmail.localmail",
    "localmail:html": "localmail.localmail",
    "localmail:attachment": "localmail.localmail",
    "localmail:answer": "localmail.localmail",
    "localmail:press": "localmail.localmail",
}
# Other words in an address.
USUAL = {
    "way": "up",
    "button": "delivered",
    "number": "0",
    "verb": "prefer",
    "url": "nowhere",
    "domain": "demo.example",
}
# Addresses that lead to no row of a company, and why.
NO_ROW = {
    "admin:view_on_site": "no model of ours has an address of its own for it",
    "admin:app_list": "lists models, not rows",
    "messaging:unsubscribe": "opened by the token of a message, without a login",
    "account_confirm_email": "a key sent by mail, of one person",
    "account_reset_password_from_key": "a key sent by mail, of one person",
    "localmail:messages": "opened by the key of the mail provider's interface",
    "openid_connect_login": "leads to the login server of a company",
    "openid_connect_callback": "a code of that server, for the session that asked",
    "messaging:anymail:mailgun_inbound_webhook": "opened by the provider's signature",
}


@dataclass(frozen=True)
class Address:
    """A route as the resolver knows it."""

    route: str
    name: str
    callback: Any

    @property
    def has_row(self) -> bool:
        """Whether a key of a company's row stands in it."""
        return bool(re.search(r"(?<!P)<", self.route)) and self.name not in NO_ROW

    def label(self) -> str:
        """The model it leads to. Raises KeyError for a page nobody listed: add it to LEADS_TO, or say why not."""
        if "<slug:entity>" in self.route:
            return "accounts.entity"
        if self.name in LEADS_TO:
            return LEADS_TO[self.name]
        return _model_of_admin(self.route)

    def of(self, house: House) -> str:
        """The path to the row of a house; routes without a row lead to themselves."""
        if not self.has_row:
            return "/" + self._filled({})
        row = house.rows.get(self.label())
        # A model of no company: the usual pages of the admin are asked for a row that does not exist.
        keys = dict.fromkeys(("pk", "object_id", "message_id", "letter_id", "entity_id"), str(row.pk if row else 1))
        return "/" + self._filled(
            {
                **keys,
                "entity": house.entity.code,
                "other": str(house.twin.pk),
                "external_id": house.rows["customers.customer"].external_id,
                "action": str(house.pk("actions.action")),
            }
        )

    def _filled(self, words: dict[str, str]) -> str:
        words = {**USUAL, **words}
        plain = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: words.get(found[1], "1"), self.route)
        return re.sub(r"[\^$]|\(.*?\)\??", "", plain)


def _model_of_admin(route: str) -> str:
    """app.model of a route of the admin. Raises KeyError."""
    found = re.match(r"admin/(\w+)/(\w+)/", route)
    models = {model._meta.label_lower for model in admin.site._registry}
    if not found or f"{found[1]}.{found[2]}" not in models:
        raise KeyError(route)
    return f"{found[1]}.{found[2]}"


def addresses() -> list[Address]:
    """All of them, in the order of the resolver."""
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(entries: list[URLPattern | URLResolver], prefix: str, space: str) -> Iterator[Address]:
    for entry in entries:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield Address(route, f"{space}{entry.name}", entry.callback)
        else:
            yield from _walk(entry.url_patterns, route, f"{space}{entry.namespace}:" if entry.namespace else space)
