"""With --json a program reads one object on the standard output, refusals included."""

import json

import pytest
from django.core.management import CommandError, call_command

from collections_app.engine.models import Run
from tests.factories.accounts import EntityFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (["run_night", "--entity", "NONE"], "Il n’y a pas d’entité NONE. Codes connus : -."),
        (["explain", "NOBODY"], "Il n’y a pas de client NOBODY."),
    ],
)
def test_a_refusal_is_one_json_object_and_exits_with_two(command, reason, capsys):
    with pytest.raises(CommandError) as refused:
        call_command(*command, "--json")
    assert (refused.value.returncode, json.loads(capsys.readouterr().out)) == (2, {"refused": reason})


def test_a_slip_of_the_year_does_not_close_the_nights_until_then(capsys):
    entity = EntityFactory(code="ACME")
    with pytest.raises(CommandError) as refused:
        call_command("run_night", "--entity", "ACME", "--on", "2126-01-01", "--json")
    assert refused.value.returncode == 2
    assert not Run.objects.filter(entity=entity).exists()
