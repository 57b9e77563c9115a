"""A reading by HTTPS, from a board that makes sure who the server is. Any family.

The TLS is the board's, the module carries its bytes. The certificate of the CA that signs for the
server is a file on the board, in DER form:

    openssl x509 -in ca.pem -outform der -out ca.der
    mpremote cp ca.der :

Certificates have dates: the board's clock must be right, see ntp_clock.py. TLS wants some 40 kB of
memory. Whatever stands below in capitals may stand in modem_board.py instead.
"""

import sys

import modem_board
import tls
from modem_board import modem

from quectel import SocketPool

APN = getattr(modem_board, "APN", "iot.example")
ATTACH_S = getattr(modem_board, "ATTACH_S", 120)  # how long the way to the network may take
SERVER = getattr(modem_board, "SERVER", "telemetry.example")
PORT = getattr(modem_board, "PORT", 443)
PATH = getattr(modem_board, "PATH", "/readings")
CA = getattr(modem_board, "CA", "ca.der")
WAIT_S = getattr(modem_board, "WAIT_S", 60)  # for each answer, and each byte of it


def measure():
    return 21.5  # your sensor goes here


def context():
    made = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    made.verify_mode = tls.CERT_REQUIRED
    with open(CA, "rb") as file:
        made.load_verify_locations(file.read())
    return made


def post(s, text):
    """The answer's status, as in 200, and its body."""
    s.write(b"POST %s HTTP/1.0\r\nHost: %s\r\n" % (PATH.encode(), SERVER.encode()))
    s.write(b"Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text))
    status = int(s.readline().split()[1])
    while s.readline().strip():  # headers, up to an empty line
        pass
    return status, s.read()


def main():
    m = modem()
    try:
        m.power_on()
        print("address", m.attach(apn=APN, timeout_ms=ATTACH_S * 1000))
    except OSError as e:
        print("no network with the APN %s: %s" % (APN, e))
        return 1
    try:
        with SocketPool(m).socket() as raw:
            raw.settimeout(WAIT_S)
            raw.connect((SERVER, PORT))
            s = context().wrap_socket(raw, server_hostname=SERVER)
            print("%s is who it says" % SERVER)
            status, text = post(s, b"%.1f" % measure())
            s.close()
    except (OSError, ValueError, IndexError) as e:  # no certificate; an answer that is none
        print("not delivered: %r" % e)
        return 1
    print("answer", status, text.decode())
    return 0 if 200 <= status < 300 else 1


if __name__ == "__main__":
    sys.exit(main())
