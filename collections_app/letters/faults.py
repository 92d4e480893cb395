"""What keeps a version from being published, or deserves a second look."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _, gettext_lazy

from collections_app.compliance.linter import lint, variables_in
from collections_app.letters import pdf, signs
from collections_app.letters.models import Template, TemplateVersion, Tone
from collections_app.letters.registry import is_notice
from collections_app.letters.variables import BLOCKS, names
from crm.accounts.queries import letterhead_missing
from crm.core.liquid import check
from crm.core.liquid.faults import place_in
from crm.customers.models import Channel, CustomerKind

WITH_SUBJECT = (Channel.EMAIL, Channel.POST)
AMOUNTS = ("total.with_charges", "amount_split", "total.net")
# What a formal notice says, and the variables any of which says it; the first is the one proposed.
DEMANDED = {
    gettext_lazy("how much is asked for"): AMOUNTS,
    gettext_lazy("for which invoices"): ("invoice_table", "invoices", "oldest.number", "oldest.label"),
    gettext_lazy("by when to pay"): ("deadline",),
}


@dataclass(frozen=True)
class Problem:
    """`where` is "subject" or "body"; a blocking one keeps the version from being published. `article`: of the law."""

    message: str
    where: str = "body"
    line: int | None = None
    column: int | None = None
    blocking: bool = True
    article: str = ""

    def __str__(self) -> str:
        part = _("Subject") if self.where == "subject" else _("Text")
        message = f"{self.message} ({self.article})" if self.article else self.message
        if self.line is None:
            return _("%(part)s: %(message)s") % {"part": part, "message": message}
        place = {"part": part, "line": self.line, "column": self.column, "message": message}
        return _("%(part)s, line %(line)s, column %(column)s: %(message)s") % place


def problems_of(version: TemplateVersion, *, on: date) -> list[Problem]:
    """All of them on a date: what is missing, what does not compile, what the law has to say."""
    tone = Tone.FORMAL_NOTICE if is_notice(version.template) else Tone(version.template.tone)
    return [
        *_missing(version),
        *_not_compiling(version),
        *_undrawn(version),
        *_not_drawn(version, on),
        *_without_letterhead(version, on),
        *_no_notice(version, tone),
        *_claiming_less(version, tone),
        *_remarks(version, tone, on),
    ]


def _missing(version: TemplateVersion) -> Iterator[Problem]:
    if version.template.channel in WITH_SUBJECT and not version.subject.strip():
        yield Problem(_("The subject is empty."), "subject")
    if not version.body.strip():
        yield Problem(_("The text is empty."))


def _not_compiling(version: TemplateVersion) -> Iterator[Problem]:
    known = names(version.template.channel)
    for where, source in (("subject", version.subject), ("body", version.body)):
        for finding in check(source, known):
            yield Problem(finding.message, where, finding.line, finding.column)
    for table in sorted(variables_in(version.subject) & known & BLOCKS.keys()):
        yield Problem(_("“%(name)s” is a table: a subject has no room for it.") % {"name": table}, "subject")


def _undrawn(version: TemplateVersion) -> Iterator[Problem]:
    """Signs no font of letters has, each once; who reads a mail has fonts of his own."""
    if version.template.channel != Channel.POST:
        return
    for where, source in (("subject", version.subject), ("body", version.body)):
        for sign, found in {found[0]: found for found in reversed([*signs.undrawn(source)])}.items():
            if nearest := signs.nearest(sign):
                yield _of_sign(sign, nearest, where, *place_in(source, found.start()))


def _of_sign(sign: str, nearest: str, where: str, line: int, column: int) -> Problem:
    if nearest == signs.UNKNOWN:
        message = _("No font of letters has the sign “%(sign)s” (%(code)s): write it otherwise.")
    else:
        message = _("Letters are drawn with “%(nearest)s” for the sign “%(sign)s” (%(code)s).")
    told = message % {"sign": sign, "nearest": nearest, "code": f"U+{ord(sign):04X}"}
    return Problem(told, where, line, column, blocking=nearest == signs.UNKNOWN)


def _not_drawn(version: TemplateVersion, on: date) -> Iterator[Problem]:
    if version.template.channel != Channel.POST:
        return
    try:
        pdf.proof(version, on=on)
    except pdf.NotDrawn as refusal:
        yield Problem(str(refusal))


def _without_letterhead(version: TemplateVersion, on: date) -> Iterator[Problem]:
    """Who was live before the mentions were asked for is told where messages are written."""
    if version.template.channel not in WITH_SUBJECT:
        return
    if article := letterhead_missing(version.template.entity, version.language, on):
        message = _("The foot has no legal mentions (form, capital, registry): write them in the entity.")
        yield Problem(message, blocking=False, article=article)


def _no_notice(version: TemplateVersion, tone: Tone) -> Iterator[Problem]:
    """What makes a text a demand: how much, for what, by when. Without one of them it is read as no formal notice."""
    if tone != Tone.FORMAL_NOTICE or version.template.channel not in WITH_SUBJECT or not version.body.strip():
        return
    named = variables_in(version.body)
    for what, enough in DEMANDED.items():
        if not named.intersection(enough):
            message = _("A formal notice says %(what)s, and this text does not: write “%(variable)s”.")
            yield Problem(message % {"what": what, "variable": enough[0]})


def _claiming_less(version: TemplateVersion, tone: Tone) -> Iterator[Problem]:
    """A formal notice asks for interest and costs too: its QR code, and the amount kept with it."""
    if tone != Tone.FORMAL_NOTICE or not version.body.strip():
        return
    named = variables_in(version.body)
    if not named.intersection(AMOUNTS):  # told as missing
        return
    split = "amount_split" in named and "total.net" not in named
    if split or "total.with_charges" in named:
        return
    message = _(
        "A formal notice asks for interest and costs as well, in its QR code too, and the text does not name that "
        "amount: write “total.with_charges”."
    )
    yield Problem(message, blocking=False)


def _remarks(version: TemplateVersion, tone: Tone, on: date) -> Iterator[Problem]:
    template = version.template
    for remark in lint(
        version.body,
        channel=template.channel,
        tone=tone,
        jurisdiction=template.entity.jurisdiction,
        on=on,
        subject=version.subject,
        customer_kinds=_readers(template),
        third_party=template.entity.collects_for_others,
    ):
        whole = remark.rule.startswith("mention_")
        yield Problem(
            remark.message,
            remark.field,
            None if whole else remark.line,
            None if whole else remark.column,
            remark.level == "error",
            remark.article,
        )


def _readers(template: Template) -> tuple[CustomerKind, ...]:
    return (CustomerKind.CONSUMER,) if template.for_consumers else (CustomerKind.PROFESSIONAL,)
