"""The table of commands a family understands, put together once, when the family's file is
loaded."""

from . import general, options, radio, receive, send, services, sockets


def table(without=()):
    """All the commands of the BC families, less those named."""
    commands = {}
    for part in (general, radio, sockets, send, receive, services, options):
        commands.update(part.COMMANDS)
    for name in without:
        del commands[name]
    return commands
