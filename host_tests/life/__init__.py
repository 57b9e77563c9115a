"""A node's life: examples/sensor_node.py for a year, in a world with weather.

python3 -m host_tests.life          what `make year` runs; see __main__.py

weather.py    what happens, and when, from one seed
world.py      the board, the time, one start of the node after the other
field.py      the simulated module, which may hang here
flash.py      flash, which may be cut off in the middle of a write
server.py     the server, and the oracle: which reading is where
inside.py     the node in this process; outside.py: on a MicroPython of its own
"""
