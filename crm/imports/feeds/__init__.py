"""What another system sends row by row, checked and written many at a time."""
