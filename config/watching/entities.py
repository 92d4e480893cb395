"""What the figures of an entity mean, and the page that acts."""

from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from config import nights
from config.watching import limits
from config.watching.figures import EntityFigures, Heap
from config.watching.levels import Check, Level, by_age, by_number
from crm.core.formats import moment, number, percent
from telephony.messaging.states import DUE_STATES

NIGHT = gettext_lazy("Last night")
NIGHTS, MESSAGES = "admin:engine_run_changelist", "admin:messaging_message_changelist"
IMPORTS, BATCHES = "admin:imports_batch_changelist", "admin:letters_printbatch_changelist"


def checks_of(entity: EntityFigures, at: datetime) -> list[Check]:
    """Every line of an entity, in the order of the work."""
    kept = [line for state, line in (("held", _held), ("withheld", _withheld)) if state in entity.outbox]
    lines = [_imports, _night, *kept, _outbox, _ambiguous, _bounced, _refused, _print_batches]
    return [line(entity, at) for line in lines]


def _list(name: str, entity: EntityFigures, **filters: str) -> str:
    return f"{reverse(name)}?{urlencode({'entity__id__exact': entity.pk, **filters})}"


def _night(entity: EntityFigures, at: datetime) -> Check:
    night = entity.night
    page = reverse("admin:engine_run_change", args=[night.run_id]) if night.run_id else _list(NIGHTS, entity)
    check = partial(Check, NIGHT, url=page, link=_("The night") if night.run_id else _("Night runs"))
    if night.state == "failed":
        return check(
            Level.BAD, _("stopped on an error"), night.finished_at or night.started_at,
            _("Open it: the stage and the error are there. Start it again once the cause is gone; what is done stays."),
        )  # fmt: skip
    if night.state == "running":
        level = by_age(night.started_at, at, limits.RUNNING_NIGHT)
        advice = _("If its stages no longer move, tell your administrator.") if level != Level.GOOD else ""
        return check(level, _("under way"), night.started_at, advice)
    return _ended(entity, at, check)


def _ended(entity: EntityFigures, at: datetime, check: "partial[Check]") -> Check:
    night = entity.night
    if night.report and not _late(entity, at):
        return _unusual(entity)
    if not entity.live:
        settings = reverse("admin:accounts_entity_change", args=[entity.pk])
        return Check(
            NIGHT, Level.OFF,
            _("The entity is not live, or stands on a day of the past: no night runs by itself."), night.done_at,
            url=settings, link=_("The entity"),
        )  # fmt: skip
    if _late(entity, at):
        return Check(
            NIGHT, Level.BAD, _("late: nobody was reminded since") if night.done_at else _("no night yet"),
            night.done_at, _("Start it from the list of night runs. If it does not start, tell your administrator."),
            _list(NIGHTS, entity), _("Night runs"),
        )  # fmt: skip
    if night.done_at is None:
        return check(Level.GOOD, _("no night yet"))
    if night.stale:
        return check(
            Level.WATCH, _("done, but the books are too old: nothing leaves by itself"), night.done_at,
            _("Import what is owed and paid; what waits then leaves by itself."),
        )  # fmt: skip
    return check(Level.GOOD, _opened(entity, night.done_at))


def _late(entity: EntityFigures, at: datetime) -> bool:
    return entity.live and nights.is_late(entity.night_age(at))


def _unusual(entity: EntityFigures) -> Check:
    night = entity.night
    held = night.report == "held"
    said = _("unusual: to settle") if held else _("unusual, nothing to hold")
    ended = f" · {_opened(entity, night.done_at)}" if night.done_at else ""
    return Check(
        NIGHT, Level.WATCH, said + ended, None,
        _("Read its morning report, then settle it.") if held else _("Read its morning report."),
        reverse("admin:engine_morningreport_change", args=[night.report_id]), _("Morning report"),
    )  # fmt: skip


def _opened(entity: EntityFigures, ended: datetime) -> str:
    opened, kept = entity.night.opened, sum(entity.night.blocked.values())
    return _("ended on %(moment)s: %(opened)s, %(kept)s") % {
        "moment": moment(ended),
        "opened": ngettext("%(count)s action opened", "%(count)s actions opened", opened) % {"count": number(opened)},
        "kept": ngettext("%(count)s kept back", "%(count)s kept back", kept) % {"count": number(kept)},
    }


def _messages(entity: EntityFigures, **filters: str) -> dict[str, str]:
    return {"url": _list(MESSAGES, entity, **filters), "link": _("The messages")}


def _outbox(entity: EntityFigures, at: datetime) -> Check:
    heap = entity.waiting(*DUE_STATES)
    late = heap.since is not None and heap.since <= at
    level = by_age(heap.since, at, limits.OUTBOX)
    said = _waiting(heap) if late or not heap.number else _at_its_hour(heap)
    return Check(
        gettext_lazy("Messages to send"), level, said, heap.since if late else None,
        _("They should have left by now. Nothing is lost; tell your administrator.") if level != Level.GOOD else "",
        **_messages(entity, state__in=",".join(DUE_STATES)),
    )  # fmt: skip


def _at_its_hour(heap: Heap) -> str:
    said = ngettext("%(count)s waits for its hour", "%(count)s wait for their hour", heap.number)
    return said % {"count": number(heap.number)}


def _held(entity: EntityFigures, at: datetime) -> Check:
    heap = entity.waiting("held")
    return Check(
        gettext_lazy("Messages held"), Level.WATCH, _waiting(heap), heap.since,
        _("The night was unusual: read its report, then release or cancel what it holds."),
        **_messages(entity, state__exact="held"),
    )  # fmt: skip


def _withheld(entity: EntityFigures, at: datetime) -> Check:
    heap = entity.waiting("withheld")
    level = by_age(heap.since, at, limits.RUNNING_NIGHT)
    advice = _(
        "They leave, or are held, with the next night that ends well: start it once the cause of the error is gone."
    )
    return Check(
        gettext_lazy("Messages of a night not checked yet"), level, _waiting(heap), heap.since,
        advice if level != Level.GOOD else "", _list(NIGHTS, entity), _("Night runs"),
    )  # fmt: skip


def _waiting(heap: Heap) -> str:
    if not heap.number:
        return _("nothing waits")
    return ngettext("%(count)s waits", "%(count)s wait", heap.number) % {"count": number(heap.number)}


def _ambiguous(entity: EntityFigures, at: datetime) -> Check:
    heap = entity.waiting("ambiguous")
    return Check(
        gettext_lazy("Messages to verify"), by_age(heap.since, at, limits.AMBIGUOUS), _waiting(heap), heap.since,
        _("Nobody knows whether they left: look each up at the provider, then say so.") if heap.number else "",
        **_messages(entity, state__exact="ambiguous"),
    )  # fmt: skip


def _share(part: int, whole: int) -> str:
    if not whole:
        return _("no e-mail in 24 hours")
    return _("%(part)s of %(whole)s in 24 hours (%(share)s)") % {
        "part": number(part), "whole": number(whole), "share": percent(part / whole),
    }  # fmt: skip


def _of_mails(part: int, whole: int, bounds: tuple[float, float]) -> Level:
    return by_number(part / whole, bounds) if whole >= limits.ENOUGH_MAILS else Level.GOOD


def _bounced(entity: EntityFigures, at: datetime) -> Check:
    accepted = entity.mail.get("accepted", 0)
    level = _of_mails(entity.bounced, accepted, limits.BOUNCED_SHARE)
    advice = _("Correct the addresses on the customers' pages; all of one domain: tell your administrator.")
    return Check(
        gettext_lazy("E-mails that came back"), level, _share(entity.bounced, accepted), None,
        advice if level != Level.GOOD else "", **_messages(entity, state__exact="bounced"),
    )  # fmt: skip


def _refused(entity: EntityFigures, at: datetime) -> Check:
    failed = entity.mail.get("temporary", 0) + entity.mail.get("permanent", 0)
    tried = sum(entity.mail.values())
    level = _of_mails(failed, tried, limits.FAILED_SHARE)
    advice = _("The attempts on the page of a message give the provider's words; tell your administrator.")
    return Check(
        gettext_lazy("E-mails the provider refuses"), level, _share(failed, tried), None,
        advice if level != Level.GOOD else "", **_messages(entity, state__exact="failed"),
    )  # fmt: skip


def _imports(entity: EntityFigures, at: datetime) -> Check:
    going, refused = entity.importing("received", "reading", "writing", "undoing"), entity.importing("refused")
    check = partial(Check, gettext_lazy("Imports"), link=_("The imports"))
    level = by_age(going.since, at, limits.IMPORT)
    if level != Level.GOOD or (going.number and not refused.number):
        advice = _("It should have ended by now: tell your administrator.") if level != Level.GOOD else ""
        return check(level, _("under way"), going.since, advice, _list(IMPORTS, entity))
    if refused.number:
        text = ngettext("%(count)s refused in 24 hours", "%(count)s refused in 24 hours", refused.number)
        advice = _("Open it: it says why. Correct the file and import it again.")
        url = _list(IMPORTS, entity, status__exact="refused")
        return check(Level.WATCH, text % {"count": number(refused.number)}, refused.since, advice, url)
    return _to_confirm(entity, at, check)


def _to_confirm(entity: EntityFigures, at: datetime, check: "partial[Check]") -> Check:
    heap = entity.importing("proposed")
    if not heap.number:
        return check(Level.GOOD, _("none under way, none refused in 24 hours"), url=_list(IMPORTS, entity))
    text = ngettext("%(count)s to be confirmed", "%(count)s to be confirmed", heap.number)
    url = _list(IMPORTS, entity, status__exact="proposed")
    advice = _("Read what it would do, then confirm it: its figures do not count yet.")
    return check(Level.WATCH, text % {"count": number(heap.number)}, heap.since, advice, url)


def _print_batches(entity: EntityFigures, at: datetime) -> Check:
    heap = entity.print_batches
    level = by_age(heap.since, at, limits.PRINT_BATCH)
    return Check(
        gettext_lazy("Print batches to confirm"), level, _waiting(heap), heap.since,
        _("Say when it was posted, or give it up: until then its steps are not done.") if level != Level.GOOD else "",
        _list(BATCHES, entity, state__exact="prepared"), _("The print batches"),
    )  # fmt: skip
