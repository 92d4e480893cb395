"""What keeps a version from being published, or deserves a second look."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from collections_app.letters.models import TemplateVersion
from collections_app.letters.variables import names
from crm.core.liquid import check
from crm.customers.models import Channel


@dataclass(frozen=True)
class Problem:
    """`where` is "subject" or "body"; a blocking one keeps the version from being published."""

    message: str
    where: str = "body"
    line: int | None = None
    column: int | None = None
    blocking: bool = True

    def __str__(self) -> str:
        part = _("Subject") if self.where == "subject" else _("Text")
        if self.line is None:
            return f"{part}: {self.message}"
        place = {"part": part, "line": self.line, "column": self.column, "message": self.message}
        return _("%(part)s, line %(line)s, column %(column)s: %(message)s") % place


def problems_of(version: TemplateVersion) -> list[Problem]:
    """All of them, those of the subject first."""
    return [*_missing(version), *_not_compiling(version)]


def _missing(version: TemplateVersion) -> Iterator[Problem]:
    if version.template.channel in (Channel.EMAIL, Channel.POST) and not version.subject.strip():
        yield Problem(_("The subject is empty."), "subject")
    if not version.body.strip():
        yield Problem(_("The text is empty."))


def _not_compiling(version: TemplateVersion) -> Iterator[Problem]:
    known = names(version.template.channel)
    for where, source in (("subject", version.subject), ("body", version.body)):
        for finding in check(source, known):
            yield Problem(finding.message, where, finding.line, finding.column)
