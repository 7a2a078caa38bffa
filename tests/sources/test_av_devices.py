"""A camera and a microphone on one clock: what each delivered, put together. The drivers themselves are in tests/lab."""

from __future__ import annotations

from dataclasses import replace

import anyio
import numpy as np
import pytest

from rigcheck.errors import NotSeen
from rigcheck.measure.frame import FrameReducer
from rigcheck.model import Reason
from rigcheck.samples import (
    AudioClip,
    AudioRequest,
    CameraClip,
    CameraRequest,
    LevelTrace,
    Sample,
    SyncClip,
    SyncRequest,
)
from rigcheck.sources.av_devices import AvDevices
from rigcheck.sync_state import STEP_S, CameraAndMic

pytestmark = pytest.mark.anyio
ASKED = SyncRequest(devices=CameraAndMic("BRIO", None, "Lav"), seconds=2.0)
CAMERA, MIC = CameraRequest(device="BRIO"), AudioRequest(device="Lav")
RATE_HZ = 48_000


def camera_clip(began_s: float | None, seconds: float = 2.0) -> CameraClip:
    """30 fps, one white frame at 1.0 s."""
    reducer = FrameReducer(asked=None, rotate=0, crop=None, clock="grab", limited=False, keep=0)
    for number in range(round(seconds * 30)):
        reducer.add(np.full((90, 160), 240 if number == 30 else 40, np.uint8), number / 30)
    return replace(reducer.clip(fourcc="YUYV", first_frame_ms=1.0), began_s=began_s)


def take(began_s: float | None, click_s: float, seconds: float = 5.0) -> AudioClip:
    """Silence with one click so many seconds into it."""
    samples = np.zeros((round(seconds * RATE_HZ), 2), np.float32)
    samples[round(click_s * RATE_HZ), 1] = -0.5
    return AudioClip(RATE_HZ, samples, began_s=began_s, live=True)


class Acquired:
    """What acquiring a camera or a microphone gives; keeps what was asked."""

    def __init__(self, camera: Sample | NotSeen | None, mic: Sample | NotSeen | None) -> None:
        self.answers = {"camera": camera, "mic": mic}
        self.asked: list[CameraRequest | AudioRequest] = []

    async def __call__(self, request: CameraRequest | AudioRequest) -> Sample:
        self.asked.append(request)
        answer = self.answers[request.kind]
        if answer is None:
            await anyio.sleep_forever()
        if isinstance(answer, NotSeen):
            raise answer
        assert answer is not None
        return answer


def clicks_s(clip: SyncClip) -> float:
    """When the loudest step begins, from the first frame on."""
    return clip.sound_at_s + float(clip.sound.argmax()) * STEP_S


async def test_both_are_laid_on_the_time_of_the_first_frame() -> None:
    source = Acquired(camera_clip(began_s=1001.5), take(began_s=1000.25, click_s=2.3))
    clip = await AvDevices(source).follow(ASKED)
    assert clip.t_s[int(clip.luma.argmax())] == pytest.approx(1.0)
    assert clicks_s(clip) == pytest.approx(1000.25 + 2.3 - 1001.5, abs=STEP_S)
    assert clip.sound_at_s == pytest.approx(
        -0.5, abs=STEP_S
    )  # what was heard before counts no longer than an offset can be
    assert clip.via == "device"
    camera, mic = source.asked
    assert (camera.device, mic.device) == ("BRIO", "Lav")
    assert isinstance(mic, AudioRequest)
    assert mic.speak_s > ASKED.seconds + 1.0  # a camera opens and settles first


async def test_frames_that_nobody_heard_are_left_out() -> None:
    clip = await AvDevices(Acquired(camera_clip(began_s=1000.0), take(began_s=1000.5, click_s=0.5))).follow(ASKED)
    assert clip.t_s[0] == pytest.approx(0.5)
    assert clicks_s(clip) == pytest.approx(1.0, abs=STEP_S)


async def test_what_was_taken_before_serves_again() -> None:
    source = Acquired(camera_clip(began_s=1000.0), take(began_s=1000.0, click_s=1.0))
    devices = AvDevices(source)
    await devices.take(CAMERA)
    await devices.take(MIC)
    assert clicks_s(await devices.follow(ASKED)) == pytest.approx(1.0, abs=STEP_S)
    assert source.asked == [CAMERA, MIC]


@pytest.mark.parametrize(
    ("camera", "mic", "reason"),
    [
        (NotSeen(Reason.LOST), take(0.0, 1.0), Reason.LOST),
        (NotSeen(Reason.MISSING), None, Reason.MISSING),  # and the microphone is not waited for
        (None, NotSeen(Reason.HELD), Reason.HELD),
        (camera_clip(None), take(0.0, 1.0), Reason.NOT_THIS_WAY),
        (camera_clip(0.0), take(None, 1.0), Reason.NOT_THIS_WAY),
        (
            camera_clip(0.0),
            LevelTrace(np.zeros(1), *(np.zeros((1, 2), np.float32),) * 2, muted=False),
            Reason.NOT_THIS_WAY,
        ),
        (camera_clip(1000.0), take(2000.0, 1.0), Reason.TOO_SHORT),
        (camera_clip(1000.0), replace(take(1000.0, 1.0), overflows=1), Reason.LOST),
    ],
)
async def test_without_both_there_is_the_reason(
    camera: Sample | NotSeen | None, mic: Sample | NotSeen | None, reason: Reason
) -> None:
    with anyio.fail_after(2), pytest.raises(NotSeen) as caught:
        await AvDevices(Acquired(camera, mic)).follow(ASKED)
    assert caught.value.reason is reason


async def test_a_camera_that_was_cut_short_is_not_opened_again() -> None:
    source = Acquired(None, take(0.0, 1.0))
    devices = AvDevices(source)
    with anyio.move_on_after(0.05):
        await devices.take(CAMERA)
    await devices.take(MIC)
    with pytest.raises(NotSeen) as caught:
        await devices.follow(ASKED)
    assert caught.value.reason is Reason.TIMEOUT
    assert len(source.asked) == 2
