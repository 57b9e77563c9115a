"""The simulated module as a program: on a pseudo-terminal and a TCP port, with real sockets
behind it."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import threading

import pytest

from host_tests.program import COMMAND, PATIENCE, ROOT, Line, attached, on_port, on_terminal

pytestmark = pytest.mark.waits


@pytest.fixture(params=[on_terminal, on_port], ids=["pty", "tcp"])
def served(request):
    return request.param


@pytest.fixture
def echo_server():
    """A TCP server on the loopback interface that sends back what it gets and closes on `bye`."""
    server = socket.create_server(("127.0.0.1", 0))

    def run():
        with contextlib.suppress(OSError):
            while True:
                peer, _ = server.accept()
                with peer:
                    data = b" "
                    while data and not data.endswith(b"bye"):
                        data = peer.recv(4096)
                        peer.sendall(data)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    server.close()


@pytest.fixture
def udp_server():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    server.settimeout(PATIENCE)
    yield server
    server.close()


def test_a_tcp_session_with_a_real_server(served, echo_server):
    with served("bc66", "--dns", "echo.example=127.0.0.1:%d" % echo_server) as line:
        attached(line)
        line.say("ATE0")
        line.say('AT+QIOPEN=1,0,"TCP","echo.example",7,0,0', b"+QIOPEN: 0,0\r\n")
        line.say("AT+QISEND=0,5,hello", b"SEND OK\r\n")
        line.until(b'\r\n+QIURC: "recv",0\r\n')
        assert line.say("AT+QIRD=0,512") == b"\r\n+QIRD: 5\r\nhello\r\n\r\nOK\r\n"
        line.say("AT+QISEND=0,3,bye", b"SEND OK\r\n")
        line.until(b'\r\n+QIURC: "closed",0\r\n')
        assert b"+QIRD: 3\r\nbye" in line.say("AT+QIRD=0,512")
        line.say("AT+QICLOSE=0", b"CLOSE OK\r\n")


def test_datagrams_to_a_real_server(served, udp_server):
    port = udp_server.getsockname()[1]
    with served("bc26") as line:
        attached(line)
        line.say("ATE0")
        line.say('AT+QIOPEN=1,1,"UDP","127.0.0.1",%d,0,1' % port, b"+QIOPEN: 1,0\r\n")
        line.say("AT+QISEND=1,4", b"\r\n> ")
        os.write(line.fd, b"\x00\r\n\xff")
        line.until(b"SEND OK\r\n")
        data, source = udp_server.recvfrom(100)
        assert data == b"\x00\r\n\xff"
        udp_server.sendto(b"answer", source)
        line.until(b'\r\n+QIURC: "recv",1,6\r\nanswer\r\n')


def test_a_refused_connection(served):
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    with served("bc66") as line:
        attached(line)
        line.say('AT+QIOPEN=1,0,"TCP","127.0.0.1",%d' % port, b"+QIOPEN: 0,566\r\n")


def test_what_has_been_acknowledged_is_what_the_kernel_says(served, echo_server):
    with served("bc26") as line:
        attached(line)
        line.say('AT+QIOPEN=1,0,"TCP","127.0.0.1",%d' % echo_server, b"+QIOPEN: 0,0\r\n")
        line.say("AT+QISEND=0,5,hello", b"SEND OK\r\n")
        while b"+QISEND: 5,5,0" not in line.say("AT+QISEND=0,0"):
            pass


def test_time_and_ping_without_a_network(served):
    with served("bc66", "--dns", "ntp.example=127.0.0.1:9") as line:
        attached(line)
        line.say("ATE0")
        got = line.say('AT+QNTP=1,"ntp.example"', b'+00"\r\n')
        assert b'\r\n+QNTP: 0,"' in got
        line.say('AT+QPING=1,"127.0.0.1",1,1', b"+QPING: 0,1,1,0,1,1,1\r\n")


def test_time_from_a_server(udp_server):
    port = udp_server.getsockname()[1]

    def serve():
        _, source = udp_server.recvfrom(100)
        seconds = 3_911_760_000  # 2023-12-17 00:00:00
        udp_server.sendto(bytes(40) + seconds.to_bytes(4, "big") + bytes(4), source)

    threading.Thread(target=serve, daemon=True).start()
    with on_port("bc66", "--dns", "ntp.example=127.0.0.1:%d" % port) as line:
        attached(line)
        line.say('AT+QNTP=1,"ntp.example"', b'"23/12/17,00:00:00:00+00"\r\n')


def test_at_a_baud_rate_and_in_pieces_it_says_the_same(served):
    with served("bc66", "--baud", "115200", "--chunks", "3", "--seed", "4") as line:
        attached(line)
        line.say("ATE0")
        assert line.say("ATI") == (
            b"\r\nQuectel_Ltd\r\nQuectel_BC66\r\nRevision: BC66NBR01A07\r\n\r\nOK\r\n"
        )


def test_the_boot_can_be_watched_on_the_terminal():
    with on_terminal("bc66") as line:
        # It has been up since before we opened the terminal, which keeps what it said.
        assert line.until(b"+IP: 10.16.32.48\r\n").startswith(b"\r\nRDY\r\n\r\n+CFUN: 1\r\n")


def test_a_new_program_takes_the_port_over():
    with on_port("bc66") as line:
        attached(line)
        name = socket.socket(fileno=os.dup(line.fd)).getpeername()
        with socket.create_connection(name, PATIENCE) as second:
            assert Line(line.process, second.fileno()).say("AT+CSQ")
            assert select.select([line.fd], [], [], PATIENCE)[0]


def test_pins_switch_on_reset_and_off(tmp_path):
    pins = tmp_path / "pins"
    with on_terminal("bc66", "--off", "--pins", str(pins)) as line:

        def drive(text):
            with open(pins, "w") as f:
                f.write(text + "\n")

        drive("PWRKEY 0")
        line.until(b"RDY\r\n")
        drive("PWRKEY 1")
        line.until(b"+IP: 10.16.32.48\r\n")
        # A module in reset tells nobody; what tells us that the pulse was long enough is RDY.
        while b"RDY" not in line.seen:
            drive("RESET 0")
            select.select([line.fd], [], [], 0.2)
            drive("RESET 1")
            if select.select([line.fd], [], [], 0.2)[0]:
                line.seen += os.read(line.fd, 4096)
        line.until(b"+IP: 10.16.32.48\r\n")
        drive("PWRKEY 0")
        line.until(b"NORMAL POWER DOWN\r\n")


def test_status_tells_whether_it_is_on(tmp_path):
    pins, status = tmp_path / "pins", tmp_path / "status"
    with on_terminal("bc66", "--off", "--pins", str(pins), "--status", str(status)) as line:
        assert status.read_text() == "0"
        pins.write_text("PWRKEY 0\n")
        line.until(b"RDY\r\n")
        while status.read_text() != "1":  # it is looked at every 10 ms
            select.select([], [], [], 0.01)


def test_pins_that_make_no_sense_are_told(tmp_path):
    pins = tmp_path / "pins"
    with on_terminal("bc66", "--pins", str(pins)) as line:
        with open(pins, "w") as f:
            f.write("PWRKEY high\n")
        assert line.process.stderr.readline() == b"pins: not understood: PWRKEY high\n"


def test_settings_are_kept_in_a_file(tmp_path):
    stored = tmp_path / "nvram.json"
    for expected in (b"0", b"1"):
        with on_port("bc66", "--nvram", str(stored)) as line:
            attached(line)
            got = line.say('AT+QICFG="showlength"')
            assert b'"showlength",%s\r\n' % expected in got
            line.say('AT+QICFG="showlength",1')
    assert json.loads(stored.read_text()) == {"showlength": 1}


def test_registration_can_be_denied_and_roaming():
    with on_port("bc66", "--apn", "iot.example") as line:
        line.ask("AT+CEREG?", b"+CEREG: 0,3")
    with on_port("bc66", "--roaming") as line:
        line.ask("AT+CEREG?", b"+CEREG: 0,5")
    with on_port("bc66", "--no-sim") as line:
        line.ask("AT+CPIN?", b"\r\nERROR\r\n")


def test_trace_shows_whole_lines_both_ways():
    with on_port("bc66", "--trace") as line:
        attached(line)
        line.say("AT+CSQ")
        line.process.send_signal(signal.SIGTERM)
        text = line.process.communicate(timeout=PATIENCE)[1].decode().splitlines()
    assert r"> AT+CSQ\r" in text
    assert r"< +CSQ: 25,0\r\n" in text
    assert r"< +IP: 10.16.32.48\r\n" in text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_well(number, tmp_path):
    pins, status = tmp_path / "pins", tmp_path / "status"
    with on_terminal("bc66", "--pins", str(pins), "--status", str(status)) as line:
        line.process.send_signal(number)
        out, err = line.process.communicate(timeout=PATIENCE)
        assert (line.process.returncode, out, err) == (0, b"", b"")
    assert not pins.exists() and not status.exists()


WRONG = [
    ["bc99", "--pty"],
    ["bc66"],
    ["bc66", "--pty", "--tcp", "1"],
    ["bc66", "--tcp", "70000"],
    ["bc66", "--pty", "--off"],
    ["bc66", "--pty", "--dns", "name"],
    ["bc66", "--pty", "--dns", "name=else.example"],
    ["bc66", "--pty", "--dns", "name=127.0.0.1:0"],
    ["bc66", "--pty", "--delay", "nosuch=1"],
    ["bc66", "--pty", "--delay", "boot=-1"],
    ["bc66", "--pty", "--baud", "-1"],
    ["bc66", "--pty", "--nosuch"],
    ["bc66", "--pty", "--nvram", "."],
    ["bc66", "--pty", "--pins", "."],
]


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_what_is_typed_wrong_gets_one_line_and_status_2(arguments):
    run = subprocess.run(COMMAND + arguments, cwd=ROOT, capture_output=True, timeout=PATIENCE)
    assert run.returncode == 2
    assert run.stdout == b""
    assert run.stderr.startswith(b"python3 -m host_tests.simulator: ")
    assert run.stderr.count(b"\n") == 1


def test_help_names_every_option():
    run = subprocess.run(COMMAND + ["--help"], cwd=ROOT, capture_output=True, timeout=PATIENCE)
    for option in (
        "--pty --tcp --off --pins --status --baud --apn --no-sim --roaming --register-ms --delay "
        "--chunks --dns --time --nvram --trace --seed --quirk --hold-tcp"
    ).split():
        assert option.encode() in run.stdout
