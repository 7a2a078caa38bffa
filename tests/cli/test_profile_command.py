"""`rigcheck profile`: check, schema and new, as people and scripts use them."""

import json
import os
import re
import stat
from pathlib import Path

import pytest
from command import ROOT, command, environment, rigcheck

from rigcheck.cli.draft import Draft, draft_text
from rigcheck.cli.question import offers
from rigcheck.i18n import languages, load_catalogue
from rigcheck.loading import PROFILE_SCHEMA, load_profile
from rigcheck.model import Reason
from rigcheck.profile import CameraDevice, MicDevice, PowerDevice
from rigcheck.sources.camera_address import Camera
from rigcheck.sources.devices import DeviceList, Listing, Microphone, Supply


def test_check_says_everything_of_every_file_at_once(tmp_path) -> None:
    (tmp_path / "base.yaml").write_text("show: {hours: 1:30}\n")
    (tmp_path / "a.yaml").write_text("extends: base.yaml\nrom: 1\n")
    (tmp_path / "b.yaml").write_text("extends: base.yaml\nwaivers: [{check: mic.levle, until: 2026-12-31}]\n")
    (tmp_path / "good.yaml").write_text("room: a\n")
    done = rigcheck(tmp_path, "profile", "check", "a.yaml", "b.yaml", "good.yaml", "gone.yaml")
    assert done.returncode == 78
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        'a.yaml:2:1: rom: is not a key here: did you mean "room"?',
        "base.yaml:1:15: show.hours: should be a number, not text",
        'b.yaml:2:19: waivers[0].check: is not a check: did you mean "mic.level"?',
        "good.yaml: ok",
        "gone.yaml: is not there",
    ]  # fmt: skip


def test_check_of_good_profiles_is_ok(tmp_path) -> None:
    rooms = sorted((ROOT / "profiles").glob("*.yaml"))
    done = rigcheck(tmp_path, "profile", "check", *rooms)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [f"{room}: ok" for room in rooms]


BROKEN_DRILLS = """\
drills:
- {name: one, covers: power, before: [camera.fsp], fault: [{ups_tst: {ups: a}}], switch: [{relay: {mode: zap}}]}
- name: two
  covers: camera
  fault: [{obs_input_off: {}}, {run: {argv: [no-such-program], undo: []}}, {line_limit: {line: main}}]
- {name: one, covers: camera}
"""


def test_check_tells_what_each_drill_s_own_lint_tells(tmp_path) -> None:
    (tmp_path / "a.yaml").write_text(BROKEN_DRILLS)
    done = rigcheck(tmp_path, "profile", "check", "a.yaml")
    assert (done.returncode, done.stderr) == (78, "")
    beginnings = [
        "a.yaml:2:3: drills[0]: one: before: there is no check camera.fsp; do you mean camera.fps?",
        "a.yaml:2:3: drills[0]: one: relay wants one of",
        "a.yaml:2:3: drills[0]: one: there is no action ups_tst; do you mean ups_test?",
        "a.yaml:3:3: drills[1]: two: line_limit is not written as it should be, at: kbps",
        "a.yaml:3:3: drills[1]: two: obs_input_off is not written as it should be, at: input",
        "a.yaml:3:3: drills[1]: two: obs_input_off needs an OBS",
        "a.yaml:3:3: drills[1]: two: run is not written as it should be, at: undo",
        "a.yaml:6:3: drills[2]: one: there is neither a fault nor a switch",
        "a.yaml:6:10: drills[2].name: is the name of two drills; first in line 2",
    ]
    lines = done.stdout.splitlines()
    assert [line[: len(said)] for said, line in zip(beginnings, lines, strict=True)] == beginnings


def test_check_asks_for_no_program_line_or_tool_of_this_computer(tmp_path) -> None:
    (tmp_path / "a.yaml").write_text(
        "network: {main: {interface: rig-none0}}\n"
        "drills:\n"
        "- name: one\n"
        "  covers: network\n"
        "  fault: [{run: {argv: [no-such-program], undo: [neither-this]}}, {line_down: main}]\n"
        "  switch: [{line_limit: {line: main, kbps: 800}}]\n"
    )
    done = rigcheck(tmp_path, "profile", "check", "a.yaml")
    assert (done.returncode, done.stdout) == (0, "a.yaml: ok\n")
    assert "no program no-such-program" in rigcheck(tmp_path, "drill", "plan", "one", "--profile", "a.yaml").stdout


def test_a_profile_with_mistakes_stops_a_run_without_showing_a_secret(tmp_path) -> None:
    (tmp_path / "room.yaml").write_text("push: {url: rtmp://a/b, key: hUntEr}\nshow: {hours: 010}\n")
    done = rigcheck(tmp_path, "host", "room.yaml", "--format", "json")
    assert done.returncode == 78
    assert "room.yaml:1:30: push.key: is a secret" in done.stderr
    assert "room.yaml:2:15: show.hours" in done.stderr
    assert json.loads(done.stdout)["error"]["id"] == "error.profile.bad"
    assert "hUntEr" not in done.stdout + done.stderr


def test_schema_prints_what_is_shipped(tmp_path) -> None:
    done = rigcheck(tmp_path, "profile", "schema")
    assert done.returncode == 0
    assert done.stdout == PROFILE_SCHEMA.read_text(encoding="utf-8")
    assert json.loads(rigcheck(tmp_path, "profile", "schema", "--report").stdout)["$schema"]


def test_new_without_a_terminal_asks_nothing(tmp_path) -> None:
    done = rigcheck(tmp_path, "profile", "new")
    path = tmp_path / "config" / "rigcheck" / "room.yaml"
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{path}\n", "")
    assert path.read_text(encoding="utf-8").startswith(f"# yaml-language-server: $schema={PROFILE_SCHEMA.as_uri()}\n")
    profile = load_profile(path)
    assert (profile.room, profile.show.platforms, profile.power) == (
        "room", ("taobao",), {"main": PowerDevice(os=True)},
    )  # fmt: skip


def test_new_writes_what_the_options_say(tmp_path) -> None:
    target = tmp_path / "my room.yaml"
    said = {
        "--output": target, "--room": '美妆 "3" \\ #1', "--camera": "Logitech BRIO: 4K", "--mic": "麦克风", "--ups": "nut:ups@10.0.0.2:3493",
        "--platform": "douyin", "--orientation": "landscape",
    }  # fmt: skip
    done = rigcheck(tmp_path, "profile", "new", *(part for pair in said.items() for part in pair))
    assert (done.returncode, done.stdout) == (0, f"{target}\n")
    profile = load_profile(target)
    assert profile.room == '美妆 "3" \\ #1'
    assert profile.camera == {"main": CameraDevice("Logitech BRIO: 4K")}
    assert profile.mic == {"main": MicDevice("麦克风")}
    assert profile.power == {"ups": PowerDevice(nut="ups@10.0.0.2:3493")}
    assert (profile.show.platforms, profile.show.orientation) == (("douyin",), "landscape")


def test_new_never_overwrites_unless_told_to(tmp_path) -> None:
    (tmp_path / "a.yaml").write_text("room: mine\n")
    done = rigcheck(tmp_path, "profile", "new", "--output", "a.yaml")
    assert done.returncode == 64
    assert "--force" in done.stderr
    assert (tmp_path / "a.yaml").read_text() == "room: mine\n"
    assert rigcheck(tmp_path, "profile", "new", "--output", "a.yaml", "--force", "--room", "b").returncode == 0
    assert load_profile(tmp_path / "a.yaml").room == "b"


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--ups", "nut"], "apcupsd:HOST:PORT"),
        (["--ups", "serial:1"], "apcupsd:HOST:PORT"),
        (["--ups", "nut:a b"], "NAME@HOST"),
        (["--platform", "taobao, douyin"], "platform"),
        (["--orientation", "upright"], "portrait"),
        (["--room", "\x1b[31m"], "control character"),
        (["../escape"], "--output"),
    ],
)
def test_new_refuses_what_the_loader_would(tmp_path, arguments: list[str], word: str) -> None:
    done = rigcheck(tmp_path, "profile", "new", *arguments)
    assert done.returncode == 64
    assert word in done.stderr
    assert done.stdout == ""
    assert not list(tmp_path.rglob("*.yaml"))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="folders of one's own cannot be made read-only here")
def test_new_in_a_read_only_folder_is_one_sentence(tmp_path) -> None:
    (tmp_path / "locked").mkdir(mode=stat.S_IRUSR | stat.S_IXUSR)
    done = rigcheck(tmp_path, "profile", "new", "--output", "locked/a.yaml")
    assert done.returncode == 64
    assert done.stderr.count("\n") == 1


def test_new_into_a_folder_that_is_not_there_is_one_sentence(tmp_path) -> None:
    done = rigcheck(tmp_path, "profile", "new", "--output", "gone/a.yaml")
    assert done.returncode == 64
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("language", languages())
def test_the_comments_are_valid_in_every_language(tmp_path, language: str) -> None:
    path = tmp_path / "new.yaml"
    path.write_text(draft_text(Draft(camera="0", ups="none"), load_catalogue(language)), encoding="utf-8")
    profile = load_profile(path)
    assert (profile.camera["main"].device, profile.power) == (0, {})
    assert "new." not in path.read_text(encoding="utf-8").replace("new.yaml", "")


@pytest.mark.parametrize("language", languages())
def test_the_sections_it_only_shows_load_too(tmp_path, language: str) -> None:
    text = draft_text(Draft(), load_catalogue(language))
    path = tmp_path / "new.yaml"
    path.write_text(
        re.sub(r"^# (?=(network|push|backends|limits):|  (- |[a-z_.]+: ))", "", text, flags=re.MULTILINE),
        encoding="utf-8",
    )
    profile = load_profile(path)
    assert profile.network.lines["backup"].max_mb == 50
    assert profile.push.test is not None
    assert profile.backends[0].name == "coupons"
    assert "mic.loudness_lufs" in profile.limits


def test_questions_offer_what_is_there() -> None:
    cameras = [
        Camera(name, path, index, "V4L2") for index, (name, path) in enumerate([("A", "/a"), ("B", "/b"), ("B", "/c")])
    ]
    present = DeviceList(
        cameras=Listing((*cameras, Camera("OBS Virtual Camera", "/o", 9, "V4L2"))),
        microphones=Listing((Microphone("Lav", "ALSA", 2, 48_000),)),
        interfaces=Listing(reason=Reason.TIMEOUT),
        supplies=Listing((Supply("nut", "ups@127.0.0.1:3493"), Supply("os", "BAT0"))),
    )  # fmt: skip
    assert offers(present) == {
        "camera": ("A", "/b", "/c"), "mic": ("Lav",), "ups": ("nut:ups@127.0.0.1:3493", "os", "none"),
    }  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="pexpect's terminals are POSIX")
def test_new_asks_in_a_terminal(tmp_path) -> None:
    import pexpect

    program, *arguments = command("profile", "new", "studio", "--mic", "Lav", "--lang", "zh-Hans")
    child = pexpect.spawn(
        program, arguments, env=environment(tmp_path), cwd=str(tmp_path), encoding="utf-8", timeout=40
    )
    for question, answer in [
        ("平台", "kuaishou"),
        ("方向", "sideways"),
        ("方向", "landscape"),
        ("摄像头", "rtsp://cam/1"),
        ("UPS", ""),
    ]:
        child.expect(f"{question}[^\r\n]*: ")
        child.sendline(answer)
    path = tmp_path / "config" / "rigcheck" / "studio.yaml"
    child.expect_exact(str(path))
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    profile = load_profile(Path(path))
    assert (profile.room, profile.show.platforms, profile.show.orientation) == ("studio", ("kuaishou",), "landscape")
    assert profile.camera["main"].device == "rtsp://cam/1"
    assert profile.power == {"main": PowerDevice(os=True)}
