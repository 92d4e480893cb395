"""Which account a login server opens: the one that was there before, of the address the server verified."""

from allauth.account.models import EmailAddress
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Role, User

REFUSALS = {
    "no_address": _("%(provider)s does not tell your e-mail address, and Acquit knows you by it."),
    "not_verified": _("%(provider)s does not vouch for the address %(address)s."),
    "no_account": _("No open account has the address %(address)s. Accounts are made by an administrator."),
    "several_accounts": _(
        "Several accounts have the address %(address)s: which one is yours cannot be told. Log in with your password."
    ),
}


class LoginRefused(Exception):
    """The server knows this person, and no account follows from it. `reason` is a key of REFUSALS."""

    def __init__(self, reason: str, address: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.address = address

    def sentence(self, provider: str) -> str:
        """What the person reads."""
        return str(REFUSALS[self.reason]) % {"provider": provider, "address": self.address}


def account_of(told: list[EmailAddress]) -> User:
    """The one open account of a person with the address told and verified. Raises LoginRefused."""
    if not told:
        raise LoginRefused("no_address")
    address = told[0].email
    if not told[0].verified:
        raise LoginRefused("not_verified", address)
    found = open_accounts(address)
    if len(found) != 1:
        raise LoginRefused("several_accounts" if found else "no_account", address)
    return found[0]


def open_accounts(address: str) -> list[User]:
    """Those of persons: the account of a program may carry the address of who looks after it, and has no page."""
    alike = User.objects.filter(email__iexact=address, is_active=True).exclude(role=Role.INTEGRATOR)
    return [user for user in alike if _same(user.email, address)]


def _same(one: str, other: str) -> bool:
    # The database also takes «ı» for «i»: whoever owns one address would be let in for another.
    return one.lower() == other.lower() and one.isascii() == other.isascii()
