from auditlog.registry import auditlog

from collections_app.scenarios.models import Scenario, ScenarioVersion, Step


def register_for_audit() -> None:
    """Scenarios are rules: who changed what is kept."""
    for model in (Scenario, ScenarioVersion, Step):
        auditlog.register(model)
