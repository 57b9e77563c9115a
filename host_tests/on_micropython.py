"""Run driver tests on MicroPython (on CPython too); one line of JSON per outcome.

    micropython host_tests/on_micropython.py host_tests/driver/test_x.py test_a test_b:whole

A name with `:chunking` is a test that takes a `line`; it runs once for every line of that
chunking. The exit status is 1 if a test failed. Run from the repository's root, with the
MICROPYPATH that `host_tests/interpreters.py` gives.
"""

import gc
import io
import json
import sys

# Before each JSON text, as in RFC 7464: a test may print, even half a line, and be told apart.
RECORD = "\x1e"


def traceback(error):
    if hasattr(sys, "print_exception"):
        text = io.StringIO()
        sys.print_exception(error, text)
        return text.getvalue()
    import traceback

    return "".join(traceback.format_exception(type(error), error, error.__traceback__))


def run(module, harness, name, chunking):
    """("passed" | "skipped" | "failed", text) of one test, over all lines of the chunking."""
    number = 0
    line = None
    try:
        test = getattr(module, name)
        if not chunking:
            test()
        else:
            for line in harness.runs(chunking):
                test(line)
                number += 1
    except harness.Skip as reason:
        return "skipped", str(reason)
    except (Exception, SystemExit) as error:
        where = ""
        if chunking:
            where = "chunking %s, %s\n" % (chunking, harness_seed(line, number))
        return "failed", where + traceback(error)
    return "passed", ""


def harness_seed(line, number):
    """Which of a chunking's lines it was: its seed, if it has one, else its place."""
    seed = getattr(line, "seed", None)
    return "line %d" % number if seed is None else "seed %s" % seed


def main(path, names):
    parts = path[: -len(".py")].split("/")
    module_name = ".".join(parts[parts.index("host_tests") :])
    harness = __import__("host_tests.driver.harness", None, None, ("Skip",))
    module = __import__(module_name, None, None, ("*",))
    status = 0
    for word in names:
        name, _, chunking = word.partition(":")
        gc.collect()  # each test finds the heap as the first one did
        outcome, text = run(module, harness, name, chunking)
        if outcome == "failed":
            status = 1
        record = {"test": name, "chunking": chunking, "outcome": outcome, "text": text}
        print(RECORD + json.dumps(record))
    return status


if __name__ == "__main__":
    # MicroPython and CPython put this file's folder first; modules are looked up from the root.
    sys.path.pop(0)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
