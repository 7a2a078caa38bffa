"""Folders, demo rooms and plain files: what each is evidence for, and what is refused."""

import shutil
import time
import wave
from fractions import Fraction
from pathlib import Path

import anyio
import av
import cv2
import numpy as np
import pytest

from rigcheck.errors import BadInputError, Exit, NotSeen, UsageError
from rigcheck.model import Reason, Stage
from rigcheck.samples import (
    AudioClip,
    AudioRequest,
    CameraClip,
    CameraRequest,
    HostRequest,
    OnAirRequest,
    PowerRequest,
    PowerState,
)
from rigcheck.sources.manifest import seal_of
from rigcheck.sources.replay import FileSource, FixtureSource, open_replay

FIXTURES = Path(__file__).parents[1] / "fixtures"
pytestmark = pytest.mark.anyio


def write_wav(path: Path, seconds: float, *, rate_hz: int = 48000, channels: int = 1, amplitude: float = 0.1) -> Path:
    tone = amplitude * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate_hz)) / rate_hz)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(np.repeat(np.round(tone * 32767).astype("<i2"), channels).tobytes())
    return path


def write_video(path: Path, frames: int = 12, *, sound: bool = False, size: int = 96) -> Path:
    rng = np.random.default_rng(1)
    with av.open(str(path), "w") as box:
        video = box.add_stream("mpeg4", rate=30)
        video.width, video.height, video.pix_fmt = size, size, "yuv420p"
        audio = (
            box.add_stream("pcm_s16le" if path.suffix == ".mkv" else "aac", rate=48000, layout="mono")
            if sound
            else None
        )
        for index in range(frames):
            picture = av.VideoFrame.from_ndarray(rng.integers(0, 255, (size, size, 3), np.uint8), "rgb24")
            picture.pts, picture.time_base = index, Fraction(1, 30)
            box.mux(video.encode(picture))
        box.mux(video.encode(None))
        if audio is not None:
            block = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.int16), "s16", "mono")
            block.sample_rate, block.pts = 48000, 0
            box.mux([*audio.encode(block), *audio.encode(None)])
    return path


def write_still(path: Path) -> Path:
    cv2.imwrite(str(path), np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8))
    return path


def write_text(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


UPSC = "battery.charge: 100\nbattery.runtime: 1200\ndevice.model: 5E\nups.load: 20\nups.status: OL\n"


def refused(spec: object, **options: object) -> str:
    with pytest.raises(BadInputError) as caught:
        open_replay(str(spec), **options)
    assert caught.value.exit_code is Exit.BAD_INPUT
    return caught.value.message.id


# --- recorded rooms ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", ["demo:good", str(FIXTURES / "good"), f"{FIXTURES / 'good'}/"])
async def test_a_recorded_room_gives_what_was_recorded(spec):
    source = open_replay(spec)
    assert isinstance(source, FixtureSource)
    assert (source.name, source.is_live, source.stage, source.attended) == ("replay:good", False, Stage.HOST, True)
    assert source.synthetic
    assert isinstance(await source.acquire(CameraRequest("main", mode=None, seconds=99)), CameraClip)
    assert (await source.acquire(PowerRequest("ups"))).values["ups.status"] == "OL"
    assert source.names("camera") == ("main", "side")
    assert source.profile_path.read_text().startswith("room: beauty-3")


async def test_what_was_not_seen_then_is_not_seen_now():
    source = open_replay(str(FIXTURES / "nothing-answers"))
    with pytest.raises(NotSeen) as caught:
        await source.acquire(CameraRequest("main"))
    assert (caught.value.reason, caught.value.params) == (Reason.TIMEOUT, {"seconds": 17.0})
    with pytest.raises(NotSeen) as caught:
        await source.acquire(CameraRequest("ceiling"))
    assert caught.value.reason is Reason.NOT_IN_FILE


@pytest.mark.parametrize("name", ["nope", "", "../rooms/good", "/etc", ".", "good/", "GOOD"])
async def test_only_the_packages_own_demo_rooms_are_known(name):
    assert refused(f"demo:{name}") == "error.replay.missing"


async def test_a_folder_without_a_recording_is_damaged(tmp_path):
    assert refused(tmp_path) == "error.replay.damaged"


@pytest.mark.parametrize(
    "text", ["extends: ../../secret.yaml\n", '{"e\\x78tends": /etc/passwd}\n', "room: a\nextends: b\n"]
)
async def test_a_recorded_profile_may_not_lead_elsewhere(tmp_path, text):
    import hashlib
    import json

    room = tmp_path / "room"
    shutil.copytree(FIXTURES / "nothing-answers", room)
    (room / "profile.yaml").write_text(text)
    manifest = json.loads((room / "manifest.json").read_text())
    content = (room / "profile.yaml").read_bytes()
    manifest["files"]["profile.yaml"] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    manifest["seal"] = seal_of(manifest)
    (room / "manifest.json").write_text(json.dumps(manifest))
    assert refused(room) == "error.replay.damaged"


# --- plain files -------------------------------------------------------------------------------------------------------

FILES = {
    "still.png": (write_still, {"camera", "light"}),
    "still.jpg": (write_still, {"camera", "light"}),
    "video.mp4": (write_video, {"camera", "light"}),
    "both.mkv": (lambda path: write_video(path, sound=True), {"camera", "light", "mic", "sync"}),
    "take.wav": (lambda path: write_wav(path, 1), {"mic"}),
    "ups.dev": (lambda path: write_text(path, UPSC), {"power"}),
    "apc.txt": (
        lambda path: write_text(path, "APC      : 001\nSTATUS   : ONLINE\nBCHARGE  : 100.0 Percent\n"),
        {"power"},
    ),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("renamed", [None, "evidence"])
async def test_content_tells_what_a_file_is_evidence_for(tmp_path, name, renamed):
    make, parts = FILES[name]
    path = make(tmp_path / name)
    if renamed:
        path = path.rename(tmp_path / renamed)
    source = open_replay(str(path))
    assert isinstance(source, FileSource)
    assert (source.name, source.is_live, source.parts) == (f"replay:{path.name}", False, parts)


REQUESTS = {
    "camera": (CameraRequest(keep=1), CameraClip),
    "mic": (AudioRequest(), AudioClip),
    "power": (PowerRequest(), PowerState),
    "host": (HostRequest(), type(None)),
    "on_air": (OnAirRequest(), type(None)),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("asked", REQUESTS)
async def test_a_file_gives_what_it_has_and_says_what_it_lacks(tmp_path, name, asked):
    make, parts = FILES[name]
    source = open_replay(str(make(tmp_path / name)))
    request, kind = REQUESTS[asked]
    if asked in parts:
        assert isinstance(await source.acquire(request), kind)
        return
    with pytest.raises(NotSeen) as caught:
        await source.acquire(request)
    lacking_stream = asked == "mic" and "camera" in parts and not name.startswith("still")
    assert caught.value.reason is (Reason.NO_STREAM if lacking_stream else Reason.NOT_IN_FILE)


async def test_all_frames_of_a_video_count(tmp_path):
    source = open_replay(str(write_video(tmp_path / "long.mp4", 200)))
    clip = await source.acquire(CameraRequest(seconds=5))
    assert (len(clip.t_s), clip.clock) == (200, "pts")


BAD = {
    "empty.wav": b"",
    "noise.mp4": np.random.default_rng(3).bytes(50_000),
    "zeros.wav": bytes(100_000),
    "words.txt": b"dear colleague, the lamp is broken\n" * 50,
    "list.m3u8": b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nvideo.ts\n#EXT-X-ENDLIST\n",
    "list.ffconcat": b"ffconcat version 1.0\nfile video.ts\n",
    "page.html": b"<html><body>login first</body></html>",
    "data.json": b'{"ups.status": "OL"}',
}


@pytest.mark.parametrize("name", BAD)
async def test_what_is_neither_media_nor_power_is_refused(tmp_path, name):
    write_video(tmp_path / "video.ts")
    (tmp_path / name).write_bytes(BAD[name])
    assert refused(tmp_path / name) == "error.replay.not-media"


@pytest.mark.parametrize("name", ["video.mp4", "still.png", "take.wav"])
async def test_a_file_cut_to_its_first_bytes_is_refused(tmp_path, name):
    path = FILES[name][0](tmp_path / name)
    path.write_bytes(path.read_bytes()[:30])
    assert refused(path) == "error.replay.not-media"


async def test_missing_files_and_impossible_names(tmp_path):
    assert refused(tmp_path / "nothing.wav") == "error.replay.missing"
    assert refused(tmp_path / ("x" * 300)) in {
        "error.replay.unreadable",
        "error.replay.missing",
    }  # Python 3.14 says no more
    assert refused("a\0b") == "error.replay.missing"


async def test_devices_and_pipes_are_no_files(tmp_path):
    import os

    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path / "pipe") == "error.replay.not-media"
    assert refused("/dev/zero") == "error.replay.not-media"


# --- takes of two phases -------------------------------------------------------------------------------------------------


async def test_a_long_take_has_the_rooms_phases(tmp_path):
    path = write_wav(tmp_path / "take.wav", 3)
    request = AudioRequest(speak_s=1.5, quiet_s=1)
    take = await open_replay(str(path), phases=True).acquire(request)
    assert (take.speak, take.quiet) == ((0, 72000), (72000, 120000))
    take = await open_replay(str(path)).acquire(request)
    assert (take.speak, take.quiet) == (None, None)
    take = await open_replay(str(path), phases=True).acquire(AudioRequest(speak_s=2.5, quiet_s=1))
    assert (take.speak, take.quiet) == (None, None), "too short: judged as a whole"


async def test_a_quiet_take_follows_the_spoken_one(tmp_path):
    speak, quiet = write_wav(tmp_path / "a.wav", 1), write_wav(tmp_path / "b.wav", 0.5, amplitude=0.001)
    take = await open_replay(str(speak), quiet_take=quiet).acquire(AudioRequest())
    assert (take.speak, take.quiet, len(take.samples)) == ((0, 48000), (48000, 72000), 72000)
    assert np.abs(take.samples[slice(*take.quiet)]).max() < 0.002 < np.abs(take.samples[slice(*take.speak)]).max()


@pytest.mark.parametrize("other", [{"rate_hz": 44100}, {"channels": 2}])
async def test_a_quiet_take_of_another_form_is_refused(tmp_path, other):
    speak, quiet = write_wav(tmp_path / "a.wav", 1), write_wav(tmp_path / "b.wav", 1, **other)
    assert refused(speak, quiet_take=quiet) == "error.replay.quiet-take"


async def test_a_quiet_take_that_is_missing_is_told_as_a_recording_is(tmp_path):
    speak = write_wav(tmp_path / "a.wav", 1)
    assert refused(speak, quiet_take=tmp_path / "b.wav") == refused(tmp_path / "b.wav") == "error.replay.missing"
    assert refused(speak, quiet_take=speak / "b.wav") == refused(speak / "b.wav")


async def test_a_quiet_take_belongs_to_a_take(tmp_path):
    quiet = write_wav(tmp_path / "b.wav", 1)
    for spec in ("demo:good", str(write_still(tmp_path / "a.png"))):
        with pytest.raises(UsageError) as caught:
            open_replay(spec, quiet_take=quiet)
        assert caught.value.message.id == "error.usage.quiet-take"


async def test_a_long_file_does_not_outlive_its_cancellation(tmp_path):
    source = open_replay(str(write_video(tmp_path / "long.mkv", 900, size=320)))
    started_s = time.monotonic()
    await source.acquire(CameraRequest())
    whole_s = time.monotonic() - started_s
    started_s = time.monotonic()
    with anyio.move_on_after(whole_s / 10) as scope:
        await source.acquire(CameraRequest())
    assert scope.cancelled_caught
    assert time.monotonic() - started_s < whole_s / 2
