"""`make demo`: examples/sensor_node.py on MicroPython, against a simulated BC66 and real servers.

The node, the simulated module and this program are three processes: the node talks AT commands
through a pseudo-terminal, the module opens real UDP and TCP sockets, and the servers here note
what really reaches them. CPython 3.9, nothing installed.

Environment:
    V=1           every AT line, both ways
    APN=wrong     the node's APN; the simulated network takes no other than iot.example
    SILENT=1      servers that receive and never answer
"""

import asyncio
import json
import os
import re
import shutil
import signal
import sys
import tempfile

from host_tests import interpreters

ROOT = interpreters.ROOT
APN = "iot.example"
HOST = "telemetry.example"
READINGS = 10
READING = re.compile(r"([0-9a-f]+-\d+):-?\d+\.\d")  # name:value
SECONDS = 120  # for all of it, fetching MicroPython excepted

# A module starts in seconds, a network may take minutes: enough to see, not enough to bore.
MODULE = "bc66 --pty --off --trace --baud 115200 --delay boot=500 --register-ms 1000".split()


class Failed(Exception):
    """The demo cannot go on, and why."""


def say(who, text):
    """A line of progress. When nobody listens any more the demo ends as by a hang-up."""
    try:
        print("%-6s | %s" % (who, text), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        signal.raise_signal(signal.SIGHUP)


def shown(data):
    return data.decode("utf-8", "replace").rstrip()


class Servers:
    """UDP and TCP on the loopback interface. `received`: name -> how often that reading came."""

    def __init__(self, silent):
        self.silent = silent
        self.received = {}

    async def start(self):
        loop = asyncio.get_running_loop()
        self._udp, _ = await loop.create_datagram_endpoint(
            lambda: Datagrams(self), local_addr=("127.0.0.1", 0)
        )
        self._tcp = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.udp_port = self._udp.get_extra_info("sockname")[1]
        self.tcp_port = self._tcp.sockets[0].getsockname()[1]
        say("server", "UDP port %d, TCP port %d" % (self.udp_port, self.tcp_port))

    def stop(self):
        self._udp.close()
        self._tcp.close()

    def answer(self, kind, data):
        """Takes note of a batch of readings; returns what to answer, b"" for nothing."""
        found = [READING.fullmatch(part) for part in shown(data).split("/")]
        if None in found:
            say("server", "%s: no readings: %r" % (kind, data))
            return b""
        for reading in found:
            name = reading.group(1)
            times = self.received[name] = self.received.get(name, 0) + 1
            say("server", "%s: %s%s" % (kind, reading.group(), ", again" if times > 1 else ""))
        return b"" if self.silent else b"ack %s\n" % name.encode()

    async def _serve(self, reader, writer):
        try:
            while True:
                line = await reader.readline()
                if not line:
                    break
                writer.write(self.answer("TCP", line))
                await writer.drain()
        except (ConnectionError, ValueError) as e:
            say("server", "TCP: %s" % e)
        except asyncio.CancelledError:
            pass  # the demo is over
        finally:
            writer.close()


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, servers):
        self._servers = servers

    def connection_made(self, transport):
        self._transport = transport

    def datagram_received(self, data, address):
        answer = self._servers.answer("UDP", data)
        if answer:
            self._transport.sendto(answer, address)


class Node:
    """What the node says of itself."""

    def __init__(self):
        self.acknowledged = set()
        self.claim = None  # its last line: how many it takes for delivered

    def heard(self, text):
        say("node", text)
        found = re.fullmatch(r"reading (\S+):\S+ acknowledged", text)
        if found:
            self.acknowledged.add(found.group(1))
        found = re.fullmatch(r"(\d+) of %d readings delivered" % READINGS, text)
        self.claim = int(found.group(1)) if found else None


async def lines(stream, use):
    """Hands on each line of a process as it comes."""
    while True:
        line = await stream.readline()
        if not line:
            return
        use(shown(line))


class Demo:
    def __init__(self, folder, python, verbose):
        self.folder = folder
        self.python = python  # the command that starts the node's interpreter; None: this CPython
        self.verbose = verbose
        self.silent = bool(os.environ.get("SILENT"))
        self.servers = Servers(self.silent)
        self.node = Node()
        self.status = None  # the node's
        self.processes = []
        self.tasks = []

    async def run(self):
        try:
            await self.servers.start()
            terminal, module = await self._module()
            self._board_file()
            node = await self._node(terminal)
            await self._end(node, module)
        finally:
            await self._clean_up()

    async def _start(self, *command, **how):
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            **how,
        )
        self.processes.append(process)
        return process

    def _relay(self, stream, use):
        task = asyncio.ensure_future(lines(stream, use))
        self.tasks.append(task)
        return task

    async def _module(self):
        """Start the simulated module; its terminal's name and its process."""
        pins = os.path.join(self.folder, "pins")
        nvram = os.path.join(self.folder, "nvram")
        with open(nvram, "w", encoding="utf-8") as file:
            json.dump({"apn": APN}, file)  # as after its first day: a new APN costs a restart
        command = [
            sys.executable,
            "-m",
            "host_tests.simulator",
            *MODULE,
            "--pins",
            pins,
            "--status",
            os.path.join(self.folder, "status"),
            "--nvram",
            nvram,
        ]
        command += ["--apn", APN, "--dns", HOST + "=127.0.0.1"]
        process = await self._start(*command, stderr=asyncio.subprocess.PIPE)
        self._relay(process.stderr, self._trace)
        terminal = shown(await process.stdout.readline())
        if not terminal:
            await process.wait()
            raise Failed("the simulated module did not start: status %d" % process.returncode)
        say("module", "a simulated BC66 on %s, switched off" % terminal)
        return terminal, process

    def _trace(self, text):
        # Anything that is no AT line is a complaint.
        if self.verbose or not text.startswith(("> ", "< ")):
            say("module", text)

    def _board_file(self):
        """The board file for a computer, and what is true of this device alone."""
        path = os.path.join(self.folder, "modem_board.py")
        shutil.copyfile(os.path.join(ROOT, "boards", "unix_pty.py"), path)
        own = {
            "APN": os.environ.get("APN") or APN,
            "SERVERS": ((HOST, self.servers.udp_port, 2), (HOST, self.servers.tcp_port, 1)),
            "STORE": os.path.join(self.folder, "readings"),
            "READINGS": READINGS,
            "BATCH": READINGS // 2,  # a session by UDP and one by TCP
            "READ_S": 0.2,
            "UP_S": 20,
            "BACKOFF": 0,
        }
        if self.silent:
            own["ACK_S"] = 2  # three times in vain are soon over
        with open(path, "a", encoding="utf-8") as file:
            file.write("\n# written by host_tests/demo.py\n")
            file.writelines("%s = %r\n" % item for item in own.items())

    async def _node(self, terminal):
        lib = os.path.join(ROOT, "lib")
        environment = dict(
            os.environ,
            QUECTEL_UART=terminal,
            QUECTEL_PINS=os.path.join(self.folder, "pins"),
            QUECTEL_STATUS=os.path.join(self.folder, "status"),
        )
        if self.python:
            command = self.python
            environment.update(MICROPYPATH=":".join((self.folder, lib, ".frozen")))
            environment.update(MICROPYINSPECT="")
        else:
            command = [sys.executable, "-u", "-B", "-c", SHIM]
            environment.update(PYTHONPATH=os.pathsep.join((self.folder, lib, ROOT)))
        script = os.path.join("examples", "sensor_node.py")
        process = await self._start(
            *command, script, env=environment, stderr=asyncio.subprocess.STDOUT
        )
        self._relay(process.stdout, self.node.heard)
        return process

    async def _end(self, node, module):
        """Wait for the node to end; nothing else may end before it."""
        ends = [asyncio.ensure_future(process.wait()) for process in (node, module)]
        self.tasks += ends
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if not ends[0].done():
            raise Failed("the simulated module ended by itself, status %d" % module.returncode)
        self.status = node.returncode
        await self.tasks[1]  # its last lines

    async def _clean_up(self):
        for process in self.processes:
            if process.returncode is None:
                process.terminate()
        for process in self.processes:
            try:
                await asyncio.wait_for(process.wait(), 5)
            except asyncio.TimeoutError:
                process.kill()
                await process.wait()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.servers.stop()

    def verdict(self, why):
        """Say how it went. The readings that count came exactly once and were acknowledged."""
        once = {name for name, times in self.servers.received.items() if times == 1}
        delivered = once & self.node.acknowledged
        agreed = self.status == 0 and self.node.claim == READINGS
        if not why and agreed and len(delivered) == READINGS == len(self.servers.received):
            return self._result(delivered, 0)
        if why:
            print("demo: " + why)
        received = self.servers.received
        print(
            "demo: the servers received %d readings, %d of them exactly once; the node was told "
            "so of %d, and its status is %s"
            % (len(received), len(once), len(self.node.acknowledged), self.status)
        )
        print("demo: " + self._hint(received))
        return self._result(delivered, 1)

    def _hint(self, received):
        if os.environ.get("APN") not in (None, "", APN):
            return "the network takes the APN %s only: leave APN unset" % APN
        if self.silent:
            return "the servers were told not to answer: leave SILENT unset"
        if not received:
            return "nothing reached the servers: V=1 make demo shows every AT line"
        return "V=1 make demo shows every AT line"

    def _result(self, delivered, status):
        print("%d of %d readings delivered" % (len(delivered), READINGS), flush=True)
        return status


# What starts the node where there is no MicroPython.
SHIM = """\
import runpy, sys, host_tests.shim
host_tests.shim.install()
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


async def watched(demo):
    """Run it until it ends, or the time is up, or somebody ends it; returns (why, signal)."""
    loop = asyncio.get_running_loop()
    run = asyncio.ensure_future(demo.run())
    caught = []

    def stop(number):
        if not caught:  # a second one must not break off the cleaning up
            run.cancel()
        caught.append(number)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, stop, number)
    try:
        await asyncio.wait_for(run, SECONDS)
        return None, 0
    except asyncio.TimeoutError:
        return "not finished after %d seconds" % SECONDS, 0
    except asyncio.CancelledError:
        return "stopped by %s" % signal.Signals(caught[0]).name, caught[0]
    except (Failed, OSError) as e:
        return str(e), 0


def interpreter():
    """The command that starts MicroPython, or None where there is none to be had."""
    try:
        found = interpreters.find(64)
    except interpreters.Unavailable as reason:
        print("demo: WARNING: the node runs on CPython, not on MicroPython: %s" % reason)
        return None
    say("node", "MicroPython %d.%d.%d" % interpreters.version(found)[1])
    return found


def main():
    try:
        python = interpreter()
        with tempfile.TemporaryDirectory(prefix="quectel-demo-") as folder:
            demo = Demo(folder, python, os.environ.get("V", "") not in ("", "0"))
            why, number = asyncio.run(watched(demo))
    except KeyboardInterrupt:
        print("demo: stopped")
        return 128 + signal.SIGINT
    status = demo.verdict(why)
    return 128 + number if number else status


if __name__ == "__main__":
    sys.exit(main())
