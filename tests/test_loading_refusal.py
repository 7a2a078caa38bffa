"""What is no profile is refused, all of it at once, each mistake at its place."""

import os
from pathlib import Path

import pytest
import yaml
from profile_text import issues, writer

from rigcheck.loading import document, load_profile


@pytest.fixture
def write(tmp_path):
    return writer(tmp_path)


def _step(written: str) -> str:
    return f"drills: [{{name: a, covers: power, fault: [{written}]}}]"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("show: {hours: 1:30}", "room.yaml:1:15: show.hours: should be a number, not text"),
        ("show: {hours: 010}", "room.yaml:1:15: show.hours: should be a number, not text (digits in quotes"),
        ('show: {hours: "5"}', "room.yaml:1:15: show.hours: should be a number, not text (digits in quotes"),
        ("show: {hours: true}", "room.yaml:1:15: show.hours: should be a number, not true or false"),
        ("show: {hours: .nan}", "room.yaml:1:15: show.hours: should be a number, not text"),
        ("show: {hours: .inf}", "room.yaml:1:15: show.hours: should be a number, not text"),
        ("show: {hours: 1e999}", "room.yaml:1:15: show.hours: should be a number, not text"),
        ("show: {hours: 1_0}", "room.yaml:1:15: show.hours: should be a number, not text"),
        ("show: {hours: 0}", "room.yaml:1:15: show.hours: should be more than 0"),
        ("show: {hours: 49}", "room.yaml:1:15: show.hours: should be at most 48"),
        ("show: {low_latency: on}", "room.yaml:1:21: show.low_latency: should be true or false, not text (on, off"),
        ("show: {low_latency: no}", "room.yaml:1:21: show.low_latency: should be true or false, not text (on, off"),
        ("show: {low_latency: 1}", "room.yaml:1:21: show.low_latency: should be true or false, not a number"),
        ("show: {starts: 25:00}", "room.yaml:1:16: show.starts: should be a time of day such as 20:00"),
        ("show: {starts: 1200}", "room.yaml:1:16: show.starts: should be a time of day such as 20:00"),
        ("show: {orientation: potrait}", 'should be one of portrait, landscape: did you mean "portrait"?'),
        ("show: {platforms: taobao}", "room.yaml:1:19: show.platforms: should be a list [a, b], not text"),
        ("room: 2026", "room.yaml:1:7: room: should be text, not a number (put it in quotes)"),
        ("rooom: a", 'room.yaml:1:1: rooom: is not a key here: did you mean "room"?'),
        ("later: {a: 1}", "room.yaml:1:1: later: is not a key here"),
        ("sha256: a", "room.yaml:1:1: sha256: is not a key here"),
        ("camera: {main: {devise: x}}", 'room.yaml:1:17: camera.main.devise: is not a key here: did you mean "device"?'),
        ("camera: {main: x}", "room.yaml:1:16: camera.main: should be a mapping (key: value), not text"),
        ("camera: {other: {}}", "room.yaml:1:9: camera: should have a device called main"),
        ("mic: {a b: {}, main: {}}", "room.yaml:1:7: mic.(key): should be a name"),
        ("camera: {main: {device: true}}", "camera.main.device: should be a camera's name, path, URL or index"),
        ("camera: {main: {device: -1}}", "camera.main.device: should be a camera's name, path, URL or index"),
        ("camera: {main: {rotate: 45}}", "camera.main.rotate: should be one of 0, 90, 180, 270"),
        ("camera: {main: {rotate: false}}", "camera.main.rotate: should be one of 0, 90, 180, 270"),
        ("camera: {main: {mode: 1080p}}", "camera.main.mode: should be WIDTHxHEIGHT@RATE, such as 1920x1080@30"),
        ("camera: {main: {mode: 80x8@30}}", "camera.main.mode: height should be at least 16"),
        ("camera: {main: {crop: center}}", "camera.main.crop: should be centre or [x, y, width, height]"),
        ("camera: {main: {subject: [0.5, 0, 0.6, 1]}}", "camera.main.subject: reaches outside the picture"),
        ("camera: {main: {subject: [0, 0, 0, 1]}}", "camera.main.subject: w should be more than 0"),
        ("camera: {main: {subject: [0, 0, 1]}}", "camera.main.subject: should be [x, y, width, height]"),
        ("mic: {main: {device: 3}}", "mic.main.device: should be text, not a number (put it in quotes)"),
        ("power: {ups: {}}", "room.yaml:1:14: power.ups: should have exactly one of nut, apcupsd, os or silent"),
        ("power: {ups: {nut: a, os: true}}", "power.ups: should have exactly one of nut, apcupsd, os or silent"),
        ("power: {ups: {nut: a b@c}}", "power.ups.nut: should be NAME@HOST or NAME@HOST:PORT"),
        ("power: {ups: {silent: a, bought: 2023}}", "power.ups.bought: should be a month such as 2023-05"),
        ("power: {ups: {silent: a, bought: 2023-13}}", "power.ups.bought: should be a month such as 2023-05"),
        ("limits: {mic.snr: {ok: [1, 2]}}", 'room.yaml:1:10: limits.mic.snr: is not a metric: did you mean "mic.snr_db"?'),
        ("limits: {mic.snr_db: {ok: [3, 2]}}", "room.yaml:1:27: limits.mic.snr_db.ok: should be [low, high], with low"),
        ("limits: {mic.snr_db: {ok: [1, 5], warn: [2, 6]}}", "limits.mic.snr_db.warn: should contain ok"),
        ("limits: {mic.snr_db: {ok: [null, 5], warn: [2, 6]}}", "limits.mic.snr_db.warn: should contain ok"),
        ("limits: {mic.snr_db: {warn: [2, 6]}}", "limits.mic.snr_db: should be {ok: [low, high]"),
        ("limits: {mic.snr_db: {ok: [1, 2], wran: [0, 3]}}", "limits.mic.snr_db.wran: is not a key of a limit"),
        ("limits: {mic.snr_db: {ok: [true]}}", "limits.mic.snr_db: should be [low, high]: this metric is a number"),
        ("limits: {mic.muted: {ok: [0, 1]}}", "limits.mic.muted: should be [true] or [false]: this metric is a flag"),
        ("limits: {camera.levels: {ok: [0, 1]}}", "limits.camera.levels: should be a list of the words allowed"),
        ("waivers: [{check: light, until: 2026-12-31}]", "room.yaml:1:19: waivers[0].check: should be the id of a check"),
        ("waivers: [{check: a.b, until: 2026-02-30}]", "waivers[0].until: should be a day such as 2026-12-31"),
        ("waivers: [{check: a.b, until: 20261231}]", "waivers[0].until: should be a day such as 2026-12-31"),
        ("waivers: [{check: a.b}]", "room.yaml:1:11: waivers[0].until: is missing"),
        ("network: {main: {interface: a, via: router}}", "network.main: should have interface or via, not both"),
        ("network: {main: {}, engines: [htpp]}", "network.engines[0]: should be one of http, iperf3, speedtest-cli: did"),
        ("obs: {scnes: [a]}", 'room.yaml:1:7: obs.scnes: is not a key here: did you mean "scenes"?'),
        ("obs: {url: http://a}", "obs.url: should be a URL that begins with ws:// or wss://"),
        ("far_end: {obs: program, person: phone}", "far_end: should have exactly one of url, obs or person"),
        ("drills: [{name: a, covers: camera, fault: [{a: 1, b: 2}]}]", "drills[0].fault[0].b: should have exactly one"),
        ("drills: [{name: a, covers: camera, fault: [3]}]", "drills[0].fault[0]: should be an action"),
        (_step("{ups_test: {ups: a, password: hUntEr}}"), "fault[0].ups_test.password: is a secret: write env:NAME"),
        (_step("{ups_tst: {password: 123456}}"), "room.yaml:1:64: drills[0].fault[0].ups_tst.password: is a secret"),
        (_step("{Password: hUntEr}"), "drills[0].fault[0].Password: is a secret"),
        (_step("{run: {argv: [{stream_key: hUntEr}]}}"), "fault[0].run.argv[0].stream_key: is a secret"),
        (
            "drills:\n- {name: a, covers: camera}\n- {name: b, covers: camera}\n- {name: a, covers: power}",
            "room.yaml:4:10: drills[2].name: is the name of two drills; first in line 2: give each its own",
        ),
        ("backends: [{name: a}]", "room.yaml:1:12: backends[0].url: is missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_at_its_place(write, text: str, where: str) -> None:
    (only,) = issues(write(text))
    assert where in only
    assert "hUntEr" not in only


@pytest.mark.parametrize("port", ["0", "65536", "99999", "rtmp", "-1"])
@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("push: {url: rtmp://a:PORT/live}", "room.yaml:1:13: push.url"),
        ("push: {url: 'rtmp://a:1/live?x=PORT', test: {url: 'srt://[::1]:PORT'}}", "push.test.url"),
        ("network: {http: {url: http://a:PORT/}}", "room.yaml:1:23: network.http.url"),
        ("network: {iperf3: {server: a:PORT}}", "room.yaml:1:28: network.iperf3.server"),
        ("backends: [{name: a, url: https://a:PORT/x}]", "room.yaml:1:27: backends[0].url"),
        ("obs: {url: ws://a:PORT}", "room.yaml:1:12: obs.url"),
        ("far_end: {url: srt://a:PORT}", "room.yaml:1:16: far_end.url"),
        ("power: {ups: {nut: ups@a:PORT}}", "room.yaml:1:20: power.ups.nut"),
        ("power: {ups: {apcupsd: a:PORT}}", "room.yaml:1:24: power.ups.apcupsd"),
        ("camera: {main: {device: 'rtsp://u:env:CAM@a:PORT/1'}}", "room.yaml:1:25: camera.main.device"),
    ],
)
def test_a_port_that_is_none_is_refused_at_its_place(write, text: str, where: str, port: str) -> None:
    (only,) = issues(write(text.replace("PORT", port)))
    assert f"{where}: should have HOST or HOST:PORT in it, with a PORT from 1 to 65535" in only
    load_profile(write(text.replace("PORT", "65535")))


@pytest.mark.parametrize(
    "said", ["password: env:NUT_PASSWORD", "password: 'keyring:room/nut'", "password: null", "keys: 3"]
)
def test_a_drill_s_secret_that_is_named_is_none_to_refuse(write, said: str) -> None:
    (drill,) = load_profile(write(_step(f"{{ups_test: {{ups: a, {said}}}}}"))).drills
    assert drill.fault[0].action == "ups_test"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("room: a\nroom: b\n", "room.yaml:2:1: is a key for the second time in one mapping; first in line 1"),
        ("show: {hours: 1, hours: 2}", "room.yaml:1:18: is a key for the second time in one mapping; first in line 1"),
        ("room: !!python/object/apply:os.system [id]\n", "room.yaml:1:7: has a tag: tags are not allowed"),
        ("room: !x y\n", "room.yaml:1:7: has a tag: tags are not allowed"),
        ("room: ! y\n", "room.yaml:1:7: has a tag: tags are not allowed"),
        ("room: a\n---\nroom: b\n", "room.yaml:2:1: is a second document"),
        ("room: *a\n", "room.yaml:1:7: is an alias of an anchor that is not there"),
        ("camera: &a [*a]\n", "room.yaml:1:13: is an alias of a value that holds it"),
        ("room:\n\t- a\n", "room.yaml:2:1: is indented with a tab: YAML wants spaces"),
        ("a: b: c\n", "room.yaml:1:5: is not YAML: mapping values are not allowed"),
        ("room: [a\n", "room.yaml:2:1: is not YAML:"),
        ("[a]: b\n", "room.yaml:1:1: should be a plain key"),
        ("", "room.yaml: is empty: write at least one line"),
        ("# nothing\n", "room.yaml: is empty: write at least one line"),
        ("- a\n", "room.yaml:1:1: should be a mapping"),
        ("just words\n", "room.yaml:1:1: should be a mapping"),
        ("房间: a\nroom: b\x07\n", "room.yaml:2:8: is a control character"),
        ('room: "\\e[31m"\n', "room.yaml:1:7: holds a control character"),
        ("<<: 3\n", "room.yaml:1:5: <<: should be a mapping or a list of mappings"),
        (b"room: \xff\n", "room.yaml:1:7: is not UTF-8 text"),
        ("room: \u623f\u95f4".encode() + b"\xe6\n", "room.yaml:1:9: is not UTF-8 text"),
        ("room: a".encode("utf-16"), "room.yaml:1:1: is not UTF-8 text"),
        (b"#" * 1_000_001, "room.yaml: is too large for a profile"),
        ("a: " + "[" * 30, "is nested more than 24 levels deep"),
        ("extends: [a]\n", "room.yaml:1:10: extends: should be the file name of another profile"),
        ("extends: room.yaml\n", "room.yaml:1:10: extends: room.yaml leads back to itself"),
        ("extends: gone.yaml\n", "room.yaml:1:10: extends: gone.yaml is not there"),
        ("extends: /dev/zero\n", "room.yaml:1:10: extends: zero is not an ordinary file"),
        ("extends: .\n", "is a folder, not a file"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
def test_what_is_not_a_profile_is_refused_at_its_place(write, monkeypatch, text, where: str, loader: str) -> None:
    if where.startswith("room.yaml:1:10: extends: zero") and not Path("/dev/zero").exists():
        pytest.skip("no devices in this file system")
    monkeypatch.setattr(document, "_LOADER", getattr(yaml, loader))
    found = issues(write(text))
    pure = loader == "SafeLoader" and "is not YAML" in where  # libyaml and PyYAML word and place syntax errors apart
    assert any(("is not YAML" if pure else where) in issue for issue in found), found


def test_no_file_is_a_clear_sentence(tmp_path) -> None:
    assert issues(tmp_path / "gone.yaml") == ["gone.yaml: is not there"]
    (tmp_path / "folder.yaml").mkdir()
    assert issues(tmp_path / "folder.yaml") == ["folder.yaml: is a folder, not a file"]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.yaml")
        assert issues(tmp_path / "pipe.yaml") == ["pipe.yaml: is not an ordinary file"]


def test_an_unreadable_file_says_so(write, monkeypatch) -> None:
    def denied(*_, **__):
        raise PermissionError(13, "Permission denied")

    path = write("room: a")
    monkeypatch.setattr(Path, "open", denied)
    assert issues(path) == ["room.yaml: cannot be read: Permission denied"]


def test_everything_wrong_is_said_at_once_in_the_order_of_the_lines(write) -> None:
    found = issues(write("rom: a\nroom: 1\nshow: {hours: x, hours: 2}\nmic: {main: {layout: mno}}\nlimits: {a.b: 3}\n"))
    assert [issue.split(": ")[0] for issue in found] == [
        "room.yaml:1:1", "room.yaml:2:7", "room.yaml:3:15", "room.yaml:3:18", "room.yaml:4:22", "room.yaml:5:10", "room.yaml:5:15",
    ]  # fmt: skip


def test_waivers_name_checks_that_there_are(write) -> None:
    path = write("waivers: [{check: light.evenes, until: 2026-12-31}, {check: a.b, until: 2026-12-31}]")
    assert load_profile(path).waivers[0].check == "light.evenes"
    found = issues(path, checks=["light.evenness", "mic.level"])
    assert found[0].endswith('waivers[0].check: is not a check: did you mean "light.evenness"?')
    assert len(found) == 2
