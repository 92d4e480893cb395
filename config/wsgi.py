import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from django.template import engines  # noqa: E402 - needs the settings loaded
from django.urls import reverse  # noqa: E402 - needs the settings loaded

from config.checks import refuse_to_start_incomplete  # noqa: E402 - needs the settings loaded
from crm.core.waiting import pages_do_not_wait_long  # noqa: E402 - needs the settings loaded

refuse_to_start_incomplete()
pages_do_not_wait_long()

# What every page needs is loaded now and not by the first who asks. It never goes away: looking through it for garbage
# stops all threads of the process for as long as drawing several pages takes.
engines.all()
reverse("worklist")
gc.collect()
gc.freeze()
