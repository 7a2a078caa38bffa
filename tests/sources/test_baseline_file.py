"""A baseline as files: value for value, without trust, without hosts; and in a recorded room, judged as it was."""

from dataclasses import replace
from datetime import datetime

import anyio
import numpy as np
import pytest
from signals_baseline import TAKEN_AT, baseline_of, clip_of, room, seen

from rigcheck.baseline import MicBaseline
from rigcheck.checks.camera import CAMERA_CHECKS
from rigcheck.flow import run
from rigcheck.loading import load_limits, load_profile
from rigcheck.measure.framing import named
from rigcheck.model import Stage, Status
from rigcheck.plan import Run
from rigcheck.profile import CameraDevice, Mode, Profile, Setting
from rigcheck.sources.baseline import for_recording, pack_baseline, unpack_baseline
from rigcheck.sources.plain import UnfitError, plain, read_record
from rigcheck.sources.record import Recorder
from rigcheck.sources.replay import open_replay
from rigcheck.sources.store import read_recording

URL = "rtsp://admin:geheim@10.0.0.7:554/stream-key-9"
DEVICE = CameraDevice(URL, mode=Mode(960, 540, 30.0))
GOOD = clip_of(seen(room()))
BASELINE = baseline_of(
    GOOD, DEVICE, mics={"main": MicBaseline("Lav", "mono", "device")}, figures={"camera.noise_sigma": 1.0}
)


def test_what_is_packed_comes_back():
    kept, files = pack_baseline(BASELINE)
    again = unpack_baseline(read_record(type(kept), plain(kept), ""), files)
    (camera,), (before,) = again.cameras.values(), BASELINE.cameras.values()
    assert np.array_equal(camera.picture, before.picture)
    assert repr(camera) == repr(before)
    assert (again.name, again.taken_at, again.room) == ("default", TAKEN_AT, None)
    assert (again.mics, again.figures) == (BASELINE.mics, BASELINE.figures)
    assert len(files) == 1
    assert kept.unpacked_bytes == before.picture.size


KEPT, FILES = pack_baseline(BASELINE)
CAMERA = KEPT.cameras["main"]


def spoilt(**changes):
    return replace(KEPT, cameras={"main": replace(CAMERA, **changes)})


@pytest.mark.parametrize(
    ("kept", "files"),
    [
        (replace(KEPT, taken_at="2026-11-20T19:00:00"), FILES),
        (replace(KEPT, taken_at="yesterday"), FILES),
        (replace(KEPT, figures={"mic.noise_dbfs": float("nan")}), FILES),
        (KEPT, {}),
        (KEPT, {name: content[:-9] for name, content in FILES.items()}),
        (KEPT, dict.fromkeys(FILES, b"not a picture")),
        (spoilt(picture=replace(CAMERA.picture, shape=(1, 271, 480, 3))), FILES),
        (spoilt(picture=replace(CAMERA.picture, shape=(2, 270, 480, 3))), FILES),
        (spoilt(picture=replace(CAMERA.picture, shape=(1, 99999, 99999, 3))), FILES),
        (spoilt(picture=replace(CAMERA.picture, shape=(270, 480))), FILES),
        (spoilt(focus=float("inf")), FILES),
        (spoilt(noise=-1.0), FILES),
    ],
)
def test_what_is_damaged_or_made_up_is_refused(kept, files):
    with pytest.raises(ValueError):
        unpack_baseline(kept, files)


def test_unfit_is_a_value_error():
    assert issubclass(UnfitError, ValueError)


def test_a_recording_names_no_host_and_still_tells_the_same_camera_from_another():
    profile = Profile(camera={"main": DEVICE})
    (mine,) = for_recording(BASELINE, profile).cameras.values()
    (other,) = for_recording(BASELINE, Profile(camera={"main": CameraDevice("rtsp://10.0.0.8/x")})).cameras.values()
    assert mine.device == named(CameraDevice("rtsp://recorded"))
    assert other.device not in (mine.device, BASELINE.cameras["main"].device)
    assert "10.0.0.7" not in mine.device + other.device
    usb = baseline_of(GOOD, CameraDevice("Logitech BRIO"))
    assert for_recording(usb, profile).cameras == usb.cameras


class OneClip:
    """A source that has one clip for whoever asks."""

    name, is_live = "replay:one", False

    def __init__(self, clip):
        self.clip = clip

    async def acquire(self, _request):
        return self.clip


def judged(source, setting, *watchers):
    now = datetime.fromisoformat("2026-11-21T08:00:00+00:00")
    return anyio.run(run, Run("camera", CAMERA_CHECKS, setting, source, now, load_limits(), watchers=watchers))


@pytest.mark.parametrize("baseline", [BASELINE, None], ids=["with", "without"])
def test_a_recorded_room_is_judged_against_the_baseline_of_then(tmp_path, baseline):
    profile = Profile(camera={"main": DEVICE})
    setting = Setting(profile, Stage.HOST, datetime(2026, 11, 21).date(), baseline=baseline)  # noqa: DTZ001 - a date
    recorder = Recorder.at(tmp_path / "room")
    first = judged(OneClip(clip_of(seen(room(), 6))), setting, recorder)
    recorder.finish(
        tmp_path / "room", profile, stage=Stage.HOST, attended=False, now=first.started_at, baseline=baseline
    )
    source = open_replay(str(tmp_path / "room"))
    again = judged(
        source,
        Setting(load_profile(source.profile_path), source.stage, setting.today, baseline=source.baseline),
    )
    assert again.findings == first.findings
    assert again.taken == first.taken
    framing = next(finding for finding in again.findings if finding.check == "camera.framing")
    assert framing.status is (Status.WARN if baseline else Status.SKIP)
    written = b"".join(path.read_bytes() for path in (tmp_path / "room").iterdir())
    assert not any(word in written for word in (b"geheim", b"10.0.0.7", b"stream-key-9"))


def test_a_recorded_baseline_that_was_altered_is_refused(tmp_path):
    profile = Profile(camera={"main": DEVICE})
    recorder = Recorder.at(tmp_path / "room")
    judged(OneClip(GOOD), Setting(profile, Stage.HOST, TAKEN_AT.date()), recorder)
    recorder.finish(tmp_path / "room", profile, stage=Stage.HOST, attended=False, now=TAKEN_AT, baseline=BASELINE)
    assert read_recording(tmp_path / "room").baseline is not None
    (picture,) = (tmp_path / "room").glob("baseline-*")
    picture.write_bytes(picture.read_bytes()[:-1] + b"\0")
    with pytest.raises(Exception, match="altered"):
        read_recording(tmp_path / "room")
