"""Media files: every kind of picture and sound reads the same; what is no media file is refused."""

import subprocess
import sys
import wave

import numpy as np
import pytest
from signals_video import film, limited, noisy, rounded, texture, write_video

from rigcheck.errors import BadInputError, NotSeen
from rigcheck.model import Reason
from rigcheck.profile import Box, Mode
from rigcheck.samples import AudioRequest, CameraRequest
from rigcheck.sources.media import read_clip, read_take

SCENE = rounded(texture(180, 320, contrast=35))
COLOURED = np.stack([rounded(SCENE * share) for share in (0.5, 0.9, 0.7)], axis=2)


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True)


@pytest.fixture(scope="session")
def video(tmp_path_factory):
    """Three coloured seconds, lossless RGB, from which ffmpeg makes the others."""
    path = tmp_path_factory.mktemp("video") / "room.mkv"
    return write_video(path, [COLOURED] * 3, codec="ffv1", pix_fmt="bgr0", fps=1)


@pytest.mark.parametrize(
    ("pix_fmt", "codec", "suffix"),
    [
        ("yuv420p", "libx264", "mp4"),
        ("yuvj420p", "mjpeg", "avi"),
        ("yuv422p", "ffv1", "mkv"),
        ("yuv444p", "ffv1", "mkv"),
        ("nv12", "rawvideo", "nut"),
        ("yuyv422", "rawvideo", "nut"),
        ("uyvy422", "rawvideo", "nut"),
        ("gray", "ffv1", "mkv"),
        ("gray10le", "ffv1", "mkv"),
        ("yuv420p10le", "ffv1", "mkv"),
        ("ya8", "rawvideo", "nut"),
        ("rgb24", "rawvideo", "nut"),
        ("gbrp", "ffv1", "mkv"),
        ("bgra", "png", "mov"),
    ],
)
def test_every_layout_shows_the_same_luma(pix_fmt, codec, suffix, video, tmp_path):
    import cv2

    path = tmp_path / f"room.{suffix}"
    ffmpeg("-i", video, "-c:v", codec, "-pix_fmt", pix_fmt, "-q:v", 2, path)
    clip = read_clip(path, CameraRequest(), whole=True)
    grey = cv2.cvtColor(COLOURED, cv2.COLOR_BGR2GRAY)
    assert len(clip.t_s) == 3
    assert clip.clock == "pts"
    assert clip.mean[0] == pytest.approx(grey.mean(), abs=1.2)
    assert np.abs(clip.thumbs[0].astype(int) - grey[::2, ::2]).mean() < 2
    assert np.abs(cv2.cvtColor(clip.frames[0], cv2.COLOR_BGR2GRAY).astype(int) - grey).mean() < 2


@pytest.mark.parametrize("tag", ["tv", "pc"])
def test_the_declared_range_is_believed(tag, tmp_path):
    path = tmp_path / "room.mp4"
    frames = [limited(SCENE) if tag == "tv" else SCENE] * 2
    write_video(path, frames, options={"qp": "0"}, colour_range=1 if tag == "tv" else 2)
    clip = read_clip(path, CameraRequest(), whole=True)
    assert clip.limited == (tag == "tv")
    assert np.abs(clip.thumbs[0].astype(int) - SCENE[::2, ::2]).max() <= 1
    assert np.abs(clip.frames[0, ..., 1].astype(int) - SCENE).max() <= 2


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "webp", "ppm"])
def test_pictures_are_exact(suffix, tmp_path):
    import cv2

    path = tmp_path / f"100%d.{suffix}"
    cv2.imwrite(str(path), COLOURED, [cv2.IMWRITE_WEBP_QUALITY, 101])
    clip = read_clip(path, CameraRequest(rotate=90, crop=Box(0, 0, 1, 0.5)), whole=True)
    assert (clip.clock, clip.width_px, clip.height_px) == ("none", 180, 320)
    assert np.array_equal(clip.frames[0], np.rot90(COLOURED, -1)[:160])


@pytest.mark.parametrize(("suffix", "channels"), [("png", 1), ("png", 3), ("tif", 3), ("ppm", 3)])
def test_pictures_of_16_bits_are_the_nearest_of_8(suffix, channels, tmp_path):
    import cv2

    path = tmp_path / f"room.{suffix}"
    fine = np.random.default_rng(5).integers(0, 65536, (90, 160, channels), np.uint16)
    cv2.imwrite(str(path), fine)
    clip = read_clip(path, CameraRequest(), whole=True)
    assert np.array_equal(clip.frames[0], np.broadcast_to(np.rint(fine / 257), (90, 160, 3)))


def test_jpeg_is_read_as_opencv_reads_it_whatever_way_it_claims_to_stand(tmp_path):
    import cv2

    path = tmp_path / "room.jpg"
    cv2.imwrite(str(path), COLOURED)
    data = path.read_bytes()
    turned = b"\xff\xe1\x00\x22Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
    path.write_bytes(data[:2] + turned + data[2:])
    clip = read_clip(path, CameraRequest(), whole=True)
    assert clip.frames.shape == (1, *COLOURED.shape)
    assert np.array_equal(clip.frames[0], cv2.imread(str(path), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION))


def test_time_stamps_are_the_files_own(tmp_path):
    times_ms = [500, 533, 600, 633, 733, 767]
    path = write_video(tmp_path / "room.mkv", [SCENE] * 6, times_ms=times_ms)
    clip = read_clip(path, CameraRequest(mode=Mode(320, 180, 30)), whole=True)
    assert np.allclose(clip.t_s * 1000, np.array(times_ms) - 500, atol=1.1)
    assert clip.asked == Mode(320, 180, 30)
    assert clip.key[0]
    assert not clip.key[1]


def test_a_bare_stream_has_no_clock(tmp_path):
    path = write_video(tmp_path / "room.h264", [SCENE] * 6, codec="libx264")
    assert read_clip(path, CameraRequest(), whole=True).clock == "none"


def test_one_frame_is_a_still_and_a_part_is_a_part(tmp_path):
    path = write_video(tmp_path / "one.mp4", [SCENE])
    assert read_clip(path, CameraRequest(), whole=True).clock == "none"
    path = write_video(tmp_path / "long.mp4", film(90, height=90, width=160))
    assert len(read_clip(path, CameraRequest(seconds=1.0), whole=False).t_s) == 30
    assert len(read_clip(path, CameraRequest(seconds=1.0), whole=True).t_s) == 90


def tone(tmp_path, *arguments, name="take.wav"):
    path = tmp_path / name
    ffmpeg("-f", "lavfi", "-i", "sine=997:r=44100:d=1.5,volume=12dB", *arguments, path)
    return path


@pytest.mark.parametrize(
    ("arguments", "name", "channels"),
    [
        (("-c:a", "pcm_u8"), "a.wav", 1),
        (("-c:a", "pcm_s16le", "-ac", "2"), "a.wav", 2),
        (("-c:a", "pcm_s24le"), "a.wav", 1),
        (("-c:a", "pcm_s32le"), "a.wav", 1),
        (("-c:a", "pcm_f32le"), "a.wav", 1),
        (("-c:a", "pcm_f64le", "-ac", "2"), "a.wav", 2),
        (("-c:a", "flac"), "a.flac", 1),
        (("-c:a", "aac", "-b:a", "192k"), "a.m4a", 1),
        (("-c:a", "libmp3lame", "-b:a", "192k"), "a.mp3", 1),
        (("-c:a", "libopus", "-ar", "48000"), "a.opus", 1),
        (("-c:a", "pcm_s16le", "-ac", "6"), "a.wav", 6),
        (("-c:a", "aac", "-ac", "8"), "a.m4a", 8),
    ],
)
def test_every_sample_format_has_the_same_full_scale(arguments, name, channels, tmp_path):
    take = read_take(tone(tmp_path, *arguments, name=name), AudioRequest())
    middle = take.samples[take.rate_hz // 4 : take.rate_hz, 0]
    assert take.samples.dtype == np.float32
    assert take.samples.shape[1] == channels
    assert take.samples.shape[0] / take.rate_hz == pytest.approx(1.5, abs=0.06)
    if channels < 6:  # a mono tone goes to the centre of six
        assert np.abs(middle).max() == pytest.approx(
            0.5 if channels == 1 else 0.5**1.5, rel=0.06
        )  # ffmpeg shares it out
    assert take.layout == ("mono" if channels == 1 else "stereo")


def test_samples_are_bit_exact_and_long_takes_grow(tmp_path):
    values = np.random.default_rng(0).integers(-32768, 32768, (8000 * 50, 2), np.int16)
    with wave.open(str(tmp_path / "take.wav"), "wb") as sink:
        sink.setparams((2, 2, 8000, 0, "NONE", ""))
        sink.writeframes(values.tobytes())
    take = read_take(tmp_path / "take.wav", AudioRequest())
    assert np.array_equal(take.samples, values.astype(np.float32) / 32768)
    assert (take.speak, take.quiet) == (None, None)
    take = read_take(tmp_path / "take.wav", AudioRequest(speak_s=30, quiet_s=10), phased=True)
    assert (take.speak, take.quiet) == ((0, 240000), (240000, 320000))
    assert read_take(tmp_path / "take.wav", AudioRequest(speak_s=50), phased=True).quiet is None


def test_video_with_sound_serves_both(tmp_path):
    path = tmp_path / "both.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc=d=1", "-f", "lavfi", "-i", "sine=d=1", "-shortest", path)
    assert len(read_clip(path, CameraRequest(), whole=True).t_s) == 25
    assert read_take(path, AudioRequest()).rate_hz == 44100


def test_what_a_file_lacks_is_not_seen(tmp_path):
    silent = write_video(tmp_path / "silent.mp4", [SCENE] * 2)
    with pytest.raises(NotSeen) as lost:
        read_take(silent, AudioRequest())
    assert lost.value.reason is Reason.NO_STREAM
    cover = tmp_path / "cover.mp3"
    picture = tmp_path / "cover.png"
    ffmpeg("-f", "lavfi", "-i", "color=red:s=64x64:d=1", "-frames:v", 1, picture)
    ffmpeg("-i", tone(tmp_path), "-i", picture, "-map", "0", "-map", "1", "-c:v", "copy", cover)
    with pytest.raises(NotSeen):
        read_clip(cover, CameraRequest(), whole=True)


def junk(folder):
    rng = np.random.default_rng(0)
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "text.txt").write_text("hello, this is no media file\n" * 200)
    (folder / "profile.yaml").write_text("room: x\n")
    (folder / "zeros.wav").write_bytes(bytes(5000))
    (folder / "list.m3u8").write_text("#EXTM3U\n#EXTINF:10,\nroom.mp4\n#EXT-X-ENDLIST\n")
    (folder / "list.ffconcat").write_text("ffconcat version 1.0\nfile 'room.mp4'\n")
    (folder / "words.srt").write_text("1\n00:00:00,000 --> 00:00:02,000\nhi\n\n")
    for name in ("noise.bin", "noise.mp3", "noise.mp4", "noise.jpg"):
        (folder / name).write_bytes(rng.bytes(100_000))
    whole = write_video(folder / "room.mp4", film(30, height=90, width=160)).read_bytes()
    (folder / "half.mp4").write_bytes(whole[: len(whole) // 2])
    ffmpeg("-i", folder / "room.mp4", "-frames:v", 1, folder / "room.png")
    (folder / "half.png").write_bytes((folder / "room.png").read_bytes()[:2000])
    huge = (folder / "room.png").read_bytes()
    (folder / "huge.png").write_bytes(huge[:16] + b"\x00\x00\xff\xff\x00\x00\xff\xff" + huge[24:])
    return [path for path in sorted(folder.iterdir()) if path.stem != "room"] + [folder / "missing.mp4", folder]


def test_what_is_no_media_file_is_refused(tmp_path):
    for path in junk(tmp_path):
        with pytest.raises(BadInputError) as refused:
            read_clip(path, CameraRequest(), whole=True)
        assert refused.value.message.id == "error.replay.not-media"
        assert refused.value.message.params["path"] == str(path)
        if path.suffix != ".png":
            with pytest.raises(BadInputError):
                read_take(path, AudioRequest())


def test_a_damaged_part_does_not_spoil_the_rest(tmp_path):
    path = write_video(tmp_path / "room.avi", film(60, height=90, width=160), codec="mjpeg", pix_fmt="yuvj420p")
    data = bytearray(path.read_bytes())
    start = len(data) // 2
    data[start : start + 3000] = np.random.default_rng(0).bytes(3000)
    path.write_bytes(data)
    assert 50 <= len(read_clip(path, CameraRequest(), whole=True).t_s) <= 60


def test_memory_does_not_grow_with_length(tmp_path):
    """Peak memory of reading 20 times as many frames, each figure from a process of its own."""
    rng = np.random.default_rng(0)
    still = [noisy(SCENE, 2, rng) for _ in range(30)]
    paths = [
        write_video(tmp_path / f"{times}.mp4", still * times, options={"preset": "ultrafast"}) for times in (10, 100)
    ]
    script = (
        "import resource, sys\n"
        "from rigcheck.samples import CameraRequest\n"
        "from rigcheck.sources.media import read_clip\n"
        "assert len(read_clip(sys.argv[1], CameraRequest(), whole=True).t_s) == int(sys.argv[2])\n"
        "print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])\n"
    )
    peaks_kb = [
        int(subprocess.run([sys.executable, "-c", script, path, str(count)], check=True, capture_output=True).stdout)
        for path, count in zip(paths, (300, 3000), strict=True)
    ]
    assert peaks_kb[1] < peaks_kb[0] + 10_000
