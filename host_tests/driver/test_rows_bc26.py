"""The rows of the manuals' comparison, for the BC26 (BC26&BC20 TCP/IP manual V1.1)."""

from host_tests.driver import rows
from host_tests.driver import rows_services as services

FAMILY = "BC26"
# YY/MM/DD,hh:mm:ss and the zone, and what it is
TIMES = (
    ("19/06/11,11:08:20:35+32", (2019, 6, 11, 11, 8, 20, 32)),  # the example
    ("19/06/11, 11:08:20+32", (2019, 6, 11, 11, 8, 20, 32)),  # the text
    ("19/06/11,11:08:20-47", (2019, 6, 11, 11, 8, 20, -47)),
    ("19/06/11,11:08:20+48", (2019, 6, 11, 11, 8, 20, 48)),
)

# The row's title in the comparison, and what proves it: test_row_..., on which module, how
ROWS = (
    (
        "contextID",
        ("contextid_1", FAMILY, rows.context_id),
    ),
    (
        "connectID",
        ("connectid_0_4", FAMILY, rows.connect_id),
    ),
    (
        "service types",
        ("service_types_tcp_udp", FAMILY, rows.service_types),
        ("service_types_no_servers", FAMILY, rows.no_servers),
    ),
    (
        "access modes",
        ("access_modes_buffer", FAMILY, rows.access_modes),
    ),
    (
        "IPv6",
        ("ipv6_protocol_type_1", FAMILY, rows.ipv6),
    ),
    (
        "context set-up",
        ("context_set_up_none", FAMILY, rows.context_set_up),
    ),
    (
        "auth",
        ("auth_none", FAMILY, rows.no_auth),
    ),
    (
        "QIOPEN answer",
        ("qiopen_answer_60_s", FAMILY, rows.qiopen_answer),
        ("qiopen_answer_of_a_module_that_gives_up", FAMILY, rows.module_gives_up),
    ),
    (
        "failed open",
        ("failed_open_is_closed", FAMILY, rows.failed_open),
    ),
    (
        "QICLOSE",
        ("qiclose_ok_close_ok", FAMILY, rows.qiclose),
    ),
    (
        "QISTATE fields",
        ("qistate_fields", FAMILY, rows.qistate_fields, True),
    ),
    (
        "QISTATE forms",
        ("qistate_forms", FAMILY, rows.qistate_forms),
    ),
    (
        "socket_state",
        ("socket_state_0_4", FAMILY, rows.socket_state, 4),
        ("socket_state_tells_what_a_lost_urc_did_not", FAMILY, rows.socket_state_tells),
    ),
    (
        "QISEND, inline",
        ("qisend_inline_1024", FAMILY, rows.qisend_inline),
        ("qisend_inline_only_what_is_safe", FAMILY, rows.qisend_inline_only_what_is_safe),
    ),
    (
        "QISEND, prompt",
        ("qisend_prompt_1460", FAMILY, rows.qisend_prompt),
        ("qisend_prompt_never_if_it_would_echo", FAMILY, rows.no_prompt_if_it_would_echo),
    ),
    (
        "second send before SEND OK",
        ("second_send_before_send_ok", FAMILY, rows.second_send),
        ("second_send_before_send_ok_of_another", FAMILY, rows.second_send_error),
    ),
    (
        "SEND FAIL / ERROR",
        ("send_fail", FAMILY, rows.send_fail),
        ("send_error", FAMILY, rows.send_error),
    ),
    (
        "ack query",
        ("ack_query", FAMILY, rows.ack_query),
    ),
    (
        "UDP SERVICE send",
        ("udp_service_send_none", FAMILY, rows.no_udp_service),
    ),
    (
        "QISENDEX",
        ("qisendex_512", FAMILY, rows.qisendex, False),
    ),
    (
        "QIRD",
        ("qird_1_512", FAMILY, services.qird),
    ),
    (
        "QIRD header",
        ("qird_header", FAMILY, services.qird_header),
    ),
    (
        "rem",
        ("rem_of_one_node", FAMILY, services.rem),
    ),
    (
        "QISWTMD",
        ("qiswtmd_is_kept", FAMILY, rows.qiswtmd),
    ),
    (
        "leave transparent",
        ("leave_transparent_none", FAMILY, services.no_transparent_mode),
    ),
    (
        "QICFG",
        ("qicfg", FAMILY, services.qicfg, ("echomode",)),
        ("qicfg_any_format", FAMILY, services.qicfg_formats),
    ),
    (
        "QPING",
        ("qping_ranges", FAMILY, services.qping),
    ),
    (
        "ping answer",
        ("ping_answer", FAMILY, services.ping_answer),
    ),
    (
        "QNTP time",
        ("qntp_time", FAMILY, services.qntp, TIMES),
    ),
    (
        "QIDNSGIP",
        ("qidnsgip", FAMILY, services.qidnsgip),
    ),
    (
        "QIDNSCFG",
        ("qidnscfg", FAMILY, services.qidnscfg),
    ),
    (
        "QIACCEPT",
        ("qiaccept_never", FAMILY, services.never, "+QIACCEPT"),
    ),
    (
        "QISDE",
        ("qisde_never", FAMILY, services.never, "+QISDE"),
    ),
    (
        "QIGETERROR",
        ("qigeterror", FAMILY, services.qigeterror, "socket connection failed"),
    ),
    (
        "closed URC",
        ("closed_urc", FAMILY, services.closed_urc),
    ),
    (
        "recv URC",
        ("recv_urc", FAMILY, services.recv_urc),
        ("recv_urc_in_view_mode_1", FAMILY, services.recv_urc_in_view_1),
    ),
    (
        "recv URC is not repeated",
        ("recv_urc_is_not_repeated", FAMILY, services.recv_urc_not_repeated),
    ),
    (
        "other URCs",
        ("other_urcs_buff_full", FAMILY, services.buff_full),
    ),
    (
        "sleep",
        ("sleep_udp_survives", FAMILY, services.udp_survives_sleep),
    ),
    (
        "default answer time",
        ("default_answer_time_300_ms", FAMILY, services.default_answer_time),
    ),
)

globals().update(rows.tests(ROWS))
