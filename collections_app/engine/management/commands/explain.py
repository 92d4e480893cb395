import json
from argparse import ArgumentParser
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _, override

from collections_app.actions.labels import step_names
from collections_app.engine.explanation import AccountExplanation, ActionThen, Explanation
from collections_app.engine.management.commands.run_night import day
from collections_app.engine.queries import explain
from collections_app.engine.wording import account_sentence, item_sentence
from crm.accounts.calendars import today
from crm.core import formats
from crm.core.commands import JsonCommand
from crm.core.currencies import rounded
from crm.customers.models import Customer


class Command(JsonCommand):
    help = "Say what is decided for a customer at a date, invoice by invoice, and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("customer", metavar="CUSTOMER", help="account (external id) or number of the customer")
        parser.add_argument("--entity", metavar="CODE", help="when several entities share the account")
        parser.add_argument("--on", type=day, metavar="YYYY-MM-DD", help="default: today for the entity")
        parser.add_argument("--language", default="fr", choices=["fr", "en"])
        parser.add_argument("--json", action="store_true")

    def answer(self, options: dict[str, Any]) -> None:
        with override(options["language"]):
            customer = customer_named(options["customer"], options["entity"])
            now = today(customer.entity, timezone.now())
            explanation = explain(customer, on=options["on"] or now, now=now)
            self.stdout.write(
                json.dumps(as_json(customer, explanation), default=str, ensure_ascii=False)
                if options["json"]
                else as_text(customer, explanation)
            )


def customer_named(name: str, entity: str | None) -> Customer:
    """The customer of this account; by number (#12) too. CommandError when there is none or several."""
    found = Customer.objects.select_related("entity")
    found = (
        found.filter(pk=int(name[1:])) if name[:1] == "#" and name[1:].isdecimal() else found.filter(external_id=name)
    )
    if entity:
        found = found.filter(entity__code=entity)
    customers = list(found[:2])
    if not customers:
        raise CommandError(_("There is no customer %(name)s.") % {"name": name}, returncode=2)
    if len(customers) > 1:
        raise CommandError(
            _("Several entities have an account %(name)s: add --entity CODE.") % {"name": name}, returncode=2
        )
    return customers[0]


def as_json(customer: Customer, explanation: Explanation) -> dict[str, Any]:
    return {
        "customer": customer.external_id,
        "name": customer.name,
        "on": explanation.on.isoformat(),
        "source": explanation.source,
        "accounts": [
            in_currency(asdict(account), account.currency)
            | {
                "text": account_sentence(account),
                "minimum_amount": minimum(account),
                "items": [
                    in_currency(asdict(item), account.currency) | {"text": item_sentence(item)}
                    for item in account.items
                ],
            }
            for account in explanation.accounts
        ],
        "actions": [_action(then) for then in explanation.actions],
    }


def _action(then: ActionThen) -> dict[str, Any]:
    return {
        "step": then.action.step_code,
        "state": then.state,
        "channel": then.action.channel,
        "opened_on": then.opened_on.isoformat(),
        "amount": None if then.amount is None else str(rounded(then.amount, then.action.currency)),
        "refusals": [{"gate": refusal.gate, "rule": refusal.rule} for refusal in then.refusals],
    }


def in_currency(fields: dict[str, Any], currency: str) -> dict[str, Any]:
    """Amounts with as many decimals as their currency has."""
    return {name: rounded(value, currency) if isinstance(value, Decimal) else value for name, value in fields.items()}


def minimum(account: AccountExplanation) -> Decimal | None:
    """The minimum of the step, in its own currency."""
    amount = account.minimum_amount
    return None if amount is None else rounded(amount, account.minimum_currency)


def as_text(customer: Customer, explanation: Explanation) -> str:
    lines = [f"{customer} · {formats.day(explanation.on)}"]
    for account in explanation.accounts:
        lines.append(
            _("%(currency)s: %(sentence)s") % {"currency": account.currency, "sentence": account_sentence(account)}
        )
        lines += [
            f"  {item.number:<20} {formats.day(item.due_on)} {formats.money(item.net_amount, account.currency):>16} "
            f"{item_sentence(item)}"
            for item in account.items
        ]
    names = step_names([then.action for then in explanation.actions])
    for then in explanation.actions:
        amount = "" if then.amount is None else f" · {formats.money(then.amount, then.action.currency)}"
        lines.append(f"  [{then.state_name}] {names[then.action.pk]} · {formats.day(then.opened_on)}{amount}")
    return "\n".join(lines)
