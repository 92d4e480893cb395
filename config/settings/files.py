"""Static files, uploads, cache."""

from typing import Any

from whitenoise.compress import Compressor

from config import env
from config.settings.base import BASE_DIR, DEBUG, ENVIRONMENT

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Digests in file names need collectstatic; the demo and the tests serve the sources instead.
HASHED_STATIC = env.flag("STATIC_HASHED", default=ENVIRONMENT == "production")
# None where nothing is collected: WhiteNoise would warn about a folder that does not exist.
STATIC_ROOT = env.text("STATIC_ROOT", str(BASE_DIR / "staticfiles") if HASHED_STATIC else "") or None
WHITENOISE_USE_FINDERS = not HASHED_STATIC
# Nobody downloads the maps of minified scripts, and compressing them took half the time of collectstatic.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [*Compressor.SKIP_COMPRESS_EXTENSIONS, "map"]
# Tests make a client each: reading every static file for each of them took a tenth of their time.
WHITENOISE_AUTOREFRESH = DEBUG or ENVIRONMENT == "test"

MEDIA_ROOT = env.text("MEDIA_ROOT", str(BASE_DIR / "var" / "media"))
MEDIA_URL = "media/"
# A copy of all that is kept about a person is no second archive: long enough to hand it to him.
PERSON_EXPORTS_KEPT_DAYS = env.integer("PERSON_EXPORTS_KEPT_DAYS", 14, least=1)
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

_STATIC_BACKEND = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage"
    if HASHED_STATIC
    else "django.contrib.staticfiles.storage.StaticFilesStorage"
)
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Whoever collects them, the account of the web processes or a web server in front reads them.
    "staticfiles": {
        "BACKEND": _STATIC_BACKEND,
        "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
    },
}

CACHE_URL = env.address("CACHE_URL", schemes=("redis", "rediss", "unix"))
CACHES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL, "KEY_PREFIX": "acquit"}
    if CACHE_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
