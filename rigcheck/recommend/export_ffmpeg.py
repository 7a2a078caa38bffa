"""A plan as an ffmpeg command, for who pushes with it. Never a key: `${STREAM_KEY}` stands for it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

from rigcheck.push_plan import Encode, PushPlan
from rigcheck.recommend.export_obs import exact_rate

INPUT, URL, KEY = "${INPUT}", "${STREAM_URL}", "${STREAM_KEY}"
"""What the technician fills in: the picture and sound to push, the ingest's address, and its key."""
_SOFTWARE = {"h264": "libx264", "hevc": "libx265", "av1": "libsvtav1"}
_HARDWARE = {
    "nvenc": ("-tune", "hq", "-rc", "cbr", "-multipass", "qres"),
    "qsv": (),
    "amf": ("-rc", "cbr"),
    "videotoolbox": ("-constant_bit_rate", "1"),
    "vaapi": ("-rc_mode", "CBR"),
    "mf": ("-rate_control", "cbr"),
}
"""How each family of hardware encoders is told to keep a constant rate; qsv does at equal rates."""
_RANGES = {"partial": "tv", "full": "pc"}
_SRT_MS = 120
"""SRT's own default latency."""


def ffmpeg_argv(plan: PushPlan) -> list[str]:
    """The command, word by word, with `${...}` where only the technician knows. Raises ValueError for a refusal."""
    encode = plan.encode
    if encode is None:
        raise ValueError("a refusal cannot be exported")
    device = ["-vaapi_device", "/dev/dri/renderD128"] if encode.encoder == "vaapi" else []
    return ["ffmpeg", "-nostdin", *device, "-i", INPUT, *_picture(encode), *_sound(encode), *_target(plan)]


def shell_line(argv: Iterable[str]) -> str:
    """The command as a shell takes it: `${...}` is left to be filled in, everything else stands as it is."""
    return " ".join(f'"{word}"' if re.search(r"\$\{\w+\}", word) else shlex.quote(word) for word in argv)


def _picture(encode: Encode) -> list[str]:
    """Scaled to fill and cropped, never distorted; a key frame at every interval and nowhere else."""
    size, color_range = f"{encode.width_px}:{encode.height_px}", _RANGES[encode.color_range]
    fill = f"scale={size}:force_original_aspect_ratio=increase:out_color_matrix=bt709:out_range={color_range}"
    upload = ",format=nv12,hwupload" if encode.encoder == "vaapi" else ",format=yuv420p"
    rate = f"{encode.video_kbps}k"
    return [
        *("-vf", f"{fill},crop={size}{upload}", "-r", str(exact_rate(encode.fps))),
        *_codec(encode),
        *("-g", str(encode.keyint_frames), "-bf", str(encode.bframes)),
        *("-b:v", rate, "-maxrate", rate, "-bufsize", f"{encode.buffer_kbit or encode.video_kbps}k"),
        *("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", color_range),
    ]


def _codec(encode: Encode) -> list[str]:
    preset = ["-preset", encode.preset] if encode.preset else []
    if encode.encoder in _HARDWARE:
        own = ["-quality", encode.preset] if encode.encoder == "amf" and encode.preset else preset
        bare = encode.encoder in ("videotoolbox", "vaapi", "mf")  # they know no presets
        known = [] if bare else own
        return ["-c:v", f"{encode.codec}_{encode.encoder}", *known, *_profile(encode), *_HARDWARE[encode.encoder]]
    if encode.codec != "h264":
        return ["-c:v", _SOFTWARE[encode.codec], *preset]
    grid = ["-keyint_min", str(encode.keyint_frames), "-sc_threshold", "0"]
    return ["-c:v", "libx264", *preset, *_profile(encode), *grid, "-x264-params", "nal-hrd=cbr"]


def _profile(encode: Encode) -> list[str]:
    return ["-profile:v", encode.profile, "-level", encode.level] if encode.codec == "h264" else []


def _sound(encode: Encode) -> list[str]:
    form = ["-ar", str(encode.audio_rate_hz), "-ac", str(encode.channels)]
    return ["-c:a", "aac", "-b:a", f"{encode.audio_kbps}k", *form]


def _target(plan: PushPlan) -> list[str]:
    if plan.protocol == "srt":  # ffmpeg counts its latency in microseconds
        return ["-f", "mpegts", f"{URL}?mode=caller&latency={(plan.srt_latency_ms or _SRT_MS) * 1000}&pkt_size=1316"]
    return ["-f", "flv", f"{URL}/{KEY}"]
