"""Runs a program of this folder or of libraries/ with the module's sockets in the place of
`socket`; where there is no modem_board.py, with the interpreter's own."""

module = None  # the modem, for the programs that have something to say about it


def main(folder, name, function, *arguments):
    """Import host_tests.FOLDER.NAME once the sockets are in their place, and run a function."""
    global module
    try:
        from modem_board import modem
    except ImportError:
        pass
    else:
        module = modem()
        module.power_on()
        module.attach(apn="iot.example")
        module.install_socket()
    where = "host_tests.%s.%s" % (folder, name)
    getattr(__import__(where, None, None, (function,)), function)(*arguments)
    print("done")


def outcomes(name, *places):
    """What get() of a program comes to at each (host, port), in a line each."""
    get = __import__("host_tests.contracts." + name, None, None, ("get",)).get
    for host, port in places:
        try:
            status, body = get(host, port)
            print("body", len(body))
        except OSError as e:
            print("OSError", abs(e.errno))  # `tls` makes -errno of some sockets' errors
        except ValueError as e:
            print("ValueError", e)
