drop table item_move, item_given_up
