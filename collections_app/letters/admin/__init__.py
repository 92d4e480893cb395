"""Supervisors' pages: Templates, Print batches."""

from collections_app.letters.admin import batches, templates

__all__ = ["batches", "templates"]
