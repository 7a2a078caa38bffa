"""Profiles from YAML: what is meant by what is written."""

import time
from datetime import date

import pytest
from profile_text import SKETCH, issues, writer

from rigcheck.loading import load_profile
from rigcheck.loading.shape import shape
from rigcheck.model import Limit, OneOf, Span, Waiver
from rigcheck.profile import Box, CameraDevice, MicDevice, Mode, PowerDevice, Profile, Secret
from rigcheck.value import Corners


@pytest.fixture
def write(tmp_path):
    return writer(tmp_path)


def test_the_whole_of_the_contract_is_read(write) -> None:
    profile = load_profile(write(SKETCH))
    assert profile.camera["main"] == CameraDevice(
        "Logitech BRIO", Mode(1920, 1080, 30.0), 90, "centre",
        Box(0.3, 0.2, 0.4, 0.5), Box(0, 0, 1, 1), "green", Box(0.1, 0.1, 0.1, 0.1),
        Box(0, 0.9, 0.1, 0.1), Corners((0.5, 0.8), (0.9, 0.8), (0.9, 1), (0.5, 1)),
    )  # fmt: skip
    assert profile.camera["backup"] == CameraDevice(0, Mode(1280, 720, 29.97), crop=Box(0.7, 0, 0.3, 1))
    assert profile.mic["main"] == MicDevice("Wireless GO II", "mono", 8, 4)
    assert profile.power["d"] == PowerDevice(silent="SANTAK TG1000", bought="2023-05")
    assert profile.limits == {
        "mic.loudness_lufs": Limit(Span(-18, -13), Span(-24, -10), "profile"),
        "camera.fps": Limit(Span(29.5, 30.5), Span(28, None), "profile"),
        "power.on_mains": Limit(OneOf((True, False)), None, "profile"),
        "camera.levels": Limit(OneOf(("full",)), OneOf(("full", "limited")), "profile"),
    }
    assert profile.waivers == (Waiver("light.evenness", date(2026, 12, 31), "lamp on order"),)
    assert profile.show.starts == "20:00"
    assert list(profile.later) == ["backup", "far_end", "drills"]
    assert profile.network.lines["backup"].far_end_port == 8081
    assert profile.obs["main"].password == Secret("env:OBS_PASSWORD")
    assert profile.later["drills"][0].switch[0].action == "obs_scene"
    assert profile.name == "room"
    assert profile.sha256 is not None
    assert len(profile.sha256) == 64


def test_what_is_not_written_is_the_built_in_default(write) -> None:
    profile = load_profile(write("room: a\nmic:\n"))
    assert (profile.camera, profile.mic, profile.power) == (Profile().camera, Profile().mic, Profile().power)
    assert load_profile(write("camera: {}\nmic: {}\npower: {}\n")).camera == {}


def test_two_obs_are_main_and_spare(write) -> None:
    both = load_profile(write("obs: {main: {scene: A}, spare: {scene: B, inputs: [x]}}")).obs
    assert (both["main"].scene, both["spare"].scene, both["spare"].inputs) == ("A", "B", ("x",))


def test_plain_scalars_are_those_of_yaml_1_2(write) -> None:
    profile = load_profile(write("room: on\nsite: 1:30\nchecklist: [no, 010, 2026-01-01, 1_000, y]\n"))
    assert (profile.room, profile.site) == ("on", "1:30")
    assert profile.checklist == ("no", "010", "2026-01-01", "1_000", "y")
    assert load_profile(write("show: {hours: 0x10}")).show.hours == 16
    assert load_profile(write("show: {hours: 0o20}")).show.hours == 16
    assert load_profile(write("show: {hours: 1.5e1}")).show.hours == 15


def test_aliases_and_merges_are_followed(write) -> None:
    text = "camera:\n  main: &c {mode: 1280x720@30, rotate: 90}\n  b: *c\n  c: {<<: *c, rotate: 0}\n  d: {<<: [{rotate: 180}, *c]}\n"
    camera = load_profile(write(text)).camera
    assert camera["b"] == camera["main"]
    assert (camera["c"].mode, camera["c"].rotate) == (Mode(1280, 720, 30), 0)
    assert (camera["d"].mode, camera["d"].rotate) == (Mode(1280, 720, 30), 180)


def test_a_profile_lies_over_the_one_it_extends(write, tmp_path) -> None:
    write(
        "site: s\nshow: {platforms: [a, b], hours: 3}\ncamera: {main: {device: x, rotate: 90}}\nmic: {main: {layout: mono}}\n",
        "base.yaml",
    )
    (tmp_path / "rooms").mkdir()
    room = write(
        "extends: ../base.yaml\nroom: r\nshow: {platforms: [c]}\ncamera: {main: {device: y}, backup: {}}\nmic:\n",
        "rooms/r.yaml",
    )
    profile = load_profile(room)
    assert (profile.room, profile.site, profile.show.platforms, profile.show.hours) == ("r", "s", ("c",), 3)
    assert profile.camera == {"main": CameraDevice("y", rotate=90), "backup": CameraDevice()}
    assert profile.mic["main"].layout == "mono"
    before = profile.sha256
    write("site: t\n", "base.yaml")
    assert load_profile(room).sha256 != before


def test_a_kind_of_supply_is_taken_back_with_null(write) -> None:
    write("power: {ups: {nut: a@b}}", "base.yaml")
    assert "exactly one" in issues(write("extends: base.yaml\npower: {ups: {os: true}}"))[0]
    assert load_profile(write("extends: base.yaml\npower: {ups: {nut: null, os: true}}")).power == {
        "ups": PowerDevice(os=True)
    }


def test_a_mistake_in_a_base_is_reported_in_its_file(write) -> None:
    write("show: {hours: x}\nrooom: 1\n", "base.yaml")
    found = issues(write("extends: base.yaml\nshow: {orientation: x}\n"))
    assert [issue.split(": ")[0] for issue in found] == ["base.yaml:1:15", "base.yaml:2:1", "room.yaml:2:21"]


def test_profiles_that_extend_each_other_are_refused(write) -> None:
    write("extends: room.yaml\n", "base.yaml")
    assert issues(write("extends: base.yaml\n")) == [
        "base.yaml:1:10: extends: room.yaml leads back to itself: a profile cannot extend itself"
    ]
    for number in range(12):
        write(f"extends: {number + 1}.yaml\n", f"{number}.yaml")
    assert "chain of more than 8 profiles" in issues(write("extends: 0.yaml\n"))[0]


def test_a_hundred_lines_load_in_no_time(write) -> None:
    lines = ["room: a", "mic: {main: {layout: mono}}", "camera:", "  main: {device: a}"]
    lines += [f"  cam{n}: {{device: cam{n}, mode: 1920x1080@30, subject: [0.1, 0.2, 0.3, 0.4]}}" for n in range(96)]
    path = write("\n".join(lines))
    shape()
    began = time.process_time()
    load_profile(path)
    assert time.process_time() - began < 0.1


def test_a_chart_is_found_or_has_four_corners(write) -> None:
    text = "camera: {main: {device: 0, chart: auto, grey: [0, 0, 0.1, 0.1]}, side: {device: 1, chart: [[0, 0], [1, 0], [1, 1], [0, 1]]}}"
    cameras = load_profile(write(text)).camera
    assert cameras["main"].chart == "auto"
    assert cameras["side"].chart == Corners((0, 0), (1, 0), (1, 1), (0, 1))
    for wrong in ("here", "[[0, 0], [1, 0]]", "[[0, 0], [1, 0], [1, 1], [0, 2]]", "[0, 0, 1, 1]"):
        assert issues(write(f"camera: {{main: {{chart: {wrong}}}}}"))
