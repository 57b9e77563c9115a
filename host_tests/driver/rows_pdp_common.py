"""The rows of the comparison that UG95/UG96 and EG800Q/EG91xQ share; each adds its own."""

from host_tests.driver import rows, rows_common, rows_pdp
from host_tests.driver import rows_modes as modes
from host_tests.driver import rows_pdp_services as services
from host_tests.driver import rows_services as shared

# As in rows_common.py: title, then (name, how, arguments...)
ROWS = (
    (
        "connectID",
        ("connectid_0_11", rows.connect_id, 12),
    ),
    (
        "service types",
        ("service_types_and_servers", rows_pdp.service_types),
    ),
    (
        "access modes",
        ("access_modes_buffer", modes.buffer_mode),
        ("access_modes_push", modes.push_mode),
        ("access_modes_transparent", modes.transparent_mode),
    ),
    (
        "auth",
        ("auth_0_3", rows_pdp.auth),
        ("auth_127_bytes", rows_pdp.auth_127),
    ),
    (
        "QISTATE fields",
        ("qistate_fields", rows_pdp.qistate_fields),
        ("qistate_fields_at_port", rows_pdp.qistate_ports),
    ),
    (
        "socket_state",
        ("socket_state_0_4", rows_pdp.socket_state),
    ),
    (
        "QISEND, inline",
        ("qisend_inline_never", rows_pdp.no_inline),
    ),
    (
        "QISEND, prompt",
        ("qisend_prompt_1460", rows.qisend_prompt),
        ("qisend_prompt_send_ok_alone", rows_pdp.send_ok_alone),
        ("qisend_prompt_of_any_form", rows_pdp.prompt_of_any_form),
    ),
    (
        "second send before SEND OK",
        ("second_send_must_wait", rows.second_send),
    ),
    (
        "SEND FAIL / ERROR",
        ("send_fail_is_sent_again", rows.send_fail),
        ("send_error", rows.send_error),
    ),
    (
        "ack query",
        ("ack_query", rows.ack_query),
        ("ack_query_of_udp", rows_pdp.ack_query_udp),
    ),
    (
        "UDP SERVICE send",
        ("udp_service_send", services.udp_service_send),
        ("udp_service_send_by_name", services.udp_service_send_by_name),
    ),
    (
        "QISENDEX",
        ("qisendex_never", rows_pdp.no_qisendex),
    ),
    (
        "QIRD",
        ("qird_1500", services.qird),
        ("qird_0_tells_totals", services.qird_totals),
        ("qird_of_a_udp_service", services.qird_of_a_service),
    ),
    (
        "QIRD header",
        ("qird_header", services.qird_header),
    ),
    (
        "rem",
        ("rem_none", services.no_rem),
    ),
    (
        "QISWTMD",
        ("qiswtmd_0_1", modes.qiswtmd),
        ("qiswtmd_outside", modes.qiswtmd_outside),
        ("qiswtmd_2_connect", modes.transparent_mode),
        ("qiswtmd_is_not_kept", modes.qiswtmd_not_kept),
    ),
    (
        "leave transparent",
        ("leave_transparent", modes.leave_transparent),
        ("leave_transparent_by_dtr", modes.leave_by_dtr),
        ("leave_transparent_not_by_data", modes.pluses_are_data),
        ("leave_transparent_and_return", modes.resume),
        ("leave_transparent_by_no_carrier", modes.no_carrier),
    ),
    (
        "QPING",
        ("qping_ranges", shared.qping),
        ("qping_has_no_size", services.no_ping_size),
    ),
    (
        "ping answer",
        ("ping_answer", shared.ping_answer, 288),
    ),
    (
        "QIDNSGIP",
        ("qidnsgip", shared.qidnsgip),
        ("qidnsgip_60_s", services.qidnsgip_60_s),
    ),
    (
        "QIDNSCFG",
        ("qidnscfg", services.qidnscfg),
    ),
    (
        "QISDE",
        ("qisde_0", services.qisde),
    ),
    (
        "QIGETERROR",
        ("qigeterror", shared.qigeterror, "socket connect failed", "operate success"),
        ("qigeterror_of_a_server", services.error_of_opening),
    ),
    (
        "recv URC is not repeated",
        ("recv_urc_is_not_repeated", services.recv_urc_not_repeated),
    ),
    (
        "sleep",
        ("sleep_none", services.no_sleep),
    ),
    (
        "default answer time",
        ("default_answer_time", services.answer_time),
        ("default_answer_time_of_a_send", services.prompt_time),
    ),
)


def table(family, own):
    """All rows for a family: its own where it has some under a title, else the shared ones."""
    found = {}
    for title, *tests in ROWS:
        found[title] = tuple([(test[0], family) + test[1:] for test in tests])
    found.update(own)
    return rows_common.table(family, found)
