"""Theme and language of a person: kept in the account, chosen also before the login."""

from typing import Any

from django.http import HttpRequest

CHOSEN = "chosen_before_login"  # of a session; it outlives the login, and ends with the logout


def keep(user: Any, given: dict[str, str]) -> None:
    """Write choices into an account."""
    for name, value in given.items():
        setattr(user, name, value)
    user.save(update_fields=list(given))


def keep_chosen(request: HttpRequest, user: Any) -> None:
    """What was chosen on the pages before the login is the choice of who logged in there."""
    if given := request.session.pop(CHOSEN, {}):
        keep(user, given)
