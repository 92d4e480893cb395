from django.db import migrations

# What an invoice leaves open counts on the days from which it is owed to its due day included: it is added on the first and
# taken off on the day after the last, so that the sum to a day is what is not yet late on it. A movement counts from its
# date, but never before what it names was born, as in receivables_open_at.
KEY = 'entity_id, currency, "on", item'
PUT = """
        insert into receivables_daytally ({key}, amount, number)
        select p.entity_id, p.currency, d."on", p.item, sum(d.sign * p.amount), 0
        from ({pieces}) p cross join lateral (values (p.from_on, 1), (p.due_on + 1, -1)) d("on", sign)
        where p.from_on <= p.due_on
        group by 1, 2, 3, 4 having sum(d.sign * p.amount) <> 0"""
OF_INVOICES = """
        select r.entity_id, r.currency, r.issued_on as from_on, r.due_on, 'not_due_owed' as item, {sign}r.amount as amount
        from {rows} r"""
OF_MOVEMENTS = """
        select m.entity_id, m.currency, greatest(m."on", i.issued_on, c.received_on) as from_on, i.due_on,
               'not_due_moved' as item, {sign}m.amount as amount
        from {rows} m join {invoices} i on i.id = m.invoice_id left join receivables_credit c on c.id = m.credit_id"""
# Most statements change no date: what is open alone.
DATES = """
            select id from (select id, issued_on, due_on from added except select id, issued_on, due_on from gone) d"""
# EXECUTE plans each anew, for one row or for a million (0002_open_amounts_hold).
FUNCTIONS = """
create function receivables_invoice_not_due() returns trigger language plpgsql as $$
declare dates_change boolean;
begin
    if tg_op = 'INSERT' then {inserted};
    elsif tg_op = 'DELETE' then {deleted};
    elsif tg_op = 'TRUNCATE' then
        delete from receivables_daytally where item in ('not_due_owed', 'not_due_moved');
    else
        execute 'select exists ({dates})' into dates_change;
        if dates_change then
            execute $put$ with dates as materialized ({dates}) {changed} $put$;
        end if;
    end if;
    return null;
end $$;
create function receivables_movement_not_due() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then execute $put$ {moved} $put$;
    elsif tg_op = 'DELETE' then execute $put$ {unmoved} $put$;
    else
        delete from receivables_daytally where item = 'not_due_moved';
    end if;
    return null;
end $$;
create trigger receivables_invoice_not_due_insert after insert on receivables_invoice referencing new table as added
for each statement execute function receivables_invoice_not_due();
create trigger receivables_invoice_not_due_update after update on receivables_invoice
referencing old table as gone new table as added for each statement execute function receivables_invoice_not_due();
create trigger receivables_invoice_not_due_delete after delete on receivables_invoice referencing old table as gone
for each statement execute function receivables_invoice_not_due();
create trigger receivables_invoice_not_due_truncate after truncate on receivables_invoice
for each statement execute function receivables_invoice_not_due();
create trigger receivables_movement_not_due_insert after insert on receivables_movement referencing new table as added
for each statement execute function receivables_movement_not_due();
create trigger receivables_movement_not_due_delete after delete on receivables_movement referencing old table as gone
for each statement execute function receivables_movement_not_due();
create trigger receivables_movement_not_due_truncate after truncate on receivables_movement
for each statement execute function receivables_movement_not_due();
"""
REMOVED = """
drop trigger receivables_invoice_not_due_insert on receivables_invoice;
drop trigger receivables_invoice_not_due_update on receivables_invoice;
drop trigger receivables_invoice_not_due_delete on receivables_invoice;
drop trigger receivables_invoice_not_due_truncate on receivables_invoice;
drop trigger receivables_movement_not_due_insert on receivables_movement;
drop trigger receivables_movement_not_due_delete on receivables_movement;
drop trigger receivables_movement_not_due_truncate on receivables_movement;
drop function receivables_invoice_not_due();
drop function receivables_movement_not_due();
delete from receivables_daytally where item in ('not_due_owed', 'not_due_moved');
"""


def put(*pieces):
    """The rows these pieces add."""
    return PUT.format(key=KEY, pieces=" union all ".join(pieces))


def invoices(rows, sign=""):
    """What of invoices is not yet late, before anything was taken off."""
    return OF_INVOICES.format(rows=rows, sign=sign)


def movements(rows, sign="", of="receivables_invoice"):
    """What movements change of it."""
    return OF_MOVEMENTS.format(rows=rows, sign=sign, invoices=of)


CHANGED = "(select * from {} where id in (select id from dates))"
THEIRS = "(select * from receivables_movement where invoice_id in (select id from dates))"
MADE = FUNCTIONS.format(
    inserted=put(invoices("added")),
    deleted=put(invoices("gone", "-")),
    dates=DATES,
    changed=put(
        invoices(CHANGED.format("added")),
        invoices(CHANGED.format("gone"), "-"),
        movements(THEIRS, of="added"),
        movements(THEIRS, "-", of="gone"),
    ),
    moved=put(movements("added")),
    unmoved=put(movements("gone", "-")),
)
UNTIL_NOW = put(invoices("receivables_invoice"), movements("receivables_movement"))


class Migration(migrations.Migration):
    dependencies = [("receivables", "0015_what_days_add_up_to")]
    operations = [migrations.RunSQL([MADE, UNTIL_NOW], REMOVED)]
