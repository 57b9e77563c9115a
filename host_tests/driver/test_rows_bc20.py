"""The rows of the manuals' comparison, for the BC20.

By its own manual and, where NEWER stands, with firmware as the BC26&BC20 manual V1.1 has it.
"""

from host_tests.driver import rows
from host_tests.driver import rows_services as services
from host_tests.driver.rows_common import table

FAMILY = "BC20"
NEWER = "BC20 V1.1"

# What is said of this family under a row's title: test_row_..., on which module, how
OWN = {
    "IPv6": (
        ("ipv6_not_supported", FAMILY, rows.no_ipv6_after_asking),
        ("ipv6_newer_firmware", NEWER, rows.ipv6),
    ),
    "QISTATE fields": (
        ("qistate_fields", FAMILY, rows.qistate_fields, False),
        ("qistate_fields_newer_firmware", NEWER, rows.qistate_fields, True),
    ),
    "socket_state": (
        ("socket_state_0_3", FAMILY, rows.socket_state, 3),
        ("socket_state_tells_what_a_lost_urc_did_not", FAMILY, rows.socket_state_tells),
    ),
    "QISEND, prompt": (
        ("qisend_prompt_never", FAMILY, rows.no_prompt),
        ("qisend_prompt_newer_firmware", NEWER, rows.qisend_prompt),
    ),
    "SEND FAIL / ERROR": (
        ("send_fail", FAMILY, rows.send_fail),
        ("send_error", FAMILY, rows.send_error),
        ("send_fail_newer_firmware", NEWER, rows.send_fail),
    ),
    "ack query": (
        ("ack_query_none", FAMILY, rows.no_ack_query),
        ("ack_query_newer_firmware", NEWER, rows.ack_query),
    ),
    "QISENDEX": (("qisendex_512", FAMILY, rows.qisendex),),
    "QICFG": (
        ("qicfg", FAMILY, services.qicfg),
        ("qicfg_has_no_echomode", FAMILY, services.qicfg_no_echomode),
        ("qicfg_newer_firmware", NEWER, services.qicfg, ("echomode",)),
        ("qicfg_any_format", FAMILY, services.qicfg_formats),
    ),
    "QNTP time": (("qntp_time", FAMILY, services.qntp, services.TIMES),),
    "QIDNSCFG": (
        ("qidnscfg_none", FAMILY, services.no_qidnscfg),
        ("qidnscfg_newer_firmware", NEWER, services.qidnscfg),
    ),
    "QIGETERROR": (("qigeterror", FAMILY, services.qigeterror),),
    "sleep": (("sleep_nothing_survives", FAMILY, services.nothing_survives_sleep),),
}

ROWS = table(FAMILY, OWN)
globals().update(rows.tests(ROWS))
