"""A delay that is set in OBS, as the command line reads it back from the programme."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import report, rigcheck
from services_obs import ObsStudio, need_obs
from show_clip import NAME, play_show
from sync_clip import make_sync_clip

pytestmark = pytest.mark.svc
CLIP_S = 96  # longer than the test: at its end OBS would start it again, and place picture and sound anew
ROOM = """
camera: {{main: {{device: "obs:program"}}}}
mic: {{main: {{device: "obs:program", speak_s: 10}}}}
obs: {{url: "{url}", password: "{password}"}}
"""


@pytest.fixture
def obs(tmp_path: Path) -> Iterator[ObsStudio]:
    need_obs()
    clip = make_sync_clip(tmp_path, CLIP_S)
    folder = tmp_path / "obs"
    folder.mkdir()
    with ObsStudio(folder) as studio:
        play_show(studio, clip)
        yield studio


def delay(obs: ObsStudio, late_ms: int) -> None:
    """Set the sync offset of the clip's sound, by way of another one.

    OBS (libobs, source_output_audio_data) lays a source's sound by its time stamps only where an offset other than
    nought has changed. From nought it takes a new offset only at the next start of the source; and sound that a start
    left askew, by up to 70 ms (TS_SMOOTHING_THRESHOLD), stays so.
    """
    for offset in (late_ms + 5, late_ms):
        obs.ask("SetInputAudioSyncOffset", {"inputName": NAME, "inputAudioSyncOffset": offset})
        time.sleep(0.5)  # until sound has passed


def read_back(obs: ObsStudio, room: Path, late_ms: int) -> float:
    """The offset in ms. An OBS that a busy computer makes stutter shows too few flashes: that is seen, and done again."""
    delay(obs, late_ms)
    for _ in range(3):
        # Other tests may be pushing on this computer.
        done = rigcheck(room.parent, "sync", room, "--format", "json", "--allow-on-air", **obs.environment)
        made = report(done)
        assert {each["via"] for each in made["findings"]} == {"obs-record"}
        value = made["measurements"]["sync.offset_ms"]
        if value is not None:
            return float(value)
        assert made["reasons"]["sync.offset_ms"] == "no-clap"
    pytest.fail("never enough flashes")


def test_a_delay_set_in_obs_is_read_back(obs: ObsStudio, tmp_path: Path) -> None:
    assert obs.address.password is not None
    room = tmp_path / "room.yaml"
    room.write_text(ROOM.format(url=obs.address.url, password=obs.address.password.ref), encoding="utf-8")
    # Where a busy computer has OBS show the first picture late, all of them stay late: hence the difference.
    plain_ms, late_ms = (read_back(obs, room, offset) for offset in (0, 200))
    assert late_ms - plain_ms == pytest.approx(200, abs=15)
    assert abs(plain_ms) < 100
    assert list(obs.recordings.iterdir()) == []
