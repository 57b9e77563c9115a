"""The tables of commands families understand, put together when a family's file is loaded."""

from . import general, radio


def table(without=()):
    """All the commands of the NB-IoT families, less those named."""
    from . import options, receive, send, services, sleeping, sockets

    return joined(
        (general, radio, sockets, send, receive, services, options, sleeping),
        without + NOT_NARROWBAND,
    )


def broadband_table(without=()):
    """All those of the UMTS and LTE families, less those named."""
    from . import (
        contexts,
        inbox,
        listener,
        listing,
        opening,
        options,
        sending,
        services,
        settings,
        sleeping,
        transparent,
        urcport,
    )

    parts = (general, radio, contexts, opening, listing, listener, sending, inbox, transparent)
    more = (services, options, settings, sleeping, urcport)
    return joined(parts + more, without + NOT_BROADBAND)


NOT_NARROWBAND = ("+CREG", "+CGREG")
NOT_BROADBAND = ("+CSCON", "+QCGDEFCONT", "+QENG", "+NCCID", "+QRST", "+QNBIOTEVENT")


def joined(parts, without):
    commands = {}
    for part in parts:
        commands.update(part.COMMANDS)
    for name in without:
        del commands[name]
    return commands
