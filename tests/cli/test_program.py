"""The command line on a running OBS: it judges the programme, says through what it looked, and disturbs nothing."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command import finding, report, rigcheck
from services_obs import ObsStudio, need_obs
from show_clip import NAME, make_show, play_show

pytestmark = pytest.mark.svc
GO_S = 10.0
ROOM = """
room: beauty-3
camera: {{main: {{device: "Logitech BRIO"}}, backup: {{device: "obs:{name}"}}}}
mic: {{main: {{device: "Wireless GO II"}}, backup: {{device: "obs:{name}"}}}}
power: {{}}
obs: {{url: "{url}", password: "{password}", scene: Live}}
"""


@pytest.fixture(scope="module")
def obs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObsStudio]:
    need_obs()
    clip = make_show(tmp_path_factory.mktemp("show"))
    with ObsStudio(tmp_path_factory.mktemp("obs")) as studio:
        play_show(studio, clip)
        yield studio


@pytest.fixture
def room(obs: ObsStudio, tmp_path: Path) -> Path:
    password = obs.address.password
    assert password is not None
    path = tmp_path / "room.yaml"
    path.write_text(ROOM.format(name=NAME, url=obs.address.url, password=password.ref), encoding="utf-8")
    return path


def preflight(obs: ObsStudio, room: Path, *options: str) -> dict[str, Any]:
    # Other tests may be pushing on this computer.
    done = rigcheck(room.parent, "preflight", room, "--format", "json", "--allow-on-air", *options, **obs.environment)
    assert done.returncode in range(4), done.stderr
    return report(done)


def late(obs: ObsStudio) -> tuple[int, int]:
    """Frames that came too late so far, rendered and encoded ones together; and all that were rendered."""
    stats = obs.ask("GetStats")
    return stats["renderSkippedFrames"] + stats["outputSkippedFrames"], stats["renderTotalFrames"]


def test_go_judges_the_programme_in_ten_seconds(obs: ObsStudio, room: Path) -> None:
    began = time.monotonic()
    made = preflight(obs, room, "--stage", "go")
    assert time.monotonic() - began < GO_S + 1  # this machine starts and ends processes slowly now and then
    assert made["took_s"] <= GO_S - 1  # starting and ending have the rest
    for check in ("mic.muted", "mic.level", "camera.black", "camera.rate", "light.picture"):
        found = finding(made, check)
        assert (found["via"], found["status"] != "unknown") == ("obs-record", True), found
    for check in ("mic.muted", "camera.black"):
        assert finding(made, check, "backup")["via"] == "obs-shot"
    assert finding(made, "mic.level", "backup")["status"] in ("ok", "warn")  # by its speech level
    assert made["measurements"]["camera.fps"] == pytest.approx(30, rel=0.01)
    assert made["measurements"]["mic.loudness_lufs"] == pytest.approx(-18, abs=1.5)
    assert not obs.ask("GetRecordStatus")["outputActive"]
    assert list(obs.recordings.iterdir()) == []


def test_raw_means_the_device(obs: ObsStudio, room: Path) -> None:
    made = preflight(obs, room, "--stage", "go", "--raw", "--only", "camera")
    assert finding(made, "camera.black")["status"] == "unknown"  # there is no such camera
    assert finding(made, "camera.black")["message"]["id"] == "reason.missing"


def test_somebody_elses_recording_is_said_and_goes_on(obs: ObsStudio, room: Path) -> None:
    obs.ask("StartRecord")
    obs.wait_for("GetRecordStatus", "outputActive", value=True)
    try:
        made = preflight(obs, room, "--stage", "go", "--only", "camera,mic")
        assert finding(made, "mic.level")["message"]["id"] == "reason.recording"
        assert finding(made, "camera.black")["status"] == "unknown"
        assert obs.ask("GetRecordStatus")["outputActive"]
    finally:
        Path(obs.ask("StopRecord")["outputPath"]).unlink()


def test_obs_works_on_as_without_us(obs: ObsStudio, room: Path) -> None:
    """Late frames in a run against those of as long a time before it; other programs of a computer come and go."""
    assert any(late_with_us_pct(obs, room) <= 5 for _ in range(3))


def late_with_us_pct(obs: ObsStudio, room: Path) -> float:
    """How many more of a hundred frames are late in a run than without one."""
    before = late(obs)
    time.sleep(6)
    alone = late(obs)
    preflight(obs, room, "--stage", "go")
    beside = late(obs)
    without, with_us = (
        100 * (after[0] - start[0]) / max(after[1] - start[1], 1) for start, after in ((before, alone), (alone, beside))
    )
    return with_us - without
