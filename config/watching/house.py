"""What the figures of the installation mean; for administrators."""

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from config.watching import limits
from config.watching.figures import Figures, Heap, together
from config.watching.levels import Check, Level, by_age, by_number
from config.watching.surroundings import Folder
from crm.core.formats import number, percent
from crm.law.models import RateKind

FOLDERS = {"media": gettext_lazy("Disk of the files"), "temporary": gettext_lazy("Disk of temporary files")}


def checks_of_house(figures: Figures) -> list[Check]:
    """Every line of the installation."""
    lines = [_beat(figures), _broker(figures), _events(figures), _news(figures)]
    if figures.mailbox:
        lines.append(_mailbox(figures))
    kept = ((figures.news_given_up, _news_given_up), (figures.unreadable, _unreadable))
    lines += [line(heap) for heap, line in kept if heap.number]
    if figures.rates_missing:
        lines.append(_rates(figures.rates_missing))
    return [*lines, *map(_disk, figures.folders), _database(figures)]


def _beat(figures: Figures) -> Check:
    if not figures.beat_at:
        # It notes its first task three minutes after the first start of an installation.
        advice = _("It tells of itself every three minutes; if this stays, start the beat process, exactly one.")
        return Check(gettext_lazy("Clock (beat)"), Level.WATCH, _("not heard of yet"), advice=advice)
    level = by_age(figures.beat_at, figures.at, limits.BEAT)
    return Check(
        gettext_lazy("Clock (beat)"), level, _("runs") if level == Level.GOOD else _("silent"),
        figures.beat_at if level != Level.GOOD else None,
        _("Nothing starts by itself any more: start the beat process, exactly one.") if level != Level.GOOD else "",
        reverse("admin:django_celery_beat_periodictask_changelist"), _("Periodic tasks"),
    )  # fmt: skip


def _broker(figures: Figures) -> Check:
    subject, broker = gettext_lazy("Queues and workers"), figures.broker
    if broker.error:
        advice = _("Start it again: nights, sending and imports wait, nothing is lost.")
        return Check(subject, Level.BAD, _("the broker does not answer"), advice=advice)
    waiting = sum(broker.queues.values())
    level = by_number(waiting, limits.QUEUE)
    text = ngettext("%(count)s task waits for a worker", "%(count)s tasks wait for a worker", waiting)
    advice = _("Start workers, or more of them.") if level != Level.GOOD else ""
    return Check(subject, level, text % {"count": number(waiting)}, advice=advice)


def _events(figures: Figures) -> Check:
    given_up = sum(one.given_up for one in figures.consumers)
    since = min((one.since for one in figures.consumers if one.since), default=None)
    level = Level.BAD if given_up else by_age(since, figures.at, limits.EVENTS)
    count = sum(one.number for one in figures.consumers)
    said = ngettext("%(count)s waits", "%(count)s wait", count) % {"count": number(count)}
    return Check(
        gettext_lazy("Events"), level, said if count else _("nothing waits"), since,
        _("The last error says why; once the cause is gone, try them again.") if level != Level.GOOD else "",
        f"{reverse('admin:events_delivery_changelist')}?state={'given_up' if given_up else 'waiting'}",
        _("The events"),
    )  # fmt: skip


def _news(figures: Figures) -> Check:
    heap = together([figures.news, figures.replies])
    level = by_age(heap.since, figures.at, limits.NEWS)
    said = ngettext("%(count)s waits", "%(count)s wait", heap.number) % {"count": number(heap.number)}
    return Check(
        gettext_lazy("News of providers and mail received"), level, said if heap.number else _("nothing waits"),
        heap.since,
        _("Deliveries, bounces and replies are not seen: does a worker run, what does its log say?")
        if level != Level.GOOD
        else "",
        reverse("admin:messaging_reply_changelist"), _("Mail received"),
    )  # fmt: skip


def _mailbox(figures: Figures) -> Check:
    read_at = figures.mailbox_read_at
    level = by_age(read_at, figures.at, limits.MAILBOX) if read_at else Level.BAD
    good = level == Level.GOOD
    return Check(
        gettext_lazy("Mailbox of replies"), level, _("is read") if good else _("is not read"),
        None if good else read_at,
        "" if good else _("Bounces and replies are not seen: the command read_mailbox says why."),
        reverse("admin:messaging_reply_changelist"), _("Mail received"),
    )  # fmt: skip


def _news_given_up(heap: Heap) -> Check:
    return Check(
        gettext_lazy("News of providers that could not be applied"), Level.WATCH,
        ngettext("%(count)s waits", "%(count)s wait", heap.number) % {"count": number(heap.number)}, heap.since,
        _("Its error says why; once the cause is gone, have it applied again, or leave it."),
        f"{reverse('admin:messaging_deliveryevent_changelist')}?state=given_up", _("News of providers"),
    )  # fmt: skip


def _unreadable(heap: Heap) -> Check:
    return Check(
        gettext_lazy("Mail that could not be read"), Level.WATCH,
        ngettext("%(count)s waits", "%(count)s wait", heap.number) % {"count": number(heap.number)}, heap.since,
        _("Open each: give it to its customer, have it read again, or set it aside."),
        f"{reverse('admin:messaging_reply_changelist')}?kind__exact=unreadable", _("Mail received"),
    )  # fmt: skip


def _rates(missing: list[list[str]]) -> Check:
    names = [f"{RateKind(kind).label} ({jurisdiction})" for jurisdiction, kind in missing]
    return Check(
        gettext_lazy("Legal rates"), Level.WATCH, _("not known since the period began: %(rates)s") % {
            "rates": ", ".join(names)
        },
        advice=_("Interest is counted at the former rate until you add them."),
        url=reverse("admin:law_rate_changelist"), link=_("Legal rates"),
    )  # fmt: skip


def _disk(folder: Folder) -> Check:
    share = folder.free_bytes / folder.total_bytes
    # A share of room is the worse the smaller it is.
    level = by_number(1 - share, (1 - limits.FREE_SHARE[0], 1 - limits.FREE_SHARE[1]))
    said = _("%(free)s free (%(share)s)") % {"free": filesizeformat(folder.free_bytes), "share": percent(share)}
    advice = _("Enlarge it or clear it: imports and print batches will be refused.") if level != Level.GOOD else ""
    return Check(FOLDERS[folder.name], level, said, advice=advice)


def _database(figures: Figures) -> Check:
    return Check(gettext_lazy("Database"), Level.GOOD, filesizeformat(figures.database_bytes))
