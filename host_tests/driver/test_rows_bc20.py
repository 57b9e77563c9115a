"""The rows of the manuals' comparison, for the BC20.

By its own manual and, where NEWER stands, with firmware as the BC26&BC20 manual V1.1 has it.
"""

from host_tests.driver import rows
from host_tests.driver import rows_services as services

FAMILY = "BC20"
NEWER = "BC20 V1.1"
# YY/MM/DD,hh:mm:ss and the zone, and what it is
TIMES = (
    ("18/04/20,11:08:20:35+32", (2018, 4, 20, 11, 8, 20, 32)),  # the example
    ("18/04/20,11:08:20 +32", (2018, 4, 20, 11, 8, 20, 32)),  # the text
    ("18/04/20,11:08:20-48", (2018, 4, 20, 11, 8, 20, -48)),
    ("18/04/20,11:08:20+56", (2018, 4, 20, 11, 8, 20, 56)),
)

# The row's title in the comparison, and what proves it
ROWS = (
    ("contextID", "test_row_contextid_1"),
    ("connectID", "test_row_connectid_0_4"),
    ("service types", "test_row_service_types_tcp_udp", "test_row_service_types_no_servers"),
    ("access modes", "test_row_access_modes_buffer"),
    ("IPv6", "test_row_ipv6_not_supported", "test_row_ipv6_newer_firmware"),
    ("context set-up", "test_row_context_set_up_none"),
    ("auth", "test_row_auth_none"),
    (
        "QIOPEN answer",
        "test_row_qiopen_answer_60_s",
        "test_row_qiopen_answer_of_a_module_that_gives_up",
    ),
    ("failed open", "test_row_failed_open_is_closed"),
    ("QICLOSE", "test_row_qiclose_ok_close_ok"),
    ("QISTATE fields", "test_row_qistate_fields", "test_row_qistate_fields_newer_firmware"),
    ("QISTATE forms", "test_row_qistate_forms"),
    (
        "socket_state",
        "test_row_socket_state_0_3",
        "test_row_socket_state_tells_what_a_lost_urc_did_not",
    ),
    ("QISEND, inline", "test_row_qisend_inline_1024", "test_row_qisend_inline_only_what_is_safe"),
    ("QISEND, prompt", "test_row_qisend_prompt_never", "test_row_qisend_prompt_newer_firmware"),
    (
        "second send before SEND OK",
        "test_row_second_send_before_send_ok",
        "test_row_second_send_before_send_ok_of_another",
    ),
    (
        "SEND FAIL / ERROR",
        "test_row_send_fail",
        "test_row_send_error",
        "test_row_send_fail_newer_firmware",
    ),
    ("ack query", "test_row_ack_query_none", "test_row_ack_query_newer_firmware"),
    ("UDP SERVICE send", "test_row_udp_service_send_none"),
    ("QISENDEX", "test_row_qisendex_512"),
    ("QIRD", "test_row_qird_1_512"),
    ("QIRD header", "test_row_qird_header"),
    ("rem", "test_row_rem_of_one_node"),
    ("QISWTMD", "test_row_qiswtmd_is_kept"),
    ("leave transparent", "test_row_leave_transparent_none"),
    (
        "QICFG",
        "test_row_qicfg",
        "test_row_qicfg_has_no_echomode",
        "test_row_qicfg_newer_firmware",
        "test_row_qicfg_any_format",
    ),
    ("QPING", "test_row_qping_ranges"),
    ("ping answer", "test_row_ping_answer"),
    ("QNTP time", "test_row_qntp_time"),
    ("QIDNSGIP", "test_row_qidnsgip"),
    ("QIDNSCFG", "test_row_qidnscfg_none", "test_row_qidnscfg_newer_firmware"),
    ("QIACCEPT", "test_row_qiaccept_never"),
    ("QISDE", "test_row_qisde_never"),
    ("QIGETERROR", "test_row_qigeterror"),
    ("closed URC", "test_row_closed_urc"),
    ("recv URC", "test_row_recv_urc", "test_row_recv_urc_in_view_mode_1"),
    ("recv URC is not repeated", "test_row_recv_urc_is_not_repeated"),
    ("other URCs", "test_row_other_urcs_buff_full"),
    ("sleep", "test_row_sleep_nothing_survives"),
    ("default answer time", "test_row_default_answer_time_300_ms"),
)


def test_row_contextid_1(line):
    rows.context_id(line, FAMILY)


def test_row_connectid_0_4(line):
    rows.connect_id(line, FAMILY)


def test_row_service_types_tcp_udp(line):
    rows.service_types(line, FAMILY)


def test_row_service_types_no_servers(line):
    rows.no_servers(line, FAMILY)


def test_row_access_modes_buffer(line):
    rows.access_modes(line, FAMILY)


def test_row_ipv6_not_supported(line):
    rows.no_ipv6_after_asking(line, FAMILY)


def test_row_ipv6_newer_firmware(line):
    rows.ipv6(line, NEWER)


def test_row_context_set_up_none(line):
    rows.context_set_up(line, FAMILY)


def test_row_auth_none(line):
    rows.no_auth(line, FAMILY)


def test_row_qiopen_answer_60_s(line):
    rows.qiopen_answer(line, FAMILY)


def test_row_qiopen_answer_of_a_module_that_gives_up(line):
    rows.module_gives_up(line, FAMILY)


def test_row_failed_open_is_closed(line):
    rows.failed_open(line, FAMILY)


def test_row_qiclose_ok_close_ok(line):
    rows.qiclose(line, FAMILY)


def test_row_qistate_fields(line):
    rows.qistate_fields(line, FAMILY, name_shown=False)


def test_row_qistate_fields_newer_firmware(line):
    rows.qistate_fields(line, NEWER, name_shown=True)


def test_row_qistate_forms(line):
    rows.qistate_forms(line, FAMILY)


def test_row_socket_state_0_3(line):
    rows.socket_state(line, FAMILY, peer_has_closed=3)


def test_row_socket_state_tells_what_a_lost_urc_did_not(line):
    rows.socket_state_tells(line, FAMILY)


def test_row_qisend_inline_1024(line):
    rows.qisend_inline(line, FAMILY)


def test_row_qisend_inline_only_what_is_safe(line):
    rows.qisend_inline_only_what_is_safe(line, FAMILY)


def test_row_qisend_prompt_never(line):
    rows.no_prompt(line, FAMILY)


def test_row_qisend_prompt_newer_firmware(line):
    rows.qisend_prompt(line, NEWER)


def test_row_second_send_before_send_ok(line):
    rows.second_send(line, FAMILY)


def test_row_second_send_before_send_ok_of_another(line):
    rows.second_send_error(line, FAMILY)


def test_row_send_fail(line):
    rows.send_fail(line, FAMILY)


def test_row_send_error(line):
    rows.send_error(line, FAMILY)


def test_row_send_fail_newer_firmware(line):
    rows.send_fail(line, NEWER)


def test_row_ack_query_none(line):
    rows.no_ack_query(line, FAMILY)


def test_row_ack_query_newer_firmware(line):
    rows.ack_query(line, NEWER)


def test_row_udp_service_send_none(line):
    rows.no_udp_service(line, FAMILY)


def test_row_qisendex_512(line):
    rows.qisendex(line, FAMILY)


def test_row_qird_1_512(line):
    services.qird(line, FAMILY)


def test_row_qird_header(line):
    services.qird_header(line, FAMILY)


def test_row_rem_of_one_node(line):
    services.rem(line, FAMILY)


def test_row_qiswtmd_is_kept(line):
    rows.qiswtmd(line, FAMILY)


def test_row_leave_transparent_none(line):
    services.no_transparent_mode(line, FAMILY)


def test_row_qicfg(line):
    services.qicfg(line, FAMILY)


def test_row_qicfg_has_no_echomode(line):
    services.qicfg_no_echomode(line, FAMILY)


def test_row_qicfg_newer_firmware(line):
    services.qicfg(line, NEWER, ("echomode",))


def test_row_qicfg_any_format(line):
    services.qicfg_formats(line, FAMILY)


def test_row_qping_ranges(line):
    services.qping(line, FAMILY)


def test_row_ping_answer(line):
    services.ping_answer(line, FAMILY)


def test_row_qntp_time(line):
    services.qntp(line, FAMILY, TIMES)


def test_row_qidnsgip(line):
    services.qidnsgip(line, FAMILY)


def test_row_qidnscfg_none(line):
    services.no_qidnscfg(line, FAMILY)


def test_row_qidnscfg_newer_firmware(line):
    services.qidnscfg(line, NEWER)


def test_row_qiaccept_never(line):
    services.never(line, FAMILY, "+QIACCEPT")


def test_row_qisde_never(line):
    services.never(line, FAMILY, "+QISDE")


def test_row_qigeterror(line):
    services.qigeterror(line, FAMILY)


def test_row_closed_urc(line):
    services.closed_urc(line, FAMILY)


def test_row_recv_urc(line):
    services.recv_urc(line, FAMILY)


def test_row_recv_urc_in_view_mode_1(line):
    services.recv_urc_in_view_1(line, FAMILY)


def test_row_recv_urc_is_not_repeated(line):
    services.recv_urc_not_repeated(line, FAMILY)


def test_row_other_urcs_buff_full(line):
    services.buff_full(line, FAMILY)


def test_row_sleep_nothing_survives(line):
    services.nothing_survives_sleep(line, FAMILY)


def test_row_default_answer_time_300_ms(line):
    services.default_answer_time(line, FAMILY)
