"""What is kept to be looked at once more, and no longer than the settings say: the text of a mail and what became of a
message stay."""

from datetime import datetime

from crm.core import sql

PACKAGE = "telephony.messaging"
# Rows of one statement: a whole mail may hold megabytes.
MAILS_PAGE = 500
NEWS_PAGE = 5_000


def forget_raw_mails(*, before: datetime, page: int = MAILS_PAGE) -> int:
    """Of mails received before that instant, keep what was read in them and no longer their bytes; how many. Those that
    wait to be read, or for a person, stay whole."""
    return sql.paged(PACKAGE, "forget_raw_mails", {"before": before, "page": page})


def forget_unattached_mails(*, before: datetime, page: int = MAILS_PAGE) -> int:
    """Remove whole the mails that arrived before that instant and that nobody said whose they are; how many. Those that
    wait to be read, or for a person, stay."""
    return sql.paged(PACKAGE, "forget_unattached_mails", {"before": before, "page": page})


def forget_news(*, before: datetime, page: int = NEWS_PAGE) -> int:
    """Of news received before that instant, keep what they say of our messages and no longer what the provider sent
    along; those of messages that are not ours go whole. How many. Those that wait to be applied stay."""
    return sql.paged(PACKAGE, "forget_news", {"before": before, "page": page})
