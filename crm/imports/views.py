"""Imports for supervisors: send a file, look at what it would change, confirm, undo."""

import csv
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.models import User
from crm.accounts.rules import leads, reads_imports
from crm.core.access import opened_to
from crm.core.spreadsheets import MARK, harmless
from crm.imports.errors import FileNotStored, ImportRefused
from crm.imports.forms import OptionsForm, UploadForm
from crm.imports.models import AT_WORK, Batch, RowError, Status
from crm.imports.operations import batches
from crm.imports.operations.undo import ask_undo
from crm.imports.presenting import Shown
from crm.imports.queries import batches_of, waits_for

HISTORY = 50
SHOWN_ERRORS = 100


def _batch(request: HttpRequest, pk: int) -> Batch:
    return get_object_or_404(batches_of(request.user), pk=pk)


@require_http_methods(["GET", "POST"])
@opened_to(reads_imports)
def imports(request: HttpRequest) -> HttpResponse:
    """The form that sends a file, for who leads, and the history."""
    may_write = leads(request.user)
    if request.method == "POST" and not may_write:
        raise PermissionDenied
    form = UploadForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("import", _received(form, cast(User, request.user)).pk)
        except FileNotStored as refusal:
            form.add_error("file", str(refusal))
    history = batches_of(request.user)[:HISTORY]
    return render(request, "imports/imports.html", {"form": form, "history": history, "may_write": may_write})


def _received(form: UploadForm, by: User) -> Batch:
    given = form.cleaned_data
    return batches.receive(
        entity=given["entity"], upload=given["file"], options=form.options(), by=by, at=timezone.now()
    )


@require_GET
@opened_to(reads_imports)
def import_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: being read, to be confirmed, done, refused or undone. Its fragment follows the work."""
    batch = _batch(request, pk)
    template = "imports/_state.html" if request.headers.get("HX-Request") else "imports/import.html"
    return render(request, template, _context(request, batch, OptionsForm(batch=batch)))


def _context(request: HttpRequest, batch: Batch, form: OptionsForm) -> dict[str, object]:
    return {
        "batch": batch,
        "waits_for": waits_for(batch),
        "shown": Shown(batch),
        "form": form,
        "may_write": leads(request.user),
        "errors": batch.errors.filter(taken=False).order_by("line")[:SHOWN_ERRORS],
        "remarks": batch.errors.filter(taken=True).order_by("line")[:SHOWN_ERRORS],
        "at_work": batch.status in AT_WORK,
        "refusal_tone": "info" if batch.status == Status.SUPERSEDED else "error",
        "rows_seen": batches.progress_of(batch),
    }


@require_POST
@opened_to(leads)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Read again with other options (`again`), give up (`give_up`), or import."""
    batch = _batch(request, pk)
    if "give_up" in request.POST:
        return _given_up(request, batch)
    form = OptionsForm(request.POST, batch=batch)
    if not form.is_valid():
        return render(request, "imports/import.html", _context(request, batch, form), status=422)
    try:
        if "again" in request.POST:
            batches.read_again(batch, options=form.options(), at=timezone.now())
        else:
            batches.confirm(batch, options=form.options(), by=cast(User, request.user), at=timezone.now())
    except ImportRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("import", pk)


def _given_up(request: HttpRequest, batch: Batch) -> HttpResponse:
    try:
        batches.give_up(batch, at=timezone.now())
    except ImportRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("import", batch.pk)
    messages.success(request, _("%(file)s was given up, and is not kept.") % {"file": batch.file_name})
    return redirect("imports")


@require_POST
@opened_to(leads)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Have an import taken back, or say why not."""
    try:
        ask_undo(_batch(request, pk), by=cast(User, request.user), at=timezone.now())
    except ImportRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("import", pk)


@require_POST
@opened_to(leads)
def keep_profile(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep how the columns were read, under a name."""
    batch, name = _batch(request, pk), request.POST.get("name", "").strip()[:60]
    if name and batch.changes.get("reading", {}).get("columns"):
        batches.keep_profile(batch, name=name)
        messages.success(request, _("The profile “%(name)s” is kept.") % {"name": name})
    return redirect("import", pk)


@require_GET
@opened_to(reads_imports)
def errors(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows left out, and what is told of others, as CSV."""
    batch = _batch(request, pk)
    response = HttpResponse(MARK, content_type="text/csv; charset=utf-8")
    name = f"{slugify(batch.file_name) or 'import'}-errors.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response, delimiter=";")
    writer.writerow([_("line"), _("the row is"), _("column"), _("value"), _("reason")])
    for error in RowError.objects.filter(batch=batch).order_by("line").iterator():
        became = _("taken") if error.taken else _("rejected")
        writer.writerow([error.line, became, *map(harmless, (error.column, error.value, error.text))])
    return response
