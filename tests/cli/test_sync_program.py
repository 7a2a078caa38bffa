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
CLIP_S = 60  # longer than the test: at its end OBS would start it again, and place its sound anew
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
    nought has changed. From nought it takes a new offset only at the next start of the source; and what a start left
    askew, up to 70 ms (TS_SMOOTHING_THRESHOLD), stays.
    """
    for offset in (late_ms + 5, late_ms):
        obs.ask("SetInputAudioSyncOffset", {"inputName": NAME, "inputAudioSyncOffset": offset})
        time.sleep(0.5)  # until sound has passed


def test_a_delay_set_in_obs_is_read_back(obs: ObsStudio, tmp_path: Path) -> None:
    assert obs.address.password is not None
    room = tmp_path / "room.yaml"
    room.write_text(ROOM.format(url=obs.address.url, password=obs.address.password.ref), encoding="utf-8")
    for late_ms in (0, 200):
        delay(obs, late_ms)
        # Other tests may be pushing on this computer.
        done = rigcheck(tmp_path, "sync", room, "--format", "json", "--allow-on-air", **obs.environment)
        made = report(done)
        assert made["measurements"]["sync.offset_ms"] == pytest.approx(late_ms, abs=15), made
        assert {each["via"] for each in made["findings"]} == {"obs-record"}
    assert list(obs.recordings.iterdir()) == []
