"""All settings, one module per subject; a later module may read an earlier one, never the reverse."""

from config.settings.base import *
from config.settings.database import *
from config.settings.celery import *
from config.settings.files import *
from config.settings.i18n import *
from config.settings.imports import *
from config.settings.login import *
from config.settings.mail import *
from config.settings.rest import *
from config.settings.security import *
from config.settings.logging import *
from config.settings.monitoring import *
from config.settings.tables import *
