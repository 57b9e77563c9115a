"""Runs a program of this folder or of libraries/ with the module's sockets in the place of `socket`;
where there is no modem_board.py, with the interpreter's own."""

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
