"""The Mosquitto broker, and someone who listens to it."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading

import paho.mqtt.client as paho

from host_tests import debian
from host_tests.servers import HOST, PATIENCE, free_port

_FOLDER = "mosquitto"
_PROGRAM = "usr/sbin/mosquitto"


def find():
    """The command that starts Mosquitto, or `debian.Unavailable`. Fetched where it is missing."""
    path = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if path and not _wrong([path]):
        return [path]
    folder = os.path.join(debian.cache(), _FOLDER)
    argv = debian.unpacked(folder, _PROGRAM)
    if argv is None or _wrong(argv):
        debian.fetch("mosquitto", _PROGRAM, folder, "the tests' MQTT broker; once", None, _wrong)
        argv = debian.unpacked(folder, _PROGRAM)
    return argv


def _wrong(argv):
    done = subprocess.run(argv + ["-h"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = done.stdout.decode()
    return None if said.startswith("mosquitto version") else "does not run here: " + said.strip()


class Mosquitto:
    """A broker for everybody, without persistence. `tls` is a `tls.Certificates`.

    `log` is what it says, a list of lines.
    """

    def __init__(self, tls=None):
        self._argv = find()
        self._tls = tls
        self.log = []

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="mosquitto-")
        for _ in range(5):  # the port was free; someone may have been quicker
            self.port = free_port()
            if self._start():
                return self
        self._folder.cleanup()
        raise AssertionError("Mosquitto does not start: %r" % self.log)

    def __exit__(self, *exception):
        self._stop()
        self._folder.cleanup()

    def _start(self):
        lines = ["listener %d %s" % (self.port, HOST), "allow_anonymous true"]
        lines += ["persistence false", "log_dest stdout", "log_type all"]
        if os.getuid() == 0:
            lines.append("user root")  # else it looks for a user who need not exist
        if self._tls:
            lines += ["certfile %s" % self._tls.cert_pem, "keyfile %s" % self._tls.key_pem]
        path = os.path.join(self._folder.name, "mosquitto.conf")
        with open(path, "w") as file:
            file.write("".join(line + "\n" for line in lines))
        self._process = subprocess.Popen(
            self._argv + ["-c", path],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._said = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        with contextlib.suppress(AssertionError):
            self.until("running")
            return True
        self._stop()
        return False

    def _read(self):
        for line in self._process.stdout:
            with self._said:
                self.log.append(line.decode("utf-8", "replace").rstrip())
                self._said.notify_all()
        with self._said:
            self._ended = True
            self._said.notify_all()

    def _stop(self):
        self._process.kill()
        self._process.wait()
        self._thread.join(PATIENCE)
        self._process.stdout.close()

    def until(self, text):
        """Wait until a line of the log has `text`; the line."""

        def found():
            return [line for line in self.log if text in line] or self._ended

        with self._said:
            assert self._said.wait_for(found, PATIENCE), (text, self.log)
            lines = [line for line in self.log if text in line]
        assert lines, (text, self.log)
        return lines[0]

    def messages(self, topic="#", qos=1):
        """A context that collects what is published to `topic`: see Messages."""
        return Messages(self, topic, qos)

    def publish(self, topic, payload, qos=1, retain=False):
        """Publish as another client; returns when the broker has it."""
        with self.messages("nothing/of/interest") as other:
            other.client.publish(topic, payload, qos, retain).wait_for_publish(PATIENCE)


class Messages:
    """A subscriber of its own: `all` is a list of (topic, payload, QoS, retained)."""

    def __init__(self, broker, topic, qos):
        self.all = []
        self._topic = topic
        self._qos = qos
        self._broker = broker
        self._changed = threading.Condition()
        self._subscribed = False
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self.client.on_connect = self._on_connect
        self.client.on_subscribe = self._on_subscribe
        self.client.on_message = self._on_message
        if broker._tls:
            self.client.tls_set(str(broker._tls.ca_pem))
            self.client.tls_insecure_set(True)  # it is at 127.0.0.1, not at its name

    def __enter__(self):
        self.client.connect(HOST, self._broker.port)
        self.client.loop_start()
        with self._changed:
            assert self._changed.wait_for(lambda: self._subscribed, PATIENCE), self._broker.log
        return self

    def __exit__(self, *exception):
        self.client.disconnect()
        self.client.loop_stop()

    def _on_connect(self, client, data, flags, reason, properties):
        client.subscribe(self._topic, self._qos)

    def _on_subscribe(self, client, data, mid, reasons, properties):
        with self._changed:
            self._subscribed = True
            self._changed.notify_all()

    def _on_message(self, client, data, message):
        with self._changed:
            self.all.append((message.topic, message.payload, message.qos, message.retain))
            self._changed.notify_all()

    def take(self, count):
        """The first `count` messages, when they have come."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.all) >= count, PATIENCE), self.all
            return self.all[:count]
