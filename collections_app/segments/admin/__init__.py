"""Supervisors' pages of the admin: Groups."""

from collections_app.segments.admin.groups import GroupAdmin

__all__ = ["GroupAdmin"]
