"""Picture and sound on one clock: of files, and of a real OBS's programme."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import anyio
import pytest
from services_obs import ObsStudio, need_obs
from show_clip import play_show
from sync_clip import make_sync_clip

from rigcheck.errors import BadInputError, NotSeen
from rigcheck.measure.sync import measure_sync
from rigcheck.model import Reason, Stage
from rigcheck.profile import Profile, Setting
from rigcheck.samples import PROGRAM, CameraRequest, SyncClip, SyncRequest
from rigcheck.sources.live import LiveSource
from rigcheck.sources.together import read_together

pytestmark = pytest.mark.svc
SETTING = Setting(Profile(), Stage.HOST, date(2026, 11, 22))


def offset_ms(clip: SyncClip) -> float | None:
    measured = {item.metric.id: item for item in measure_sync(clip, SETTING, "main")}
    value = measured["sync.offset_ms"].value
    assert value is None or isinstance(value, float)
    return value


@pytest.mark.parametrize("late_s", [0.0, 0.2, -0.15, 0.04])
def test_a_files_offset_is_read_within_five_milliseconds(tmp_path: Path, late_s: float) -> None:
    clip = read_together(make_sync_clip(tmp_path, late_s=late_s))
    assert clip.t_s[-1] - clip.t_s[0] == pytest.approx(12, abs=0.1)
    assert offset_ms(clip) == pytest.approx(1000 * late_s, abs=5)


def test_a_file_that_lacks_one_of_the_two_says_so(tmp_path: Path) -> None:
    make_sync_clip(tmp_path)
    for name in ("flashes.mkv", "beeps.wav"):
        with pytest.raises(NotSeen) as caught:
            read_together(tmp_path / name)
        assert caught.value.reason is Reason.NO_STREAM
    (tmp_path / "junk.mkv").write_bytes(b"\x1a\x45\xdf\xa3" + bytes(5000))
    with pytest.raises(BadInputError):
        read_together(tmp_path / "junk.mkv")


@pytest.fixture(scope="module")
def obs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObsStudio]:
    need_obs()
    clip = make_sync_clip(tmp_path_factory.mktemp("clip"), 48)  # where it begins again, OBS may place its sound anew
    with ObsStudio(tmp_path_factory.mktemp("obs")) as studio:
        play_show(studio, clip)
        yield studio


def test_the_programmes_offset_is_read_and_nothing_is_left(obs: ObsStudio) -> None:
    """OBS places a media file's sound up to 70 ms off its picture at each start.

    While it plays on it keeps it there; on a busy computer it moves it by some packets of 21 ms now and then, and of such
    a take there may be no one offset: hence three.
    """

    async def look() -> SyncClip:
        with LiveSource() as source:
            clip = await source.acquire(SyncRequest(device=PROGRAM, obs=obs.address, seconds=9.0))
            await source.acquire(CameraRequest(device=PROGRAM, obs=obs.address, seconds=9.0))  # of the same recording
        assert isinstance(clip, SyncClip)
        assert clip.via == "obs-record"
        return clip

    found = (offset_ms(anyio.run(look)) for _ in range(3))
    offset = next((one for one in found if one is not None), None)
    assert offset is not None
    assert abs(offset) < 100
    assert list(obs.recordings.iterdir()) == []


def test_what_is_no_pair_of_this_computers_has_no_common_clock() -> None:
    with pytest.raises(NotSeen) as caught:
        anyio.run(LiveSource().acquire, SyncRequest())
    assert caught.value.reason is Reason.NOT_THIS_WAY
