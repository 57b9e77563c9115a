"""Installing the driver, for real: mpremote, a MicroPython that it takes for a board, servers."""
