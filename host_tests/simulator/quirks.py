"""Firmware that deviates from its manual, by name: `Module(..., quirks=("state3", "top_id"))`.

Each name stands for what it sets: knobs (families.KNOBS), and "delays". A keyword given to Module
itself goes before a quirk.
"""

NARROWBAND = ("BC66", "BC20", "BC26")
BROADBAND = ("UG95", "UG96", "EG800Q", "EG915Q", "EG916Q")
ALL = NARROWBAND + BROADBAND

# name -> (what it sets, one line of explanation, the families it means anything to)
QUIRKS = {
    # The line
    "echo_crlf": ({"echo_lf": True}, "CR is echoed as CR LF, as by old BC66 firmware", ALL),
    "autobaud": ({"autobaud": 2}, "the first two command lines after a boot are lost", ALL),
    "boot_noise": ({"boot_noise": b"\x00\xffRb"}, "noise is glued to RDY", ALL),
    "brom_banner": ({"banner": True}, "the boot ROM speaks before RDY", ALL),
    "chatty": ({"chatty": True}, "a URC comes between each command and its answer", ALL),
    "single_crlf": ({"single_crlf": True}, "URCs have no CR LF before them", ALL),
    "urcs_elsewhere": (
        {"urc_port": "usbat"},
        'URCs go to the USB port until QURCCFG, or QCFG="urc/port", says otherwise',
        BROADBAND,
    ),
    # Starting and stopping
    "app_rdy": ({"app_rdy": True}, "between RDY and APP RDY every command fails", ALL),
    "late_sim": ({"late_sim": True}, "SIM commands fail until the last line of the boot", ALL),
    "silent_power_down": (
        {"power_down_urc": None},
        "QPOWD's OK, or PWRKEY, is followed by silence only",
        ALL,
    ),
    "slow_power_down": (
        {"delays": {"POWERED DOWN": 40000, "power off": 5000}},
        "switching off takes three quarters of a minute",
        ALL,
    ),
    # Contexts
    "one_pdp": (
        {"one_pdp": True, "default_bearer": 9},
        "the network allows one context, and 9 is up: QIACT=1 fails with 572 until CGACT=0,9",
        BROADBAND,
    ),
    "cgact_lies": (
        {"cgact_lies": True},
        "QIACT? shows a context as up, CGACT? as down, and pings fail with 559",
        BROADBAND,
    ),
    # Opening and closing
    "used_id_urc": ({"used_id_urc": True}, "QIOPEN of an id in use: OK, then 563", ALL),
    "used_id_error": ({"used_id_urc": False}, "QIOPEN of an id in use: ERROR", ALL),
    "close_unused_ok": ({"close_unused_ok": True}, "QICLOSE of an unused id: OK", ALL),
    "close_unused_error": ({"close_unused_ok": False}, "QICLOSE of an unused id: ERROR", ALL),
    "state3": ({"state3": True}, "QISTATE: 3 for live clients, 5 for closing ones", BROADBAND),
    "top_id": ({"incoming_ids": "top"}, "what a listener accepts gets the top free id", BROADBAND),
    "next_id": ({"incoming_ids": "next"}, "it gets the lowest free id", BROADBAND),
    "worn_out": ({"lost_opens": 20}, "after twenty QIOPENs: 552 until a reboot", BROADBAND),
    "slow_close": (
        {"delays": {"CLOSE OK": 5500, "+QICLOSE": 9000}},
        "closing takes as long as it ever does",
        ALL,
    ),
    "closed_again": ({"closed_again": True}, '"closed" comes once more, after QICLOSE', ALL),
    # Sending
    "prompt_bare": ({"prompt": "\r\n>"}, "no blank after the prompt", ALL),
    "prompt_alone": ({"prompt": ">"}, "nothing but > for a prompt", ALL),
    "ok_and_send_ok": ({"prompt_ok": True}, "OK before SEND OK after a prompt", ALL),
    "send_ok_alone": ({"prompt_ok": False}, "no OK before SEND OK after a prompt", ALL),
    "fail_without_ok": ({"prompt_fail_ok": False}, "no OK before SEND FAIL", ALL),
    "esc_cancels_fixed": (
        {"esc_cancels_fixed": True},
        "Esc cancels a send of fixed length too",
        ALL,
    ),
    "payload_echo": ({"payload_echo": 1}, "payload is echoed until QISDE=0", ALL),
    "small_buffer": ({"tx_buffer": 2920}, "SEND FAIL after two unacknowledged segments", ALL),
    # Receiving
    "swallow_recv": ({"swallow_recv": True}, "no recv URC for what comes in data mode", ALL),
    "late_recv": (
        {"swallow_recv": False, "hold_urcs": True},
        "recv URCs of data mode come when it is over",
        ALL,
    ),
    "recv_length": ({"recv_length": True}, "a length in every recv URC", ALL),
    "push_no_length": ({"push_length": False}, "push frames without length (BC25)", NARROWBAND),
    "buff_full": (
        {"tell_full": True, "receive_buffer": 3000, "max_nodes": 3},
        'a full receive buffer loses data and says "buff full"',
        ALL,
    ),
    "no_blank_line": (
        {"blank_before_ok": False},
        "one CR LF, not two, between QIRD's data and OK",
        ALL,
    ),
    "hex_lower": ({"hex_upper": False}, "hex digits are lower case", ALL),
    # Services
    "ntp_utc_as_local": ({"ntp_zone": 32}, "QNTP's value is UTC and tagged +32", ALL),
    "ntp_no_zone": ({"local_time": True}, "QNTP tells no zone, and the year in two digits", ALL),
    "dnsgip_glued": (
        {"dnsgip_bare": True},
        "one CR LF between dnsgip's lines, failures as +QIDNSGIP:",
        ALL,
    ),
    "error_no_blank": ({"error_separator": ","}, "QIGETERROR without its blank", ALL),
    "error_blank": ({"error_separator": ", "}, "QIGETERROR with a blank", ALL),
    "show_domain": ({"show_domain": True}, "QISTATE tells the name QIOPEN was given", ALL),
}


def settings(names, family):
    """(knobs, delays) of all the quirks named; ValueError for one that is unknown or means nothing
    to that family."""
    knobs = {}
    delays = {}
    for name in names:
        if name not in QUIRKS:
            raise ValueError("no quirk %s, but: %s" % (name, ", ".join(sorted(QUIRKS))))
        sets, _, families = QUIRKS[name]
        if family not in families:
            raise ValueError("quirk %s means nothing to %s" % (name, family))
        knobs.update(sets)
        delays.update(knobs.pop("delays", {}))
    return knobs, delays
