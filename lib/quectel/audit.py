"""What the module has open, compared with what the driver believes it has.

Needed when the module may have sockets that nobody here owns, left by another program or an
earlier life, or when a line was damaged and may have been a URC.
"""

from micropython import const

_OPEN = const(2)  # socket.py
_RESET = const(-7)  # errors.py


def settle(modem, lines: list):
    """Steps: by the `lines` of QISTATE, close what nobody owns and fail what is not there."""
    # The <socket_state>s in which a client is connected
    alive = getattr(type(modem), "_alive", "2")  # of the modem: that would load services.py
    states = {}
    for line in lines:
        line = line[10:].split(",")
        states[int(line[0])] = line[5]
    for cid in range(modem.IDS):
        s = modem._sockets[cid]
        state = states.get(cid)
        if not s:
            if state:
                modem._sockets[cid] = False  # nobody's, and not free
        elif s._state == _OPEN:
            s._avail = True
            if not state:
                s._fail(_RESET)
            else:
                s._hung = state not in alive
    for cid in range(modem.IDS):
        if modem._sockets[cid] is False:
            yield from modem._shut(cid)
