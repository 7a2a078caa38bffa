from pathlib import Path

import pytest

from rigcheck.sources import obs_log
from rigcheck.sources.obs_folder import look_in_folders
from rigcheck.sources.obs_log import RULES, warnings_in

WINDOWS = """19:31:02.101: CPU Name: Intel(R) Core(TM) i7-9750H CPU @ 2.60GHz
19:31:02.540: OBS 30.2.3 (64-bit, windows)
19:31:02.541: ---------------------------------
19:31:02.602: audio settings reset:
19:31:02.602: \tsamples per sec: 48000
19:31:02.602: \tspeakers:        2
19:31:02.604: Available Video Adapters:
19:31:02.606: \tAdapter 0: Intel(R) UHD Graphics 630
19:31:02.607: \tAdapter 1: NVIDIA GeForce RTX 2060
19:31:02.610: Loading up D3D11 on adapter {adapter} (0)
19:31:02.612: D3D11 loaded successfully, feature level used: b000
19:31:04.001: WASAPI: Device '麦克风 (Wireless GO II 'RX')' [{rate} Hz] initialized (source: 麦克风)
19:31:04.020: WASAPI: Device 'Speakers (Realtek(R) Audio)' [48000 Hz] initialized (source: Desktop Audio)
"""
FAST = "NVIDIA GeForce RTX 2060"
GOOD = WINDOWS.format(adapter=FAST, rate=48000)

LINES = {
    "two-instances": [
        "Warning: OBS is already running!\n20:00:00.000: User is now running multiple instances of OBS!",
        "User enabled --multi flag and is now running multiple instances of OBS.",
    ],
    "unclean-shutdown": ["Crash or unclean shutdown detected"],
    "software-gpu": [
        "Loading up OpenGL on adapter Mesa/X.org llvmpipe (LLVM 15.0.6, 256 bits)",
        "Loading up D3D11 on adapter Microsoft Basic Render Driver (0)",
    ],
    "slow-gpu": ["Loading up D3D11 on adapter Intel(R) UHD Graphics 630 (0)"],
    "encoder-fallback": [
        "[obs-nvenc] different GPU selected by user, falling back to non-texture encoder",
        "[jim-nvenc] different GPU selected by user, falling back to ffmpeg",
        ">>> app not on intel GPU, fall back to old qsv encoder",
        "Encoder ID 'obs_nvenc_h264_tex' not found",
        "[FFmpeg NVENC encoder: 'streaming_h264'] Failed to open NVENC codec: Function not implemented",
    ],
    "encoder-error": ["Error encoding with encoder 'simple_video_stream'"],
    "audio-buffering": ["Max audio buffering reached!"],
    "device-failed": [
        "WASAPI: Device '{0.0.1.00000000}.{8e1b}' failed to start (source: Mic/Aux)",
        "Device 'Wireless GO II' invalidated.  Retrying (source: Mic/Aux)",
        "v4l2-input: Unable to open device",
        "alsa-input: Failed to open 'hw:2,0': No such file or directory",
        "Could not create device 'Cam 1': Could not create graph",
        "Cam 1: Video configuration failed",
    ],
    "wifi": ["[rtmp stream: 'simple_stream'] Interface: Intel(R) Wi-Fi 6 AX201 160MHz (802.11, 866 mbps)"],
    "network-drops": [
        "Output 'simple_stream': Number of dropped frames due to insufficient bandwidth/connection stalls: 1204 (3.1%)"
    ],
    "encode-lag": ["Video stopped, number of skipped frames due to encoding lag: 310/9120 (3.4%)"],
    "render-lag": ["Output 'simple_stream': Number of lagged frames due to rendering lag/stalls: 99 (1.1%)"],
}


def test_a_good_log_warns_of_nothing():
    assert warnings_in(GOOD) == ()
    assert warnings_in("") == ()


@pytest.mark.parametrize("rate", [44100, 96000])
def test_a_microphone_at_another_rate(rate: int):
    assert warnings_in(WINDOWS.format(adapter=FAST, rate=rate)) == ("sample-rate",)
    linux = "\tsamples per sec: 48000\nalsa-input: PCM 'hw:1' rate set to 44100\n"
    assert warnings_in(linux) == ("sample-rate",)


def test_the_last_reset_of_the_rate_counts():
    assert warnings_in(WINDOWS.format(adapter=FAST, rate=44100) + "\tsamples per sec: 44100\n") == ("sample-rate",)
    only = "\tsamples per sec: 44100\nWASAPI: Device 'A' [48000 Hz] initialized\n\tsamples per sec: 48000\n"
    assert warnings_in(only) == ()


@pytest.mark.parametrize(("name", "line"), [(name, line) for name, lines in LINES.items() for line in lines])
def test_each_line_sets_off_its_rule_and_no_other(name: str, line: str):
    assert warnings_in(f"{GOOD}20:00:00.000: {line}\n20:00:01.000: next\n") == (name,)


def test_every_rule_is_shown_here():
    assert set(LINES) | {"sample-rate"} == set(RULES)


@pytest.mark.parametrize(
    "line",
    [
        "Output 'simple_stream': Number of dropped frames due to insufficient bandwidth/connection stalls: 0 (0.0%)",
        "Output 'simple_stream': Number of lagged frames due to rendering lag/stalls: 9 (0.9%)",
        "Interface: Realtek PCIe GbE Family Controller (ethernet, 1000 mbps)",
        "Interface: Realtek PCIe GbE Family Controller (ethernet, 1000↓/1000↑ mbps)",
        "WASAPI: Device 'Speakers' Terminated",
    ],
)
def test_what_is_no_fault(line: str):
    assert warnings_in(f"{GOOD}20:00:00.000: {line}\n") == ()


def test_a_rule_that_breaks_costs_only_itself(monkeypatch: pytest.MonkeyPatch):
    def broken(_: str) -> bool:
        raise IndexError

    monkeypatch.setattr(obs_log, "RULES", {"broken": broken, **RULES})
    assert warnings_in(f"{GOOD}Max audio buffering reached!") == ("audio-buffering",)


def test_any_text_is_a_log():
    for text in (
        "\0" * 10_000,
        "(" * 10_000,
        "Loading up D3D11 on adapter",
        GOOD.replace("\n", "\r\n"),
        "PCM '" * 20_000,
    ):
        assert warnings_in(text) == ()


def test_a_truncated_log_warns_of_nothing_it_does_not_say():
    for length in range(0, len(GOOD), 7):
        assert not set(warnings_in(GOOD[:length])) - {"sample-rate"}


def make_folder(home: Path, port: int = 4455) -> Path:
    folder = home / "obs-studio"
    profile = folder / "basic" / "profiles" / "Untitled_1"
    profile.mkdir(parents=True)
    (folder / "logs").mkdir()
    (profile / "basic.ini").write_text("﻿[General]\nName=店铺 % 1\n\n[Video]\nBaseCX=1920\n", encoding="utf-8")
    started = f"[obs-websocket] [WebSocketServer::Start] Server started successfully on port {port}. Possible connect address: x\n"
    (folder / "logs" / "2026-01-01 10-00-00.txt").write_text(
        f"{GOOD}{started}Max audio buffering reached!\n", encoding="utf-8"
    )
    return folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return make_folder(tmp_path)


def test_the_log_is_that_of_the_obs_on_the_port(folder: Path):
    assert look_in_folders(4455, "店铺 % 1", ()).warnings == ("audio-buffering",)
    assert look_in_folders(445, "店铺 % 1", ()).warnings == ()


def test_a_long_log_is_read_at_both_ends(folder: Path):
    log = folder / "logs" / "2026-01-01 10-00-00.txt"
    ends = ("Error encoding with encoder 'x'\n", "filler\n" * 1_000_000, "Crash or unclean shutdown detected\n")
    log.write_text(log.read_text(encoding="utf-8") + "".join(ends) * 2, encoding="utf-8")
    assert look_in_folders(4455, "x", ()).warnings == ("unclean-shutdown", "encoder-error", "audio-buffering")


def test_the_encoder_of_the_profile(folder: Path):
    assert look_in_folders(4455, "店铺 % 1", ()).encoder == {}
    file = folder / "basic" / "profiles" / "Untitled_1" / "streamEncoder.json"
    for text, wanted in (('{"bitrate": 6000}', {"bitrate": 6000}), ("[]", None), ("{", {}), ("", {})):
        file.write_text(text)
        assert look_in_folders(4455, "店铺 % 1", ()).encoder == wanted
    assert look_in_folders(4455, "another", ()).encoder is None


def test_files_that_are_not_there(folder: Path, tmp_path: Path):
    (tmp_path / "there").touch()
    gone = ("C:\\Users\\主播\\a.mp4", "nul\0", "x" * 5000, str(tmp_path / "none"))
    assert look_in_folders(4455, "x", (str(tmp_path / "there"), *gone)).missing == set(gone)
