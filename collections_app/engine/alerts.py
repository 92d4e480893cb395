"""Telling the supervisors of an entity, by mail, what they must look at."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import structlog
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _, override

from collections_app.engine.models import MorningReport
from collections_app.engine.morning.wording import anomaly_sentence
from crm.accounts.models import Entity, Role, User
from crm.accounts.queries import seers_of
from crm.accounts.rules import changes_settings
from crm.core import formats
from crm.customers.models import Channel
from crm.events.models import Event
from telephony.core.channels import NotAllowed, Outbound, SendError, channels
from telephony.core.domain import message_domain

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Words:
    """What a mail says, and the page it leads to."""

    subject: str
    text: str
    path: str


def supervisors_of(entity: Entity) -> list[User]:
    """Those with an address who open the pages the mails lead to, and settle there: the supervisors who see the whole
    entity; the administrators where nobody does."""
    reachable = seers_of(entity).exclude(email="").order_by("pk")
    settling = [user for user in reachable if changes_settings(user)]
    return [user for user in settling if user.role == Role.SUPERVISOR] or settling


def on_alert(event: Event) -> None:
    """Consumer: one mail to each supervisor, in his language. Tried again when it reached nobody at all."""
    entity = Entity.objects.get(pk=event.entity_id)
    told, failed = 0, None
    for user in supervisors_of(entity):
        with override(user.language):
            try:
                _mail(user, WORDS[event.kind](entity, event))
                told += 1
            except NotAllowed:
                log.info("alert_not_allowed", to=user.email)
            except SendError as error:
                failed = error
    if failed is not None and not told:
        raise failed


def _mail(user: User, words: Words) -> None:
    send = channels[Channel.EMAIL].send
    assert send is not None
    number = f"{uuid4()}@{message_domain(settings.SITE_URL)}"
    text = f"{words.text}\n\n{settings.SITE_URL}{words.path}\n"
    mail = Outbound(
        key=0, to=user.email, message_id=number, subject=words.subject, text=text, sender=settings.DEFAULT_FROM_EMAIL
    )
    send(mail)


def _full(entity: Entity, event: Event) -> Words:
    channel = Channel(event.payload["channel"]).label
    return Words(
        _("Acquit: daily ceiling reached (%(channel)s), %(entity)s") % {"channel": channel, "entity": entity.code},
        _(
            "The ceiling of %(ceiling)s a day is reached for %(entity)s by the channel %(channel)s. Nothing more "
            "leaves by it today; what is above waits for the following days."
        )
        % {"ceiling": event.payload["ceiling"], "entity": entity.legal_name, "channel": channel},
        reverse("admin:accounts_entity_change", args=[entity.pk]),
    )


def _held(entity: Entity, event: Event) -> Words:
    report = MorningReport.objects.get(run=event.payload["run"])
    unusual = "\n".join(f"- {anomaly_sentence(anomaly)}" for anomaly in report.anomalies)
    return Words(
        _("Acquit: the night of %(entity)s is unusual, its messages are held") % {"entity": entity.code},
        _("Messages held by the night of %(day)s: %(count)s.")
        % {"day": formats.day(report.on), "count": event.payload["messages"]}
        + f"\n{unusual}\n\n"
        + _("They leave when you release them; or cancel, and the next night decides again:"),
        reverse("admin:engine_morningreport_change", args=[report.pk]),
    )


def _unusual(entity: Entity, event: Event) -> Words:
    report = MorningReport.objects.get(run=event.payload["run"])
    sentences = "\n".join(f"- {anomaly_sentence(anomaly)}" for anomaly in report.anomalies)
    return Words(
        _("Acquit: the night of %(entity)s is unusual") % {"entity": entity.code},
        _("The night of %(day)s had no message to hold; there is nothing to settle.") % {"day": formats.day(report.on)}
        + f"\n{sentences}\n\n"
        + _("No other mail tells it while the nights that follow are unusual in the same way. Its report:"),
        reverse("admin:engine_morningreport_change", args=[report.pk]),
    )


def _new_iban(entity: Entity, event: Event) -> Words:
    return Words(
        _("Acquit: the IBAN of %(entity)s was changed") % {"entity": entity.code},
        _(
            "%(by)s changed the IBAN of %(entity)s from %(before)s to %(after)s: letters, e-mails and payment codes "
            "ask for payment to it from now on. If nobody asked for it, stop the entity and call your administrator."
        )
        % {"entity": entity.legal_name, **event.payload},
        reverse("admin:accounts_entity_change", args=[entity.pk]),
    )


def night_cancelled(reason: str) -> str:
    """Why a message of a night that was cancelled did not leave."""
    return _("The night that queued it was cancelled: %(reason)s") % {"reason": reason}


WORDS: dict[str, Callable[[Entity, Event], Words]] = {
    "night.held": _held,
    "night.unusual": _unusual,
    "outbox.full": _full,
    "entity.iban_changed": _new_iban,
}
