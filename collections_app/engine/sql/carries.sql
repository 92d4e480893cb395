-- What an action x of dunning carries: every eligible late invoice i of its account, or its one invoice; stands in a condition.
i.customer_id = x.customer_id and i.currency = x.currency and i.overdue and i.held is null
and (x.invoice_id is null or x.invoice_id = i.invoice_id)
