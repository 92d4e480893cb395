"""What Acquit calls a column itself, it reads as the header of one."""

import pytest
from django.utils.text import capfirst
from django.utils.translation import override

from crm.imports.labels import FIELD_LABELS
from crm.imports.mapping import FIELDS, guess
from crm.imports.models import Format

LISTS = [Format.OPEN_ITEMS, Format.CUSTOMERS, Format.PAYMENTS]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("said", [True, False])
def test_every_label_of_a_column_is_a_header_that_is_read(kind, language, said):
    with override(language):
        headers = {name: str(capfirst(FIELD_LABELS[name])) for name in FIELDS[kind].split()}
    found = guess([*headers.values()], [], wanted=kind if said else "")
    assert (found.format, found.columns()) == (kind, headers)
