select reason, customer_id, name, amount, nights from (
    select b.reason, b.customer_id, c.name, b.amount, b.nights,
           row_number() over (partition by b.reason order by b.amount desc nulls last, b.customer_id) as place
    from simulated_block b join customers_customer c on c.id = b.customer_id
) placed where place <= %(names)s order by reason, place
