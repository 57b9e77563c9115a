"""A reading by CoAP (RFC 7252): a confirmable POST, sent again until the server confirms it.

Any family. Needs no library; for block transfer, observing and the like there is microCoAPy, which
takes a socket of SocketPool by setCustomSocket(). Whatever stands below in capitals may stand in
modem_board.py instead.
"""

import errno
import sys
from os import urandom

import modem_board
from modem_board import modem

from quectel import SocketPool
from quectel.channel import now, since

APN = getattr(modem_board, "APN", "iot.example")
ATTACH_S = getattr(modem_board, "ATTACH_S", 120)  # how long the way to the network may take
SERVER = getattr(modem_board, "SERVER", "telemetry.example")
PORT = getattr(modem_board, "PORT", 5683)
PATH = getattr(modem_board, "PATH", "readings")
ACK_S = getattr(modem_board, "ACK_S", 4)  # doubled each time; the RFC's 2 is little for NB-IoT
TRIES = getattr(modem_board, "TRIES", 5)

CON, ACK, RST = 0x40, 0x60, 0x70  # version 1, and the type of message
POST = 2
URI_PATH, CONTENT_FORMAT = 11, 12  # options (RFC 7252, 5.10)


def measure():
    return 21.5  # your sensor goes here


def option(delta, value):
    """An option, `delta` behind the one before it (RFC 7252, 3.1)."""
    if len(value) < 13:
        return bytes((delta << 4 | len(value),)) + value
    return bytes((delta << 4 | 13, len(value) - 13)) + value


def request(head, path, reading):
    text = head
    delta = URI_PATH
    for part in path.split("/"):
        text += option(delta, part.encode())
        delta = 0
    return text + option(CONTENT_FORMAT - URI_PATH, b"") + b"\xff" + reading  # 0: plain text


def post(s, path, reading):
    """(code, payload) of the answer, as in ("2.04", b""). OSError: ETIMEDOUT, ECONNRESET."""
    mid, token = urandom(2), urandom(4)
    text = request(bytes((CON | len(token), POST)) + mid + token, path, reading)
    for n in range(TRIES):
        print("POST %s, message %d of %d" % (path, n + 1, TRIES))
        s.send(text)
        answer = hear(s, mid, token, ACK_S * 2**n)
        if answer:
            return answer
    raise OSError(errno.ETIMEDOUT, "%s is silent" % SERVER)


def hear(s, mid, token, seconds):
    """The answer to our message `mid`, or None: that has to be sent again."""
    t = now()
    while since(t) < seconds * 1000:
        s.settimeout(seconds - since(t) / 1000)
        try:
            m = s.recv(256)
        except OSError as e:
            if e.errno != errno.ETIMEDOUT:
                raise
            break
        kind = m[0] & 0x70
        if kind == RST and m[2:4] == mid:
            raise OSError(errno.ECONNRESET, "the server has refused the message")
        if kind == ACK and m[1] == 0 and m[2:4] == mid:
            t, seconds = now(), 60  # it has the request; the answer is a message of its own
        elif m[1] and m[4 : 4 + (m[0] & 15)] == token:
            if kind == CON:
                s.send(bytes((ACK, 0)) + m[2:4])
            return "%d.%02d" % (m[1] >> 5, m[1] & 31), payload(m, 4 + (m[0] & 15))
    return None


def payload(m, i):
    """What is behind the options, which begin at m[i]."""
    while i < len(m) and m[i] != 0xFF:
        delta, n = m[i] >> 4, m[i] & 15
        i += 1 + (delta == 13) + 2 * (delta == 14)
        if n == 13:
            i, n = i + 1, m[i] + 13
        elif n == 14:
            i, n = i + 2, (m[i] << 8 | m[i + 1]) + 269
        i += n
    return m[i + 1 :]


def main():
    m = modem()
    try:
        m.power_on()
        print("address", m.attach(apn=APN, timeout_ms=ATTACH_S * 1000))
    except OSError as e:
        print("no network with the APN %s: %s" % (APN, e))
        return 1
    pool = SocketPool(m)
    try:
        with pool.socket(pool.AF_INET, pool.SOCK_DGRAM) as s:
            s.connect((SERVER, PORT))
            code, text = post(s, PATH, b"%.1f" % measure())
    except OSError as e:
        print("not delivered: %s" % e)
        return 1
    print("answer", code, text)
    return 0 if code[0] == "2" else 1


if __name__ == "__main__":
    sys.exit(main())
