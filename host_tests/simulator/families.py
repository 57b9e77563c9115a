"""What one family of modules has and another has not, as data; each family is a file of its own.

Class attributes here are the defaults of the NB-IoT families (BC66, BC20, BC26). Every lower-case
attribute named in `KNOBS` may also be given to `Module(...)` as a keyword, to play a firmware
that deviates.
"""

NAMES = ("BC66", "BC20", "BC26")

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
    "wake": 200,  # the first byte, or PWRKEY, to being awake, where deep sleep keeps the state
    "idle": 15000,  # last traffic to +CSCON: 0
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
    banner = False  # the boot ROM's text before RDY
    power_down_urc = "NORMAL POWER DOWN"
    autobaud = 0  # how many command lines after a boot stay unanswered
    wake_resets = True  # deep sleep ends in a reboot with nothing kept

    # Command lines
    echo_lf = False  # old firmware echoes CR LF where it got CR LF
    max_line = 1100
    rx_buffer = 4096  # bytes from the host waiting while a command is at work

    # Sockets
    contexts = 3  # the range of <contextID>; only 1 works
    ids = 5
    ipv6 = False
    open_ms = 60000
    peer_closed_state = 3
    show_domain = False  # QISTATE tells the name QIOPEN was given, not its address

    # Sending
    inline_max = 1024
    inline_hex_max = 512
    send_hex = False  # "dataformat"'s first value means something
    quotes_inside = False  # "{"a":1}" is data with quotes in it
    prompt_max = 0  # 0: no prompt forms, and no query of what is acknowledged
    prompt_hex_max = 0
    prompt = "\r\n> "
    prompt_fail_ok = True  # OK before SEND FAIL after a prompt; BC25 firmware prints none
    esc_cancels_fixed = False
    tx_buffer = 8192  # unacknowledged bytes before SEND FAIL

    # Receiving
    read_max = 512
    max_nodes = 20
    hold_tcp = False  # True: with no node left TCP data waits with the peer instead of being lost
    segment = 1460  # the largest piece of a stream in one node
    push_length = True  # False: only with showlength 1, as BC25 firmware does

    # Services
    ntp_port = None  # the only one that works, or None: any
    options = ("viewmode", "showlength")  # QICFG, besides "dataformat"

    error_texts = {}  # where they differ from options.TEXTS

    # Identity
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
    if name not in NAMES:
        raise ValueError("no family " + name)
    # The file is loaded on first use, so that a family costs nothing to those that do not play it.
    package = __name__[: -len("families")]
    module = __import__(package + "family_" + name.lower(), None, None, ("FAMILY",))
    return module.FAMILY
