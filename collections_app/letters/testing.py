"""A test send: the message as it would leave, to the person who writes the template and to nobody else."""

from email.utils import make_msgid

from django.utils.translation import gettext as _

from collections_app.letters.compose import Composed
from collections_app.letters.models import Template
from crm.accounts.models import User
from crm.customers.models import Channel
from telephony.core.channels import Outbound, SendError, channels
from telephony.messaging.outbound import sender


class TestNotSent(Exception):
    """The mail provider, or the list of allowed recipients, refused it; the message says why."""

    __test__ = False  # not a test of pytest


def send_test(template: Template, composed: Composed, *, to: User) -> None:
    """Send it by e-mail whatever the channel (a letter as its PDF, an SMS or a script as text). Raises TestNotSent."""
    if not to.email:
        raise TestNotSent(_("Your account has no e-mail address."))
    email = channels.get(Channel.EMAIL)
    if email is None or email.send is None:
        raise TestNotSent(_("The e-mail channel is not connected."))
    entity = template.entity
    try:
        email.send(
            Outbound(
                key=0,
                to=to.email,
                message_id=make_msgid("test").strip("<>"),
                subject=_("[Test] %(subject)s") % {"subject": composed.subject or template.name},
                text=composed.signed_text,
                html=composed.html,
                attachments=composed.attachments,
                sender=sender(entity.sender_name or entity.legal_name, entity.sender_email),
            )
        )
    except SendError as refusal:
        raise TestNotSent(str(refusal)) from refusal
