"""Bases of the Django admin: closed unless a rule opens it, and cheap on large tables."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import admin, messages
from django.contrib.admin.options import BaseModelAdmin
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import BaseInlineFormSet, BaseModelForm, ModelChoiceField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _, ngettext

from crm.core.each import Tried

Rule = Callable[[Any], bool]
Row = TypeVar("Row", bound=Model)
SECRETS = frozenset({"password", "digest", "token", "secret"})


def nobody(user: Any) -> bool:
    """The rule of what nobody does."""
    return False


def row_of(rows: QuerySet[Row], key: Any) -> Row:
    """The row an address names. Raises Http404, also where what the address holds is no key."""
    try:
        return get_object_or_404(rows, pk=rows.model._meta.pk.to_python(key))
    except ValidationError as no_key:
        raise Http404 from no_key


def tell_refused(request: HttpRequest, tried: Tried[Any, Any], name: str, level: int = messages.WARNING) -> None:
    """Each row that was refused, by what its attribute `name` says, and why; and how many were left."""
    for row, why in tried.refused:
        text = _("%(name)s: %(why)s") % {"name": getattr(row, name), "why": why}
        messages.add_message(request, level, text)
    if left := len(tried.left):
        text = ngettext("And %(count)d more was left as it is.", "And %(count)d more were left as they are.", left)
        messages.warning(request, text % {"count": left})


class ShortPaginator(Paginator):
    """Counts no further than `most` rows: nobody turns to page 500, a search finds what is deeper."""

    most = 5_000

    @cached_property
    def count(self) -> int:
        """Number of rows, at most `most`."""
        return self.object_list[: self.most].count()  # type: ignore[attr-defined]


class WithinReach(BaseModelAdmin):
    """A field offers, and takes, no row its person could not open in the admin: the list of its model says which."""

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        """The rows of the page of the model pointed to; a queryset already given narrows them further."""
        page = self.admin_site._registry.get(db_field.related_model)
        if page is not None:
            seen, given = page.get_queryset(request), kwargs.get("queryset")
            kwargs["queryset"] = seen if given is None else given.filter(pk__in=seen.values("pk"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class WholeRow(BaseModelForm):
    """Constraints of a saved row are checked on all of it, also on what the form only shows or does not hold."""

    def _post_clean(self) -> None:
        # A form leaves out those that name a field without input.
        super()._post_clean()  # type: ignore[misc]
        if self.instance.pk and not self.errors:
            try:
                self.instance.validate_constraints()
            except ValidationError as refused:
                self._update_errors(refused)  # type: ignore[attr-defined]


class RuleAdmin(WithinReach, admin.ModelAdmin):
    """Who may see and change is said by rules on the user, not by rows of permissions. Closed by default.

    `reads` opens the list and the form, `adds` and `writes` the changes, `removes` the deletion.
    """

    reads: Rule = staticmethod(nobody)
    adds: Rule | None = None
    writes: Rule = staticmethod(nobody)
    removes: Rule = staticmethod(nobody)
    show_full_result_count = False
    paginator = ShortPaginator
    list_per_page = 50

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """No address of a list guesses a secret letter by letter."""
        return not SECRETS & set(lookup.split("__")) and super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Headed by the name of what it lists rather than by an order to choose one."""
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Headed by what it is about: «Modification de entité» is no French. What only saving could refuse (another
        person was faster) is told, and nothing is written."""
        title = capfirst(self.opts.verbose_name) if object_id else _("Add: %(name)s") % {"name": self.opts.verbose_name}
        try:
            return super().changeform_view(request, object_id, form_url, {"title": title, **(extra_context or {})})
        except ValidationError as refused:
            if request.method != "POST":
                raise
            self.message_user(request, " ".join(refused.messages), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form of the page, its constraints checked on the whole row."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (WholeRow, form), {})

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the app shows in the index."""
        return self.reads(request.user) or self.writes(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Also needed by autocomplete fields that point here."""
        return self.reads(request.user) or self.writes(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """As `adds`, or `writes` where it is not given."""
        return (self.adds or self.writes)(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As `writes`."""
        return self.writes(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As `removes`."""
        return self.removes(request.user)


class ReadOnlyAdmin(RuleAdmin):
    """What operations write is only looked at here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NamedFields(BaseInlineFormSet):
    """Each field says its name: the head of its column is no label to who hears the page."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Of a row, the box that removes it included."""
        super().add_fields(form, index)
        for field in form.fields.values():
            # A choice stands in a frame with what adds another one.
            widget = getattr(field.widget, "widget", field.widget)
            if not widget.is_hidden:
                widget.attrs.setdefault("aria-label", str(capfirst(field.label)))


class OpenInline(WithinReach, admin.TabularInline):
    """Follows the permissions of the page it stands in."""

    formset = NamedFields
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._page_is_writable(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._page_is_writable(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._page_is_writable(request)

    def _page_is_writable(self, request: HttpRequest) -> bool:
        page = self.admin_site._registry.get(self.parent_model)
        return page is not None and page.has_change_permission(request)


class ReadOnlyInline(OpenInline):
    """Rows of a page that are only looked at."""

    can_delete = False

    def _page_is_writable(self, request: HttpRequest) -> bool:
        return False
