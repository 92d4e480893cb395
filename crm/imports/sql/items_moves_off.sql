drop table item_move, item_moved_here
