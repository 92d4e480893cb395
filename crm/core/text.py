"""Words as they are searched."""

import unicodedata


def plain(words: str) -> str:
    """Lower case without accents: the Python twin of SQL `plain_text`."""
    decomposed = unicodedata.normalize("NFKD", words.replace("œ", "oe").replace("Œ", "oe").replace("ß", "ss"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower().strip()
