"""`rigcheck network` as people run it: real engines on loopback, their faults, what it cost, and recorded traces."""

import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from command import command, environment, finding, report, rigcheck
from services_iperf3 import free_port, iperf3_server

from rigcheck.errors import Exit

ROOM = """
camera: {{}}
mic: {{}}
power: {{}}
network: {network}
push: {{url: "rtmp://127.0.0.1:{ingest}/live"}}
"""
UPLOADS = "network.upload,network.sustained"


@pytest.fixture
def ingest() -> Iterator[int]:
    """Something that takes connections, as an ingest does."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as door:
        yield door.getsockname()[1]


@pytest.fixture
def run(tmp_path, ingest):
    def run(network: str, *arguments: object):
        (tmp_path / "room.yaml").write_text(ROOM.format(network=network, ingest=ingest))
        return rigcheck(tmp_path, "network", "room.yaml", "--no-save", "--allow-on-air", *arguments)

    return run


@contextmanager
def receiver(home) -> Iterator[str]:
    """Our own far end, run as its users do."""
    words = command("receiver", "--listen", "127.0.0.1:0")
    with subprocess.Popen(words, env=environment(home), stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            said = next(line for line in process.stderr if "listening" in line)
            yield "http://" + re.search(r"127\.0\.0\.1:\d+", said)[0]
        finally:
            process.terminate()


def test_a_good_line_is_measured_by_our_receiver_and_its_meter_is_told(tmp_path, run):
    with receiver(tmp_path) as url:
        done = run(f'{{main: {{max_mb: 20}}, engines: [iperf3, http], http: {{url: "{url}"}}}}')
    assert done.returncode == Exit.OK, done.stdout + done.stderr
    assert "upload at least 7" in done.stdout
    assert re.search(r"line main: [23]\.\d+ MB of 20 MB used", done.stdout)
    assert "main: tried first, iperf3 (the profile names no far end" in done.stdout
    assert "Line main is metered: this test takes about 2.7 MB of it, 20.0 MB at most." in done.stderr


@pytest.mark.svc
def test_iperf3_measures_as_well(run):
    with iperf3_server() as server:
        made = report(run(f'{{iperf3: {{server: "{server}"}}}}', "--format", "json"))
    upload = finding(made, "network.upload")
    assert upload["status"] == "ok"
    assert upload["value"] == pytest.approx(7192, rel=0.05)
    assert upload["message"]["params"]["method"] == "iperf3"
    assert upload["message"]["params"]["counted"] == "receiver"
    assert finding(made, "network.line")["value"] is True
    assert made["measurements"]["network.connect_ms"] < 50


def test_when_the_show_starts_no_line_is_loaded(run, tmp_path):
    with receiver(tmp_path) as url:
        made = report(run(f'{{http: {{url: "{url}"}}}}', "--format", "json", "--stage", "go"))
    assert finding(made, "network.upload")["message"]["id"] == "reason.needs-time"
    assert finding(made, "network.line")["status"] == "ok"


def test_an_engine_that_fails_is_unknown_and_never_a_failed_network(run):
    done = run(f'{{iperf3: {{server: "127.0.0.1:{free_port()}"}}}}', "--only", UPLOADS)
    assert done.returncode == Exit.UNKNOWN
    assert "the far end cannot be reached (iperf3)" in done.stdout
    assert "Check its address and port" in done.stdout


def test_without_a_far_end_the_uploads_are_skipped_with_a_word_how_to_get_one(run):
    done = run("{}", "-v")
    assert done.returncode == Exit.OK, done.stdout
    assert '"rigcheck receiver"' in " ".join(done.stdout.split())
    made = report(run("{}", "--format", "json"))
    assert (finding(made, "network.upload")["status"], made["reasons"]["network.upload_kbps"]) == (
        "skip",
        "not-in-profile",
    )


def test_the_maximum_of_a_shared_line_is_not_taken_while_nobody_can_say_who_is_on_air(run):
    network = f'{{main: {{shared: true}}, iperf3: {{server: "127.0.0.1:{free_port()}"}}}}'
    done = run(network, "--full", "--only", UPLOADS)
    assert "2 left out, on air, or may be, in a room that shares this line" in done.stdout
    assert done.returncode == Exit.UNKNOWN


@pytest.mark.svc
def test_a_soak_lasts_as_long_as_it_was_asked_to(run):
    with iperf3_server() as server:
        made = report(
            run(f'{{iperf3: {{server: "{server}"}}}}', "--minutes", "0.2", "--only", UPLOADS, "--format", "json")
        )
    sustained = finding(made, "network.sustained")
    assert sustained["message"]["params"]["seconds"] == pytest.approx(12, abs=0.2)
    assert not sustained["estimate"]


@pytest.mark.parametrize("typed", [("--minutes", "0"), ("--minutes", "soon"), ("--fully",)])
def test_what_makes_no_sense_is_wrong_usage(tmp_path, typed):
    assert rigcheck(tmp_path, "network", *typed).returncode == Exit.USAGE


def test_preflight_takes_the_same_options(tmp_path):
    said = rigcheck(tmp_path, "preflight", "--help").stdout
    assert "--full" in said
    assert "--minutes" in said


def test_a_recorded_trace_is_judged_again(tmp_path):
    rows = "".join(f"{step / 10},{20_000 if 50 <= step < 62 else 110_000}\n" for step in range(1, 121))
    (tmp_path / "trace.csv").write_text("t_s,bytes\n" + rows)
    done = rigcheck(tmp_path, "network", "--replay", "trace.csv", "--no-save", "--format", "json")
    made = report(done)
    assert made["source"] == "replay:trace.csv"
    assert finding(made, "network.upload")["status"] == "ok"
    weak = finding(made, "network.sustained")
    assert (weak["status"], weak["message"]["id"]) == ("fail", "network.sustained.low")
    assert weak["value"] < 4000
    assert made["reasons"]["network.up"] == "not-in-file"


def test_a_trace_that_lacks_what_is_asked_is_unknown_and_a_damaged_one_bad_input(tmp_path):
    (tmp_path / "trace.csv").write_text("t_s,bytes\n1,1000\n")
    assert rigcheck(tmp_path, "power", "--replay", "trace.csv", "--no-save").returncode == Exit.UNKNOWN
    (tmp_path / "broken.csv").write_text("t_s,bytes\n1,1000\n0.5,many\n")
    done = rigcheck(tmp_path, "network", "--replay", "broken.csv", "--no-save")
    assert done.returncode == Exit.BAD_INPUT
    assert "damaged at: 0.5,many" in done.stderr
