"""Reads a message template for what the law wants in it and what it wants kept out.

It warns: the author decides, except where a text makes the message void. Words, mentions and articles are dated rules
of `crm.law`; here stand only the ways a mention can be written.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.utils.translation import gettext as _, gettext_lazy
from liquid.exceptions import LiquidError

from crm.core.liquid import TemplateFault, parse
from crm.core.liquid.faults import place_in
from crm.customers.models import Channel, CustomerKind
from crm.law.models import Rule
from crm.law.queries import rule

WITH_MENTIONS = frozenset({Channel.EMAIL, Channel.POST})
# A first friendly word may go without; what insists says what the delay costs.
INSISTING = frozenset({"reminder", "firm", "formal_notice"})
LIQUID = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
ACCENTS = str.maketrans("àâäéèêëîïôöùûüç", "aaaeeeeiioouuuc")


@dataclass(frozen=True)
class Remark:
    """Something the law has to say; line and column count from 1, line 1 when it concerns the whole text."""

    message: str
    line: int
    column: int
    rule: str
    article: str
    level: Literal["error", "warning"] = "warning"
    field: Literal["subject", "body"] = "body"


@dataclass(frozen=True)
class Mention:
    """How a mention may be recognised: a published variable, or words."""

    label: str
    variables: frozenset[str]
    words: re.Pattern[str]


def _mention(label: object, variables: str, words: str) -> Mention:
    return Mention(label, frozenset(variables.split()), re.compile(words, re.IGNORECASE))  # type: ignore[arg-type]


MENTIONS = {
    "late_rate": _mention(
        gettext_lazy("the rate of late payment penalties"), "charges.rate interest_detail", r"\d+([.,]\d+)?\s*%"
    ),
    "fixed_indemnity": _mention(
        gettext_lazy("the fixed indemnity of 40 €"),
        "charges.indemnity amount_split",
        r"\b40([.,]00)?\s*(€|EUR\b|euros?\b)|€\s?40\b",
    ),
    "mandate": _mention(
        gettext_lazy("the mandate of the creditor"),
        "mandate.creditor",
        r"\bau nom de\b|\bpour le compte de\b|on behalf of",
    ),
    "first_letter_date": _mention(gettext_lazy("the date of the first letter"), "first_letter.date", r"(?!)"),
    "first_letter_ref": _mention(gettext_lazy("the reference of the first letter"), "first_letter.ref", r"(?!)"),
}


def lint(
    body: str,
    *,
    channel: str,
    tone: str,
    jurisdiction: str,
    on: date,
    subject: str = "",
    customer_kinds: Collection[str] = (CustomerKind.PROFESSIONAL,),
    third_party: bool = False,
) -> list[Remark]:
    """Remarks on a template, in the order of the text.

    `customer_kinds`: to whom it may go (professionals unless known). `third_party`: the entity collects for others.
    Syntax faults are not its business: `crm.core.liquid.check` finds them.
    """
    remarks = [
        *_forbidden(subject, "subject", jurisdiction, on),
        *_forbidden(body, "body", jurisdiction, on),
        *_missing_for(body, channel, tone, jurisdiction, on, customer_kinds),
        *(_third_party(body, jurisdiction, on) if third_party else ()),
    ]
    return sorted(remarks, key=lambda remark: (remark.field == "body", remark.line, remark.column, remark.rule))


def _forbidden(text: str, field: Literal["subject", "body"], jurisdiction: str, on: date) -> Iterator[Remark]:
    """Words that imitate a court or threaten (FR-16), outside the Liquid tags."""
    law = rule(jurisdiction, "forbidden_words", on=on)
    if law is None:
        return
    words = "|".join(re.escape(_plain(word)) for word in sorted(law.value["words"], key=len, reverse=True))
    plain = _plain(LIQUID.sub(lambda tag: " " * len(tag[0]), text))
    for found in re.finditer(rf"\b({words})(s|es)?\b", plain):
        line, column = place_in(text, found.start())
        message = _("“%(word)s” imitates a court or threatens: say what you will really do.")
        written = text[found.start() : found.end()]
        yield Remark(message % {"word": written}, line, column, law.code, law.article, "warning", field)


def _missing_for(
    body: str, channel: str, tone: str, jurisdiction: str, on: date, kinds: Collection[str]
) -> Iterator[Remark]:
    """Penalty rate and indemnity in what is written to professionals and public bodies (FR-05)."""
    if channel not in WITH_MENTIONS or tone not in INSISTING:
        return
    seen: set[str] = set()
    for kind in sorted(kinds):
        law = rule(jurisdiction, "mentions", on=on, customer_kind=kind)
        for name in law.value["required"] if law else []:
            if name not in seen and not _says(body, MENTIONS[name]):
                seen.add(name)
                yield _missing(name, law, "warning")


def _third_party(body: str, jurisdiction: str, on: date) -> Iterator[Remark]:
    """Who collects for others repeats the reference and the date of his first letter (CPCE R124-4, FR-12)."""
    law = rule(jurisdiction, "third_party_mentions", on=on)
    for name in law.value["required"] if law else []:
        if not _says(body, MENTIONS[name]):
            yield _missing(name, law, "error")


def _missing(name: str, law: Rule | None, level: Literal["error", "warning"]) -> Remark:
    message = _("The text does not mention %(what)s.") % {"what": MENTIONS[name].label}
    return Remark(message, 1, 1, f"mention_{name}", law.article if law else "", level)


def _says(body: str, mention: Mention) -> bool:
    return bool(mention.words.search(LIQUID.sub(" ", body)) or mention.variables & variables_in(body))


def variables_in(body: str) -> set[str]:
    """Published variables the template prints or tests; none when it does not compile."""
    try:
        used = parse(body).analyze().variables.values()
    except (TemplateFault, LiquidError):
        return set()
    return {str(variable) for places in used for variable in places}


def _plain(text: str) -> str:
    """Lower case without accents, letter for letter, so that places stay true."""
    return text.lower().translate(ACCENTS) if len(text.lower()) == len(text) else text
