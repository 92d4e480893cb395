"""Print batches: letters that wait become one file to print; a person then confirms that it was posted."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _, gettext_noop, ngettext

from collections_app.compliance.linter import variables_in
from collections_app.letters import files, printing
from collections_app.letters.models import BatchState, Preparation, PrintBatch, PrintedLetter, TemplateVersion, Tone
from collections_app.letters.standing import looks
from crm.accounts.models import Entity, User
from crm.core.crash import crash_point
from crm.core.formats import day, number
from crm.customers.models import Channel, PlainText
from crm.timeline.models import EntryKind
from crm.timeline.operations import record
from telephony.messaging import operations as messaging
from telephony.messaging.models import Message
from telephony.messaging.states import DUE_STATES, MessageState

GIVEN_UP = gettext_noop("taken out of the print batch")
NUMBERED = gettext_noop("Registered post %(number)s: %(letter)s")
NOT_PREPARED = gettext_noop("no worker came to the end of it in a day")
NUMBER_TAKEN_BACK = gettext_noop("Number of registered post taken back, %(number)s: %(letter)s")
FORGOTTEN_AFTER = timedelta(seconds=settings.LEASE_S)
# A week-end lies between the printer and the post, not more: a deadline counts from the day a letter was written.
TO_THE_POST = timedelta(days=3)
SAID = ("today", "deadline")  # of what is kept with a message
# One that ends its workers every time is not for ever given to others.
TRIED_FOR = timedelta(days=1)
# La Poste writes 1A and eleven digits, other posts RK and nine digits between letters; printers keep to neither.
REGISTERED_NUMBER = re.compile(r"(?=[A-Z]*[0-9])[A-Z0-9]{8,20}", re.ASCII)


class NothingToPrint(Exception):
    """No letter of the entity can be printed now; `composing` of them are in the hands of a worker."""

    def __init__(self, entity: Entity, composing: int = 0) -> None:
        told = ngettext(
            "%(number)s letter of %(entity)s is being composed: prepare the batch again in a moment.",
            "%(number)s letters of %(entity)s are being composed: prepare the batch again in a moment.",
            composing,
        )
        nothing = _("No letter of %(entity)s waits to be printed.")
        super().__init__((told if composing else nothing) % {"entity": entity.legal_name, "number": number(composing)})


class NoPlaceLeft(NothingToPrint):
    """As many letters were printed today as the entity lets leave in a day."""

    def __init__(self, entity: Entity) -> None:
        Exception.__init__(
            self,
            _(
                "The daily ceiling of letters of %(entity)s is reached (%(number)s): those that wait are printed from "
                "tomorrow on."
            )
            % {"entity": entity.legal_name, "number": number(entity.max_letters_a_day or 0)},
        )


class NotARegisteredNumber(Exception):
    """No number of registered post looks like that."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "A number of registered post has 8 to 20 letters and digits, as the proof of posting shows it: "
                "1A 234 567 8901 2, RK 123 456 789 FR. Nothing was kept."
            )
        )


class BatchClosed(Exception):
    """The batch was posted or given up: it no longer changes."""

    def __init__(self, batch: PrintBatch) -> None:
        super().__init__(_("This batch is %(state)s: it no longer changes.") % {"state": BatchState(batch.state).label})


class PostedBeforePrepared(Exception):
    """A batch is posted on the day it was prepared or later, and not in the future."""

    def __init__(self) -> None:
        super().__init__(_("The day of posting lies between the day of the batch and today."))


class ChangedSincePrinted(Exception):
    """What `number` letters say is no longer true, and the person who confirms was not shown it."""

    def __init__(self, number: int) -> None:
        told = ngettext(
            "%(count)s letter has changed since it was printed: take it out of the pile, or say that it left all the "
            "same. Nothing is confirmed yet.",
            "%(count)s letters have changed since they were printed: take them out of the pile, or say that they left "
            "all the same. Nothing is confirmed yet.",
            number,
        )
        super().__init__(told % {"count": number})


def waiting_letters(*entities: Entity, at: datetime) -> QuerySet[Message]:
    """Letters that could be printed now: due or composed, and in no batch."""
    # Two arms, each with its own partial index: one list of three states would read every message ever sent.
    due = Q(entity__in=entities, state__in=DUE_STATES, not_before_at__lte=at)
    ready = Q(entity__in=entities, state=MessageState.READY)
    return _in_no_batch().filter(due | ready, channel=Channel.POST)


def _in_no_batch() -> QuerySet[Message]:
    return Message.objects.filter(~Exists(PrintedLetter.objects.filter(message=OuterRef("pk"), taken_out_at=None)))


def printable(entity: Entity, *, at: datetime) -> int:
    """Letters the next batch would hold at most."""
    waiting, left = waiting_letters(entity, at=at).count(), messaging.places_left(entity, Channel.POST, at=at)
    return waiting if left is None else min(waiting, left)


def prepare_batch(entity: Entity, *, on: date, by: User | None, at: datetime) -> PrintBatch:
    """Check again, compose and print together the letters that wait, no more than the entity lets leave that day, those
    asked for first before the others; raises NothingToPrint, NoPlaceLeft, FileNotWritten.

    Not inside a transaction: each letter is checked in its own. Letters no longer due are left out, each with its
    event. What is above the ceiling goes on waiting, and the supervisors are told.
    """
    ids = list(waiting_letters(entity, at=at).order_by("pk").values_list("pk", flat=True))
    most = messaging.places_left(entity, Channel.POST, at=at)
    ready = messaging.prepare_letters(ids, at=at, most=most, free=_in_no_batch())
    crash_point("letters: composed")
    batch = _made(entity, ready, on=on, by=by, at=at) if ready else None
    if most is not None and len(ids) > most == len(ready):
        messaging.tell_full(entity, Channel.POST, entity.max_letters_a_day or 0, at=at)
    if batch is None:
        raise _nothing(entity, ids, most, at=at)
    return batch


def _nothing(entity: Entity, ids: Sequence[int], most: int | None, *, at: datetime) -> NothingToPrint:
    if ids and most == 0:
        return NoPlaceLeft(entity)
    # What was neither put off nor refused is in the hands of others.
    composing = waiting_letters(entity, at=at).filter(pk__in=ids)
    return NothingToPrint(entity, composing.count())


@transaction.atomic
def _made(entity: Entity, ready: Sequence[int], *, on: date, by: User | None, at: datetime) -> PrintBatch:
    entity = Entity.objects.select_for_update(of=("self",), no_key=True).get(pk=entity.pk)
    waiting = _locked(waiting_letters(entity, at=at).filter(pk__in=ready))
    if not waiting:
        raise NothingToPrint(entity)
    printed = messaging.take_places(entity, Channel.POST, waiting, at=at)
    if not printed:
        raise NoPlaceLeft(entity)
    messages = list(Message.objects.filter(pk__in=printed).order_by(PlainText("customer__name"), "pk"))
    last = PrintBatch.objects.filter(entity=entity, on=on).aggregate(last=Max("number"))["last"] or 0
    batch = PrintBatch.objects.create(entity=entity, on=on, number=last + 1, prepared_at=at, prepared_by=by)
    registered = _registered(messages)
    PrintedLetter.objects.bulk_create(
        PrintedLetter(batch=batch, message=message, position=position, registered=message.pk in registered)
        for position, message in enumerate(messages, start=1)
    )
    _write_file(batch)
    return batch


def _locked(letters: QuerySet[Message]) -> list[int]:
    """Nobody composes them again while they are printed."""
    return list(letters.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def _registered(messages: Sequence[Message]) -> set[int]:
    """Those written from a formal notice: they are posted with proof."""
    versions = TemplateVersion.objects.filter(
        pk__in=[message.template_version_id for message in messages], template__tone=Tone.FORMAL_NOTICE
    )
    notices = set(versions.values_list("pk", flat=True))
    return {message.pk for message in messages if message.template_version_id in notices}


def _write_file(batch: PrintBatch) -> None:
    """(Re)make the file of a batch from the letters still in it."""
    letters = list(
        batch.letters.filter(taken_out_at=None)
        .select_related("message__customer")
        .prefetch_related("message__enclosures")
        .order_by("position")
    )
    made = printing.merged(batch, letters)
    PrintedLetter.objects.bulk_update(letters, ["pages"])
    batch.pages = made.pages
    files.keep(batch, made.content)
    batch.save(update_fields=["pages", "file"])


@transaction.atomic
def mark_posted(
    batch: PrintBatch,
    *,
    on: date,
    by: User,
    at: datetime,
    today: date,
    shown: Collection[int] = (),
    anyway: Collection[int] = (),
) -> int:
    """A person confirms that the letters of the batch were posted on `on`; return how many messages became sent.

    `shown`: ids of those the person saw to be cancelled since or no longer true, `anyway`: of those that left all the
    same. The others of them stay cancelled, or leave the batch and wait for the next, which checks them again. Raises
    BatchClosed, PostedBeforePrepared, ChangedSincePrinted.
    """
    batch = _open(batch)
    if not batch.on <= on <= today:
        raise PostedBeforePrepared
    changed, gone = no_longer_true(batch, on=today, at=at), cancelled_since(batch)
    if unseen := {*changed, *gone.values_list("pk", flat=True)} - set(shown):
        raise ChangedSincePrinted(len(unseen))
    left = list(gone.filter(pk__in=anyway).values_list("message_id", flat=True))
    _take_out(batch.letters.filter(pk__in=changed.keys() - set(anyway)), at)
    ids = list(batch.letters.filter(taken_out_at=None).values_list("message_id", flat=True))
    sent = messaging.mark_posted(ids, on=on, by=by, at=at, anyway=left)
    batch.state, batch.posted_on, batch.posted_at, batch.posted_by = BatchState.POSTED, on, at, by
    batch.save(update_fields=["state", "posted_on", "posted_at", "posted_by"])
    files.tidy(batch)
    return sent


@transaction.atomic
def cancel_letter(letter: PrintedLetter, *, by: User, at: datetime) -> None:
    """Do not send this letter: it leaves the batch and its message is cancelled. Raises BatchClosed,
    FileNotWritten."""
    batch = _open(letter.batch)
    message = letter.message
    messaging.cancel(origin=message.origin, origin_ids=[message.origin_id], reason=GIVEN_UP, at=at, by=by, tell_it=True)
    if PrintedLetter.objects.filter(pk=letter.pk, taken_out_at=None).update(taken_out_at=at):
        messaging.give_back([message.pk])
    if batch.letters.filter(taken_out_at=None).exists():
        _write_file(batch)
    else:
        _give_up(batch, at)


@transaction.atomic
def give_up(batch: PrintBatch, *, at: datetime) -> None:
    """Forget this batch: its letters wait for the next one. Raises BatchClosed."""
    _give_up(_open(batch), at)


def _give_up(batch: PrintBatch, at: datetime) -> None:
    _take_out(batch.letters.filter(taken_out_at=None), at)
    batch.state = BatchState.GIVEN_UP
    batch.save(update_fields=["state"])


def _take_out(letters: QuerySet[PrintedLetter], at: datetime) -> None:
    """They wait for the next batch."""
    messaging.give_back(list(letters.values_list("message_id", flat=True)))
    letters.update(taken_out_at=at)


@transaction.atomic
def record_registered_number(letter: PrintedLetter, number: str, *, by: User, at: datetime) -> None:
    """Keep the number of a registered item, as the proof of posting gives it ("" takes it back), and tell it in the
    customer's history. Raises NotARegisteredNumber."""
    kept = registered_number(number)
    changed = PrintedLetter.objects.filter(pk=letter.pk).exclude(registered_number=kept).update(registered_number=kept)
    if changed:
        params = {"letter": letter.message.subject, "number": kept or letter.registered_number}
        told = NUMBERED if kept else NUMBER_TAKEN_BACK
        record(
            letter.message.customer,
            EntryKind.MESSAGE,
            told,
            params=params,
            by=by,
            at=at,
            about="message",
            about_id=letter.message_id,
        )


def registered_number(text: str) -> str:
    """A number of registered post as it is printed, in capitals and with single spaces. Raises NotARegisteredNumber."""
    number = " ".join(text.upper().split())
    if number and not REGISTERED_NUMBER.fullmatch(number.replace(" ", "")):
        raise NotARegisteredNumber
    return number


def cancelled_since(batch: PrintBatch) -> QuerySet[PrintedLetter]:
    """Letters of the batch that were cancelled: to take out of the pile before posting."""
    return batch.letters.filter(taken_out_at=None, message__state=MessageState.CANCELLED).order_by("position")


def not_made(entities: QuerySet[Entity]) -> QuerySet[Preparation]:
    """The last batch each asked of a worker, where it is not made yet or was not, and none was since."""
    last = Preparation.objects.filter(entity=OuterRef("entity")).order_by("-asked_at", "-pk").values("pk")[:1]
    made = PrintBatch.objects.filter(entity=OuterRef("entity"), prepared_at__gte=OuterRef("asked_at"))
    rows = Preparation.objects.filter(~Exists(made), entity__in=entities, pk=Subquery(last))
    return rows.exclude(ended_at__isnull=False, failure="").select_related("entity", "asked_by").order_by("entity")


def left_behind(*, at: datetime) -> QuerySet[Preparation]:
    """Of the last batches each entity asked of a worker, those not made a while later: their message was lost, or their
    worker."""
    return not_made(Entity.objects.all()).filter(ended_at=None, asked_at__lt=at - FORGOTTEN_AFTER)


def give_up_preparations(*, at: datetime) -> int:
    """End those asked for more than a day ago, which the list of batches tells; how many."""
    old = Preparation.objects.filter(ended_at=None, asked_at__lt=at - TRIED_FOR)
    return old.update(ended_at=at, failure=NOT_PREPARED)


def no_longer_true(batch: PrintBatch, *, on: date, at: datetime) -> dict[int, str]:
    """Letters of the batch that could still be posted and say what does not hold any more on `on` (settled, put on
    hold, less to be claimed, its days to pay begun too long ago) or may not leave any more at `at` (a gate refuses
    them): id -> why, in words."""
    letters = batch.letters.filter(taken_out_at=None, message__state=MessageState.READY)
    asked: dict[str, dict[int, int]] = defaultdict(dict)
    for origin, message_id, letter_id in letters.values_list("message__origin", "message_id", "pk"):
        asked[origin][message_id] = letter_id
    told = _running_out(letters, on)
    for origin in asked.keys() & looks.keys():
        changed = looks[origin](batch.entity, list(asked[origin]), on, at)
        told |= {asked[origin][message_id]: why for message_id, why in changed.items()}
    return told


def _running_out(letters: QuerySet[PrintedLetter], on: date) -> dict[int, str]:
    """Those that say by when to pay and would leave so late that it is not the time they give."""
    said = letters.values_list("pk", "message__template_version_id", *("message__variables__" + name for name in SAID))
    dated = {key: (version, *map(date.fromisoformat, days)) for key, version, *days in said if all(days)}
    late = {
        key: (version, written, deadline)
        for key, (version, written, deadline) in dated.items()
        if on - written > TO_THE_POST or deadline <= on
    }
    versions = TemplateVersion.objects.in_bulk({version for version, _written, _deadline in late.values()})
    saying = {pk for pk, version in versions.items() if "deadline" in variables_in(version.subject + version.body)}
    told = _("It was written on %(written)s and asks to be paid by %(deadline)s.")
    return {
        key: told % {"written": day(written), "deadline": day(deadline)}
        for key, (version, written, deadline) in late.items()
        if version in saying
    }


def _open(batch: PrintBatch) -> PrintBatch:
    batch = PrintBatch.objects.select_for_update(of=("self",)).select_related("entity").get(pk=batch.pk)
    if batch.state != BatchState.PREPARED:
        raise BatchClosed(batch)
    return batch
