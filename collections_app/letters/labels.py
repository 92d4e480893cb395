"""Words the composition adds around a template, in the recipient's language.

Kept apart from the catalogue of the pages: a message must be whole in one language, so a language exists here
entirely or not at all, whatever the state of the translations of the screens.
"""

from collections.abc import Mapping

LOCALES = {"fr": "fr_FR", "en": "en_GB"}

LABELS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "invoice": "facture {number}",
        "installment": "facture {number} (échéance {installment})",
        "opening": "solde antérieur",
        "returned_payment": "règlement revenu impayé",
        "adjustment": "régularisation",
        "item": "Pièce",
        "issued": "Date",
        "due": "Échéance",
        "late": "Retard",
        "days": "{days}\u00a0j",
        "original": "Montant d’origine",
        "net": "Reste à payer",
        "amount": "Montant",
        "total": "Total",
        "carried": "À reporter",
        "brought": "Report",
        "principal": "Principal",
        "interest": "Intérêts de retard au {on}",
        "indemnity": "Indemnité forfaitaire de recouvrement",
        "total_due": "Total à payer",
        "period": "Période",
        "until": "du {start} au {end}",
        "base": "Somme due",
        "rate": "Taux annuel",
        "interest_title": "Détail des intérêts de retard",
        "holder": "Titulaire",
        "reference": "Référence à rappeler",
        "pay_title": "Règlement par virement",
        "scan": "Virement par QR code",
        "account": "Compte",
        "your_reference": "Vos références",
        "phone": "Tél.",
        "siren": "SIREN",
        "vat": "TVA",
        "page": "Page {page} sur {pages}",
        "registered": "Lettre recommandée avec avis de réception",
        "registered_number": "N° d’envoi",
        "enclosures": "Pièces jointes",
        "statement": "Relevé de compte",
        "statement_file": "releve-{account}.pdf",
        "list_file": "factures-{account}.xlsx",
        "letter_file": "lettre-{account}.pdf",
        "unapplied": "Règlements et avoirs non affectés",
        "credit_payment": "règlement",
        "credit_credit_note": "avoir",
        "credit_opening": "solde antérieur",
        "credit_adjustment": "régularisation",
        "balance": "Solde du compte au {on}",
    },
    "en": {
        "invoice": "invoice {number}",
        "installment": "invoice {number} (instalment {installment})",
        "opening": "balance brought forward",
        "returned_payment": "returned payment",
        "adjustment": "adjustment",
        "item": "Item",
        "issued": "Date",
        "due": "Due date",
        "late": "Late",
        "days": "{days}\u00a0d",
        "original": "Original amount",
        "net": "Outstanding",
        "amount": "Amount",
        "total": "Total",
        "carried": "Carried forward",
        "brought": "Brought forward",
        "principal": "Principal",
        "interest": "Late interest to {on}",
        "indemnity": "Fixed compensation for recovery costs",
        "total_due": "Total to pay",
        "period": "Period",
        "until": "{start} to {end}",
        "base": "Amount due",
        "rate": "Yearly rate",
        "interest_title": "Detail of the late interest",
        "holder": "Account holder",
        "reference": "Reference to quote",
        "pay_title": "Payment by bank transfer",
        "scan": "Transfer by QR code",
        "account": "Account",
        "your_reference": "Your references",
        "phone": "Tel.",
        "siren": "SIREN",
        "vat": "VAT",
        "page": "Page {page} of {pages}",
        "registered": "Registered letter with acknowledgement of receipt",
        "registered_number": "Tracking no.",
        "enclosures": "Enclosures",
        "statement": "Statement of account",
        "statement_file": "statement-{account}.pdf",
        "list_file": "invoices-{account}.xlsx",
        "letter_file": "letter-{account}.pdf",
        "unapplied": "Unapplied payments and credit notes",
        "credit_payment": "payment",
        "credit_credit_note": "credit note",
        "credit_opening": "balance brought forward",
        "credit_adjustment": "adjustment",
        "balance": "Balance of the account as of {on}",
    },
}


def label(language: str, key: str, **values: object) -> str:
    """The words `key` in a language of LABELS, its places filled."""
    return LABELS[language][key].format(**values)


def locale_of(language: str) -> str:
    """Locale in which amounts and dates of a language are written."""
    return LOCALES[language]
