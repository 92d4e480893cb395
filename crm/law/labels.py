"""What the rules of the law are called, by their code, and whom they are for."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RULES: dict[str, str | Promise] = {
    "contact_caps": _("contacts at most"),
    "contact_hours_email": _("hours of contact by e-mail"),
    "contact_hours_phone": _("hours of contact by telephone"),
    "contact_hours_sms": _("hours of contact by SMS"),
    "fixed_indemnity": _("fixed indemnity"),
    "forbidden_words": _("words a text may not hold"),
    "hold": _("effect of a hold"),
    "insolvency": _("effect of an insolvency"),
    "keep_customers": _("how long customers are kept"),
    "keep_messages": _("how long messages are kept"),
    "keep_uploads": _("how long imported files are kept"),
    "late_interest": _("late payment interest"),
    "late_rate_floor": _("lowest late payment rate"),
    "letterhead": _("legal mentions on letters and e-mails"),
    "limitation": _("limitation period"),
    "limitation_effect": _("effect of the limitation"),
    "mentions": _("mentions a text must hold"),
    "minimum_amount": _("smallest amount asked for"),
    "notice_consent": _("consent to notices by e-mail"),
    "notice_days": _("days a formal notice leaves at least"),
    "opt_out": _("effect of an opt-out"),
    "payment_terms": _("longest payment terms"),
    "third_party_mentions": _("mentions of who collects for others"),
    "waiver_forbidden": _("charges that cannot be waived"),
}
# The law stands below customers and receivables, and says the same words.
MEANT_FOR: dict[str, str | Promise] = {
    "professional": _("professional"),
    "consumer": _("consumer"),
    "public_body": _("public body"),
    "association": _("association"),
    "trade": _("trade"),
    "rent": _("rent"),
    "telecom": _("telecom"),
    "transport": _("transport"),
    "insurance": _("insurance"),
    "loan": _("loan"),
    "other": _("other"),
}


def name_of(code: str) -> str:
    """A rule, a kind of customer or of debt in the reader's language; the code when nobody named it."""
    return str(RULES.get(code) or MEANT_FOR.get(code, code))
