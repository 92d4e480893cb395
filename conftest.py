"""Before Django is loaded: the tests are the tests, whatever the shell says."""

import os

os.environ["ACQUIT_ENV"] = "test"
