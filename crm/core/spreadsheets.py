"""Files that people open in a spreadsheet program."""

# So that it reads accents.
MARK = "\ufeff"
# A cell that begins so is a formula to it, whoever wrote it.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(text: str) -> str:
    """A text it does not take for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULAS) else text
