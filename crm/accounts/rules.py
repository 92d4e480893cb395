"""Who may do what, by role; which rows follows from teams and entities (`Customer.objects.visible_to`)."""

from typing import Any

from crm.accounts.models import Role

READERS = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.COLLECTOR, Role.FIELD_AGENT, Role.AUDITOR})
WORKERS = READERS - {Role.AUDITOR}
FEEDERS = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.INTEGRATOR})
LEADERS = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})


def _is(user: Any, roles: frozenset[Role]) -> bool:
    return bool(user.is_authenticated and user.is_active and (user.is_superuser or user.role in roles))


def reads_pages(user: Any) -> bool:
    """Opens the pages of collectors; integrators only have the API."""
    return _is(user, READERS)


def works_customers(user: Any) -> bool:
    """Writes on customers and actions; an auditor only reads."""
    return _is(user, WORKERS)


def leads(user: Any) -> bool:
    """Configures and hands out work: supervisors and administrators."""
    return _is(user, LEADERS)


def reads_api(user: Any) -> bool:
    """Reads the API: every role, each its own rows."""
    return bool(user.is_authenticated and user.is_active)


def feeds_books(user: Any) -> bool:
    """Sends customers, invoices and payments, and starts night runs."""
    return _is(user, FEEDERS)


def works_actions(user: Any) -> bool:
    """Completes actions through the API."""
    return _is(user, WORKERS | FEEDERS)


def opens_admin(user: Any) -> bool:
    """Enters the Django admin."""
    return bool(user.is_authenticated and user.is_active and user.is_staff)


def administers(user: Any) -> bool:
    """Creates entities, gives every role."""
    return _is(user, frozenset({Role.ADMINISTRATOR}))


def reads_settings(user: Any) -> bool:
    """Looks at the settings in the admin: who leads, and the auditor."""
    return opens_admin(user) and _is(user, LEADERS | {Role.AUDITOR})


def reads_imports(user: Any) -> bool:
    """Looks at the imports of his entities: who leads, and the auditor."""
    return _is(user, LEADERS | {Role.AUDITOR})


def changes_settings(user: Any) -> bool:
    """Changes the settings of his entities in the admin."""
    return opens_admin(user) and leads(user)


def roles_given_by(user: Any) -> list[Role]:
    """Roles a person may give another: nobody raises anyone above himself."""
    if administers(user):
        return list(Role)
    return [Role.SUPERVISOR, Role.COLLECTOR, Role.FIELD_AGENT] if leads(user) else []
