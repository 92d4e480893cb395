"""Collected by root, static files are read by the account of the web processes."""

import stat
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from whitenoise.compress import Compressor


def test_everybody_reads_what_is_collected(settings, tmp_path):
    given = settings.STORAGES["staticfiles"]
    storage = storages.create_storage({**given, "OPTIONS": {**given["OPTIONS"], "location": tmp_path}})
    saved = Path(storage.path(storage.save("css/base.css", ContentFile(b"a"))))
    assert [oct(stat.S_IMODE(path.stat().st_mode)) for path in (saved, saved.parent)] == ["0o644", "0o755"]


def test_maps_of_scripts_are_not_compressed(settings):
    packer = Compressor(extensions=settings.WHITENOISE_SKIP_COMPRESS_EXTENSIONS, quiet=True)
    assert [packer.should_compress(name) for name in ("redoc.js", "redoc.js.map", "logo.png")] == [True, False, False]
