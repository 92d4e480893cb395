"""What is wrong with a template, in words a supervisor understands, with its place."""

import re

from django.utils.translation import gettext as _
from liquid.exceptions import (
    BlockNestingError,
    FilterError,
    LiquidError,
    LoopIterationLimitError,
    ResourceLimitError,
    UndefinedError,
    UnknownFilterError,
)


class TemplateFault(Exception):
    """A template that does not compile or does not render; line and column count from 1, None when unknown."""

    def __init__(self, message: str, *, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column

    def __str__(self) -> str:
        if self.line is None:
            return self.message
        place = {"line": self.line, "column": self.column, "message": self.message}
        return _("Line %(line)s, column %(column)s: %(message)s") % place


def fault_of(error: LiquidError | ArithmeticError, source: str) -> TemplateFault:
    """The library's error as ours; an error met at the end of the text has the place of the end. Of what cannot be
    computed no place is known."""
    if isinstance(error, ArithmeticError):
        return TemplateFault(_("A number in the text is none, or is too large."))
    at = error.token.start_index if error.token else -1
    line, column = place_in(source, at if at >= 0 else len(source))
    return TemplateFault(_words(error), line=line, column=column)


def place_in(source: str, index: int) -> tuple[int, int]:
    """Line and column, from 1, of a position in `source`."""
    before = source[: max(index, 0)]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _words(error: LiquidError) -> str:
    text = str(error.message or "")
    if isinstance(error, UndefinedError):
        return _("Unknown variable “%(name)s”.") % {"name": _quoted(text)}
    if isinstance(error, UnknownFilterError):
        return _("Unknown filter “%(name)s”.") % {"name": _quoted(text)}
    if isinstance(error, LoopIterationLimitError | BlockNestingError):
        return _("Too many repetitions or nested blocks.")
    if isinstance(error, ResourceLimitError):
        return _("The result is too long.")
    if isinstance(error, FilterError):
        return text
    return _syntax(text)


def _syntax(text: str) -> str:
    if unexpected := re.match(r"unexpected tag '(\w+)'", text):
        return _("The tag “%(name)s” is not known here.") % {"name": unexpected[1]}
    if missing := re.search(r"expected tag '?(end\w+)'?", text):
        return _("A block is not closed: “{%% %(name)s %%}” is missing.") % {"name": missing[1]}
    if "found end of file" in text or "closing delimiter" in text:
        return _("A brace is not closed: “}}” or “%}” is missing.")
    return _("Not understood: %(detail)s.") % {"detail": text or _("the text")}


def _quoted(text: str) -> str:
    """Name between the first quotes of the library's message, else its first word."""
    found = re.search(r"'([^']*)'", text)
    return found[1] if found else text.split(" ")[0]
