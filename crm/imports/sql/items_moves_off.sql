drop table item_move
