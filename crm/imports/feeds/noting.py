"""That another system spoke: how fresh the books are rests on it."""

from datetime import datetime

from crm.accounts.models import Entity
from crm.core import sql


def note_feed(entity: Entity, *, at: datetime) -> None:
    """Keep when the entity's books were last sent through the API, even if nothing was new. One statement.

    Call it when a row was taken: what is wholly refused says nothing of the books.
    """
    sql.run("crm.imports", "feed_noted", {"entity": entity.pk, "at": at})
