"""Money received and applied to an invoice, in one statement as the ledger does it."""

from decimal import Decimal

from django.db import connection

from tests.factories.receivables import CreditFactory

PAY = """
with applied as (
    insert into receivables_movement
        (entity_id, customer_id, invoice_id, credit_id, kind, currency, amount, "on", at, reason)
    select entity_id, customer_id, id, %(credit)s, 'allocated', currency, -%(amount)s, %(on)s, %(at)s, ''
    from receivables_invoice where id = %(invoice)s
), spent as (update receivables_credit set open_amount = open_amount - %(amount)s where id = %(credit)s)
update receivables_invoice set open_amount = open_amount - %(amount)s,
    settled_on = case when open_amount = %(amount)s then %(on)s::date end
where id = %(invoice)s
"""


def pay(invoice, amount, on, *, at=None, credit=None):
    """`at`: recorded then, else as the day begins; `credit`: money received before, else on the day."""
    known = {"recorded_at": at} if at else {}
    credit = credit or CreditFactory(customer=invoice.customer, amount=Decimal(amount), received_on=on, **known)
    values = {"invoice": invoice.pk, "credit": credit.pk, "amount": Decimal(amount), "on": on, "at": at or on}
    with connection.cursor() as cursor:
        cursor.execute(PAY, values)
