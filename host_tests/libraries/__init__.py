"""Programs for MicroPython that use libraries as they are: what a user would write, and prints."""
