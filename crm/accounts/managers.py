"""How accounts are made by Django itself."""

from typing import Any

from django.contrib.auth.models import UserManager

ADMINISTRATOR = "administrator"  # Role.ADMINISTRATOR: the models are built on this module


class AccountManager(UserManager):
    """The account `createsuperuser` makes is an administrator's: rights follow from the role."""

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> Any:
        """As Django's, with the role that has all rights."""
        return super().create_superuser(username, email, password, **{"role": ADMINISTRATOR} | fields)
