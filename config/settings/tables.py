"""Tables of the collectors' pages."""

DJANGO_TABLES2_TEMPLATE = "django_tables2/bootstrap5-responsive.html"
