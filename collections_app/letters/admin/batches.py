"""Relance → Lots d'impression: prepare the letters of the day, print, confirm that they were posted."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from collections_app.letters import batches, tasks
from collections_app.letters.batches import (
    BatchClosed,
    ChangedSincePrinted,
    NotARegisteredNumber,
    NothingToPrint,
    PostedBeforePrepared,
)
from collections_app.letters.files import FileNotWritten
from collections_app.letters.forms import PostedForm
from collections_app.letters.models import BatchState, Preparation, PrintBatch, PrintedLetter
from collections_app.letters.views import letter_pdf, pdf_answer
from crm.accounts.backoffice import ScopedAdmin
from crm.accounts.calendars import today
from crm.accounts.models import Entity
from crm.accounts.queries import entities_of
from crm.core.backoffice import nobody, row_of
from crm.core.keys import keys_in

# Composing a letter takes some hundredths of a second: more of them than this, and the page would keep one waiting.
MOST_WHILE_WAITING = 30
MOST_NAMES = 3
# What a person says of the letters a batch marks as no longer true.
POSTED = "posted"
MARKED = ("left_out", POSTED)


@admin.register(PrintBatch)
class PrintBatchAdmin(ScopedAdmin):
    # Prepared from the letters that wait, never typed in; what was printed stays known.
    adds = staticmethod(nobody)
    removes = staticmethod(nobody)
    list_display = ["__str__", "state", "number_of_letters", "pages", "prepared_at", "posted_on", "posted_by"]
    list_filter = ["state", "entity"]
    list_select_related = ["entity", "posted_by"]
    date_hierarchy = "on"
    ordering = ["-on", "-number"]
    change_list_template = "admin/letters/printbatch/list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[PrintBatch]:
        rows = super().get_queryset(request)
        return rows.annotate(in_it=Count("letters", filter=Q(letters__taken_out_at=None)))

    @admin.display(description=gettext_lazy("letters"))
    def number_of_letters(self, batch: Any) -> int:
        return int(batch.in_it)

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "letters_printbatch_"
        return [
            path("prepare/<int:entity_id>/", wrap(self.prepare), name=f"{name}prepare"),
            path("<int:object_id>/file.pdf", wrap(self.file), name=f"{name}file"),
            path("<int:object_id>/posted/", wrap(self.posted), name=f"{name}posted"),
            path("<int:object_id>/give-up/", wrap(self.give_up), name=f"{name}give_up"),
            path("letter/<int:letter_id>/letter.pdf", wrap(self.letter), name=f"{name}letter"),
            path("letter/<int:letter_id>/cancel/", wrap(self.cancel), name=f"{name}cancel"),
            path("letter/<int:letter_id>/number/", wrap(self.registered), name=f"{name}registered"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With, above the list, how many letters wait in each entity, and the batches asked for that are not there."""
        now = timezone.now()
        entities = entities_of(request.user)
        counts = [(entity, batches.waiting_letters(entity, at=now).count()) for entity in entities]
        context = {
            "waiting": counts,
            "asked": batches.not_made(entities),
            "may_write": self.has_change_permission(request),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The letters of a batch and what can be done with them."""
        batch = self._batch(request, object_id)
        now = timezone.now()
        day = today(batch.entity, now)
        waits = batch.state == BatchState.PREPARED
        changed = batches.no_longer_true(batch, on=day, at=now) if waits else {}
        gone = set(batches.cancelled_since(batch).values_list("pk", flat=True)) if waits else set()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(batch),
            "batch": batch,
            "letters": _told(batch, changed),
            "to_post": batch.letters.filter(taken_out_at=None).count(),
            "gone": gone,
            "changed": changed,
            "marked": gone | changed.keys(),
            "form": PostedForm(initial={"on": day}),
            "open": waits and self.has_change_permission(request),
            "may_write": self.has_change_permission(request),
        }
        return render(request, "admin/letters/printbatch/batch.html", context)

    def prepare(self, request: HttpRequest, entity_id: int) -> HttpResponse:
        """Make the batch of the day of an entity."""
        self._must_write(request)
        entity = get_object_or_404(entities_of(request.user), pk=entity_id)
        now = timezone.now()
        if batches.printable(entity, at=now) > MOST_WHILE_WAITING:
            self._ask_a_worker(request, entity, now)
            messages.info(request, _("The batch is being prepared: it will appear in this list in a few minutes."))
            return HttpResponseRedirect(reverse("admin:letters_printbatch_changelist"))
        return self._prepared_now(request, entity, now)

    def _ask_a_worker(self, request: HttpRequest, entity: Entity, now: datetime) -> None:
        user: Any = request.user
        asked = Preparation.objects.create(entity=entity, on=today(entity, now), asked_at=now, asked_by=user)
        transaction.on_commit(lambda: tasks.prepare_print_batch.delay(asked.pk), robust=True)

    def _prepared_now(self, request: HttpRequest, entity: Entity, now: datetime) -> HttpResponse:
        user: Any = request.user
        try:
            batch = batches.prepare_batch(entity, on=today(entity, now), by=user, at=now)
        except NothingToPrint as nothing:
            messages.info(request, str(nothing))
            return HttpResponseRedirect(reverse("admin:letters_printbatch_changelist"))
        except FileNotWritten as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(reverse("admin:letters_printbatch_changelist"))
        messages.success(request, _("The batch is ready: print it, post it, then confirm it here."))
        self._say_what_waits(request, entity, now)
        return _to(batch)

    def _say_what_waits(self, request: HttpRequest, entity: Entity, now: datetime) -> None:
        waiting = batches.waiting_letters(entity, at=now)
        if left := waiting.count():
            names = ", ".join(waiting.order_by("pk").values_list("customer__name", flat=True)[:MOST_NAMES])
            text = ngettext(
                "%(count)s letter waits for the next batch: %(names)s",
                "%(count)s letters wait for the next batch: %(names)s",
                left,
            )
            messages.info(request, text % {"count": left, "names": names + ("…" if left > MOST_NAMES else "")})

    def file(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """The file to print; again as often as needed."""
        batch = self._batch(request, object_id)
        if not batch.file:
            raise Http404
        return pdf_answer(batch.file.read(), f"{batch.entity.code}-{batch.on:%Y%m%d}-{batch.number}.pdf")

    def posted(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Confirm that the batch was posted."""
        self._must_write(request)
        batch = self._batch(request, object_id)
        form, now, user = PostedForm(request.POST), timezone.now(), request.user
        if not form.is_valid():
            messages.error(request, _("Give the day of posting."))
            return _to(batch)
        shown, marked = _chosen(request, "shown"), request.POST.get("marked")
        if shown and marked not in MARKED:  # posted yesterday, they may all have left
            messages.error(request, _("Say what became of the letters marked below: out of the pile, or posted."))
            return _to(batch)
        try:
            sent = batches.mark_posted(
                batch,
                on=form.cleaned_data["on"],
                by=user,  # type: ignore[arg-type]
                at=now,
                today=today(batch.entity, now),
                shown=shown,
                anyway=shown if marked == POSTED else _chosen(request, "anyway"),
            )
        except (BatchClosed, PostedBeforePrepared, ChangedSincePrinted) as refusal:
            messages.error(request, str(refusal))
        else:
            text = ngettext("%(count)s letter is marked as sent.", "%(count)s letters are marked as sent.", sent)
            messages.success(request, text % {"count": sent})
            self._say_what_was_left_out(request, batch, now)
        return _to(batch)

    def _say_what_was_left_out(self, request: HttpRequest, batch: PrintBatch, at: datetime) -> None:
        if left_out := batch.letters.filter(taken_out_at=at).count():
            text = ngettext(
                "%(count)s letter left the batch: it is checked again with the next one.",
                "%(count)s letters left the batch: they are checked again with the next one.",
                left_out,
            )
            messages.info(request, text % {"count": left_out})

    def give_up(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Forget the batch; its letters wait again."""
        self._must_write(request)
        batch = self._batch(request, object_id)
        try:
            batches.give_up(batch, at=timezone.now())
        except BatchClosed as refusal:
            messages.error(request, str(refusal))
        return _to(batch)

    def letter(self, request: HttpRequest, letter_id: int) -> HttpResponse:
        """One letter as it was composed."""
        letter = self._letter(request, letter_id)
        return letter_pdf(letter.message)

    def cancel(self, request: HttpRequest, letter_id: int) -> HttpResponse:
        """Do not send this letter."""
        self._must_write(request)
        letter = self._letter(request, letter_id)
        try:
            batches.cancel_letter(letter, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        except (BatchClosed, FileNotWritten) as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The letter is cancelled; print the file again, without it."))
        return _to(letter.batch)

    def registered(self, request: HttpRequest, letter_id: int) -> HttpResponse:
        """Keep the number of a registered letter."""
        self._must_write(request)
        letter = self._letter(request, letter_id)
        try:
            user: Any = request.user
            batches.record_registered_number(letter, request.POST.get("number", ""), by=user, at=timezone.now())
        except NotARegisteredNumber as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The registered number is kept."))
        return _to(letter.batch)

    def _batch(self, request: HttpRequest, object_id: Any) -> PrintBatch:
        if not self.has_view_permission(request):
            raise PermissionDenied
        batch: PrintBatch = row_of(self.get_queryset(request).select_related("entity"), object_id)
        return batch

    def _letter(self, request: HttpRequest, letter_id: int) -> PrintedLetter:
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = PrintedLetter.objects.filter(batch__entity__in=entities_of(request.user))
        return get_object_or_404(rows.select_related("batch__entity", "message__customer"), pk=letter_id)

    def _must_write(self, request: HttpRequest) -> None:
        if request.method != "POST" or not self.has_change_permission(request):
            raise PermissionDenied


def _told(batch: PrintBatch, changed: Mapping[int, str]) -> list[Any]:
    """Its letters, each with what changed since it was printed."""
    letters: list[Any] = list(batch.letters.select_related("message__customer").order_by("position"))
    for letter in letters:
        letter.changed = changed.get(letter.pk, "")
    return letters


def _chosen(request: HttpRequest, name: str) -> set[int]:
    """Ids of letters."""
    return set(keys_in(request.POST.getlist(name)))


def _to(batch: PrintBatch) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:letters_printbatch_change", args=[batch.pk]))
