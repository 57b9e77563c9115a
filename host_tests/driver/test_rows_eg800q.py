"""The rows of the manuals' comparison, for EG800Q, EG915Q, EG916Q (their manual V1.2)."""

from host_tests.driver import rows, rows_pdp
from host_tests.driver import rows_modes as modes
from host_tests.driver import rows_pdp_services as services
from host_tests.driver import rows_services as shared
from host_tests.driver.rows_common import table

FAMILY = "EG800Q"
CONTEXTS = 15
# YYYY/MM/DD,hh:mm:sszz and what it is
TIMES = (
    ("2019/07/21,06:10:59+00", (2019, 7, 21, 6, 10, 59, 0)),  # the example
    ("2019/07/21,06:10:59-48", (2019, 7, 21, 6, 10, 59, -48)),
    ("2019/07/21,06:10:59+56", (2019, 7, 21, 6, 10, 59, 56)),
)
# Name, what it is at first, another value
OPTIONS = (
    ("transpktsize", (1024,), (1,)),
    ("transwaittm", (2,), (0,)),
    ("tcp/retranscfg", (12, 600), (3, 1000)),
    ("tcp/accept", (1,), (0,)),
    ("passiveclosed", (0,), (1,)),
    ("dataformat", (0, 0), (1, 1)),
    ("viewmode", (0,), (1,)),
    ("qisend/timeout", (0,), (3600,)),
    ("recvind", (0,), (1,)),
    ("formatcfg", (0,), (1,)),
    ("close/mode", (0,), (1,)),
    ("udp/sendmode", (0,), (1,)),
    ("udp/readmode", (0,), (1,)),
    ("tcp/keepalive", (0, 1, 25, 3), (1, 120, 100, 10)),
    ("tcp/delay_ack", (1,), (0,)),
    ("dns/cache", (1,), (0,)),
    ("tcp/twrecycle", (2,), (60000,)),
    ("dns/retry", (2, 200), (4, 2000)),
    ("send/buffersize", (1460,), (4096,)),
    ("windows/scale", (1,), (0,)),
)

# What is said of this family under a row's title: test_row_..., on which module, how
OWN = {
    "contextID": (
        ("contextid_1_15", FAMILY, rows_pdp.context_id, CONTEXTS),
        ("contextid_outside", FAMILY, rows_pdp.context_id_outside, CONTEXTS),
        ("contextid_three_at_once", FAMILY, rows_pdp.three_at_once),
        ("contextid_of_services_is_1", FAMILY, rows.context_id),
    ),
    "connectID": (("connectid_0_11", FAMILY, rows.connect_id, 12),),
    "service types": (("service_types_and_servers", FAMILY, rows_pdp.service_types),),
    "access modes": (
        ("access_modes_buffer", FAMILY, modes.buffer_mode),
        ("access_modes_push", FAMILY, modes.push_mode),
        ("access_modes_transparent", FAMILY, modes.transparent_mode),
    ),
    "IPv6": (
        ("ipv6_context_types", FAMILY, rows_pdp.ipv6_types),
        ("ipv6_connection", FAMILY, rows_pdp.ipv6_connection),
    ),
    "context set-up": (
        ("context_set_up_qicsgp_qiact_qideact", FAMILY, rows_pdp.set_up),
        ("context_set_up_by_connect", FAMILY, rows_pdp.set_up_by_connect),
        ("context_set_up_qiact_150_s", FAMILY, rows_pdp.activation_150_s),
        ("context_set_up_qideact_40_s", FAMILY, rows_pdp.deactivation_40_s),
        ("context_set_up_and_nothing_else_meanwhile", FAMILY, rows_pdp.nothing_else_meanwhile),
        ("context_set_up_and_a_session_of_eg915q", "EG915Q", rows_pdp.session),
        ("context_set_up_and_a_session_of_eg916q", "EG916Q", rows_pdp.session),
    ),
    "auth": (
        ("auth_0_3", FAMILY, rows_pdp.auth),
        ("auth_127_bytes", FAMILY, rows_pdp.auth_127),
    ),
    "QIOPEN answer": (
        ("qiopen_answer_150_s", FAMILY, rows_pdp.qiopen_150_s),
        ("qiopen_answer_connect_or_error", FAMILY, modes.opened_in_buffer_mode),
        ("qiopen_answer_and_no_transparent_mode", FAMILY, modes.not_connected),
    ),
    "QICLOSE": (
        ("qiclose_ok_only", FAMILY, rows_pdp.close_ok_only),
        ("qiclose_10_s", FAMILY, rows_pdp.close_10_s),
        ("qiclose_timeout_0_65535", FAMILY, rows_pdp.close_timeout),
        ("qiclose_mode_1", FAMILY, rows_pdp.close_mode),
        ("qiclose_and_nothing_else_meanwhile", FAMILY, rows_pdp.closing_takes_its_time),
    ),
    "QISTATE fields": (
        ("qistate_fields", FAMILY, rows_pdp.qistate_fields),
        ("qistate_fields_at_port", FAMILY, rows_pdp.qistate_ports),
    ),
    "QISTATE forms": (("qistate_forms", FAMILY, rows_pdp.qistate_forms, True),),
    "socket_state": (("socket_state_0_4", FAMILY, rows_pdp.socket_state),),
    "QISEND, inline": (("qisend_inline_never", FAMILY, rows_pdp.no_inline),),
    "QISEND, prompt": (
        ("qisend_prompt_1460", FAMILY, rows.qisend_prompt),
        ("qisend_prompt_send_ok_alone", FAMILY, rows_pdp.send_ok_alone),
        ("qisend_prompt_of_any_form", FAMILY, rows_pdp.prompt_of_any_form),
    ),
    "second send before SEND OK": (("second_send_must_wait", FAMILY, rows.second_send),),
    "SEND FAIL / ERROR": (
        ("send_fail_is_sent_again", FAMILY, rows.send_fail),
        ("send_error", FAMILY, rows.send_error),
    ),
    "ack query": (
        ("ack_query", FAMILY, rows.ack_query),
        ("ack_query_of_udp", FAMILY, rows_pdp.ack_query_udp),
    ),
    "UDP SERVICE send": (
        ("udp_service_send", FAMILY, services.udp_service_send),
        ("udp_service_send_by_name", FAMILY, services.udp_service_send_by_name),
    ),
    "QISENDEX": (("qisendex_never", FAMILY, rows_pdp.no_qisendex),),
    "QIRD": (
        ("qird_1500", FAMILY, services.qird),
        ("qird_0_tells_totals", FAMILY, services.qird_totals),
        ("qird_of_a_udp_service", FAMILY, services.qird_of_a_service),
    ),
    "QIRD header": (("qird_header", FAMILY, services.qird_header),),
    "rem": (("rem_none", FAMILY, services.no_rem),),
    "QISWTMD": (
        ("qiswtmd_0_1", FAMILY, modes.qiswtmd),
        ("qiswtmd_outside", FAMILY, modes.qiswtmd_outside),
        ("qiswtmd_2_connect", FAMILY, modes.transparent_mode),
        ("qiswtmd_is_not_kept", FAMILY, modes.qiswtmd_not_kept),
    ),
    "leave transparent": (
        ("leave_transparent", FAMILY, modes.leave_transparent),
        ("leave_transparent_by_dtr", FAMILY, modes.leave_by_dtr),
        ("leave_transparent_not_by_data", FAMILY, modes.pluses_are_data),
        ("leave_transparent_and_return", FAMILY, modes.resume),
        ("leave_transparent_by_no_carrier", FAMILY, modes.no_carrier),
    ),
    "QICFG": (
        ("qicfg", FAMILY, services.qicfg, OPTIONS),
        ("qicfg_send_auto", FAMILY, services.send_auto),
        ("qicfg_is_not_kept", FAMILY, services.qicfg_not_kept),
        ("qicfg_any_format", FAMILY, services.qicfg_any_format),
    ),
    "QPING": (
        ("qping_ranges", FAMILY, shared.qping),
        ("qping_has_no_size", FAMILY, services.no_ping_size),
    ),
    "ping answer": (("ping_answer", FAMILY, shared.ping_answer, 288),),
    "QNTP time": (
        ("qntp_time", FAMILY, services.qntp, TIMES),
        ("qntp_time_of_the_module", FAMILY, services.qntp_of_the_module),
        ("qntp_125_s", FAMILY, services.qntp_125_s),
        ("qntp_under_way", FAMILY, services.qntp_under_way),
    ),
    "QIDNSGIP": (
        ("qidnsgip", FAMILY, shared.qidnsgip),
        ("qidnsgip_60_s", FAMILY, services.qidnsgip_60_s),
    ),
    "QIDNSCFG": (("qidnscfg", FAMILY, services.qidnscfg),),
    "QIACCEPT": (("qiaccept_yes_and_no", FAMILY, services.qiaccept),),
    "QISDE": (("qisde_0", FAMILY, services.qisde),),
    "QIGETERROR": (
        ("qigeterror", FAMILY, shared.qigeterror, "socket connect failed", "operate success"),
        ("qigeterror_of_a_server", FAMILY, services.error_of_opening),
    ),
    "recv URC": (
        ("recv_urc", FAMILY, services.recv_urc),
        ("recv_urc_with_recvind", FAMILY, services.recvind),
        ("recv_urc_in_view_mode_1", FAMILY, shared.recv_urc_in_view_1),
        ("recv_urc_in_view_mode_1_pushed", FAMILY, modes.push_in_view_mode_1),
        ("recv_urc_pushed_to_a_udp_service", FAMILY, modes.push_to_a_service),
    ),
    "recv URC is not repeated": (
        ("recv_urc_is_not_repeated", FAMILY, services.recv_urc_not_repeated),
    ),
    "other URCs": (
        ("other_urcs_incoming", FAMILY, services.incoming_urc, 11),
        ("other_urcs_incoming_full", FAMILY, services.incoming_full),
        ("other_urcs_accept", FAMILY, services.accept_urc),
        ("other_urcs_pdpdeact", FAMILY, services.pdpdeact),
    ),
    "sleep": (("sleep_none", FAMILY, services.no_sleep),),
    "default answer time": (
        ("default_answer_time", FAMILY, services.answer_time),
        ("default_answer_time_of_a_send", FAMILY, services.prompt_time),
    ),
}

ROWS = table(FAMILY, OWN)
globals().update(rows.tests(ROWS))
