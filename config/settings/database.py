"""PostgreSQL, the only database."""

from config import env
from config.settings.base import PRODUCTION

DATABASES = {"default": env.database("DATABASE_URL", "" if PRODUCTION else "postgres:///acquit")}
# Our processes are WSGI threads and Celery workers: a connection each, kept, checked before its first use.
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Compiling the large statements of a night takes longer than running them: 30 s instead of 4 with 300 customers.
DATABASES["default"]["OPTIONS"].setdefault("options", "-c jit=off")

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
