"""What the UMTS and LTE families (UG95, UG96, EG800Q, EG915Q, EG916Q) have in common: contexts the
host activates, twelve sockets, listeners, three access modes."""

from .families import DELAYS, Family
from .listener import SERVICES

BOOT = (
    ("+CPIN", None),
    ("+QUSIM", "+QUSIM: 1"),
    ("SMS DONE", "+QIND: SMS DONE"),
)

ERROR_TEXTS = {
    0: "operate success",
    554: "socket creation failed",
    561: "activate PDP context failed",
    562: "deactivate PDP context failed",
    564: "dns busy",
    565: "dns parse failed",
    571: "cancel sending",
}


class Broadband(Family):
    delays = DELAYS
    power_down_urc = "POWERED DOWN"
    qpowd_normal = 1
    qpowd_says = "POWERED DOWN"
    cmee = 1
    deep_sleeps = False
    qsclk = 0
    edrx_act = 4
    dtr_mode = 2

    announces_ip = False
    host_activates = True
    contexts_stored = True
    dns = ("198.51.100.53", "198.51.100.54")

    ids = 12
    open_ms = 75000
    peer_closed_state = 4
    services = SERVICES
    used_id_urc = True
    close_unused_ok = True
    close_timeout = True  # QICLOSE has a second parameter
    incoming_ids = "top"  # the manual's example has 11 for the first
    open_readable = False
    incoming_keeps_mode = True  # a connection that comes in has its listener's access mode

    prompt_max = 1460
    prompt_ok = False
    prompt_fail_ok = False
    hold_urcs = True
    swallow_recv = False
    read_max = 1500

    settings_order = ()
    ping_sized = False
    ping_average_runs = False
    ntp_format = '"%04d/%02d/%02d,%02d:%02d:%02d%+03d"'
    ntp_sets_clock = 1
    ntp_fields = (0, 1, 2, 3, 4, 5, 7)

    error_separator = ", "
    error_texts = ERROR_TEXTS

    identity = ("Quectel", "%s", "Revision: %s")
    plain_identity = True
