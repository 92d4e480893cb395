"""Mapping profiles, and the history of imports, in the admin."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from crm.accounts.backoffice import ReadOnlyScopedAdmin, ScopedAdmin
from crm.imports.errors import refusal_sentence
from crm.imports.forms import ProfileForm
from crm.imports.models import Batch, MappingProfile


@admin.register(MappingProfile)
class MappingProfileAdmin(ScopedAdmin):
    form = ProfileForm
    list_display = ["name", "entity", "format", "mode", "currency"]
    list_filter = ["format", "mode"]
    search_fields = ["name"]
    list_select_related = ["entity"]


@admin.register(Batch)
class BatchAdmin(ReadOnlyScopedAdmin):
    ordering = ["-id"]
    list_display = ["created_at", "page", "entity", "format", "status", "rows_read", "rows_rejected", "by"]
    list_filter = ["status", "format"]
    list_select_related = ["entity", "by"]
    list_display_links = ["created_at"]
    fields = ["page", "entity", "format", "status", "created_at", "by", "finished_at", "as_of", "rows_read",
              "rows_rejected", "why", "undone_at", "undone_by"]  # fmt: skip

    @admin.display(description=_("why refused or superseded"))
    def why(self, batch: Batch) -> str:
        """The refusal, in the language of the reader."""
        return refusal_sentence(batch.refusal, batch.refusal_values)

    @admin.display(description=_("file"))
    def page(self, batch: Batch) -> str:
        """The file, leading to its page."""
        return format_html('<a href="{}">{}</a>', reverse("import", args=[batch.pk]), batch.file_name)
