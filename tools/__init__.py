"""What developers and the launcher need; the application imports none of it."""
