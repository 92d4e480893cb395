"""Supervisors' pages of the admin: Scenarios."""

from collections_app.scenarios.admin.scenarios import ScenarioAdmin

__all__ = ["ScenarioAdmin"]
