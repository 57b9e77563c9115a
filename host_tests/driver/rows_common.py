"""The rows of the comparison that all three families share, and the place of those that differ.

(title, tests...), a test being (name, how, arguments...); a title alone is for the family to fill.
"""

from host_tests.driver import rows
from host_tests.driver import rows_modes as modes
from host_tests.driver import rows_services as services

ROWS = (
    (
        "contextID",
        ("contextid_1", rows.context_id),
    ),
    (
        "connectID",
        ("connectid_0_4", rows.connect_id),
    ),
    (
        "service types",
        ("service_types_tcp_udp", rows.service_types),
        ("service_types_no_servers", rows.no_servers),
    ),
    (
        "access modes",
        ("access_modes_buffer", rows.access_modes),
        ("access_modes_push", modes.push_mode),
    ),
    ("IPv6",),
    (
        "context set-up",
        ("context_set_up_none", rows.context_set_up),
    ),
    (
        "auth",
        ("auth_none", rows.no_auth),
    ),
    (
        "QIOPEN answer",
        ("qiopen_answer_60_s", rows.qiopen_answer),
        ("qiopen_answer_of_a_module_that_gives_up", rows.module_gives_up),
    ),
    (
        "failed open",
        ("failed_open_is_closed", rows.failed_open),
    ),
    (
        "QICLOSE",
        ("qiclose_ok_close_ok", rows.qiclose),
    ),
    ("QISTATE fields",),
    (
        "QISTATE forms",
        ("qistate_forms", rows.qistate_forms),
    ),
    ("socket_state",),
    (
        "QISEND, inline",
        ("qisend_inline_1024", rows.qisend_inline),
        ("qisend_inline_only_what_is_safe", rows.qisend_inline_only_what_is_safe),
    ),
    ("QISEND, prompt",),
    (
        "second send before SEND OK",
        ("second_send_before_send_ok", rows.second_send),
        ("second_send_before_send_ok_of_another", rows.second_send_error),
    ),
    ("SEND FAIL / ERROR",),
    ("ack query",),
    (
        "UDP SERVICE send",
        ("udp_service_send_none", rows.no_udp_service),
    ),
    ("QISENDEX",),
    (
        "QIRD",
        ("qird_1_512", services.qird),
    ),
    (
        "QIRD header",
        ("qird_header", services.qird_header),
    ),
    (
        "rem",
        ("rem_of_one_node", services.rem),
    ),
    (
        "QISWTMD",
        ("qiswtmd_is_kept", rows.qiswtmd),
        ("qiswtmd_0_1", modes.qiswtmd),
        ("qiswtmd_outside", modes.qiswtmd_outside),
    ),
    (
        "leave transparent",
        ("leave_transparent_none", services.no_transparent_mode),
    ),
    ("QICFG",),
    (
        "QPING",
        ("qping_ranges", services.qping),
    ),
    (
        "ping answer",
        ("ping_answer", services.ping_answer),
    ),
    ("QNTP time",),
    (
        "QIDNSGIP",
        ("qidnsgip", services.qidnsgip),
    ),
    ("QIDNSCFG",),
    (
        "QIACCEPT",
        ("qiaccept_never", services.never, "+QIACCEPT"),
    ),
    (
        "QISDE",
        ("qisde_never", services.never, "+QISDE"),
    ),
    ("QIGETERROR",),
    (
        "closed URC",
        ("closed_urc", services.closed_urc),
    ),
    (
        "recv URC",
        ("recv_urc", services.recv_urc),
        ("recv_urc_in_view_mode_1", services.recv_urc_in_view_1),
        ("recv_urc_in_view_mode_1_pushed", modes.push_in_view_mode_1),
    ),
    (
        "recv URC is not repeated",
        ("recv_urc_is_not_repeated", services.recv_urc_not_repeated),
    ),
    (
        "other URCs",
        ("other_urcs_buff_full", services.buff_full),
    ),
    ("sleep",),
    (
        "default answer time",
        ("default_answer_time_300_ms", services.default_answer_time),
    ),
)


def table(family, own):
    """All rows for a family: its own where it has some under a title, else the shared ones."""
    found = []
    assert set(own) <= set([row[0] for row in ROWS])
    for title, *tests in ROWS:
        tests = [(test[0], family) + test[1:] for test in tests]
        found.append((title,) + tuple(own.get(title, tests)))
    return tuple(found)
