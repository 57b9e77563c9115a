"""The rows of the manuals' comparison, for the BC26 (BC26&BC20 TCP/IP manual V1.1)."""

from host_tests.driver import rows
from host_tests.driver import rows_services as services
from host_tests.driver.rows_common import table

FAMILY = "BC26"
# YY/MM/DD,hh:mm:ss and the zone, and what it is
TIMES = (
    ("19/06/11,11:08:20:35+32", (2019, 6, 11, 11, 8, 20, 32)),  # the example
    ("19/06/11, 11:08:20+32", (2019, 6, 11, 11, 8, 20, 32)),  # the text
    ("19/06/11,11:08:20-47", (2019, 6, 11, 11, 8, 20, -47)),
    ("19/06/11,11:08:20+48", (2019, 6, 11, 11, 8, 20, 48)),
)

# What is said of this family under a row's title: test_row_..., on which module, how
OWN = {
    "IPv6": (("ipv6_protocol_type_1", FAMILY, rows.ipv6),),
    "QISTATE fields": (("qistate_fields", FAMILY, rows.qistate_fields, True),),
    "socket_state": (
        ("socket_state_0_4", FAMILY, rows.socket_state, 4),
        ("socket_state_tells_what_a_lost_urc_did_not", FAMILY, rows.socket_state_tells),
    ),
    "QISEND, prompt": (
        ("qisend_prompt_1460", FAMILY, rows.qisend_prompt),
        ("qisend_prompt_never_if_it_would_echo", FAMILY, rows.no_prompt_if_it_would_echo),
    ),
    "SEND FAIL / ERROR": (
        ("send_fail", FAMILY, rows.send_fail),
        ("send_error", FAMILY, rows.send_error),
    ),
    "ack query": (("ack_query", FAMILY, rows.ack_query),),
    "QISENDEX": (("qisendex_512", FAMILY, rows.qisendex, False),),
    "QICFG": (
        ("qicfg", FAMILY, services.qicfg, ("echomode",)),
        ("qicfg_any_format", FAMILY, services.qicfg_formats),
    ),
    "QNTP time": (("qntp_time", FAMILY, services.qntp, TIMES),),
    "QIDNSCFG": (("qidnscfg", FAMILY, services.qidnscfg),),
    "QIGETERROR": (("qigeterror", FAMILY, services.qigeterror, "socket connection failed"),),
    "sleep": (("sleep_udp_survives", FAMILY, services.udp_survives_sleep),),
}

ROWS = table(FAMILY, OWN)
globals().update(rows.tests(ROWS))
