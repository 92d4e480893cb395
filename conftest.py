"""Before Django is loaded: the tests are the tests, whatever the shell says."""

import os
import re

from django.conf import settings

os.environ["ACQUIT_ENV"] = "test"
# A cache for each process of pytest: one that empties its own would empty that of its neighbour (counters of tries).
PROCESS = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
if "CACHE_URL" in os.environ:
    os.environ["CACHE_URL"] = re.sub(r"\bdb=\d+", f"db={8 + PROCESS % 8}", os.environ["CACHE_URL"])
    # pytest-django reads the settings before this file.
    settings.CACHES["default"]["LOCATION"] = os.environ["CACHE_URL"]
