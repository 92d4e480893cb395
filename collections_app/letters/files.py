"""The file of a print batch: it is never missing while it is replaced, and what a killed attempt wrote goes."""

import posixpath
import re

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from collections_app.letters.models import PrintBatch
from crm.core.crash import crash_point


class FileNotWritten(Exception):
    """The storage refused the file: no room left, folder not writable. Nothing changed."""

    def __init__(self, error: OSError) -> None:
        self.error = error
        super().__init__(
            _("The file to print could not be written (%(error)s). Nothing was lost: try again once there is room.")
            % {"error": error.strerror or error}
        )


def keep(batch: PrintBatch, content: bytes) -> None:
    """Write the file of a batch the caller holds locked; the one before goes once the caller's transaction is
    committed. The field is not saved. Raises FileNotWritten."""
    before = batch.file.name or ""
    crash_point("letters: before file")
    try:
        batch.file.save(f"{_stem(batch)}.pdf", ContentFile(content), save=False)
    except OSError as error:
        _remove_others(batch, kept=before)
        raise FileNotWritten(error) from error
    crash_point("letters: after file")
    tidy(batch, before)


def tidy(batch: PrintBatch, before: str = "") -> None:
    """Once the caller's transaction is committed only the file the batch names is left of those made for it, the one
    named `before` among them."""
    kept = batch.file.name or ""

    def remove_others() -> None:
        _remove_others(batch, kept, before)

    transaction.on_commit(remove_others, robust=True)


def _stem(batch: PrintBatch) -> str:
    return f"{batch.entity.code}-{batch.on:%Y%m%d}-{batch.number}"


def _remove_others(batch: PrintBatch, kept: str, before: str = "") -> None:
    """Files made for this batch and no longer, or never, named by it. (A storage adds _xxxxxxx to a name in use.)"""
    storage, ours = batch.file.storage, re.compile(rf"{re.escape(_stem(batch))}(_\w+)?\.pdf")
    usual = batch.file.field.generate_filename(batch, "any")
    crash_point("letters: before removing")
    # Files of an older release stand in the folder of the month they were made in.
    for folder in {posixpath.dirname(path) for path in (usual, kept, before) if path}:
        _folders, names = storage.listdir(folder) if storage.exists(folder) else ([], [])
        for path in (posixpath.join(folder, name) for name in names if ours.fullmatch(name)):
            if path != kept:
                storage.delete(path)
    crash_point("letters: after removing")
