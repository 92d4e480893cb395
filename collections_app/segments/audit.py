from auditlog.registry import auditlog

from collections_app.segments.models import Group


def register_for_audit() -> None:
    """Groups are rules: who changed what is kept. Memberships follow from them and keep their own dates."""
    auditlog.register(Group)
