from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    name = "telephony.messaging"
    label = "messaging"
    verbose_name = _("Messaging")

    def ready(self) -> None:
        """Connect the channels, listen to Anymail, say what a merge of customers does."""
        from anymail.signals import inbound, tracking

        from crm.customers.registry import moves
        from crm.timeline.params import sayings
        from telephony.core.channels import Channel, register
        from telephony.core.outgoing import in_words, wordings
        from telephony.messaging import webhooks, wording
        from telephony.providers.email import sending

        # SMTP gives no receipt, so a step done by e-mail is complete when the provider took the mail.
        register(Channel("email", completes_on="sent", send=sending.send, session=sending.session))
        register(Channel("post", completes_on="sent", by_batch=True))
        sayings["reason"] = in_words
        wordings |= {
            "ceiling": wording.ceiling,
            "elsewhere": wording.elsewhere,
            "lease_expired": wording.lease_expired,
        }
        tracking.connect(webhooks.on_tracking, weak=False, dispatch_uid="messaging")
        inbound.connect(webhooks.on_inbound, weak=False, dispatch_uid="messaging")
        moves("messaging.Message.customer")
        moves("messaging.Reply.customer")
