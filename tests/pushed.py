"""What a server received of a push, as ffprobe sees it."""

import json
import subprocess
import time
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path


@dataclass(frozen=True)
class Pushed:
    """Picture and sound of a stream; rates over whole groups of pictures."""

    width: int
    height: int
    codec: str
    profile: str
    level: int
    fps: float
    bframes: int  # pictures that are held back for reordering
    color_space: str
    color_range: str
    audio_codec: str
    audio_rate_hz: int
    channels: int
    video_kbps: float
    key_gaps_s: list[float]


def received(url: str, file: Path, seconds: float = 9.0) -> Pushed:
    """Play `seconds` of a stream into a file, and look at that. The server may take a moment to have it."""
    for _ in range(20):
        play = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", url, "-t", str(seconds), "-c", "copy", str(file)]
        done = subprocess.run(play, capture_output=True, timeout=60, check=False)
        if file.exists() and file.stat().st_size > 10_000:
            return look_at(file)
        time.sleep(0.2)
    raise TimeoutError(done.stderr.decode(errors="replace"))


def look_at(file: Path) -> Pushed:
    picture, sound = (_ask(file, f"{kind}:0", "-show_streams")["streams"][0] for kind in "va")
    packets = _ask(file, "v:0", "-show_packets")["packets"]
    keys = [index for index, packet in enumerate(packets) if "K" in packet["flags"]]
    times = [float(packets[index]["dts_time"]) for index in keys]
    whole = packets[keys[0] : keys[-1]]
    ends = [float(packet["dts_time"]) for packet in packets]
    return Pushed(
        *(picture["width"], picture["height"], picture["codec_name"], picture["profile"], picture["level"]),
        fps=float((len(ends) - 1) / Fraction(ends[-1] - ends[0])),
        bframes=picture["has_b_frames"],
        color_space=picture.get("color_space", ""),
        color_range=picture.get("color_range", ""),
        audio_codec=sound["codec_name"],
        audio_rate_hz=int(sound["sample_rate"]),
        channels=sound["channels"],
        video_kbps=8 * sum(int(packet["size"]) for packet in whole) / 1000 / (times[-1] - times[0]),
        key_gaps_s=[later - earlier for earlier, later in pairwise(times)],
    )


def _ask(file: Path, stream: str, what: str) -> dict[str, list[dict]]:
    command = ["ffprobe", "-v", "error", "-select_streams", stream, what, "-of", "json", str(file)]
    return json.loads(subprocess.run(command, capture_output=True, timeout=60, check=True).stdout)
