-- What says again that these are his cannot be undone: no undoing of what said so before forgets them any more.
    delete from imports_addressbefore b using customers_address a, given g
    where b.address_id = a.id and (a.customer_id, a.channel, a.value) = (g.customer_id, g.channel, g.value)
