"""Keys of rows as forms and addresses name them."""

DIGITS = 18  # as many as any key has


def key_in(text: str) -> int | None:
    """The key a text names, None where it names none."""
    return int(text) if text.isdecimal() and len(text) <= DIGITS else None


def keys_in(texts: list[str]) -> list[int]:
    """Those that texts name, each once, in their order."""
    return list(dict.fromkeys(key for text in texts if (key := key_in(text)) is not None))
