"""Where a modem's methods are that attach.py does not have; those not named: services.py."""

_FILES = {
    "shutdown": ("power_off", "reset", "restart"),
    "psm": ("psm", "edrx"),
    "sleep": ("qsclk", "sleep", "wake"),
    "resume": ("_resume",),
    "contexts": ("configure_context", "contexts", "activate", "deactivate", "_attach"),
}


def __getattr__(name: str):
    where = "services"
    for file in _FILES:
        if name in _FILES[file]:
            where = file
    return getattr(__import__("quectel." + where, None, None, (name,)), name)
