"""The simulated module as a program that others on this computer dial in to: TCP listeners and
UDP services with real clients, through a real line. An EG800Q where nothing else is said."""

import contextlib
import os
import re
import select
import socket

import pytest

from host_tests.program import PATIENCE, on_port, on_terminal

pytestmark = pytest.mark.waits

QUICK = ["--delay=%s=1" % step for step in ("SMS DONE", "PB DONE", "+QIACT", "+QICLOSE")]


@contextlib.contextmanager
def module(*arguments, how=on_port, family="eg800q"):
    with how(family, *QUICK, *arguments) as line:
        line.ask("AT+CREG?", b"+CREG: 0,1")
        line.say("ATE0")
        line.say("AT+QISDE=0")
        line.say("AT+QIACT=1")
        yield line


@pytest.fixture(params=[on_terminal, on_port], ids=["pty", "tcp"])
def line(request):
    with module(how=request.param) as line:
        yield line


def opened(line, sid, service, port, mode):
    """Open a listener or a service; the real port, as the program tells it."""
    line.say(
        'AT+QIOPEN=1,%d,"%s","127.0.0.1",0,%d,%d' % (sid, service, port, mode),
        b"\r\n+QIOPEN: %d,0\r\n" % sid,
    )
    told = line.process.stdout.readline().decode()
    found = re.fullmatch(r"listening: (TCP|UDP) (\d+) at 127\.0\.0\.1:(\d+)\n", told)
    assert found and (found.group(1), int(found.group(2))) == (service[:3], port), told
    return int(found.group(3))


def dial(port):
    return socket.create_connection(("127.0.0.1", port), PATIENCE)


def incoming(line, server, client):
    """The <connectID> of a client that has just dialled in."""
    line.until(b'\r\n+QIURC: "incoming",')
    sid, by, address, port = line.until(b"\r\n").decode().strip().split(",")
    assert (int(by), address, int(port)) == (server, '"127.0.0.1"', client.getsockname()[1])
    return int(sid)


def send(line, command, data):
    line.say(command, b"> ")
    os.write(line.fd, data)
    assert line.until(b"\r\nSEND OK\r\n") == b"\r\nSEND OK\r\n"


def received(client, count):
    data = b""
    while len(data) < count:
        piece = client.recv(count - len(data))
        assert piece, data
        data += piece
    return data


def test_a_client_dials_in_and_bytes_go_both_ways(line):
    port = opened(line, 0, "TCP LISTENER", 80, 1)
    with dial(port) as client:
        sid = incoming(line, 0, client)
        client.sendall(b"GET /\x00\xff\r\n")
        line.until(b'\r\n+QIURC: "recv",%d,9\r\nGET /\x00\xff\r\n' % sid)
        send(line, "AT+QISEND=%d,5" % sid, b"200\x1a\x00")
        assert received(client, 5) == b"200\x1a\x00"
        while b"+QISEND: 5,5,0" not in line.say("AT+QISEND=%d,0" % sid):
            pass
    line.until(b'\r\n+QIURC: "closed",%d\r\n' % sid)
    line.say("AT+QICLOSE=%d" % sid)


def test_the_module_hangs_up_and_stops_listening(line):
    port = opened(line, 3, "TCP LISTENER", 2020, 0)
    with dial(port) as client, dial(port) as other:
        first, second = incoming(line, 3, client), incoming(line, 3, other)
        assert len({first, second, 3}) == 3
        line.say("AT+QICLOSE=%d" % first)
        assert client.recv(1) == b""
        line.say("AT+QICLOSE=3")
        with pytest.raises(ConnectionRefusedError):
            dial(port)
        other.sendall(b"still here")
        line.until(b'+QIURC: "recv",%d\r\n' % second)
        assert b"+QIRD: 10\r\nstill here\r\n" in line.say("AT+QIRD=%d,100" % second)


def test_a_ug96_is_dialled_too():
    with module(family="ug96") as line:
        port = opened(line, 0, "TCP LISTENER", 2020, 1)
        with dial(port) as client:
            sid = incoming(line, 0, client)
            client.sendall(b"hello")
            # What comes in there is in buffer mode, whatever the listener was opened with.
            line.until(b'\r\n+QIURC: "recv",%d\r\n' % sid)
            assert b"+QIRD: 5\r\nhello\r\n" in line.say("AT+QIRD=%d,100" % sid)
            send(line, "AT+QISEND=%d,7" % sid, b"welcome")
            assert received(client, 7) == b"welcome"


def test_the_host_decides_who_may_come_in():
    with module() as line:
        line.say('AT+QICFG="tcp/accept",0')
        port = opened(line, 0, "TCP LISTENER", 80, 1)
        with dial(port) as unwanted, dial(port) as client:
            client.sendall(b"early")
            for _ in range(2):
                line.until(b'\r\n+QIURC: "accept",0\r\n')
            line.say("AT+QIACCEPT=0,0")
            assert unwanted.recv(1) == b""
            line.say("AT+QIACCEPT=0,1,7", b'\r\n+QIACCEPT: 7,"127.0.0.1",')
            line.until(b'\r\n+QIURC: "recv",7,5\r\nearly\r\n')


def test_a_service_answers_whoever_asks(line):
    port = opened(line, 2, "UDP SERVICE", 3030, 1)
    for _ in range(2):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(PATIENCE)
            client.bind(("127.0.0.1", 0))
            back = client.getsockname()[1]
            client.sendto(b"\r\nOK\r\n", ("127.0.0.1", port))
            line.until(b'\r\n+QIURC: "recv",2,6,"127.0.0.1",%d\r\n\r\nOK\r\n\r\n' % back)
            send(line, 'AT+QISEND=2,4,"127.0.0.1",%d' % back, b"\x00\x1b\r\n")
            assert client.recvfrom(100) == (b"\x00\x1b\r\n", ("127.0.0.1", port))


def test_a_service_reads_one_datagram_at_a_time():
    with module() as line:
        port = opened(line, 2, "UDP SERVICE", 3030, 0)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            for data in (b"one", b"two"):
                client.sendto(data, ("127.0.0.1", port))
            back = client.getsockname()[1]
            line.until(b'+QIURC: "recv",2\r\n')
            for data in (b"one", b"two"):
                expected = b'+QIRD: 3,"127.0.0.1",%d\r\n%s\r\n' % (back, data)
                assert expected in line.say("AT+QIRD=2")


def test_a_module_that_is_switched_off_listens_no_more():
    with module() as line:
        port = opened(line, 0, "TCP LISTENER", 80, 1)
        with dial(port) as client:
            incoming(line, 0, client)
            line.say("AT+QPOWD", b"POWERED DOWN\r\n")
            assert client.recv(1) == b""
            with pytest.raises(ConnectionRefusedError):
                dial(port)


def test_dtr_ends_transparent_mode(tmp_path):
    pins = tmp_path / "pins"
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        with module("--pins", str(pins)) as line:
            line.say("AT&D1")
            line.say(
                'AT+QIOPEN=1,0,"TCP","127.0.0.1",%d,0,2' % server.getsockname()[1],
                b"\r\nCONNECT\r\n",
            )
            peer, _ = server.accept()
            with peer:
                peer.settimeout(PATIENCE)
                os.write(line.fd, b"AT\r\x00")
                assert received(peer, 4) == b"AT\r\x00"
                peer.sendall(b"OK?")
                line.until(b"OK?")
                for level in (0, 1):
                    with open(pins, "w") as f:
                        f.write("DTR %d\n" % level)
                line.until(b"\r\nOK\r\n")
                line.say("AT+QISTATE=1,0")
                assert not select.select([peer], [], [], 0)[0]


def test_a_client_gets_the_line_itself(line):
    port = opened(line, 0, "TCP LISTENER", 2020, 2)
    with dial(port) as client:
        client.sendall(b"first words")
        incoming(line, 0, client)
        line.until(b"\r\nCONNECT\r\n")
        assert line.until(b"words") == b"first words"
        os.write(line.fd, b"AT+QICLOSE=0\r\x1a")
        assert received(client, 14) == b"AT+QICLOSE=0\r\x1a"
    line.until(b"\r\nNO CARRIER\r\n")
    line.say("AT")


def test_a_second_module_gets_ports_of_its_own():
    with module() as one, module() as two:
        ports = [opened(line, 0, "TCP LISTENER", 2020, 1) for line in (one, two)]
        assert ports[0] != ports[1]
        for line, port in zip((one, two), ports):
            with dial(port) as client:
                incoming(line, 0, client)


def test_the_time_and_a_ping_of_this_computer():
    with module("--time", "2026-11-20T12:00:00+02:00", "--dns", "pc.example=127.0.0.1:7") as line:
        line.say('AT+QNTP=1,"pool.example"', b'+QNTP: 0,"2026/11/20,12:00:00+08"\r\n')
        got = line.say('AT+QPING=1,"pc.example",1,1', b"+QPING: 0,1,1,0,1,1,1\r\n")
        assert got.count(b"+QPING: 0,") == 2
