"""Verbs of the imports."""

from crm.imports.operations.files import import_file

__all__ = ["import_file"]
