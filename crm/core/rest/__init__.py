"""What every endpoint of the API shares: pages after a cursor, and writing many rows with an answer for each."""

from crm.core.rest.bulk import BulkAnswer, bulk_answer, bulk_body, checked_rows
from crm.core.rest.errors import Unprocessable, exception_handler
from crm.core.rest.fields import Amount
from crm.core.rest.following import Following
from crm.core.rest.pages import FollowedQuery, PageQuery, page_of, paged
from crm.core.rest.shapes import Shape

__all__ = [
    "Amount",
    "BulkAnswer",
    "FollowedQuery",
    "Following",
    "PageQuery",
    "Shape",
    "Unprocessable",
    "bulk_answer",
    "bulk_body",
    "checked_rows",
    "exception_handler",
    "page_of",
    "paged",
]
