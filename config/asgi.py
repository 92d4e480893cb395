import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_asgi_application()

from config.checks import refuse_to_start_incomplete  # noqa: E402 - needs the settings loaded
from crm.core.waiting import pages_do_not_wait_long  # noqa: E402 - needs the settings loaded

refuse_to_start_incomplete()
pages_do_not_wait_long()
