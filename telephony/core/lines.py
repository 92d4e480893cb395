"""Texts on one line: subjects of mails and letters."""

import re

# White space where a line may break: all of it but the no-break spaces that hold an amount and its currency together.
BREAKS = re.compile(r"[^\S\u00a0\u202f]+")


def one_line(text: str) -> str:
    """A text on one line, with single spaces; no-break spaces stay."""
    return BREAKS.sub(" ", text).strip()
