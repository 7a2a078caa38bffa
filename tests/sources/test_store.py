"""A recorded room comes back as it was, or is refused with a sentence; nothing in between."""

import dataclasses
import hashlib
import io
import json
import math
import os
import pickle
import resource
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rigcheck.errors import BadInputError, Exit, NotSeen, UnwritableError, UsageError
from rigcheck.model import Reason, Stage
from rigcheck.profile import Mode
from rigcheck.samples import AudioClip, CameraClip, HostState, LevelTrace, OnAirState, PowerState, Sample, SyncClip
from rigcheck.sources import folder
from rigcheck.sources.blob import pack, unpack
from rigcheck.sources.codec import array_types, decode, encode
from rigcheck.sources.manifest import seal_of
from rigcheck.sources.store import Recording, check_place, read_recording, write_recording

BEIJING = timezone(timedelta(hours=8))
FROM_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ODD = st.none() | st.floats()


def camera_clip(seed: int = 1, frames: int = 12, kept: int = 2) -> CameraClip:
    rng = np.random.default_rng(seed)

    def trace() -> np.ndarray:
        return rng.random(frames).astype(np.float32)

    return CameraClip(
        asked=Mode(64, 48, 29.97),
        width_px=64,
        height_px=48,
        fourcc="YUYV",
        clock="grab",
        limited=True,
        rotate=0,
        first_frame_ms=812.25,
        t_s=np.cumsum(rng.random(frames)),
        mean=trace(),
        dark=trace(),
        bright=trace(),
        deep=trace(),
        change=np.concatenate([[np.nan], trace()[1:]]).astype(np.float32),
        same=trace() > 0.5,
        key=trace() > 0.5,
        focus=trace(),
        thumbs=rng.integers(0, 256, (frames - 2, 24, 32), np.uint8),
        stride=2,
        rows=rng.random((frames - 2, 48)).astype(np.float32),
        frames=rng.integers(0, 256, (kept, 48, 64, 3), np.uint8),
        frame_at=np.arange(kept, dtype=np.int64) * 3,
    )


def audio_clip(seed: int = 1, seconds: float = 0.5, *, exact: bool = True) -> AudioClip:
    noise = np.random.default_rng(seed).normal(0, 0.05, (int(48000 * seconds), 2))
    samples = np.round(noise * 32768) / 32768 + 0.0 if exact else noise  # no device delivers -0.0
    return AudioClip(48000, samples.astype(np.float32), speak=(0, 9000), quiet=(9600, 20000), overflows=1, live=True)


def recording(**changes: Any) -> Recording:
    plain = Recording(
        recorded_at=datetime(2026, 11, 21, 19, 48, 0, 125, BEIJING),
        stage=Stage.HOST,
        attended=True,
        profile="room: beauty-3\n",
        outcomes={
            "camera@main": camera_clip(),
            "mic@main": audio_clip(),
            "mic@拍摄 1/2": audio_clip(2, exact=False),
            "power@main": PowerState("nut", {"ups.status": "OL", "battery.charge": "100"}, bought="2023-05"),
            "host@main": HostState(cpu_pct=0.1 + 0.2, temperature_c=math.nan, never_sleeps=True),
            "on_air@main": OnAirState(unasked=("obs",)),
            "camera@backup": NotSeen(Reason.TIMEOUT, {"seconds": 17.0, "tries": 2, "names": ("a", "b"), "why": None}),
        },
        versions={"python": "3.11.2"},
    )
    return replace(plain, **changes)


def same(one: Any, other: Any) -> bool:
    """Equal, with nan equal to nan, element types and shapes included; 5 is not 5.0."""
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, NotSeen):
        return isinstance(other, NotSeen) and same((one.reason, one.params), (other.reason, other.params))
    if dataclasses.is_dataclass(one):
        names = [field.name for field in dataclasses.fields(one)]
        return type(one) is type(other) and all(same(getattr(one, name), getattr(other, name)) for name in names)
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[name], other[name]) for name in one)
    if isinstance(one, tuple):
        return isinstance(other, tuple) and len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and (one == other or (one != one and other != other))  # noqa: PLR0124 - nan


def test_a_recorded_room_comes_back_as_it_was(tmp_path):
    write_recording(tmp_path / "room", recording(), "1.2.3")
    assert same(read_recording(tmp_path / "room"), recording())


def test_pictures_and_sound_are_files_people_can_open(tmp_path):
    write_recording(tmp_path / "room", recording(), "1.2.3")
    names = sorted(path.name for path in (tmp_path / "room").iterdir())
    assert names == [
        "00-camera-frames-0.webp",
        "00-camera-frames-1.webp",
        "00-camera-thumbs.png",
        "00-camera.npz",
        "01-mic-samples.flac",
        "02-mic.npz",
        "manifest.json",
        "profile.yaml",
    ]


def round_trip(sample: Sample) -> Sample:
    fields, arrays = encode(sample)
    kept, files = pack("00", arrays, fields.get("rate_hz", 0))
    types = array_types(sample.kind)
    fields = json.loads(json.dumps(fields, allow_nan=False))
    return decode(sample.kind, fields, {name: unpack(name, types[name], kept[name], files) for name in kept})


@given(
    st.integers(1, 400),
    st.integers(1, 3),
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    st.integers(0, 3),
    st.data(),
)
@settings(deadline=None, max_examples=40)
def test_any_camera_clip_comes_back_bit_for_bit(n, m, size, k, data):
    m, k, (height, width) = min(m, n), min(k, n), size
    finite = st.floats(width=32, allow_nan=False, allow_infinity=False)
    clip = replace(
        camera_clip(),
        width_px=width,
        height_px=height,
        t_s=data.draw(hnp.arrays(np.float64, n, elements=st.floats(allow_nan=False, allow_infinity=False))),
        **{
            name: data.draw(hnp.arrays(np.float32, n, elements=finite))
            for name in ("mean", "dark", "bright", "deep", "focus")
        },
        change=data.draw(hnp.arrays(np.float32, n, elements=st.just(math.nan) | finite)),
        same=data.draw(hnp.arrays(np.bool_, n)),
        key=data.draw(hnp.arrays(np.bool_, n)),
        thumbs=data.draw(hnp.arrays(np.uint8, (m, 5, 7))),
        rows=data.draw(hnp.arrays(np.float32, (m, height), elements=finite)),
        frames=data.draw(hnp.arrays(np.uint8, (k, height, width, 3))),
        frame_at=np.arange(k, dtype=np.int64),
        first_frame_ms=data.draw(ODD),
    )
    assert same(round_trip(clip), clip)


@given(
    hnp.arrays(np.float32, st.tuples(st.integers(0, 300), st.integers(1, 9)), elements=st.floats(width=32))
    | hnp.arrays(
        np.int32, st.tuples(st.integers(1, 300), st.integers(1, 8)), elements=st.integers(-(2**23), 2**23 - 1)
    ),
    st.sampled_from([8000, 44100, 48000, 192000, 11111, 1, 655351]),
)
@settings(deadline=None, max_examples=80)
def test_any_take_comes_back_value_for_value(values, rate_hz):
    samples = (values / np.float32(2**23)).astype(np.float32) if values.dtype == np.int32 else values
    clip = AudioClip(rate_hz, samples, speak=(0, len(samples)))
    back = round_trip(clip)
    assert np.array_equal(back.samples, samples, equal_nan=True)
    assert same(replace(back, samples=samples), clip)


@given(st.builds(HostState, *[ODD] * 5, st.none() | st.booleans(), *[ODD] * 3))
def test_any_host_state_comes_back(state):
    assert same(round_trip(state), state)


@given(
    st.sampled_from(["nut", "apcupsd", "os", "silent"]), st.dictionaries(FROM_TEXT, FROM_TEXT), st.none() | FROM_TEXT
)
def test_any_power_state_comes_back(origin, values, bought):
    supplies = (values,) if origin == "os" else ()
    state = PowerState(origin, values, supplies, bought)
    assert same(round_trip(state), state)


def test_broken_text_from_a_device_is_kept_readable():
    back = round_trip(PowerState("nut", {"ups.status": "OL \udcff"}))
    assert back.values == {"ups.status": "OL ?"}


def test_full_hd_stays_under_twelve_megabytes(tmp_path):
    """5 s of noisy 1080p30 and 12 s of 24-bit stereo at 48 kHz: what a room is by default."""
    rng = np.random.default_rng(7)
    scene = cv2.resize(rng.integers(40, 200, (34, 60, 3), np.uint8), (1920, 1080), interpolation=cv2.INTER_CUBIC)
    noisy = [np.clip(scene + rng.normal(0, 2.0, scene.shape[:2])[..., None], 0, 255).astype(np.uint8) for _ in range(2)]
    thumb = scene[::8, ::8, 1].astype(np.float32)
    clip = replace(
        camera_clip(frames=150),
        width_px=1920,
        height_px=1080,
        thumbs=np.clip(thumb + rng.normal(0, 2, (148, *thumb.shape)), 0, 255).astype(np.uint8),
        rows=rng.normal(100, 1, (148, 1080)).astype(np.float32),
        frames=np.stack(noisy),
    )
    take = (np.round(rng.normal(0, 0.05, (12 * 48000, 2)) * 2**23) / 2**23).astype(np.float32)
    room = recording(outcomes={"camera@main": clip, "mic@main": AudioClip(48000, take + np.float32(0))})
    write_recording(tmp_path / "room", room, "1.2.3")
    assert sum(path.stat().st_size for path in (tmp_path / "room").iterdir()) < 12_000_000


# --- refused ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def room(tmp_path) -> Path:
    write_recording(tmp_path / "room", recording(), "1.2.3")
    return tmp_path / "room"


def refused(directory: Path) -> str:
    with pytest.raises(BadInputError) as caught:
        read_recording(directory)
    assert caught.value.exit_code is Exit.BAD_INPUT
    assert caught.value.message.params["path"] == str(directory)
    return f"{caught.value.message.id} {caught.value.message.params.get('file')}"


def forge(directory: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest as somebody would who knows the format: sizes, sums and seal are made to fit again."""
    manifest = json.loads((directory / "manifest.json").read_text())
    change(manifest)
    for name, due in manifest["files"].items():
        path = directory / name
        if isinstance(due, dict) and path.is_file():
            content = path.read_bytes()
            due.update(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    manifest["seal"] = seal_of(manifest)
    (directory / "manifest.json").write_text(json.dumps(manifest))


def nothing(manifest: dict[str, Any]) -> None:
    del manifest


def test_forging_nothing_changes_nothing(room):
    forge(room, nothing)
    assert same(read_recording(room), recording())


def camera(manifest: dict[str, Any]) -> dict[str, Any]:
    return manifest["samples"][0]


def test_missing_or_cut_short_files_are_refused(room):
    (room / "00-camera.npz").write_bytes((room / "00-camera.npz").read_bytes()[:-1])
    assert refused(room) == "error.replay.altered 00-camera.npz"
    (room / "00-camera.npz").unlink()
    assert refused(room) == "error.replay.damaged 00-camera.npz"


def test_a_changed_file_is_refused(room):
    content = bytearray((room / "01-mic-samples.flac").read_bytes())
    content[len(content) // 2] ^= 1
    (room / "01-mic-samples.flac").write_bytes(content)
    assert refused(room) == "error.replay.altered 01-mic-samples.flac"


def test_a_changed_value_in_the_manifest_is_refused(room):
    text = (room / "manifest.json").read_text()
    (room / "manifest.json").write_text(text.replace('"battery.charge": "100"', '"battery.charge": "101"'))
    assert refused(room) == "error.replay.altered manifest.json"


def test_other_line_ends_in_the_manifest_are_no_change(room):
    text = (room / "manifest.json").read_text()
    (room / "manifest.json").write_bytes(text.replace("\n", "\r\n").encode())
    assert same(read_recording(room), recording())


def test_a_later_format_says_so(room):
    forge(room, lambda manifest: manifest.update(schema=2))
    with pytest.raises(BadInputError) as caught:
        read_recording(room)
    assert caught.value.message.id == "error.replay.newer"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "null",
        "{}",
        '{"schema": true}',
        '{"schema": 1, "schema": 1}',
        '{"schema": NaN}',
        '{"schema": 1e999}',
        '{"schema": ' + "9" * 5000 + "}",
        '{"schema": 1, "seal": "x"}',
        "[" * 200_000,
        '{"schema":' * 200_000,
        '{"schema": 1, "pad": "' + "x" * 4_000_000 + '"}',
        "\ufeff{}",
        '{"schema": "\\ud800"}',
    ],
    ids=lambda text: f"{text[:16]}...{len(text)}",
)
def test_a_manifest_that_is_none_is_refused(room, text):
    (room / "manifest.json").write_text(text)
    assert refused(room).startswith(("error.replay.damaged", "error.replay.altered"))


def rename(old: str, new: str) -> Callable[[dict[str, Any]], None]:
    def change(manifest: dict[str, Any]) -> None:
        manifest["files"][new] = manifest["files"].pop(old)
        for kept in camera(manifest)["arrays"].values():
            kept["files"] = [new if name == old else name for name in kept["files"]]

    return change


@pytest.mark.parametrize(
    "name", ["../00-camera.npz", "/etc/passwd", "a/b.npz", "..", ".x.npz", "a\\b.npz", "c:x.npz", "manifest.json"]
)
def test_path_tricks_are_refused(room, name):
    outside = room.parent / "00-camera.npz"
    shutil.copy(room / "00-camera.npz", outside)
    forge(room, rename("00-camera.npz", name))
    assert refused(room) == f"error.replay.damaged {name}"


def test_links_are_refused_even_where_the_sum_is_right(room):
    outside = room.parent / "outside.npz"
    (room / "00-camera.npz").rename(outside)
    (room / "00-camera.npz").symlink_to(outside)
    assert refused(room) == "error.replay.damaged 00-camera.npz"


def test_a_pipe_in_the_place_of_a_file_does_not_hang(room):
    (room / "00-camera.npz").unlink()
    os.mkfifo(room / "00-camera.npz")
    assert refused(room) == "error.replay.damaged 00-camera.npz"


def npz(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return out.getvalue()


def npy(array: np.ndarray, *, pickled: bool = False) -> bytes:
    out = io.BytesIO()
    np.save(out, array, allow_pickle=pickled)
    return out.getvalue()


def traces() -> dict[str, bytes]:
    _, arrays = encode(camera_clip())
    return {name: npy(array) for name, array in arrays.items() if name not in ("thumbs", "frames")}


class Bomb:
    """Would say so if it were ever unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.putenv, ("RIGCHECK_TEST_PICKLE", "went off")


def test_pickles_are_refused_and_never_loaded(room):
    evil = np.empty(12, object)
    evil[:] = Bomb()
    (room / "00-camera.npz").write_bytes(npz(**{**traces(), "mean": npy(evil, pickled=True)}))
    forge(room, nothing)
    assert refused(room) == "error.replay.damaged mean"
    (room / "00-camera.npz").write_bytes(npz(**{**traces(), "mean": pickle.dumps(Bomb())}))
    forge(room, nothing)
    assert refused(room) == "error.replay.damaged mean"
    assert "RIGCHECK_TEST_PICKLE" not in os.environ


WRONG = {
    "mean": np.zeros(11, np.float32),  # a frame less than the others
    "t_s": np.zeros(12, np.float32),  # half the width
    "dark": np.zeros((12, 1), np.float32),
    "same": np.full(12, 2, np.uint8),
    "focus": np.full(12, np.nan, np.float32),
    "bright": np.full(12, np.inf, np.float32),
    "change": np.full(12, np.inf, np.float32),
    "frame_at": np.array([3, 3]),
    "rows": np.zeros((10, 48), ">f4"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_arrays_are_refused(room, name):
    (room / "00-camera.npz").write_bytes(npz(**{**traces(), name: npy(WRONG[name])}))
    forge(room, nothing)
    assert refused(room) == f"error.replay.damaged {name}"


def test_flags_that_are_neither_are_refused(room):
    neither = npy(np.zeros(12, np.bool_))[:-12] + b"\7" * 12
    (room / "00-camera.npz").write_bytes(npz(**{**traces(), "same": neither}))
    forge(room, nothing)
    assert refused(room) == "error.replay.damaged same"


def test_huge_arrays_are_refused_before_they_are_unpacked(room):
    forge(room, lambda manifest: camera(manifest)["arrays"]["thumbs"].update(shape=[10**9, 24, 32]))
    assert refused(room) == "error.replay.damaged shape"


@pytest.mark.parametrize(
    "shape", [[-1, 24, 32], [10, 24], [], [True], [1.0], "10", [10, 24, 32, 1, 1], [2**60, 24, 32]]
)
def test_senseless_shapes_are_refused(room, shape):
    forge(room, lambda manifest: camera(manifest)["arrays"]["thumbs"].update(shape=shape))
    assert refused(room).startswith("error.replay.damaged")


def test_a_zip_bomb_is_never_inflated(room):
    """A member of 320 MB of zeros takes 320 kB on disk; memory is held to a little more than now."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**traces(), "mean": b""}.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                if name == "mean":
                    for _ in range(40):
                        member.write(bytes(1 << 23))
                member.write(content)
    (room / "00-camera.npz").write_bytes(out.getvalue())
    forge(room, nothing)
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refused(room) == "error.replay.damaged mean"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 100_000


def test_a_picture_of_another_size_is_refused_before_it_is_decoded(room, monkeypatch):
    (room / "00-camera-thumbs.png").write_bytes(bytes(cv2.imencode(".png", np.zeros((8000, 8000), np.uint8))[1]))
    forge(room, nothing)
    monkeypatch.setattr(cv2, "imdecode", lambda *_: pytest.fail("decoded"))
    assert refused(room) == "error.replay.damaged picture"


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8 ", b"GIF89a", b"\xff\xd8\xff\xe0"]
)
def test_a_picture_that_is_none_is_refused(room, content):
    (room / "00-camera-frames-0.webp").write_bytes(content)
    forge(room, nothing)
    assert refused(room) == "error.replay.damaged picture"


def test_a_colour_picture_in_the_place_of_a_grey_one_is_refused(room):
    (room / "00-camera-thumbs.png").write_bytes(bytes(cv2.imencode(".png", np.zeros((240, 32, 3), np.uint8))[1]))
    forge(room, nothing)
    assert refused(room) == "error.replay.damaged picture"


def test_sound_of_another_length_or_kind_is_refused(room):
    for name, wrong in (
        ("samples", [23999, 2]),
        ("samples", [24001, 2]),
        ("samples", [24000, 1]),
        ("samples", [48000]),
    ):
        forge(room, lambda manifest, name=name, wrong=wrong: manifest["samples"][1]["arrays"][name].update(shape=wrong))
        assert refused(room) == "error.replay.damaged samples"


FIELDS: list[tuple[int, dict[str, Any]]] = [
    (0, {"width_px": 0}),
    (0, {"width_px": "64"}),
    (0, {"width_px": 64.0}),
    (0, {"stride": 0}),
    (0, {"rotate": 45}),
    (0, {"clock": "sundial"}),
    (0, {"limited": 1}),
    (0, {"asked": {"width": 64, "height": 48}}),
    (0, {"asked": {"width": 64, "height": 48, "fps": 0}}),
    (0, {"asked": {"width": 64, "height": 48, "fps": 30, "more": 1}}),
    (0, {"fourcc": None}),
    (0, {"stranger": 1}),
    (1, {"rate_hz": 0}),
    (1, {"rate_hz": 10**12}),
    (1, {"speak": [0]}),
    (1, {"speak": [9, 3]}),
    (1, {"quiet": [0, 24001]}),
    (1, {"overflows": -1}),
    (3, {"origin": "crystal ball"}),
    (3, {"values": {"ups.status": 1}}),
    (3, {"values": []}),
    (3, {"supplies": [{}]}),
    (4, {"cpu_pct": "much"}),
    (4, {"cpu_pct": True}),
    (4, {"throttled": 0}),
    (5, {"unasked": "obs"}),
    (5, {"unasked": [1]}),
]


@pytest.mark.parametrize(("index", "fields"), FIELDS, ids=str)
def test_wrong_values_are_refused(room, index, fields):
    forge(room, lambda manifest: manifest["samples"][index]["fields"].update(fields))
    assert refused(room).startswith("error.replay.damaged")


ENTRIES: list[dict[str, Any]] = [
    {"kind": "tea"},
    {"kind": "mic"},
    {"key": "camera"},
    {"key": "camera@"},
    {"key": "camera@" + "x" * 201},
    {"key": "mic@main"},
    {"key": 1},
    {"fields": {}},
    {"fields": []},
    {"arrays": {}},
    {"unseen": {"reason": "bored", "params": {}}},
    {"unseen": {"reason": "timeout", "params": {"x": {}}}},
    {"unseen": {"reason": "timeout"}},
    {"stranger": 1},
]


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_wrong_entries_are_refused(room, entry):
    forge(room, lambda manifest: camera(manifest).update(entry))
    assert refused(room).startswith("error.replay.damaged")


TOPS: list[dict[str, Any]] = [
    {"recorded_at": "yesterday"},
    {"recorded_at": "2026-11-21T19:48:00"},
    {"stage": "night"},
    {"attended": None},
    {"samples": {}},
    {"files": {}},
    {"files": {"profile.yaml": {"bytes": -1, "sha256": ""}}},
    {"versions": {"python": 3}},
    {"stranger": 1},
]


@pytest.mark.parametrize("top", TOPS, ids=str)
def test_wrong_conditions_are_refused(room, top):
    forge(room, lambda manifest: manifest.update(top))
    assert refused(room).startswith(("error.replay.damaged", "error.replay.altered"))


def test_a_file_with_a_size_beyond_all_bounds_is_not_read(room, monkeypatch):
    manifest = json.loads((room / "manifest.json").read_text())
    manifest["files"]["00-camera.npz"]["bytes"] = 600_000_000
    manifest["seal"] = seal_of(manifest)
    (room / "manifest.json").write_text(json.dumps(manifest))
    assert refused(room) == "error.replay.damaged files"


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_flipped_bytes_are_refused_or_mean_nothing(room, data):
    """Any bytes of any file: the sums and the seal say so (white space between JSON values is no meaning)."""
    path = data.draw(st.sampled_from(sorted(room.iterdir())))
    content = bytearray(original := path.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[place] ^= data.draw(st.integers(1, 255))
    try:
        path.write_bytes(content)
        assert same(read_recording(room), recording())
    except BadInputError:
        pass
    finally:
        path.write_bytes(original)


@given(st.data())
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_forged_bytes_are_refused_or_a_sample(room, data):
    """The same with sums and seal made to fit: refused, or a sample in which everything has its type."""
    path = data.draw(st.sampled_from(sorted(room.glob("0*"))))
    content = bytearray(original := path.read_bytes())
    how = data.draw(st.sampled_from(["flip", "cut", "insert"]))
    place = data.draw(st.integers(0, len(content) - 1))
    if how == "flip":
        for at in [*data.draw(st.lists(st.integers(0, min(len(content) - 1, 200)), min_size=1, max_size=5)), place]:
            content[at] ^= data.draw(st.integers(1, 255))
    elif how == "cut":
        del content[place : place + data.draw(st.integers(1, 1000))]
    else:
        content[place:place] = data.draw(st.binary(min_size=1, max_size=20))
    try:
        path.write_bytes(content)
        forge(room, nothing)
        outcomes = read_recording(room).outcomes
        assert all(isinstance(outcome, Sample | NotSeen) for outcome in outcomes.values())
    except BadInputError:
        pass
    finally:
        path.write_bytes(original)


# --- written whole or not at all ---------------------------------------------------------------------------------------


def test_the_folders_above_are_made(tmp_path):
    write_recording(tmp_path / "2026" / "11" / "room", recording(), "1.2.3")
    assert [path.name for path in (tmp_path / "2026" / "11").iterdir()] == ["room"]


def test_a_recording_replaces_an_older_one_and_nothing_else(room):
    write_recording(room, recording(outcomes={}), "1.2.3")
    assert sorted(path.name for path in room.iterdir()) == ["manifest.json", "profile.yaml"]
    assert [path.name for path in room.parent.iterdir()] == ["room"]


@pytest.mark.parametrize("stranger", ["holiday.jpg", "manifest.json"])
def test_a_folder_of_something_else_is_left_alone(tmp_path, stranger):
    (tmp_path / stranger).write_text('{"name": "my extension"}')
    with pytest.raises(UsageError) as caught:
        write_recording(tmp_path, recording(), "1.2.3")
    assert caught.value.message.id == "error.output.not-empty"
    assert [path.name for path in tmp_path.iterdir()] == [stranger]


def test_a_recording_with_somebodys_notes_in_it_is_left_alone(room):
    (room / "notes.txt").write_text("lamp 2 was off")
    with pytest.raises(UsageError):
        check_place(room)


def test_a_file_in_the_way_is_left_alone(tmp_path):
    (tmp_path / "room").write_text("mine")
    with pytest.raises(UsageError):
        write_recording(tmp_path / "room", recording(), "1.2.3")
    assert (tmp_path / "room").read_text() == "mine"


def full_disk(*_: Any) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_a_full_disk_leaves_all_as_it_was(room, monkeypatch, step):
    monkeypatch.setattr(*((folder.os, "fsync", full_disk) if step == "fsync" else (Path, "rename", full_disk)))
    with pytest.raises(UnwritableError) as caught:
        write_recording(room, recording(outcomes={}), "1.2.3")
    monkeypatch.undo()
    assert caught.value.message.params == {"path": str(room), "error": "No space left on device"}
    assert same(read_recording(room), recording())
    assert [path.name for path in room.parent.iterdir()] == ["room"]


def test_a_disk_that_really_takes_no_more_leaves_nothing_behind(room):
    """The kernel itself refuses, half-way through a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(UnwritableError):
            write_recording(room, recording(outcomes={"mic@main": audio_clip(3)}), "1.2.3")
        with pytest.raises(UnwritableError):
            write_recording(room.parent / "new", recording(outcomes={"mic@main": audio_clip(3)}), "1.2.3")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert same(read_recording(room), recording())
    assert [path.name for path in room.parent.iterdir()] == ["room"]


def test_a_failing_second_rename_brings_the_old_recording_back(room, monkeypatch):
    rename_really, calls = Path.rename, []

    def second_fails(path: Path, target: Path) -> Path:
        calls.append(path.name)
        return full_disk() if len(calls) == 2 else rename_really(path, target)

    monkeypatch.setattr(Path, "rename", second_fails)
    with pytest.raises(UnwritableError):
        write_recording(room, recording(outcomes={}), "1.2.3")
    assert same(read_recording(room), recording())
    assert [path.name for path in room.parent.iterdir()] == ["room"]


def test_a_read_only_place_is_said_before_anything_is_measured(tmp_path, monkeypatch):
    def read_only(*_: Any, **__: Any) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", read_only)
    with pytest.raises(UnwritableError) as caught:
        check_place(tmp_path / "room")
    assert caught.value.exit_code is Exit.USAGE
    assert caught.value.message.params["error"] == "Read-only file system"


def test_a_level_trace_answers_for_a_microphone_and_nothing_else(tmp_path):
    levels = np.array([[0.1, 0.2], [np.nan, 0.3]], np.float32)
    trace = LevelTrace(np.array([0.0, 0.05]), levels, levels, muted=False, layout="mono")
    write_recording(tmp_path / "room", recording(outcomes={"mic@main": trace}), "1.2.3")
    assert same(read_recording(tmp_path / "room").outcomes["mic@main"], trace)
    write_recording(tmp_path / "odd", recording(outcomes={"camera@main": trace}), "1.2.3")
    with pytest.raises(BadInputError):
        read_recording(tmp_path / "odd")


def test_picture_and_sound_together_come_back_and_must_go_together(tmp_path):
    clip = SyncClip(np.array([0.0, 0.04]), np.array([60.0, np.nan], np.float32), np.zeros(9, np.float32), -0.01)
    write_recording(tmp_path / "room", recording(outcomes={"sync@main": clip}), "1.2.3")
    assert same(read_recording(tmp_path / "room").outcomes["sync@main"], clip)
    write_recording(tmp_path / "odd", recording(outcomes={"sync@main": replace(clip, luma=clip.luma[:1])}), "1.2.3")
    assert refused(tmp_path / "odd") == "error.replay.damaged luma"
