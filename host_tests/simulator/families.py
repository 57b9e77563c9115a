"""What one family of modules has and another has not, as data; each family is a file of its own.

Class attributes here are the defaults of the NB-IoT families (BC66, BC20, BC26); what the others
have in common is in `broadband.py`. Every attribute named in `KNOBS` may also be given to
`Module(...)` as a keyword, to play a firmware that deviates; `quirks.py` has names for that.
"""

# Name -> the file that plays it.
FILES = {
    "BC66": "family_bc66",
    "BC20": "family_bc20",
    "BC26": "family_bc26",
    "UG95": "family_ug9x",
    "UG96": "family_ug9x",
    "EG800Q": "family_eg91xq",
    "EG915Q": "family_eg91xq",
    "EG916Q": "family_eg91xq",
}
NAMES = ("BC66", "BC20", "BC26", "UG95", "UG96", "EG800Q", "EG915Q", "EG916Q")

KNOBS = (
    "echo_lf",
    "banner",
    "autobaud",
    "prompt",
    "push_length",
    "esc_cancels_fixed",
    "prompt_fail_ok",
    "show_domain",
    "max_nodes",
    "hold_tcp",
    "tx_buffer",
    "power_down_urc",
    "prompt_ok",
    "payload_echo",
    "hold_urcs",
    "swallow_recv",
    "used_id_urc",
    "close_unused_ok",
    "state3",
    "incoming_ids",
    "error_separator",
    "one_pdp",
    "default_bearer",
    "cgact_lies",
    "app_rdy",
    "late_sim",
    "at_port",
    "urc_port",
    "receive_buffer",
    "local_time",
    "ntp_zone",
    "dnsgip_bare",
    "lost_opens",
    "blank_before_ok",
    "boot_noise",
    "chatty",
    "single_crlf",
    "closed_again",
    "recv_length",
    "tell_full",
    "hex_upper",
    "psm_grant",
    "edrx_grant",
    "psm_downlink",
    "byte_wakes",
)

# From the command to what the key names, in milliseconds. "answer" is any command's answer; "AT+X"
# is that of one command; the rest is measured from the answer, or from the step before it.
DELAYS = {
    "boot": 1500,  # power or reset to RDY
    "+CFUN": 100,  # RDY to +CFUN: 1
    "+CPIN": 200,
    "register": 3000,  # SIM ready, or CFUN=1, to registered
    "ip": 500,  # registered to +IP:
    "power off": 600,  # QPOWD's OK, or NORMAL POWER DOWN, to silence
    "restart": 100,  # OK of QRST or CFUN=1,1 to silence
    "answer": 5,
    "+QIOPEN": 300,  # OK to the attempt; the network adds its own time
    "SEND OK": 60,
    "CLOSE OK": 50,
    "+QPING": 0,  # OK to the first request
    "ping": 1000,  # from one answer to the next request
    "+QNTP": 300,
    "+QIDNSGIP": 150,
    "+QIACT": 200,
    "+QIDEACT": 100,
    "+QICLOSE": 100,  # where its OK comes only when the connection is closed
    "+QIACCEPT": 20,  # OK to its outcome
    "+QUSIM": 10,  # each measured from the line before it
    "SMS DONE": 1000,
    "PB DONE": 2000,
    "APP RDY": 2500,  # RDY to APP RDY, while all commands fail
    "POWERED DOWN": 400,  # QPOWD's OK, or PWRKEY let go, to the announcement
    "wake": 200,  # the first byte, or PWRKEY, to being awake, where deep sleep keeps the state
    "idle": 15000,  # last traffic to +CSCON: 0
    "TAU": 500,  # CPSMS or CEDRXS to what the network makes of it
    "doze": 5000,  # the host's last byte to sleep, where nothing else keeps it awake
}


class Family:
    """Limits, delays, commands, forms; see the attributes."""

    name = ""
    revision = ""
    delays = DELAYS
    commands = {}  # name -> function(module, kind, args); made by commands.table()
    tests = {}  # name -> lines of the answer to its test form

    # Pins, ms the pad must be low (field: PWRKEY 500-600, RESET 50-100)
    pwrkey_ms = 500
    reset_ms = 50
    pwrkey_off_ms = 500  # to switch off; None: PWRKEY cannot
    pwrdwn_ms = None  # of a pad of its own that switches off
    qpowd_normal = 0  # the argument of QPOWD that says goodbye to the network first
    qpowd_says = None  # what comes between QPOWD's OK and the end
    boot_urcs = (("+CFUN", "+CFUN: 1"), ("+CPIN", None))  # (delay, line; None: about the SIM)
    app_rdy = False  # from RDY to APP RDY every command fails
    late_sim = False  # SIM commands fail until PB DONE
    cmee = 0
    banner = False  # the boot ROM's text before RDY
    power_down_urc = "NORMAL POWER DOWN"
    boot_noise = b""  # what is glued to RDY
    chatty = False  # a URC between each command and its answer
    single_crlf = False  # no CR LF before a URC
    autobaud = 0  # how many command lines after a boot stay unanswered
    deep_sleeps = True
    wake_resets = True  # deep sleep ends in a reboot with nothing kept
    qsclk = 1  # until AT+QSCLK
    byte_wakes = True  # False: what the host writes does not end sleep
    psm_grant = None  # (T3324, T3412) in bits: what the network grants; None: as asked; False: no
    edrx_grant = None  # the same, bits of the cycle
    psm_downlink = "lost"  # what comes in PSM; "waits": the network keeps it
    edrx_act = 5  # <AcT> in CEDRXS: 5 NB-IoT, 4 LTE

    # Command lines
    echo_lf = False  # old firmware echoes CR LF where it got CR LF
    max_line = 1100
    rx_buffer = 4096  # bytes from the host waiting while a command is at work

    # Network
    registrations = ("cereg",)
    act = 9
    announces_ip = True
    dtr_mode = 0  # AT&D, before anybody sets it
    host_activates = False  # contexts need +QIACT
    contexts_stored = False
    default_bearer = 0  # the context that comes up with the attach, for CGACT; 0: none
    one_pdp = False  # the network allows one context, and the default bearer counts
    cgact_lies = False  # CGACT? shows contexts as down that are up
    address_v4 = "10.7.157.%d"
    address_v6 = "2001:db8:7:157::%d"
    dns = ()
    urc_port = "uart1"  # where URCs go until QURCCFG, or QCFG="urc/port", sends them elsewhere

    # Sockets
    contexts = 3  # the range of <contextID>; where the network sets them up only 1 works
    ids = 5
    ipv6 = False
    open_ms = 60000
    peer_closed_state = 3
    used_id_urc = False  # QIOPEN of an id in use, or in no context, fails by URC, not at once
    close_unused_ok = False
    closed_again = False  # the "closed" URC comes once more after QICLOSE
    state3 = False  # QISTATE shows live clients as 3 and closing ones as 5
    incoming_ids = "next"  # of what a listener accepts: the "next" free one, or from the "top"
    at_port = "uart1"  # the last field of QISTATE
    lost_opens = 0  # so many QIOPENs and no more, until a reboot; 0: any number
    show_domain = False  # QISTATE tells the name QIOPEN was given, not its address

    # Sending
    inline_max = 1024
    inline_hex_max = 512
    send_hex = False  # "dataformat"'s first value means something
    quotes_inside = False  # "{"a":1}" is data with quotes in it
    prompt_max = 0  # 0: no prompt forms, and no query of what is acknowledged
    prompt_hex_max = 0
    prompt = "\r\n> "
    prompt_ok = True  # OK before SEND OK
    prompt_fail_ok = True  # OK before SEND FAIL after a prompt; BC25 firmware prints none
    esc_cancels_fixed = False
    payload_echo = 0  # whether payload after a prompt is echoed, until QISDE or "echomode"
    hold_urcs = False  # URCs wait until data mode is over
    tx_buffer = 8192  # unacknowledged bytes before SEND FAIL

    # Receiving
    read_max = 512
    swallow_recv = True  # no recv URC, ever, for what arrives in data mode
    receive_buffer = 20480  # bytes unread per socket where a stream waits in the module
    recv_length = False  # a length in every recv URC
    tell_full = False  # a full buffer loses data and says so, streams too
    hex_upper = True
    blank_before_ok = True  # one empty line between QIRD's data and OK
    max_nodes = 20
    hold_tcp = False  # True: with no node left TCP data waits with the peer instead of being lost
    segment = 1460  # the largest piece of a stream in one node
    push_length = True  # False: only with showlength 1, as BC25 firmware does

    # Services
    ntp_port = None  # the only one that works, or None: any
    options = ("viewmode", "showlength")  # QICFG, besides "dataformat"
    settings = {}  # QICFG where nothing of it is stored: settings.py
    ping_sized = True  # QPING has a fifth parameter
    ping_average_runs = True  # the average in whole numbers, as the manual's 287 has it
    ntp_format = '"%02d/%02d/%02d,%02d:%02d:%02d:%02d%+03d"'
    ntp_fields = (0, 1, 2, 3, 4, 5, 6, 7)  # of (year, ..., second, hundredths, zone)
    ntp_sets_clock = 0  # where <autosettime> is left out
    ntp_zone = None  # quarters of an hour the answer is tagged with, whatever the value is
    local_time = False  # the answer has neither zone nor century
    dnsgip_bare = False  # the address comes after one CR LF, failures as +QIDNSGIP:
    error_separator = ","

    error_texts = {}  # where they differ from options.TEXTS

    # Identity
    identity = ("Quectel_Ltd", "Quectel_%s", "Revision: %s")
    plain_identity = False  # CGMM and CGMR tell the bare name and revision
    cgsn_types = True
    imei = "867997030000017"
    imsi = "460111174590523"
    iccid = "89860317492039041234"
    address = "10.16.32.48"
    operator = "46011"
    cell = ("12AB", "0035E5D4")
    clock_format = '"%02d/%02d/%02d,%02d:%02d:%02d%s"'
    baudrate = 115200


def find(name):
    """The Family of that name, in any case; ValueError if there is none."""
    name = name.upper()
    if name not in FILES:
        raise ValueError("no family " + name)
    # The file is loaded on first use, so that a family costs nothing to those that do not play it.
    package = __name__[: -len("families")]
    module = __import__(package + FILES[name], None, None, ("FAMILIES",))
    for family in module.FAMILIES:
        if family.name == name:
            return family
    raise ValueError(name)
