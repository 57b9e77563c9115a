"""What is told of a life: the rows of the table, and the table."""

from .weather import DAY, HOUR, MINUTE, SECOND

HEAD = "seed"


def rows(world):
    """(label, text) pairs of a World that has been lived in."""
    ledger = world.ledger
    days = world.clock.now / DAY
    why = ledger.why
    hours = {kind: "%.0f h" % (ms / HOUR) for kind, ms in world.bad_ms.items()}
    module = world.module
    readings = max(len(ledger.kept), 1)
    return [
        ("days", "%.0f" % days),
        ("readings kept", number(len(ledger.kept))),
        ("delivered, each in its order", number(len(ledger.kept) - len(ledger.missing()))),
        ("delivered again: readings", number(ledger.duplicates)),
        ("  in batches", number(ledger.repeated)),
        ("  allowed: acknowledgements at risk", number(ledger.excuses)),
        ("repeated by the network itself", number(ledger.copies)),
        ("no coverage", hours.get("coverage", "-")),
        ("server down", hours.get("server", "-")),
        ("SIM card failing", hours.get("sim", "-")),
        ("datagrams lost or late on the way back", number(why.get("answer lost", 0))),
        ("power cuts", number(world.counts["cuts"] + world.counts["torn"])),
        ("  in the middle of a write", number(world.counts["torn"])),
        ("resets of the board alone", number(world.counts["brownouts"])),
        ("the program stuck, until the watchdog", number(world.counts["stuck"])),
        ("the module rebooted by itself", number(why.get("reboot", 0))),
        ("  hung until it was reset", number(why.get("hang", 0))),
        ("  was silent for a while", number(why.get("silence", 0))),
        ("  was detached by the network", number(why.get("detach", 0))),
        ("PWRKEY pressed", number(world.counts["presses"])),
        ("RESET pressed", number(world.counts["resets"])),
        ("the watchdog barked for want of food", number(world.counts["barks"])),
        ("starts of the program", number(world.counts["starts"])),
        ("payload, both ways", "%s kB" % number(world.server.bytes // 1000)),
        ("flash: writes, erasures", "%s, %s" % (number(world.flash.writes), world.flash.erases)),
        ("board awake, a day", "%.1f min" % (world.awake_ms / MINUTE / days)),
        ("module on, a day", "%.1f min" % (module.on_ms / MINUTE / days)),
        ("  for each reading", "%.1f s" % (module.on_ms / SECOND / readings)),
    ]


def number(n):
    return "{:,}".format(n)


def table(columns):
    """Lines of text; `columns`: (heading, rows) for each seed."""
    labels = [HEAD] + [label for label, _ in columns[0][1]]
    texts = [[heading] + [text for _, text in rows] for heading, rows in columns]
    wide = max(map(len, labels))
    return [
        "  ".join([label.ljust(wide)] + ["%12s" % column[i] for column in texts])
        for i, label in enumerate(labels)
    ]
