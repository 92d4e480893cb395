"""Assembles the house: settings, routes, Celery and its timetable. Imports everything, imported by none."""
