"""Lines, ingests and services that were recorded are judged the same again, and nobody learns where they lead."""

from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from rigcheck.backend_state import BackendRequest, BackendState
from rigcheck.checks import CHECKS
from rigcheck.errors import NotSeen
from rigcheck.flow import run
from rigcheck.ingest_state import IngestRequest, IngestState
from rigcheck.link_state import LinkRequest, LinkState
from rigcheck.loading import load_limits, load_profile
from rigcheck.model import Reason, Report, Stage
from rigcheck.plan import Run
from rigcheck.profile import Setting
from rigcheck.samples import OnAirRequest, OnAirState, Request, Sample
from rigcheck.sources.record import Recorder, without_names
from rigcheck.sources.replay import FixtureSource, open_replay
from rigcheck.uplink_state import UplinkRequest, UplinkTrace

NOW = datetime(2026, 11, 21, 19, 48, tzinfo=timezone(timedelta(hours=8)))
ROOM = """\
room: beauty-3
camera: {}
mic: {}
power: {}
network:
  main: {interface: eth0}
  backup: {via: router, far_end_port: 8081}
  http: {url: "http://far-end.shop.example:8080", token: env:TOKEN}
push: {url: "rtmp://live.shop.example/app/sekrit", key: env:STREAM_KEY, backup: {url: "rtmp://10.0.0.9/app"}}
backends:
- {name: coupons, url: "https://api.shop.example/coupons?id=sekrit", status: 204, within_ms: 300}
- {name: 订单, url: "https://api.shop.example/orders"}
- {name: stock, url: "https://api.shop.example/stock"}
"""
SAID = {
    "coupons": BackendState("answered", 204, 450.0),
    "订单": BackendState("connection-refused"),
    "stock": BackendState("answered", 503, 12.5),
}


def trace() -> UplinkTrace:
    times = np.arange(1, 41) / 10
    return UplinkTrace(
        "http", "receiver", times, np.full(40, 125_000), 5_000_000, 12_000.0, "settled",
        np.full(20, 12.5), np.full(30, 40.0), np.full(20, 12.5), 20, 1,
        failed={"iperf3": "unable to connect to far-end.shop.example:5201"},
    )  # fmt: skip


class Building:
    """A live source of known evidence."""

    name = "live"
    is_live = True

    async def acquire(self, request: Request) -> Sample:
        match request:
            case BackendRequest():
                return SAID[request.name]
            case LinkRequest(is_router=False):
                return LinkState(
                    "eth0", "bound", True, 100.0, "wired", None, 1492, "answered", 31.0, (12.0, 14.0), 1, portal=False
                )
            case LinkRequest():
                raise NotSeen(Reason.UNREACHABLE, {"url": "http://far-end.shop.example:8081"})
            case UplinkRequest():
                return trace()
            case IngestRequest():
                return IngestState(
                    "refused", "NetConnection.Connect.Rejected : rtmp://10.0.0.9:1935/app", key_set=False
                )
            case OnAirRequest():
                return OnAirState()
        raise NotSeen(Reason.NOT_IN_PROFILE)


def plan(path, source, *watchers) -> Run:
    profile = load_profile(path)
    checks = tuple(check for check in CHECKS if check.part in ("network", "ingest", "backend"))
    setting = Setting(profile, Stage.GO, NOW.date())
    return Run("record", checks, setting, source, NOW, load_limits(), watchers=watchers)


def told(report: Report):
    findings = [(f.check, f.device, f.status, f.value, f.reason, f.limit, f.message.id) for f in report.findings]
    return findings, [(taken.key, taken.measurement.value, taken.measurement.reason) for taken in report.taken]


@pytest.mark.anyio
async def test_what_was_recorded_is_judged_the_same_again(tmp_path):
    (tmp_path / "room.yaml").write_text(ROOM)
    directory = tmp_path / "kept"
    recorder = Recorder.at(directory)
    live = await run(plan(tmp_path / "room.yaml", Building(), recorder))
    recorder.finish(directory, load_profile(tmp_path / "room.yaml"), stage=Stage.GO, attended=False, now=NOW)
    source = open_replay(str(directory))
    assert isinstance(source, FixtureSource)
    assert source.names("backend") == ("coupons", "stock", "订单")
    assert told(await run(plan(source.profile_path, source))) == told(live)
    kept = "".join(path.read_text(errors="replace") for path in directory.iterdir() if path.suffix != ".npz")
    for word in ("shop.example", "sekrit", "TOKEN", "STREAM_KEY", "10.0.0", "5201"):
        assert word not in kept
    assert "eth0" in kept


def test_what_servers_said_loses_its_hosts():
    said = without_names(IngestState("refused", "no such app at rtmp://10.0.0.9:1935/app")).said
    assert said == "no such app at rtmp://recorded"
    assert without_names(trace()).failed == {"iperf3": "unable to connect to recorded"}
