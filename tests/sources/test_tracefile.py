"""Network traces in plain files: real outputs of real tools, our own, tables; and everything that is none of them."""

import json
import shutil
import subprocess

import anyio
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from services_iperf3 import iperf3_server
from uplink_made import upload

from rigcheck.errors import BadInputError, Exit, NotSeen
from rigcheck.link_state import LinkRequest
from rigcheck.model import Reason
from rigcheck.sources.codec import encode
from rigcheck.sources.iperf3_output import failure, trace_of_iperf3
from rigcheck.sources.plain import UnfitError
from rigcheck.sources.replay import open_replay
from rigcheck.sources.speedtest_output import trace_of_speedtest
from rigcheck.sources.tracefile import read_trace_file
from rigcheck.uplink_state import UplinkRequest, UplinkTrace

SPEEDTEST = {
    "download": 61874645.6,
    "upload": 11433801.1,
    "ping": 77.068,
    "bytes_sent": 14663680,
    "bytes_received": 77764561,
    "client": {"ip": "192.0.2.1", "isp": "Example Cable"},
}
REAL = {
    "speedtest-cli-2019-comcast.json": (18.06, 5530.0),
    "speedtest-cli-2020-act-fibernet.json": (10.08, 19739.9),
    "speedtest-cli-2022-ziggo.json": (10.05, 27485.7),
    "speedtest-cli-2023-cox.json": (10.26, 11433.8),
}
"""Seconds that the upload took, which the tool does not print but bytes and rate tell, and kbit/s."""
STREAM = {"sender": {"min_rtt": 18_000, "mean_rtt": 25_000}}
IPERF3 = {
    "start": {"test_start": {"protocol": "TCP", "target_bitrate": 8_000_000}},
    "intervals": [{"sum": {"end": 1.0, "bytes": 9e6, "sender": True}, "streams": [{"rtt": 31_000}]}],
    "end": {
        "streams": [STREAM],
        "sum_sent": {"seconds": 3.0, "bytes": 3_300_000},
        "sum_received": {"seconds": 3.0, "bytes": 3_000_000},
    },
    "server_output_text": """
[  5]   0.00-1.00   sec   977 KBytes  8.00 Mbits/sec
[  5]   1.00-2.00   sec   977 KBytes  4.00 Mbits/sec
[  5]   2.00-3.00   sec   977 KBytes  12.0 Mbits/sec
- - - - - - - - -
[  5]   0.00-3.00   sec  2.86 MBytes  8.00 Mbits/sec                  receiver
""",
}


def written(folder, content, name="trace"):
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def own(trace: UplinkTrace) -> dict:
    fields, arrays = encode(trace)
    return {"kind": "uplink", **fields, **{name: array.tolist() for name, array in arrays.items()}}


def kbps(trace):
    return trace.arrived.sum() * 8 / 1000 / trace.t_s[-1]


@pytest.mark.material
@pytest.mark.parametrize("name", REAL)
def test_real_outputs_of_speedtest_cli_and_how_long_they_really_took(material, name):
    trace = read_trace_file(material / "speedtest" / name)
    seconds, rate = REAL[name]
    assert trace.t_s[-1] == pytest.approx(seconds, abs=0.01)
    assert kbps(trace) == pytest.approx(rate, rel=1e-4)
    assert trace.counted == "sender"
    assert "192.0.2.1" not in repr(trace)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ping": 1_800_000.0}, "ping 1800000 ms"),
        ({"ping": 600_014.2}, "ping 600014 ms"),
        ({"ping": 0}, "ping 0 ms"),
        ({"upload": 0, "bytes_sent": 0, "download": 0}, "0 bytes"),
        ({"bytes_sent": 20_000, "upload": 20_000.0}, "20000 bytes"),
        ({"bytes_sent": 1_000_000, "upload": 8_000_000.0}, "1.0 s"),
        ({"upload": 100_000.0}, "1173.1 s"),
    ],
)
def test_garbage_that_comes_with_exit_code_0_is_no_figure(changes, said):
    with pytest.raises(NotSeen) as fault:
        trace_of_speedtest(SPEEDTEST | changes)
    assert (fault.value.reason, fault.value.params["error"]) == (Reason.JUNK, said)


def test_a_line_so_fast_that_all_was_sent_before_the_time_was_over():
    assert trace_of_speedtest(SPEEDTEST | {"bytes_sent": 137_000_000, "upload": 400e6}).t_s[-1] == pytest.approx(2.74)


def test_a_download_alone_is_no_upload():
    trace = trace_of_speedtest(SPEEDTEST | {"upload": 0, "bytes_sent": 0})
    assert trace.t_s.size == 0
    assert trace.download_kbps == pytest.approx(61874.6, rel=1e-4)


def test_iperf3s_figure_is_the_receivers():
    trace = trace_of_iperf3(IPERF3)
    assert trace.arrived.tolist() == [1_000_000, 500_000, 1_500_000]
    assert trace.sent_bytes == 3_300_000
    assert trace.paced_kbps == 8000
    assert (trace.idle_rtt_ms.tolist(), trace.loaded_rtt_ms.tolist()) == ([18.0], [31.0])
    alone = trace_of_iperf3({name: part for name, part in IPERF3.items() if name != "server_output_text"})
    assert (alone.t_s.tolist(), alone.arrived.tolist()) == ([3.0], [3_000_000])


def test_iperf3s_server_may_have_kept_it():
    intervals = [{"sum": {"end": end / 2, "bytes": 500_000, "sender": False}} for end in range(1, 7)]
    server = {"start": {}, "intervals": intervals, "end": IPERF3["end"]}
    assert trace_of_iperf3(server).t_s.tolist() == [0.5, 1, 1.5, 2, 2.5, 3]
    sent_along = IPERF3 | {"server_output_json": server}
    assert trace_of_iperf3(sent_along).t_s.size == 6


def test_iperf3s_several_streams_are_told_by_their_sum():
    lines = "\n".join(
        f"[{who:>3}]   {second}.00-{second + 1}.00   sec   1 MBytes  {rate:.2f} Mbits/sec"
        for second in range(3)
        for who, rate in ((5, 1), (7, 3), ("SUM", 4))
    )
    trace = trace_of_iperf3(IPERF3 | {"server_output_text": lines})
    assert trace.arrived.tolist() == [1_000_000] * 3


def test_iperf3_the_other_way_round_is_a_download():
    trace = trace_of_iperf3(IPERF3 | {"start": {"test_start": {"reverse": 1}}})
    assert trace.t_s.size == 0
    assert trace.download_kbps == 8000


def test_iperf3_over_udp_tells_of_loss():
    end = IPERF3["end"] | {"sum": {"packets": 400, "lost_packets": 6}}
    trace = trace_of_iperf3(IPERF3 | {"end": end})
    assert (trace.probes_sent, trace.probes_lost) == (400, 6)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("unable to connect to server: Connection refused", Reason.UNREACHABLE),
        ("unable to connect to server: Connection timed out", Reason.UNREACHABLE),
        ("unable to connect to server: Name or service not known", Reason.MISSING),
        ("unable to connect to server: No such device", Reason.MISSING),
        ("the server is busy running a test. try again later", Reason.REFUSED),
        ("control socket has closed unexpectedly", Reason.LOST),
        ("interrupt - the client has terminated", Reason.LOST),
        ("something new", Reason.FAILED),
    ],
)
def test_iperf3s_own_words_are_understood(error, reason):
    found = failure(error)
    assert (found.reason, found.params["error"]) == (reason, error)
    with pytest.raises(NotSeen) as fault:
        trace_of_iperf3({"start": {}, "intervals": [], "end": {}, "error": error})
    assert fault.value.reason is reason


@pytest.mark.svc
def test_iperf3s_real_output(tmp_path):
    if shutil.which("iperf3") is None:
        pytest.skip("iperf3 is not installed")
    with iperf3_server() as server:
        host, port = server.split(":")
        said = subprocess.run(
            ["iperf3", "-c", host, "-p", port, "-J", "-t", "3", "-b", "8M", "--get-server-output"],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        ).stdout
    trace = read_trace_file(written(tmp_path, said))
    assert kbps(trace) == pytest.approx(8000, rel=0.1)
    assert trace.t_s.size == 3


def test_our_own_trace_comes_back_as_it_was(tmp_path):
    trace = upload([8000] * 40, idle_rtt_ms=np.array([20.0, 21]), probes_sent=40, failed={"http": "timeout"})
    back = read_trace_file(written(tmp_path, own(trace)))
    assert own(back) == own(trace)


@pytest.mark.parametrize(
    ("rows", "t_s", "arrived"),
    [
        ("0.1,1000\n0.2,2000\n", [0.1, 0.2], [1000, 2000]),
        ("0,0\n0.1,1000\n0.2,2000\n", [0.1, 0.2], [1000, 2000]),
        ("0.0,1000\n0.5,2000\n", [0.5, 1.0], [1000, 2000]),
        ("1.0,1000.0\r\n\r\n2.0,5e2\r\n", [1, 2], [1000, 500]),
    ],
)
def test_a_table(tmp_path, rows, t_s, arrived):
    trace = read_trace_file(written(tmp_path, f"T_s, bytes\n{rows}"))
    assert trace.t_s.tolist() == pytest.approx(t_s)
    assert trace.arrived.tolist() == arrived
    assert trace.sent_bytes == sum(arrived)


BROKEN = {
    "a row that is no number": "t_s,bytes\n0.1,1000\n0.2,many\n",
    "a row too short": "t_s,bytes\n0.1,1000\n0.2\n",
    "a row too long": "t_s,bytes\n0.1,1000,5\n",
    "time that stands still": "t_s,bytes\n0.1,1000\n0.1,1000\n",
    "time that runs back": "t_s,bytes\n0.2,1000\n0.1,1000\n",
    "negative bytes": "t_s,bytes\n0.1,-1000\n",
    "no number": "t_s,bytes\nnan,1000\n",
    "endless": "t_s,bytes\n0.1,inf\n",
    "no rows": "t_s,bytes\n",
    "our own without times": {"kind": "uplink", "arrived": [1]},
    "our own with a stranger": own(upload([8000])) | {"stranger": 1},
    "our own with words for bytes": own(upload([8000])) | {"arrived": ["1000"]},
    "our own with fractions of bytes": own(upload([8000])) | {"arrived": [0.5]},
    "our own with flags for bytes": own(upload([8000])) | {"arrived": [True]},
    "our own with more bytes than times": own(upload([8000])) | {"arrived": [1, 2]},
    "our own by an unknown counter": own(upload([8000])) | {"counted": "nobody"},
    "iperf3 without an end": {"start": {}, "intervals": [], "end": {}},
    "iperf3 with a list for an end": {"start": {}, "intervals": [], "end": []},
    "iperf3 with words for bytes": IPERF3 | {"end": {"sum_received": {"seconds": 3, "bytes": "many"}}},
    "iperf3 with numbers for intervals": IPERF3 | {"intervals": [1, 2]},
    "iperf3 in no time": IPERF3 | {"end": {"sum_received": {"seconds": 0, "bytes": 5}}},
    "speedtest-cli with words": SPEEDTEST | {"upload": "fast"},
    "speedtest-cli below nothing": SPEEDTEST | {"upload": -1},
    "speedtest-cli beyond reason": SPEEDTEST | {"upload": 10**400},
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_damaged_trace_is_bad_input(tmp_path, content):
    path = written(tmp_path, content)
    source = open_replay(str(path))
    assert source.parts == {"network"}
    with pytest.raises(BadInputError) as fault:
        anyio.run(source.acquire, UplinkRequest())
    assert fault.value.exit_code is Exit.BAD_INPUT
    assert fault.value.message.id == "error.replay.trace"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        '{"kind": NaN}',
        "{}",
        '{"kind": "camera"}',
        "[1, 2]",
        "time,bytes\n1,2\n",
        '{"a":' * 5000,
        "hello",
        "\0",
    ],
)
def test_what_is_no_trace_is_not_taken_for_one(tmp_path, content):
    with pytest.raises(BadInputError) as fault:
        open_replay(str(written(tmp_path, content)))
    assert fault.value.message.id != "error.replay.trace"


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["sum", "streams", "bytes", "end", "seconds", "sum_received", "test_start", "rtt"]),
                inner,
            )
        ),
    )
)
def test_no_json_breaks_the_reader_of_iperf3(tree):
    for part in ("start", "intervals", "end", "server_output_json", "server_output_text"):
        try:
            trace = trace_of_iperf3(IPERF3 | {part: tree})
        except (UnfitError, NotSeen):
            continue
        assert trace.t_s.size == trace.arrived.size


def test_a_trace_is_no_evidence_for_anything_else(tmp_path):
    source = open_replay(str(written(tmp_path, SPEEDTEST)))
    with pytest.raises(NotSeen) as fault:
        anyio.run(source.acquire, LinkRequest())
    assert fault.value.reason is Reason.NOT_IN_FILE


def test_a_file_that_has_changed_since_it_was_opened(tmp_path):
    path = written(tmp_path, SPEEDTEST)
    source = open_replay(str(path))
    path.write_text("gone")
    with pytest.raises(BadInputError):
        anyio.run(source.acquire, UplinkRequest())


def test_a_file_of_any_length_costs_bounded_memory(tmp_path):
    path = written(tmp_path, "t_s,bytes\n" + "1,1\n" * 4_100_000)
    with pytest.raises(BadInputError) as fault:
        open_replay(str(path))
    assert fault.value.message.id == "error.replay.not-media"
