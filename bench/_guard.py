"""Measures empty their database: one that holds what they did not make is refused before anything is written to it."""

import os
import re
import sys

import django

from tools.launcher.say import both

# BENCH, BENCH-IMPORT, BENCH-<pid>, REPLAY, and the creditors of letters and of the outbox.
OURS = re.compile(r"BENCH(-.*)?|REPLAY|L\d+|O\d+-\d+")


def main() -> None:
    """Exit 1 with the reason on the error stream, 0 where the measures may run."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    refuse()


def refuse() -> None:
    """Exit 1 with the reason where the measures may not run: a measure started by its module (`python -m bench.night`)
    was not asked by the launcher."""
    if said := refusal():
        sys.exit(said)


def refusal() -> str | None:
    """Why the database of DATABASE_URL may not be emptied; nothing when it holds no entity but the measures' own."""
    from django.db import connection

    from crm.accounts.models import Entity

    if Entity._meta.db_table not in connection.introspection.table_names():
        return None
    codes = Entity.objects.order_by("code").values_list("code", flat=True)
    others = [code for code in codes if not OURS.fullmatch(code)]
    if not others:
        return None
    named = ", ".join(others[:5])
    return both(
        f"DATABASE_URL mène à une base qui contient les entités de quelqu’un : {named}. Les mesures la videraient."
        " Donnez-leur une base à elles, ou retirez DATABASE_URL.",
        f"DATABASE_URL leads to a database with entities of somebody: {named}. Measures would empty it."
        " Give them a database of their own, or unset DATABASE_URL.",
    )


if __name__ == "__main__":
    main()
