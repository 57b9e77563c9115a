"""+QISTATE where connections have a server and a port of the module: ten fields."""

from .at import EXECUTE, FAIL, READ, WRITE, fields, number

PARAMETER = 552


def qistate(module, kind, args):
    module.last_error = 0
    if kind in (READ, EXECUTE):
        return show(module, module.sockets)
    given = fields(args) if kind == WRITE else None
    if kind != WRITE:
        return FAIL
    if not given or len(given) != 2:
        return PARAMETER
    by_id = number(given[0], 0, 1)
    low, high = (0, module.family.ids - 1) if by_id else (1, module.family.contexts)
    which = number(given[1], low, high)
    if by_id < 0 or which < 0:
        return PARAMETER
    if by_id:
        return show(module, [module.sockets[which]])
    return show(module, [s for s in module.sockets if s is not None and s.context == which])


def show(module, chosen):
    for socket in chosen:
        if socket is not None:
            module.info(
                '+QISTATE: %d,"%s","%s",%d,%d,%d,%d,%d,%d,"%s"'
                % (
                    socket.id,
                    socket.service,
                    socket.shown_host(),
                    socket.port,
                    socket.shown_port,
                    socket.shown_state(),
                    socket.context,
                    socket.server,
                    socket.mode,
                    module.at_port,
                )
            )
    return None


COMMANDS = {"+QISTATE": qistate}
