from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SegmentsConfig(AppConfig):
    name = "collections_app.segments"
    label = "segments"
    verbose_name = _("Groups")

    def ready(self) -> None:
        """Declare the standard facts, what follows a change of facts, a merge, the gate of rehearsals, whose team a
        customer's is, and what is said of groups without one before an entity is live."""
        from collections_app.compliance.registry import Gate, register_gate
        from collections_app.segments import audit, consumers, standard_facts
        from collections_app.segments.queries import remarks_on_teams, team_given
        from crm.accounts.registry import remarks
        from crm.customers.registry import team_rules

        register_gate(Gate("rehearsal", 25, "collections_app.segments"))

        standard_facts.register_standard_facts()
        consumers.register_consumers()
        audit.register_for_audit()
        team_rules.append(team_given)
        remarks.append(remarks_on_teams)
