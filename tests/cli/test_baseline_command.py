"""`rigcheck baseline set | show | clear`, and runs held against what it keeps: real files, a state folder that fails."""

import json
import resource
import subprocess
from pathlib import Path

import pytest
from command import command, environment, finding, report, rigcheck
from jsonschema import Draft202012Validator
from signals_baseline import codes, room, seen, soft, veiled
from signals_video import write_video

from rigcheck.loading import REPORT_SCHEMA

PROFILE = "room: beauty-3\ncamera: {main: {anchor: [0.3, 0.2, 0.4, 0.5]}}\n"
JSON = ("--format", "json")


def film(path: Path, picture) -> Path:
    import numpy as np

    rng = np.random.default_rng(0)
    frames = (codes(picture + rng.normal(0, 1, picture.shape)) for _ in range(12))
    return write_video(path, frames, codec="libx264", options={"crf": "8"}, fps=5)


@pytest.fixture(scope="module")
def films(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("films")
    scene = room()
    shown = {
        "good": seen(scene),
        "moved": seen(scene, 5, 0),
        "soft": soft(seen(scene), 5),
        "fogged": veiled(seen(scene), 0.5),
        "elsewhere": seen(room(7)),
        "black": seen(scene) * 0,
    }
    return {name: film(folder / f"{name}.mp4", picture) for name, picture in shown.items()}


@pytest.fixture
def home(tmp_path) -> Path:
    (tmp_path / "room.yaml").write_text(PROFILE)
    return tmp_path


def kept_files(home: Path) -> list[Path]:
    return sorted((home / "state" / "rigcheck").glob("baseline-*.json"))


def keep(home: Path, path: Path, *more: str):
    return rigcheck(home, "baseline", "set", "-p", "room.yaml", "--replay", path, *more)


def look(home: Path, path: Path, *more: str):
    return rigcheck(home, "camera", "room.yaml", "--replay", path, *JSON, "--no-save", *more)


def test_later_runs_are_held_against_it(home, films) -> None:
    done = keep(home, films["good"])
    assert (done.returncode, done.stderr) == (0, "")
    assert "baseline default of beauty-3 kept: camera (main)" in done.stdout
    wrong = {"moved": "camera.framing", "soft": "camera.focus", "fogged": "camera.haze"}
    for name, check in wrong.items():
        made = report(look(home, films[name]))
        bad = {f["check"] for f in made["findings"] if f["check"] in wrong.values() and f["status"] in ("warn", "fail")}
        assert bad == {check}
        assert made["baseline"]["name"] == "default"
    good = report(look(home, films["good"]))
    Draft202012Validator(json.loads(REPORT_SCHEMA.read_text(encoding="utf-8"))).validate(good)
    assert good["measurements"]["camera.focus_ratio"] == pytest.approx(1, abs=0.05)
    assert good["measurements"]["camera.shift_pct"] < 0.2
    assert good["baseline"]["figures"]["camera.width_px"] == 960
    assert finding(report(look(home, films["moved"])), "camera.framing")["value"] == pytest.approx(5, abs=0.5)
    away = finding(report(look(home, films["elsewhere"])), "camera.framing")
    assert (away["status"], away["message"]["id"]) == ("unknown", "reason.not-recognised")


def test_the_table_tells_what_was_then_only_on_request(home, films) -> None:
    keep(home, films["good"])
    arguments = ("camera", "room.yaml", "--replay", films["moved"], "--no-save")
    long, short = (rigcheck(home, *arguments, *more).stdout for more in (["-v"], []))
    assert "baseline default of 20" in long
    assert "baseline 960 px" in long
    assert "960 px" not in short
    assert "Camera has moved" in short
    assert all(len(line) <= 79 for line in (long + short).splitlines())


def test_a_room_without_one_is_no_worse_for_it(home, films) -> None:
    made = report(look(home, films["good"]))
    assert made["baseline"] is None
    assert made["reasons"]["camera.shift_pct"] == "no-baseline"
    assert finding(made, "camera.framing")["status"] == "skip"


@pytest.mark.parametrize("name", ["black", "nothing"])
def test_a_bad_room_is_not_kept_and_the_old_state_stays(home, films, name) -> None:
    keep(home, films["good"])
    before = kept_files(home)[0].read_bytes()
    ups = home / "ups.txt"
    ups.write_text("ups.status: OL\nbattery.charge: 100\nups.load: 20\n")
    done = keep(home, films["black"] if name == "black" else ups)
    assert done.returncode == {"black": 2, "nothing": 3}[name]
    assert "no baseline kept" in done.stderr
    if name == "black":
        assert "Camera is black" in done.stderr
        assert "Camera is black" in done.stdout
    assert [path.read_bytes() for path in kept_files(home)] == [before]


def test_several_by_name(home, films) -> None:
    keep(home, films["good"], "--name", "day")
    keep(home, films["moved"], "--name", "evening")
    shift = "camera.shift_pct"
    values = [
        report(look(home, films["moved"], "--baseline", name))["measurements"][shift] for name in ("day", "evening")
    ]
    assert values == pytest.approx([5, 0], abs=0.5)
    assert report(look(home, films["moved"]))["baseline"]["name"] == "evening"  # the newest, as none is the default
    keep(home, films["good"])
    assert report(look(home, films["moved"]))["baseline"]["name"] == "default"
    shown = rigcheck(home, "baseline", "show", "room.yaml").stdout
    assert [line.split()[0] for line in shown.splitlines() if "beauty-3" in line] == ["default", "evening", "day"]
    wrong = look(home, films["good"], "--baseline", "night")
    assert wrong.returncode == 64
    assert json.loads(wrong.stdout)["error"]["id"] == "error.usage.no-baseline"
    assert "day" in wrong.stderr


def test_show_and_clear(home, films) -> None:
    assert "no baseline kept for beauty-3" in rigcheck(home, "baseline", "show", "-p", "room.yaml").stdout
    keep(home, films["good"])
    keep(home, films["good"], "--name", "evening")
    shown = rigcheck(home, "baseline", "show", "-p", "room.yaml")
    assert "camera (main)" in shown.stdout
    assert "detail " in shown.stdout
    assert all(len(line) <= 79 for line in shown.stdout.splitlines())
    (one,) = json.loads(rigcheck(home, "baseline", "show", "room.yaml", "--name", "evening", *JSON).stdout)["baselines"]
    assert one["room"] == "beauty-3"
    assert one["cameras"]["main"]["via"] == "device"
    assert one["figures"]["camera.fps"] == pytest.approx(5, abs=0.1)
    for verb in ("show", "clear"):
        unknown = rigcheck(home, "baseline", verb, "room.yaml", "--name", "x")
        assert (unknown.returncode, "it has: evening, default" in unknown.stderr) == (64, True)
    assert "removed: 1" in rigcheck(home, "baseline", "clear", "-p", "room.yaml").stdout
    assert len(kept_files(home)) == 1
    assert "removed: 1" in rigcheck(home, "baseline", "clear", "-p", "room.yaml", "--all").stdout
    assert kept_files(home) == []
    assert "no baseline kept" in rigcheck(home, "baseline", "clear", "-p", "room.yaml").stdout
    assert "Commands:" in rigcheck(home, "baseline").stdout


def test_a_room_with_a_waiver_that_another_command_needs(home) -> None:
    (home / "waived.yaml").write_text(
        "room: waived\nwaivers: [{check: encoder.speed, until: 2026-12-31, why: slow}]\n", encoding="utf-8"
    )
    for verb in ("show", "clear"):
        done = rigcheck(home, "baseline", verb, "waived.yaml")
        assert (done.returncode, done.stderr) == (0, "")


def test_chinese_is_spoken_too(home, films) -> None:
    assert "已存基准 default" in keep(home, films["good"], "--lang", "zh-Hans").stdout
    shown = rigcheck(home, "baseline", "show", "room.yaml", "--lang", "zh-Hans").stdout
    assert "没指定时用它" in shown


def test_another_rooms_is_not_used(home, films) -> None:
    keep(home, films["good"])
    (home / "other.yaml").write_text(PROFILE.replace("beauty-3", "beauty-4"))
    done = rigcheck(home, "camera", "other.yaml", "--replay", films["moved"], *JSON, "--no-save")
    assert (done.stderr, report(done)["baseline"]) == ("", None)


def test_a_damaged_one_is_told_and_counts_as_none(home, films) -> None:
    keep(home, films["good"])
    (path,) = kept_files(home)
    path.write_bytes(path.read_bytes()[:5000])
    for more in ([], ["--baseline", "default"]):
        done = look(home, films["moved"], *more)
        assert report(done)["baseline"] is None
        assert "is damaged and does not count" in done.stderr
        assert finding(report(done), "camera.framing")["status"] == "skip"
        assert "Traceback" not in done.stderr
    assert "is damaged" in rigcheck(home, "baseline", "show", "room.yaml").stderr
    assert keep(home, films["good"]).returncode == 0  # a new one takes its place
    assert look(home, films["good"]).stderr == ""


def test_nothing_that_reads_only_is_kept_from_reading(home, films) -> None:
    """A state folder that is no folder costs the comparison, not the run."""
    (home / "state").write_text("")
    assert report(look(home, films["good"]))["baseline"] is None
    done = keep(home, films["good"])
    assert done.returncode == 64
    assert "cannot write" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_full_disk_leaves_the_old_one(home, films) -> None:
    keep(home, films["good"])
    (path,) = kept_files(home)
    before = path.read_bytes()
    most = len(before) // 2
    done = subprocess.run(
        command("baseline", "set", "-p", "room.yaml", "--replay", films["moved"]),
        env=environment(home),
        cwd=home,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )
    assert done.returncode == 64
    assert "cannot write" in done.stderr
    assert kept_files(home) == [path]
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir() if each.name.startswith(".")] == []


def test_a_recorded_room_brings_its_own_unless_another_is_named(home) -> None:
    rigcheck(home, "baseline", "set", "--replay", "demo:good")
    own = report(rigcheck(home, "preflight", "--replay", "demo:good", *JSON))
    named = report(rigcheck(home, "preflight", "--replay", "demo:good", "--baseline", "default", *JSON))
    assert [each["baseline"]["taken_at"][:10] for each in (own, named)] == ["2026-11-12", "2026-11-21"]
    assert report(rigcheck(home, "preflight", "--replay", "demo:bad", *JSON))["baseline"] is None
    assert named["status"] == "ok"
    assert named["baseline"]["figures"].keys() >= {"mic.loudness_lufs", "light.subject_ire", "camera.noise_sigma"}
    assert finding(named, "mic.noise")["limit"]["origin"] == "baseline"
