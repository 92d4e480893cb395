"""What a copy of a file tells, table by table: each column of each table is in it, or left out for a reason.

A test walks all models and their fields: a new column is told or left out, never forgotten.
"""

from collections_app.privacy.sections.base import Section
from collections_app.privacy.sections.books import BOOKS
from collections_app.privacy.sections.dunning import DUNNING
from collections_app.privacy.sections.exchanges import EXCHANGES
from collections_app.privacy.sections.files import FILES
from collections_app.privacy.sections.identity import IDENTITY
from collections_app.privacy.sections.left_out import NOT_OF_A_PERSON
from collections_app.privacy.sections.requests import REQUESTS
from collections_app.privacy.sections.suspensions import SUSPENSIONS

__all__ = ["NOT_OF_A_PERSON", "SECTIONS", "Section"]

# In the order of the document.
SECTIONS: tuple[Section, ...] = (*IDENTITY, *BOOKS, *SUSPENSIONS, *EXCHANGES, *DUNNING, *FILES, *REQUESTS)
