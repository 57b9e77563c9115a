"""The rows of the manuals' comparison, for UG95 and UG96 (UGxx TCPIP AT Commands Manual V1.2).

Of that manual there is no copy from QICLOSE on: the rows behind it are as the EG800Q's."""

from host_tests.driver import rows, rows_pdp
from host_tests.driver import rows_modes as modes
from host_tests.driver import rows_pdp_services as services
from host_tests.driver import rows_services as shared
from host_tests.driver.rows_pdp_common import table

FAMILY = "UG96"
CONTEXTS = 20
# YY/MM/DD,hh:mm:ss and the zone, and what it is
TIMES = (
    ("19/07/21,06:10:59+00", (2019, 7, 21, 6, 10, 59, 0)),
    ("19/07/21,06:10:59-48", (2019, 7, 21, 6, 10, 59, -48)),
    ("19/07/21,06:10:59+56", (2019, 7, 21, 6, 10, 59, 56)),
)
# Name, what it is at first, another value
OPTIONS = (
    ("transpktsize", (1024,), (1460,)),
    ("transwaittm", (2,), (20,)),
    ("dataformat", (0, 0), (1, 1)),
    ("viewmode", (0,), (1,)),
)

# What is said of this family under a row's title: test_row_..., on which module, how
OWN = {
    "contextID": (
        ("contextid_1_20", FAMILY, rows_pdp.context_id, CONTEXTS),
        ("contextid_outside", FAMILY, rows_pdp.context_id_outside, CONTEXTS),
        ("contextid_three_at_once", FAMILY, rows_pdp.three_at_once),
        ("contextid_of_services_is_1", FAMILY, rows.context_id),
    ),
    "IPv6": (("ipv6_not_supported", FAMILY, rows_pdp.no_ipv6),),
    "context set-up": (
        ("context_set_up_qicsgp_qiact_qideact", FAMILY, rows_pdp.set_up),
        ("context_set_up_by_connect", FAMILY, rows_pdp.set_up_by_connect),
        ("context_set_up_qiact_150_s", FAMILY, rows_pdp.activation_150_s),
        ("context_set_up_qideact_40_s", FAMILY, rows_pdp.deactivation_40_s),
        ("context_set_up_and_nothing_else_meanwhile", FAMILY, rows_pdp.nothing_else_meanwhile),
        ("context_set_up_and_a_session_of_ug95", "UG95", rows_pdp.session),
    ),
    "QIOPEN answer": (
        ("qiopen_answer_150_s", FAMILY, rows_pdp.qiopen_150_s),
        ("qiopen_answer_tcp_75_s", FAMILY, rows_pdp.tcp_75_s),
        ("qiopen_answer_connect_or_error", FAMILY, modes.opened_in_buffer_mode),
        ("qiopen_answer_and_no_transparent_mode", FAMILY, modes.not_connected),
    ),
    "QICLOSE": (
        ("qiclose_ok", FAMILY, rows_pdp.close_ok_only),
        ("qiclose_and_nothing_else_meanwhile", FAMILY, rows_pdp.closing_takes_its_time),
    ),
    "QISTATE forms": (("qistate_forms", FAMILY, rows_pdp.qistate_forms, False),),
    "QICFG": (
        ("qicfg", FAMILY, services.qicfg, OPTIONS),
        ("qicfg_is_not_kept", FAMILY, services.qicfg_not_kept),
        ("qicfg_any_format", FAMILY, services.qicfg_any_format),
    ),
    "QNTP time": (
        ("qntp_time", FAMILY, services.qntp, TIMES),
        ("qntp_time_of_the_module", FAMILY, services.qntp_of_the_module),
        ("qntp_125_s", FAMILY, services.qntp_125_s),
        ("qntp_under_way", FAMILY, services.qntp_under_way),
    ),
    "QIACCEPT": (("qiaccept_never", FAMILY, services.no_qiaccept),),
    "recv URC": (
        ("recv_urc", FAMILY, services.recv_urc),
        ("recv_urc_with_a_length", FAMILY, services.recvind_of_another),
        ("recv_urc_in_view_mode_1", FAMILY, shared.recv_urc_in_view_1),
        ("recv_urc_in_view_mode_1_pushed", FAMILY, modes.push_in_view_mode_1),
        ("recv_urc_pushed_to_a_udp_service", FAMILY, modes.push_to_a_service),
    ),
    "other URCs": (
        ("other_urcs_incoming", FAMILY, services.incoming_urc, 11),
        ("other_urcs_incoming_full", FAMILY, services.incoming_full),
        ("other_urcs_pdpdeact", FAMILY, services.pdpdeact),
    ),
}

ROWS = table(FAMILY, OWN)
globals().update(rows.tests(ROWS))
