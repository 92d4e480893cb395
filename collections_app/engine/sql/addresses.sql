-- Where each customer is best reached by each channel.
select customer_id, channel, address_id from customer_best_addresses(%(entity)s, %(on)s)
