"""OBS's settings as comparable text, and where its stream goes: from what it answers, without the key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal
from urllib.parse import urlsplit

from rigcheck.address import host_of, place_of
from rigcheck.sources.obs_client import Message, ObsClient, Question

Target = Literal["none", "platform", "test", "loopback", "private"]
HARMLESS: frozenset[Target] = frozenset({"loopback", "test"})
"""Where no viewer of a platform sees a stream: drills go on beside it, and stop and start it."""

_TRACKS = tuple(f"Track{number}Bitrate" for number in range(1, 7))
_PARAMETERS = {
    "Output": ("Mode", "DelayEnable", "DelaySec"),
    "SimpleOutput": ("StreamEncoder", "VBitrate", "ABitrate", "UseAdvanced", "x264Settings", "Preset", "NVENCPreset2"),
    "AdvOut": ("Encoder", "TrackIndex", "Rescale", "RescaleFilter", "RescaleRes", *_TRACKS),
    "Video": ("ColorSpace", "ColorRange"),
    "Audio": ("SampleRate", "ChannelSetup"),
}
DEFAULT_PRESET = "veryfast"  # OBS's of x264
_X264 = ("x264", "x264_lowcpu")
_PRESETS_KNOWN = (*_X264, "nvenc", "nvenc_hevc", "nvenc_av1")  # of simple mode
_X264_BFRAMES = 3  # x264's own, of every preset from superfast to slow
Parameters = Mapping[str, str]
"""`Category/Name` -> value; what this version of OBS does not know is not in it."""


async def parameters_of(client: ObsClient) -> Parameters:
    """The profile's parameters that matter here."""
    names = [(category, name) for category, names in _PARAMETERS.items() for name in names]
    questions: list[Question] = [
        ("GetProfileParameter", {"parameterCategory": category, "parameterName": name}) for category, name in names
    ]
    answers = await client.ask_all(questions)
    values = [_value(answer) for answer in answers]
    return {"/".join(name): value for name, value in zip(names, values, strict=True) if value}


def settings_of(video: Message, said: Parameters, encoder: Mapping[str, Any] | None, service: str) -> dict[str, str]:
    """The settings of ObsState. `encoder`: the advanced mode's encoder settings, None where they cannot be seen."""
    found: dict[str, str | None] = {
        "base": f"{video['baseWidth']}x{video['baseHeight']}",
        "output": f"{video['outputWidth']}x{video['outputHeight']}",
        "fps": str(Fraction(int(video["fpsNumerator"]), int(video["fpsDenominator"]) or 1)),
        "audio_rate_hz": said.get("Audio/SampleRate"),
        "channels": said.get("Audio/ChannelSetup"),
        "color_space": said.get("Video/ColorSpace"),
        "color_range": said.get("Video/ColorRange"),
    }
    found |= _advanced(said, encoder, found) if said.get("Output/Mode") == "Advanced" else _simple(said, found, service)
    return {name: value for name, value in found.items() if value is not None}


def delay_s(said: Parameters) -> float:
    """Seconds by which OBS holds the stream back."""
    return float(said.get("Output/DelaySec", 0)) if said.get("Output/DelayEnable") == "true" else 0.0


def target_of(kind: str, settings: Message, test_hosts: tuple[str, ...]) -> Target:
    """Where the stream goes. A known service is the platform, its bandwidth test a test."""
    server, key = str(settings.get("server") or ""), str(settings.get("key") or "")
    url = server if "://" in server else f"//{server}"
    if host_of(url) and host_of(url) in {host.lower().rstrip(".") for host in test_hosts}:
        return "test"
    if settings.get("bwtest") is True or "bandwidthtest=true" in key:
        return "test"
    if kind == "rtmp_common":
        return "platform" if server or settings.get("service") else "none"
    if not server:
        return "none"
    place = place_of(url)
    return "platform" if place == "public" else place


def has_key(settings: Message) -> bool:
    """Whether a stream key (or WHIP's bearer token) is set; SRT and RIST have it in their address."""
    scheme = urlsplit(str(settings.get("server") or "")).scheme
    return bool(settings.get("key") or settings.get("bearer_token") or scheme in ("srt", "rist"))


def secrets_of(settings: Message) -> tuple[str, ...]:
    """The texts that nobody may see."""
    return tuple(str(settings[name]) for name in ("key", "bearer_token", "password") if settings.get(name))


def _value(answer: Message | None) -> str | None:
    if answer is None:
        return None
    value = answer.get("parameterValue")
    return answer.get("defaultParameterValue") if value is None else value


def _simple(said: Parameters, found: Mapping[str, str | None], service: str) -> dict[str, str | None]:
    """Simple mode leaves the key frames to the service, and to the encoder where it does not know the service."""
    options = said.get("SimpleOutput/x264Settings", "") if said.get("SimpleOutput/UseAdvanced") == "true" else ""
    auto = "auto" if service == "rtmp_custom" else None
    encoder = said.get("SimpleOutput/StreamEncoder", "").removeprefix("obs_") or None
    preset = said.get("SimpleOutput/NVENCPreset2" if "nvenc" in (encoder or "") else "SimpleOutput/Preset")
    own = _own({"preset": preset, "x264opts": options}, encoder) if encoder in _PRESETS_KNOWN else {}
    return {
        "encoder": encoder,
        "rate_control": "CBR",
        **own,
        "video_kbps": said.get("SimpleOutput/VBitrate"),
        "audio_kbps": said.get("SimpleOutput/ABitrate"),
        "keyint_s": _keyint_s(options, found) or auto,
    }


def _keyint_s(options: str, found: Mapping[str, str | None]) -> str | None:
    """The key frames' distance in seconds where x264's own options give it in frames."""
    frames = re.search(r"\bkeyint=(\d+)", options)
    return f"{float(int(frames[1]) / Fraction(found['fps'] or 1)):g}" if frames else None


def _x264(encoder: Mapping[str, Any]) -> dict[str, str | None]:
    """Preset, profile and B-frames of x264: its own options speak last; three B-frames where nobody says, none if quick."""
    preset, options = str(encoder.get("preset") or DEFAULT_PRESET), str(encoder.get("x264opts") or "")
    told = re.search(r"\b(?:bframes|bf)=(\d+)", options)
    is_instant = encoder.get("tune") == "zerolatency" or bool(re.search(r"\btune=zerolatency\b", options))
    is_quick = preset == "ultrafast" or is_instant
    bframes = told[1] if told else encoder.get("bf", 0 if is_quick else _X264_BFRAMES)
    return {"preset": preset, "h264_profile": encoder.get("profile") or None, "bframes": str(bframes)}


def _advanced(
    said: Parameters, encoder: Mapping[str, Any] | None, found: Mapping[str, str | None]
) -> dict[str, str | None]:
    """The encoder's own file has only what differs from its defaults: 2500 kbit/s, CBR, key frames left to it."""
    rescales = said.get("AdvOut/Rescale") == "true" or said.get("AdvOut/RescaleFilter", "0") != "0"
    rescaled = said.get("AdvOut/RescaleRes") if rescales else None
    name = said.get("AdvOut/Encoder", "").removeprefix("obs_") or None
    control = None if encoder is None else str(encoder.get("rate_control", "CBR")).upper()
    has_rate = encoder is not None and control in ("CBR", "VBR", "ABR")
    return {
        **({"output": rescaled} if rescaled else {}),
        "encoder": name,
        "rate_control": control,
        **(_own(encoder, name) if encoder is not None else {}),
        "video_kbps": str(encoder.get("bitrate", 2500)) if encoder is not None and has_rate else None,
        "audio_kbps": said.get(f"AdvOut/Track{said.get('AdvOut/TrackIndex', '1')}Bitrate"),
        "keyint_s": _advanced_keyint_s(encoder, found) if encoder is not None else None,
    }


def _own(encoder: Mapping[str, Any], name: str | None) -> dict[str, str | None]:
    """What is told of any encoder only where it differs from its defaults; x264's defaults are known."""
    if name in _X264:
        return _x264(encoder)
    preset = encoder.get("preset2") or encoder.get("preset")
    found = {"preset": preset, "h264_profile": encoder.get("profile"), "bframes": encoder.get("bf")}
    return {key: None if value is None else str(value) for key, value in found.items()}


def _advanced_keyint_s(encoder: Mapping[str, Any], found: Mapping[str, str | None]) -> str:
    in_frames = _keyint_s(str(encoder.get("x264opts") or ""), found)
    return in_frames or str(encoder.get("keyint_sec") or "auto")
