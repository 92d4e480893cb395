"""What the templates of messages need to draw a table."""

from django import template

from collections_app.letters.tables import Table

register = template.Library()


@register.filter
def is_amount(table: Table, column: int) -> bool:
    """Is this column, counted from 0, aligned right?"""
    return column in table.amounts
