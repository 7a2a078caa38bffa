"""What an OBS is set to, held against the push plan field by field."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from rigcheck.metrics import OBS_SETTINGS_DIFFER
from rigcheck.model import Measurement, Reason
from rigcheck.obs_state import ObsState
from rigcheck.profile import Setting
from rigcheck.push_plan import Encode

RATE_TOLERANCE = 0.002
"""29.97 and 30000/1001 are one rate, and to a platform so is 30."""
_FAMILIES = {"x264": "x264", "nvenc": "nvenc", "qsv": "qsv", "amf": "amf", "amd": "amf", "apple": "videotoolbox"}
_FAMILIES |= {"videotoolbox": "videotoolbox", "vaapi": "vaapi"}
"""What stands in OBS's names of encoders, and whose they are."""
_CODECS = {"hevc": "hevc", "h265": "hevc", "av1": "av1"}
_CHANNELS = {1: "mono", 2: "stereo"}
_RANGES = {"limited": "partial"}


def measure_plan(state: ObsState, setting: Setting) -> Measurement:
    """`obs.settings_differ`: how many settings are not the plan's; `what` they are, as `found` and as `wanted`.

    None with `no-plan` before there is one, and with `none-here` where something else pushes the show. Where OBS does
    not say everything (its encoder's settings, from another PC) it is an estimate; what it does not say is not counted.
    """
    plan = setting.plan
    if plan is None or plan.encode is None:
        return Measurement(OBS_SETTINGS_DIFFER, None, Reason.NO_PLAN)
    if plan.pusher != "obs":
        return Measurement(OBS_SETTINGS_DIFFER, None, Reason.NONE_HERE)
    wanted = planned(plan.encode)
    seen = {name: state.settings[name] for name in wanted if name in state.settings}
    if not seen:
        return Measurement(OBS_SETTINGS_DIFFER, None, Reason.NOT_PUBLISHED)
    differing = tuple(name for name in seen if not _is_as_planned(name, seen, wanted))
    told = {
        "what": differing,
        "found": tuple(seen[name] for name in differing),
        "wanted": tuple(wanted[name] for name in differing),
    }
    is_partial = not wanted.keys() - _OPTIONAL <= seen.keys()
    return Measurement(OBS_SETTINGS_DIFFER, len(differing), estimate=is_partial, params=told if differing else {})


_OPTIONAL = frozenset({"preset", "h264_profile", "bframes"})
"""What OBS leaves to the encoder where nobody set it."""


def planned(encode: Encode) -> dict[str, str]:
    """The plan in the words of ObsState.settings."""
    codec = "" if encode.codec == "h264" else f"_{encode.codec}"
    return {
        "output": f"{encode.width_px}x{encode.height_px}",
        "fps": f"{encode.fps:g}",
        "encoder": f"{encode.encoder}{codec}",
        "rate_control": encode.rate_control,
        "video_kbps": str(encode.video_kbps),
        "keyint_s": f"{encode.keyint_s:g}",
        "preset": encode.preset,
        "h264_profile": encode.profile,
        "bframes": str(encode.bframes),
        "audio_kbps": str(encode.audio_kbps),
        "audio_rate_hz": str(encode.audio_rate_hz),
        "channels": _CHANNELS.get(encode.channels, str(encode.channels)),
        "color_space": encode.color_space,
        "color_range": encode.color_range,
    }


def _is_as_planned(name: str, seen: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Numbers by their value, words in any case; fewer B-frames than planned are no fault, no platform minds them."""
    has, wants = seen[name].strip().lower(), wanted[name].lower()
    if name == "encoder":
        return wants.startswith("any") or _encoder(has) == _encoder(wants)
    if name in _OPTIONAL and not _is_as_planned("encoder", seen, wanted):
        return True  # another encoder's presets have other names; it is told by itself
    number, wanted_number = _number(has), _number(wants)
    if number is None or wanted_number is None:
        return _RANGES.get(has, has) == wants or not wants
    if name == "bframes":
        return number <= wanted_number
    return abs(number - wanted_number) <= RATE_TOLERANCE * abs(wanted_number)


def _encoder(name: str) -> tuple[str, str]:
    """Whose encoder it is, and of which codec."""
    family = next((family for word, family in _FAMILIES.items() if word in name), name)
    return family, next((codec for word, codec in _CODECS.items() if word in name), "h264")


def _number(text: str) -> float | None:
    """`30`, `29.97` or `30000/1001`."""
    try:
        return float(Fraction(text))
    except (ValueError, ZeroDivisionError):
        return None
