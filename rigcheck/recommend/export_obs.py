"""A plan as an OBS profile: the three files of its folder, in OBS's own words (basic.ini, streamEncoder.json, service.json).

Advanced mode, because simple mode has no key for the key frames of a server of one's own. OBS is told to apply nothing of
a service's to it: the plan has the platforms' limits in it already. Never a stream key: the technician pastes it.
Source: OBS Studio's own reading of these files (OBSBasic.cpp, AdvancedOutput.cpp, OBSBasic_Profiles.cpp).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from rigcheck.encoder_state import X264_PRESETS
from rigcheck.push_plan import Encode, PushPlan

BASIC, ENCODER, SERVICE = "basic.ini", "streamEncoder.json", "service.json"
MARK = "Rigcheck"
"""A section of ours in basic.ini: the folder may be replaced by a later export."""
_X264 = "obs_x264"
_ENCODERS = {
    ("x264", "h264"): _X264,
    ("nvenc", "h264"): "obs_nvenc_h264_tex",
    ("nvenc", "hevc"): "obs_nvenc_hevc_tex",
    ("nvenc", "av1"): "obs_nvenc_av1_tex",
    ("qsv", "h264"): "obs_qsv11_v2",
    ("qsv", "hevc"): "obs_qsv11_hevc",
    ("qsv", "av1"): "obs_qsv11_av1",
    ("amf", "h264"): "h264_texture_amf",
    ("amf", "hevc"): "h265_texture_amf",
    ("amf", "av1"): "av1_texture_amf",
    ("videotoolbox", "h264"): "com.apple.videotoolbox.videoencoder.ave.avc",
    ("videotoolbox", "hevc"): "com.apple.videotoolbox.videoencoder.ave.hevc",
    ("vaapi", "h264"): "ffmpeg_vaapi_tex",
    ("vaapi", "hevc"): "hevc_ffmpeg_vaapi_tex",
}
"""OBS's names of encoders; any other is x264."""
_CHANNELS = {1: "Mono", 2: "Stereo"}
_MS = 1000


def obs_files(plan: PushPlan, name: str) -> Mapping[str, str]:
    """The files of an OBS profile called `name`, by file name. Raises ValueError where the plan is a refusal."""
    encode = plan.encode
    if encode is None:
        raise ValueError("a refusal cannot be exported")
    service = {"server": "", "key": "", "use_auth": False, "bwtest": False}
    return {
        BASIC: _ini(_basic(encode, name)),
        ENCODER: _json(_encoder(encode)),
        SERVICE: _json({"type": "rtmp_custom", "settings": service}),
    }


def _basic(encode: Encode, name: str) -> dict[str, dict[str, object]]:
    size = {"CX": encode.width_px, "CY": encode.height_px}
    return {
        "General": {"Name": name},
        MARK: {"Export": 1},
        "Output": {"Mode": "Advanced"},
        "Stream1": {"IgnoreRecommended": True},
        "AdvOut": {
            "Encoder": _name(encode),
            "ApplyServiceSettings": False,
            "Rescale": False,
            "TrackIndex": 1,
            "Track1Bitrate": encode.audio_kbps,
        },
        "Video": {
            **{f"{canvas}{side}": pixels for canvas in ("Base", "Output") for side, pixels in size.items()},
            **_rate(encode.fps),
            "ScaleType": "bicubic",
            "ColorFormat": "NV12",
            "ColorSpace": encode.color_space,
            "ColorRange": encode.color_range.capitalize(),
        },
        "Audio": {"SampleRate": encode.audio_rate_hz, "ChannelSetup": _CHANNELS.get(encode.channels, "Stereo")},
    }


def _name(encode: Encode) -> str:
    return _ENCODERS.get((encode.encoder, encode.codec), _X264)


def _rate(fps: float) -> dict[str, object]:
    """A whole rate as OBS's integer, any other (29.97) as its fraction."""
    exact = exact_rate(fps)
    if exact.denominator == 1:
        return {"FPSType": 1, "FPSInt": exact.numerator}
    return {"FPSType": 2, "FPSNum": exact.numerator, "FPSDen": exact.denominator}


def exact_rate(fps: float) -> Fraction:
    """29.97 is 30000/1001, as every camera and platform means it."""
    whole = round(fps)
    ntsc = Fraction(whole * _MS, _MS + 1)
    return ntsc if abs(fps - ntsc) < abs(fps - whole) else Fraction(fps).limit_denominator(_MS)


def _encoder(encode: Encode) -> dict[str, Any]:
    """streamEncoder.json: a flat object in the words of the encoder's own settings page."""
    settings: dict[str, Any] = {
        "rate_control": encode.rate_control,
        "bitrate": encode.video_kbps,
        "keyint_sec": max(1, round(encode.keyint_s)),
        "profile": encode.profile,
        "bf": encode.bframes,
    }
    if _name(encode) == _X264:
        preset = encode.preset if encode.preset in X264_PRESETS else "veryfast"
        settings |= {"preset": preset, "tune": "", "x264opts": _x264_options(encode)}
        return settings | {"use_bufsize": True, "buffer_size": encode.buffer_kbit or encode.video_kbps}
    if encode.encoder == "qsv":
        return settings | {"bframes": encode.bframes, "target_usage": "TU4"}  # FFmpeg's medium
    return {**settings, "preset": encode.preset} if encode.preset else settings


def _x264_options(encode: Encode) -> str:
    """No key frames at cuts; where the interval is no whole number of seconds, it is told in frames."""
    is_whole = encode.keyint_s == round(encode.keyint_s) and encode.keyint_s >= 1
    return "scenecut=0" if is_whole else f"scenecut=0 keyint={encode.keyint_frames} min-keyint={encode.keyint_frames}"


def _ini(sections: Mapping[str, Mapping[str, object]]) -> str:
    """OBS's own dialect: no quotes, no spaces around the sign, true and false, a section apart by an empty line."""
    return "\n".join(
        "\n".join([f"[{title}]", *(f"{key}={_value(value)}" for key, value in entries.items()), ""])
        for title, entries in sections.items()
    )


def _value(value: object) -> str:
    """One line: OBS reads back what is escaped with a backslash."""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value).strip()
    return text.replace("\\", "\\\\").replace("\r", "\\r").replace("\n", "\\n")


def _json(settings: Mapping[str, Any]) -> str:
    return json.dumps(settings, ensure_ascii=False, indent=4) + "\n"
