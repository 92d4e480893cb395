from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComplianceConfig(AppConfig):
    name = "collections_app.compliance"
    label = "compliance"
    verbose_name = _("Compliance")

    def ready(self) -> None:
        from collections_app.compliance import standard, wording
        from telephony.core.outgoing import wordings

        standard.register()
        wordings.update(dict.fromkeys(wording.GATES, wording.rule_sentence))
