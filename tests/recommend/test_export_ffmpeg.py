"""A plan as an ffmpeg command, and what a real server receives of ffmpeg's push with it."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from pushed import received
from services_pulse import need
from services_rtmp import ingest
from services_video import make_clip

from rigcheck.model import Message
from rigcheck.push_plan import Encode, PushPlan
from rigcheck.recommend.export_ffmpeg import ffmpeg_argv, shell_line

ENCODE = Encode(*(360, 640, 30.0, 900), level="3.0", audio_kbps=128, audio_rate_hz=44_100)
PLAN = PushPlan(ENCODE, ("taobao",), "uplink", "high", ())


def argv(**changes):
    return ffmpeg_argv(replace(PLAN, encode=replace(ENCODE, **changes)))


def after(words, option):
    return words[words.index(option) + 1]


def test_there_is_no_key_in_it():
    assert argv()[-1] == "${STREAM_URL}/${STREAM_KEY}"


def test_a_shell_fills_the_blanks_and_nothing_else():
    line = shell_line(["ffmpeg", "-i", "${INPUT}", "-vf", "crop=in_w:$(rm -r x)"])
    assert line == "ffmpeg -i \"${INPUT}\" -vf 'crop=in_w:$(rm -r x)'"


@pytest.mark.parametrize(
    ("changes", "codec", "has"),
    [
        ({"encoder": "nvenc", "preset": "p5"}, "h264_nvenc", "-multipass"),
        ({"encoder": "amf", "preset": "quality"}, "h264_amf", "-quality"),
        ({"encoder": "videotoolbox", "preset": ""}, "h264_videotoolbox", "-constant_bit_rate"),
        ({"encoder": "vaapi", "preset": ""}, "h264_vaapi", "-vaapi_device"),
        ({"encoder": "nvenc", "codec": "hevc"}, "hevc_nvenc", "-preset"),
        ({"encoder": "x264", "codec": "hevc"}, "libx265", "-preset"),
    ],
)
def test_each_encoder_has_its_own_words(changes, codec, has):
    words = argv(**changes)
    assert after(words, "-c:v") == codec
    assert has in words
    assert "-sc_threshold" not in words


def test_rates_that_are_not_whole_are_exact():
    assert after(argv(fps=29.97), "-r") == "30000/1001"


def test_srt_counts_in_microseconds():
    words = ffmpeg_argv(replace(PLAN, protocol="srt", srt_latency_ms=200))
    assert words[-3:-1] == ["-f", "mpegts"]
    assert "latency=200000&" in words[-1]


def test_a_refusal_has_no_command():
    with pytest.raises(ValueError, match="refusal"):
        ffmpeg_argv(replace(PLAN, encode=None, refusal=Message("x")))


@pytest.mark.svc
def test_the_server_gets_the_plan(tmp_path: Path):
    """The printed line itself, run by a shell: a landscape clip with cuts and a tone becomes the planned portrait."""
    need("ffmpeg", "ffprobe")
    clip = tmp_path / "clip.mkv"
    picture = make_clip(tmp_path / "picture.mp4", 12)
    tone = ["-f", "lavfi", "-i", "sine=997:r=48000"]
    cuts = ["-vf", "negate=enable='lt(mod(t,1.3),0.65)'", "-c:v", "libx264", "-preset", "ultrafast"]
    join = ["ffmpeg", "-v", "error", "-i", str(picture), *tone, *cuts, "-c:a", "pcm_s16le", "-shortest"]
    subprocess.run([*join, str(clip)], check=True, timeout=60)
    words = ffmpeg_argv(PLAN)
    line = shell_line([words[0], "-re", *words[1:]])  # as fast as a camera
    with ingest(tmp_path / "nginx") as server:
        blanks = {"INPUT": str(clip), "STREAM_URL": server.open_url, "STREAM_KEY": "room"}
        with subprocess.Popen(
            ["sh", "-c", f"exec {line}"], env=os.environ | blanks, stderr=subprocess.DEVNULL
        ) as pusher:
            try:
                seen = received(f"{server.open_url}/room", tmp_path / "received.flv")
            finally:
                pusher.kill()
    assert (seen.width, seen.height, seen.codec, seen.profile, seen.level) == (360, 640, "h264", "High", 30)
    assert seen.fps == pytest.approx(30, abs=0.1)
    assert seen.key_gaps_s
    assert seen.key_gaps_s == pytest.approx([2.0] * len(seen.key_gaps_s), abs=0.002)
    assert seen.bframes == 2
    assert seen.video_kbps == pytest.approx(900, rel=0.1)
    assert (seen.audio_codec, seen.audio_rate_hz, seen.channels) == ("aac", 44_100, 2)
    assert (seen.color_space, seen.color_range) == ("bt709", "tv")
