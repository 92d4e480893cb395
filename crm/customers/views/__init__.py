"""Pages about one customer: what is shown, what a person changes, the merge of two records."""
