from datetime import UTC, datetime

import pytest

from collections_app.letters.models import Template
from collections_app.segments.models import Group
from crm.accounts.operations import announce
from crm.events.operations import deliver_waiting
from tests.factories.accounts import EntityFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_a_new_entity_receives_its_defaults():
    entity = EntityFactory()
    announce(entity, at=AT)
    deliver_waiting("defaults", at=AT)
    assert Template.objects.filter(entity=entity).count() >= 12
    assert Group.objects.filter(entity=entity, is_default=True).count() == 1
