"""A disk without room: nothing half written, a clear word, and the next try does it all."""

import errno
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import pytest
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader

from collections_app.letters import files
from collections_app.letters.models import PrintBatch
from crm.imports.errors import FileNotStored
from crm.imports.models import Batch
from crm.imports.operations import batches
from crm.imports.outcome import Options
from telephony.messaging.models import Message
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.messaging import AT
from tests.faults.killing import Work, killed
from tests.faults.printing import prepare, state
from tests.faults.test_killed_imports import FIRST, HEADER
from tests.faults.test_killed_letters import _drawing, house, take_out  # noqa: F401 - fixtures too

ROOM = 300  # bytes: less than any file written here


class Full(FileSystemStorage):
    """Takes the first bytes of a file, then has no room."""

    def _save(self, name: str, content: File) -> str:
        super()._save(name, File(BytesIO(content.read(ROOM))))
        raise OSError(errno.ENOSPC, "No space left on device")


@contextmanager
def full_disk() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for model in (PrintBatch, Batch):
            patch.setattr(model._meta.get_field("file"), "storage", Full())
        yield


def limited() -> None:
    """From now on this process writes no file longer than ROOM, as on a disk that fills up."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))


def killed_when(refused: type[Exception], work: Work) -> bool:
    """Do `work` in a process whose files cannot grow; whether it refused so."""

    def try_it() -> None:
        with pytest.raises(refused):
            work()
        os.kill(os.getpid(), signal.SIGKILL)

    return killed(limited, try_it)


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_cannot_be_written_leaves_its_letters_waiting(house, tmp_path):  # noqa: F811
    entity = house()
    prepare(entity)
    undisturbed = state(entity, tmp_path)
    entity = house()
    with full_disk(), pytest.raises(files.FileNotWritten, match="No space left"):
        prepare(entity)
    assert killed_when(files.FileNotWritten, lambda: prepare(entity))
    assert (PrintBatch.objects.filter(entity=entity).count(), list(tmp_path.rglob(f"{entity.code}-*"))) == (0, [])
    prepare(entity)
    assert state(entity, tmp_path) == undisturbed


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_cannot_be_changed_stays_as_it_was(house, tmp_path):  # noqa: F811
    by, entity = UserFactory(), house()
    batch = prepare(entity)
    before = state(entity, tmp_path)
    with full_disk(), pytest.raises(files.FileNotWritten):
        take_out(batch, by)
    assert killed_when(files.FileNotWritten, lambda: take_out(batch, by))
    assert state(entity, tmp_path) == before
    take_out(batch, by)
    batch.refresh_from_db()
    assert len(PdfReader(BytesIO(batch.file.read())).pages) == 2


@pytest.mark.django_db
def test_the_page_says_that_there_is_no_room(house, client, monkeypatch):  # noqa: F811
    entity = house()
    Message.objects.update(not_before_at="2026-03-01T00:00:00Z")
    client.force_login(UserFactory(supervisor=True, sees=entity))
    with full_disk():
        answer = client.post(reverse("admin:letters_printbatch_prepare", args=[entity.pk]), follow=True)
    [said] = answer.context["messages"]
    assert "No space left on device" in str(said)


def upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("list.csv", (HEADER + FIRST * 10).encode())


@pytest.mark.django_db(transaction=True)
def test_a_file_that_cannot_be_stored_is_not_half_received(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    entity, person = EntityFactory(), UserFactory()

    def receive() -> Batch:
        return batches.receive(entity=entity, upload=upload(), options=Options(), by=person, at=AT)

    with full_disk(), pytest.raises(FileNotStored):
        receive()
    assert killed_when(FileNotStored, receive)
    assert (Batch.objects.count(), [path for path in tmp_path.rglob("*") if path.is_file()]) == (0, [])
    batches.read(receive().pk, at=AT)
    assert Batch.objects.get().status == "proposed"


@pytest.mark.django_db
def test_the_import_page_says_that_there_is_no_room(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    entity = EntityFactory()
    client.force_login(UserFactory(supervisor=True, sees=entity))
    with full_disk():
        answer = client.post(reverse("imports"), {"entity": entity.pk, "file": upload(), "format": "auto"})
    assert (answer.status_code, "No space left on device" in answer.content.decode()) == (200, True)
