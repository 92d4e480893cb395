"""The variables a template may use, as published beside the editor. Nothing else reaches a template."""

from dataclasses import dataclass
from typing import Any
from unicodedata import category

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.customers.models import Channel

BLOCK_MARK = "\ue000"  # private use: cleaned from every value, so no value can pass for a block


@dataclass(frozen=True)
class Variable:
    """`name` as written between braces; `example` as it is printed."""

    name: str
    meaning: str | Promise
    example: str

    @property
    def written(self) -> str:
        """What to insert in the text, with the filter that prints it well."""
        if self.name in BLOCKS or not self.filter:
            return f"{{{{ {self.name} }}}}"
        return f"{{{{ {self.name} | {self.filter} }}}}"

    @property
    def filter(self) -> str:
        last = self.name.rsplit(".", 1)[-1]
        if last in DATES:
            return "date"
        return "percent" if last == "rate" else "money" if last in AMOUNTS else ""


DATES = frozenset(["today", "deadline", "due_on", "issued_on", "oldest_due_on"])
AMOUNTS = frozenset(
    ["net", "original", "covered", "other", "all_due", "with_charges", "interest", "indemnity", "charges"]
)

ITEM = (
    Variable("label", _("What it is, in words: invoice and number, balance brought forward…"), "facture FA-1042"),
    Variable("number", _("Number of the invoice; empty for what is not an invoice."), "FA-1042"),
    Variable("issued_on", _("Date of the invoice."), "2 janvier 2026"),
    Variable("due_on", _("Due date."), "1er février 2026"),
    Variable("days_late", _("Days late; 0 when not yet due."), "28"),
    Variable("original", _("Original amount of the invoice."), "1 200,00 €"),
    Variable("net", _("Amount left to pay, net of unapplied payments."), "800,00 €"),
    Variable("covered", _("Part already paid or covered."), "400,00 €"),
)

BLOCKS = {
    "invoice_table": _("Table of the invoices concerned, with amounts and total."),
    "other_invoice_table": _("Formal notices: table of the other items due, which the notice does not cover."),
    "amount_split": _("Amount split: principal, late interest, recovery costs, total."),
    "interest_detail": _("Detail of the late interest: period, base, rate, amount."),
    "payment_details": _("How to pay: account holder, IBAN, BIC, reference; with a QR code on letters."),
}


def _items(prefix: str) -> tuple[Variable, ...]:
    return tuple(Variable(f"{prefix}.{each.name}", each.meaning, each.example) for each in ITEM)


VARIABLES: tuple[Variable, ...] = (
    Variable("today", _("Date of the message."), "1er mars 2026"),
    Variable(
        "deadline",
        _("Date by which payment is asked for: the days to pay of the text, else of the entity, then a worked day."),
        "9 mars 2026",
    ),
    Variable("reference", _("Reference to quote with the payment."), "C-00042"),
    Variable("customer.name", _("Name of the customer."), "Boulangerie Morel"),
    Variable("customer.account", _("Account of the customer in your books."), "C-00042"),
    Variable("customer.siren", _("SIREN of the customer."), "732829320"),
    Variable("customer.city", _("City of the customer."), "Lyon"),
    Variable("customer.professional", _("True for a professional: penalties and 40 € apply."), "oui"),
    Variable("customer.consumer", _("True for a consumer."), "non"),
    Variable("customer.public_body", _("True for a public body."), "non"),
    Variable("contact.name", _("Name of the dunning contact; empty when unknown."), "Camille Durand"),
    Variable("entity.name", _("Name of the creditor, as it signs."), "Ateliers Verdier SAS"),
    Variable("entity.legal_name", _("Legal name of the creditor."), "Ateliers Verdier SAS"),
    Variable("entity.siren", _("SIREN of the creditor."), "552100554"),
    Variable("entity.address", _("Address of the creditor on one line."), "12 rue des Lilas, 69003 Lyon"),
    Variable("entity.phone", _("Telephone of the creditor."), "+33 4 72 00 00 00"),
    Variable("entity.email", _("Address that receives the replies."), "relance@verdier.example"),
    Variable("entity.french_law", _("True when French law applies to the creditor: its articles and the 40 €."), "oui"),
    Variable("sender.name", _("Collector who signs, else the sender name of the entity."), "Léa Martin"),
    Variable("total.net", _("Amount asked for, net of unapplied payments."), "2 450,00 €"),
    Variable("total.original", _("Original amount of the invoices concerned."), "2 850,00 €"),
    Variable("total.count", _("Number of items concerned."), "3"),
    Variable("total.other", _("Formal notices: other amounts due, not covered by the notice."), "300,00 €"),
    Variable("total.other_count", _("Formal notices: number of other items due."), "1"),
    Variable("total.all_due", _("Amount asked for and other amounts due together."), "2 750,00 €"),
    Variable("total.with_charges", _("Amount asked for with late interest and recovery costs."), "2 601,18 €"),
    *_items("oldest"),
    Variable("charges.rate", _("Yearly late rate that runs from the due date; empty when none does."), "12,15 %"),
    Variable(
        "charges.rate_from_notice", _("Yearly late rate that a formal notice starts; empty when none does."), "4,50 %"
    ),
    Variable(
        "charges.delivery_days",
        _("Days from the sending of the notice until it counts as received and that rate runs; empty: none."),
        "3",
    ),
    Variable("charges.interest", _("Late interest accrued to the date of the message."), "31,18 €"),
    Variable("charges.indemnity", _("Fixed recovery costs (40 € per late invoice of a professional)."), "120,00 €"),
    Variable("payment.holder", _("Holder of the account to pay to."), "Ateliers Verdier SAS"),
    Variable("payment.iban", _("IBAN to pay to."), "FR76 3000 6000 0112 3456 7890 189"),
    Variable("payment.bic", _("BIC to pay to."), "AGRIFRPP"),
    *_items("invoices[]"),
    *_items("other_invoices[]"),
    *(Variable(name, meaning, "▤") for name, meaning in BLOCKS.items()),
)


def names(channel: str) -> frozenset[str]:
    """Paths a template of this channel may use; an SMS has no room for tables."""
    without = frozenset(BLOCKS) if channel == Channel.SMS else frozenset()
    return frozenset(each.name for each in VARIABLES) - without


def published(channel: str, search: str = "") -> list[Variable]:
    """Those shown beside the editor, narrowed to a word of their name or meaning."""
    word, allowed = search.strip().lower(), names(channel)
    return [
        each
        for each in VARIABLES
        if each.name in allowed and (word in each.name.lower() or word in str(each.meaning).lower())
    ]


def block(name: str) -> str:
    """What stands in the filled text where a table goes, until the channel draws it."""
    return f"{BLOCK_MARK}{name}{BLOCK_MARK}"


def plain(value: Any) -> Any:
    """A value fit for a template: on one line, without control or private-use characters; None for an empty text."""
    if not isinstance(value, str):
        return value
    return " ".join("".join(" " if category(each)[0] == "C" else each for each in value).split()) or None
