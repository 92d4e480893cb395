"""Programs of others that some tests run when they are in the path (tools/launcher/outside.py)."""

import pytest

from tools.launcher import outside


def needed(name: str) -> pytest.MarkDecorator:
    """A mark for tests of this program: skipped in the words `./acquit test` ends with."""
    return pytest.mark.skipif(not outside.program(name), reason=outside.not_run(name))
