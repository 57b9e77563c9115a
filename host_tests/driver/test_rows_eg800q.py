"""The rows of the manuals' comparison, for EG800Q, EG915Q, EG916Q (their manual V1.2)."""

from host_tests.driver import rows, rows_pdp
from host_tests.driver import rows_modes as modes
from host_tests.driver import rows_pdp_services as services
from host_tests.driver import rows_services as shared
from host_tests.driver.rows_pdp_common import table

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
    "QISTATE forms": (("qistate_forms", FAMILY, rows_pdp.qistate_forms, True),),
    "QICFG": (
        ("qicfg", FAMILY, services.qicfg, OPTIONS),
        ("qicfg_send_auto", FAMILY, services.send_auto),
        ("qicfg_is_not_kept", FAMILY, services.qicfg_not_kept),
        ("qicfg_any_format", FAMILY, services.qicfg_any_format),
    ),
    "QNTP time": (
        ("qntp_time", FAMILY, services.qntp, TIMES),
        ("qntp_time_of_the_module", FAMILY, services.qntp_of_the_module),
        ("qntp_125_s", FAMILY, services.qntp_125_s),
        ("qntp_under_way", FAMILY, services.qntp_under_way),
    ),
    "QIACCEPT": (("qiaccept_yes_and_no", FAMILY, services.qiaccept),),
    "recv URC": (
        ("recv_urc", FAMILY, services.recv_urc),
        ("recv_urc_with_recvind", FAMILY, services.recvind),
        ("recv_urc_in_view_mode_1", FAMILY, shared.recv_urc_in_view_1),
        ("recv_urc_in_view_mode_1_pushed", FAMILY, modes.push_in_view_mode_1),
        ("recv_urc_pushed_to_a_udp_service", FAMILY, modes.push_to_a_service),
    ),
    "other URCs": (
        ("other_urcs_incoming", FAMILY, services.incoming_urc, 11),
        ("other_urcs_incoming_full", FAMILY, services.incoming_full),
        ("other_urcs_accept", FAMILY, services.accept_urc),
        ("other_urcs_pdpdeact", FAMILY, services.pdpdeact),
    ),
}

ROWS = table(FAMILY, OWN)
globals().update(rows.tests(ROWS))
