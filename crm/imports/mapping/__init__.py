"""Reading the columns of a list whose writer nobody knows."""

from crm.imports.mapping.columns import ColumnMap
from crm.imports.mapping.guessing import guess
from crm.imports.mapping.habits import mark_given, order_given
from crm.imports.mapping.headers import AMOUNTS, FIELDS, KNOWN_HEADERS, names_of

__all__ = ["AMOUNTS", "FIELDS", "KNOWN_HEADERS", "ColumnMap", "guess", "mark_given", "names_of", "order_given"]
