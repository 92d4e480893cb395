"""Texts written by supervisors: a Liquid that cannot run code, loop for ever or fill the memory."""

from crm.core.liquid.checks import Finding, check
from crm.core.liquid.faults import TemplateFault
from crm.core.liquid.sandbox import LONGEST_SOURCE, parse, render

__all__ = ["LONGEST_SOURCE", "Finding", "TemplateFault", "check", "parse", "render"]
