"""Tables of the collectors' pages."""

DJANGO_TABLES2_TEMPLATE = "tables/page_table.html"
