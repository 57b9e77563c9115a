"""What libraries ask of a socket, call by call: programs for MicroPython, one for each library.

Each is written from a record of the calls that the library was seen to make, and from the
protocol; none has a line of the library in it. test_contracts.py runs them on MicroPython's own
sockets, which shows that what they ask for is fair, and then over simulated modules.
"""
