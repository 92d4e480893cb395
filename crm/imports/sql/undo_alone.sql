-- The removal of items and customers locks these tables (crm/core/references.py), each when it comes to it. Taken here all
-- at once, in the order in which an import comes to them: two that run side by side would else wait for each other.
lock table imports_fecline, receivables_invoice, receivables_credit, receivables_movement, timeline_entry
in share row exclusive mode
