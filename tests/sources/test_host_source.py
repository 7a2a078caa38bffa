import os
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import anyio
import pytest

from rigcheck.samples import HostRequest
from rigcheck.sources import host, host_linux
from rigcheck.sources.gpu import parse_nvidia
from rigcheck.sources.host import cpu_pct, disk_free_gb, hottest_c, read_host, without_own
from rigcheck.sources.host_linux import idle_action, is_masked, is_slowed, parse_gnome, parse_logind, span_s
from rigcheck.sources.host_macos import parse_pmset, parse_therm
from rigcheck.sources.host_probe import Gpu, Probes, Sleep
from rigcheck.sources.host_windows import parse_powercfg, parse_w32tm
from rigcheck.sources.tool import said
from rigcheck.sources.worker import call_in_worker

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads Linux' /proc and /sys")
NEVER = Sleep(None, never=True)


def put(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@linux
def test_this_computer_in_a_worker():
    request = HostRequest(seconds=0.3)
    began = time.monotonic()
    state = anyio.run(call_in_worker, read_host, request)
    assert time.monotonic() - began < request.deadline_s
    assert 0 <= state.cpu_pct <= 100
    assert state.memory_available_mb > 10
    assert state.disk_free_gb > 0
    assert state.on_battery in (True, False, None)


def broken(*_: object) -> None:
    raise RuntimeError


def test_a_probe_that_breaks_costs_its_own_figure_only(monkeypatch):
    monkeypatch.setitem(host.PROBES, sys.platform, Probes(*[broken] * 7))
    monkeypatch.setattr(host, "temperature_c", broken)
    monkeypatch.setattr(host, "on_battery", broken)
    state = asdict(read_host(HostRequest(seconds=0.05)))
    kept = {name for name, value in state.items() if value is not None}
    assert kept == {"cpu_pct", "memory_available_mb", "disk_free_gb"}


def test_a_rising_count_is_throttling(monkeypatch):
    counts = iter([3, 4])
    quiet = dict.fromkeys(Probes.__dataclass_fields__, lambda *_: None)
    monkeypatch.setitem(host.PROBES, sys.platform, Probes(**quiet | {"throttle_count": lambda: next(counts)}))
    assert read_host(HostRequest(seconds=0.01)).throttled is True
    monkeypatch.setitem(host.PROBES, sys.platform, Probes(**quiet | {"throttle_count": lambda: 4}))
    assert read_host(HostRequest(seconds=0.01)).throttled is False
    monkeypatch.setitem(host.PROBES, sys.platform, Probes(**quiet))
    assert read_host(HostRequest(seconds=0.01)).throttled is None


def test_another_program_is_load():
    command = [sys.executable, "-c", "while True: pass"]
    with subprocess.Popen(command) as burner:
        try:
            time.sleep(0.2)
            assert cpu_pct(0.5) > 40 / (os.cpu_count() or 1)
        finally:
            burner.kill()


def burn(stop: threading.Event) -> None:
    while not stop.is_set():
        pass


def test_own_work_is_not_load(monkeypatch):
    """A thread of ours keeps a core busy: what is left is the system's figure without that core's share."""
    totals: list[float] = []
    monkeypatch.setattr(host, "without_own", lambda total, *rest: totals.append(total) or without_own(total, *rest))
    stop = threading.Event()
    burner = threading.Thread(target=burn, args=(stop,))
    burner.start()
    try:
        used = time.process_time()
        left = cpu_pct(0.5)
        burnt_pct = 100 * (time.process_time() - used) / 0.5 / (os.cpu_count() or 1)
    finally:
        stop.set()
        burner.join()
    assert burnt_pct > 10 / (os.cpu_count() or 1)
    assert left == pytest.approx(max(0.0, totals[0] - burnt_pct), abs=10)


def test_the_arithmetic_of_own_work():
    assert without_own(80.0, own_s=1.0, elapsed_s=1.0, cores=2) == 30.0
    assert without_own(10.0, own_s=1.0, elapsed_s=1.0, cores=2) == 0.0


def test_free_disk_of_a_folder_to_be(tmp_path):
    there = disk_free_gb(str(tmp_path))
    assert there == pytest.approx(disk_free_gb(str(tmp_path / "not" / "yet")), rel=0.05)
    assert disk_free_gb(None) > 0
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    assert disk_free_gb(str(tmp_path / "link" / "x")) > 0


def test_the_hottest_cpu_sensor():
    cpu = [SimpleNamespace(current=61.0), SimpleNamespace(current=64.5), SimpleNamespace(current=3000.0)]
    disk = [SimpleNamespace(current=70.0)]
    assert hottest_c({"coretemp": cpu, "nvme": disk}) == 64.5
    assert hottest_c({"nvme": disk}) == 70.0
    assert hottest_c({"acpitz": [SimpleNamespace(current=0.0)]}) is None
    assert hottest_c({}) is None


@linux
def test_the_kernel_clock_is_read_at_the_right_places():
    clock = host_linux.kernel_clock()
    assert 9000 <= clock.tick <= 11000  # microseconds between ticks of 100 Hz, far behind offset and status
    assert 1.5e9 < clock.time[0] < 1e10


@pytest.mark.parametrize(
    ("status", "offset", "expected"), [(0x40, 5, None), (0x1, -2500, -2.5), (0x2001, 1_500_000, 1.5)]
)
def test_clock_offset(monkeypatch, status, offset, expected):
    monkeypatch.setattr(host_linux, "kernel_clock", lambda: SimpleNamespace(status=status, offset=offset))
    assert host_linux.clock_offset_ms() == expected


def test_pressure(tmp_path):
    put(tmp_path, "proc/pressure/cpu", "some avg10=12.34 avg60=1.00 avg300=0.50 total=1\nfull avg10=9.99 total=2\n")
    assert host_linux.pressure_pct(tmp_path) == 12.34


def test_throttling_counts_and_clocks(tmp_path):
    cpu = "sys/devices/system/cpu/cpu"
    assert host_linux.throttle_count(tmp_path) is None
    assert is_slowed(90.0, tmp_path) is None
    put(tmp_path, f"{cpu}0/thermal_throttle/core_throttle_count", "2\n")
    put(tmp_path, f"{cpu}0/thermal_throttle/package_throttle_count", "5\n")
    assert host_linux.throttle_count(tmp_path) == 7
    for core, clock in ((0, 1_000_000), (1, 1_700_000)):
        put(tmp_path, f"{cpu}{core}/cpufreq/scaling_cur_freq", f"{clock}\n")
        put(tmp_path, f"{cpu}{core}/cpufreq/scaling_max_freq", "3000000\n")
    assert is_slowed(90.0, tmp_path) is True
    assert is_slowed(10.0, tmp_path) is None
    put(tmp_path, f"{cpu}1/cpufreq/scaling_cur_freq", "2900000\n")
    assert is_slowed(90.0, tmp_path) is False


def test_reboot_flag(tmp_path):
    assert host_linux.reboot_pending(tmp_path) is None
    put(tmp_path, "etc/debian_version", "12\n")
    assert host_linux.reboot_pending(tmp_path) is False
    put(tmp_path, "run/reboot-required", "")
    assert host_linux.reboot_pending(tmp_path) is True


def test_amd_cards(tmp_path, monkeypatch):
    monkeypatch.setattr(host_linux, "nvidia", lambda: None)
    assert host_linux.gpu(tmp_path) is None
    put(tmp_path, "sys/class/drm/card0/device/gpu_busy_percent", "17\n")
    assert host_linux.gpu(tmp_path) == Gpu(busy_pct=17.0)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], NEVER),
        (["[Login]\n#IdleAction=suspend\n"], NEVER),
        (["[Login]\nIdleAction=lock\nIdleActionSec=5min\n"], NEVER),
        (["[Login]\nIdleAction=suspend\n"], Sleep(30.0, never=False)),
        (["IdleAction=suspend\nIdleActionSec=1h 30min\n"], Sleep(90.0, never=False)),
        (["IdleAction=suspend\n", "IdleActionSec=900\n"], Sleep(15.0, never=False)),
        (["IdleAction=suspend\n", "IdleAction=ignore\n"], NEVER),
    ],
)
def test_logind(texts, expected):
    assert parse_logind(texts) == expected


def test_logind_files_in_their_order(tmp_path):
    assert idle_action(tmp_path) is None
    put(tmp_path, "run/systemd/system/x", "")
    assert idle_action(tmp_path) == NEVER
    put(tmp_path, "etc/systemd/logind.conf", "[Login]\nIdleAction=suspend\nIdleActionSec=10min\n")
    put(tmp_path, "usr/lib/systemd/logind.conf.d/50-vendor.conf", "[Login]\nIdleActionSec=20min\n")
    assert idle_action(tmp_path) == Sleep(20.0, never=False)
    assert not is_masked(tmp_path)
    (tmp_path / "etc/systemd/system").mkdir()
    (tmp_path / "etc/systemd/system/sleep.target").symlink_to("/dev/null")
    assert is_masked(tmp_path)


@pytest.mark.parametrize(("text", "seconds"), [("900", 900), ("1h 30min", 5400), ("2d", 172800), ("infinity", 0)])
def test_time_spans(text, seconds):
    assert span_s(text) == seconds


@pytest.mark.parametrize(
    ("kind", "seconds", "expected"),
    [
        ("'suspend'\n", "1200\n", Sleep(20.0, never=False)),
        ("'suspend'\n", "uint32 900\n", Sleep(15.0, never=False)),
        ("'nothing'\n", "1200\n", NEVER),
        ("'suspend'\n", "0\n", NEVER),
        ("", "", None),
    ],
)
def test_gnome(kind, seconds, expected):
    assert parse_gnome(kind, seconds) == expected


@pytest.mark.parametrize(
    ("running", "logind", "desktop", "expected"),
    [
        (set(), NEVER, None, NEVER),
        (set(), None, None, None),
        ({"gsd-power"}, NEVER, Sleep(20.0, never=False), Sleep(20.0, never=False)),
        ({"gsd-power"}, Sleep(10.0, never=False), Sleep(20.0, never=False), Sleep(10.0, never=False)),
        ({"gsd-power"}, NEVER, None, None),
        ({"org_kde_powerdevil"}, NEVER, None, None),
    ],
)
def test_the_sooner_of_logind_and_desktop(monkeypatch, running, logind, desktop, expected):
    monkeypatch.setattr(host_linux, "_process_names", lambda: frozenset(running))
    monkeypatch.setattr(host_linux, "idle_action", lambda: logind)
    monkeypatch.setattr(host_linux, "gnome", lambda: desktop)
    monkeypatch.setattr(host_linux, "is_masked", lambda: False)
    assert host_linux.sleep() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("35, 61, 0x0000000000000001\n", Gpu(35.0, 61.0, throttled=False)),
        ("35, 61, 0x0000000000000004\n99, 84, 0x0000000000000020\n", Gpu(99.0, 84.0, throttled=True)),
        ("[N/A], [N/A], [N/A]\n", Gpu(None, None, None)),
        ('Field "clocks_event_reasons.active" is not a valid field to query.\n', None),
        ("", None),
    ],
)
def test_nvidia(text, expected):
    assert parse_nvidia(text) == expected


W32TM = """\
Leap Indicator: {leap}
Stratum: 4 (secondary reference - syncd by (S)NTP)
Precision: -23 (119.209ns per tick)
Root Delay: 0.0305112s
Root Dispersion: 7.7712344s
ReferenceId: 0x14650A28 (source IP:  20.101.10.40)
Last Successful Sync Time: 20/11/2026 08:00:00
Source: time.windows.com,0x9
Poll Interval: 10 (1024s)

Phase Offset: -0.0012500s
ClockRate: 0.0156250s
State Machine: 2 (Sync)
Time Source Flags: 0 (None)
"""


def test_windows_time_service():
    synchronised = W32TM.format(leap="0(no warning)")
    assert parse_w32tm(synchronised) == pytest.approx(-1.25)
    assert parse_w32tm(synchronised.replace("\n", "\r\n")) == pytest.approx(-1.25)
    assert parse_w32tm(synchronised.replace("Phase Offset", "阶段偏移").replace("-0.00", "-0,00")) == pytest.approx(
        -1.25
    )
    assert parse_w32tm(W32TM.format(leap="3(not synchronized)")) is None
    assert parse_w32tm("The following error occurred: The service has not been started. (0x80070426)\n") is None


POWERCFG = """\
Power Scheme GUID: 381b4222-f694-41f0-9685-ff5bb260df2e  (Balanced)
  Subgroup GUID: 238c9fa8-0aad-41ed-83f4-97be242c8f20  (Sleep)
    Power Setting GUID: 29f6c1db-86da-48c5-9fdb-f2b67b1f44da  (Sleep after)
      GUID Alias: STANDBYIDLE
      Minimum Possible Setting: 0x00000000
      Maximum Possible Setting: 0xffffffff
      Possible Settings increment: 0x00000001
      Possible Settings units: Seconds
    Current AC Power Setting Index: {mains}
    Current DC Power Setting Index: 0x00000384

"""


@pytest.mark.parametrize(("mains", "expected"), [("0x00000708", Sleep(30.0, never=False)), ("0x00000000", NEVER)])
def test_windows_sleep(mains, expected):
    assert parse_powercfg(POWERCFG.format(mains=mains)) == expected
    assert (
        parse_powercfg(POWERCFG.format(mains=mains).replace("Current AC Power Setting Index", "当前交流电源设置索引"))
        == expected
    )
    assert parse_powercfg("Invalid Parameters\n") is None


PMSET = """\
Battery Power:
 Sleep On Power Button 1
 displaysleep         2
 sleep                1
AC Power:
 Sleep On Power Button 1
 disksleep            10
 displaysleep         10
 sleep                {mains}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PMSET.format(mains="0"), NEVER),
        (PMSET.format(mains="15 (sleep prevented by powerd)"), Sleep(15.0, never=False)),
        (" Sleep On Power Button 1\n sleep                20\n", Sleep(20.0, never=False)),
        ("AC Power:\n Sleep On Power Button 1\n displaysleep 10\n", None),
        ("", None),
    ],
)
def test_macos_sleep(text, expected):
    assert parse_pmset(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CPU_Scheduler_Limit = 100\nCPU_Speed_Limit \t= 80\n", True),
        (" - CPU_Speed_Limit               = 100", False),
        ("Note: No thermal warning level has been recorded\n", False),
        ("", None),
    ],
)
def test_macos_heat(text, expected):
    assert parse_therm(text) == expected


@linux
def test_tools_that_are_missing_fail_or_hang():
    assert said("printf", "ab\\377") == "ab\N{REPLACEMENT CHARACTER}"
    assert said("no-such-tool-anywhere") is None
    assert said("false") is None
    began = time.monotonic()
    assert said("sleep", "5", limit_s=0.2) is None
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("supplies", "expected"),
    [
        ({"BAT0": "Discharging", "AC": "0"}, True),
        ({"BAT0": "Charging", "AC": "1"}, False),
        ({"BAT0": "Unknown"}, None),
        ({}, False),
    ],
)
@linux
def test_on_battery(tmp_path, monkeypatch, supplies, expected):
    for name, said_ in supplies.items():
        put(tmp_path, f"{name}/type", "Mains" if name == "AC" else "Battery")
        put(tmp_path, f"{name}/{'online' if name == 'AC' else 'status'}", said_)
    read = host.read_supply
    monkeypatch.setattr(host, "read_supply", lambda request: read(request, tmp_path))
    assert host.on_battery() is expected
