"""Would a change-over be seen or heard: what a backup delivers, held against what it stands in for."""

from __future__ import annotations

from typing import NamedTuple, cast

from rigcheck.backup_state import StandbyFile
from rigcheck.measure.backup import misnamed, parts_of
from rigcheck.measure.cadence import cadence
from rigcheck.metrics import BACKUP_DIFFERS
from rigcheck.model import Measurement, Reason
from rigcheck.obs_state import ObsState
from rigcheck.pair import Pair
from rigcheck.profile import CameraDevice, Setting
from rigcheck.samples import AudioClip, CameraClip, Sample

RATE_TOLERANCE = 0.02
"""Of a rate: 29.97 is 30 to a viewer, 25 is not."""


class Shown(NamedTuple):
    """What a picture and its sound are like, upright; None: it does not say."""

    width_px: int | None = None
    height_px: int | None = None
    fps: float | None = None
    rate_hz: int | None = None


def measure_match(sample: Sample | Pair, setting: Setting, name: str) -> tuple[Measurement, ...]:
    """`backup.differs`: in how many ways; `what` are shape (upright or lying), size (smaller), rate, sound-rate.

    A camera is held against the main one's mode, else against what that delivers; a microphone against the main one; a
    standby video against what OBS sends, else against what the show means to send. Only what both sides tell is
    counted; where that is nothing: none-here. Key frames and codecs are the two OBS's: obs.spare.
    """
    if misnamed(setting, name) is not None:
        return (_none(Reason.NOT_IN_PROFILE),)
    parts = parts_of(sample)
    shown, wanted = _shown(next(part for part in parts if not isinstance(part, ObsState))), Shown()
    if name == "content":
        wanted = _sent(next((part for part in parts if isinstance(part, ObsState)), None), setting)
    elif name == "camera" and (mode := _mode(setting)) is not None:
        wanted = mode
    elif len(parts) > 1:
        shown, wanted = _shown(parts[1]), _shown(parts[0])
    if not any(one is not None and other is not None for one, other in zip(shown, wanted, strict=True)):
        return (_none(Reason.NONE_HERE),)
    what = _differing(shown, wanted)
    return (Measurement(BACKUP_DIFFERS, len(what), params={"what": what} if what else {}),)


def _none(reason: Reason) -> Measurement:
    return Measurement(BACKUP_DIFFERS, None, reason)


def _shown(part: Sample) -> Shown:
    match part:
        case CameraClip() if part.clock not in ("shots", "none") and part.via != "obs-record":
            rhythm = cadence(part.t_s)
            return Shown(part.width_px, part.height_px, rhythm.fps if rhythm else None)
        case AudioClip():
            return Shown(rate_hz=part.rate_hz)
        case StandbyFile():
            return Shown(part.width_px, part.height_px, part.fps, part.rate_hz)
        case _:  # by pictures and meters of OBS only the device's name is known
            return Shown()


def _mode(setting: Setting) -> Shown | None:
    """The main camera's mode, as it stands when turned upright."""
    device = cast("CameraDevice", setting.device("camera", setting.main_of("camera")))
    if device.mode is None:
        return None
    size = (device.mode.width, device.mode.height)
    return Shown(*(size if device.rotate % 180 == 0 else size[::-1]), device.mode.fps)


def _sent(obs: ObsState | None, setting: Setting) -> Shown:
    """What viewers usually get: OBS's output, the plan, or what the show means to send."""
    if obs is not None:
        width, _, height = obs.settings.get("output", "").partition("x")
        return Shown(
            _whole(width), _whole(height), _number(obs.settings.get("fps")), _whole(obs.settings.get("audio_rate_hz"))
        )
    if setting.plan is not None and setting.plan.encode is not None:
        encode = setting.plan.encode
        return Shown(encode.width_px, encode.height_px, encode.fps, encode.audio_rate_hz)
    return Shown(setting.target.width_px, setting.target.height_px, setting.target.fps)


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def _number(text: str | None) -> float | None:
    """`30`, `29.97` or `30000/1001`."""
    parts = (text or "").split("/")
    if len(parts) > 2 or not all(part.replace(".", "", 1).isdigit() and part.isascii() for part in parts):  # noqa: PLR2004 - a fraction has two
        return None
    first, second = float(parts[0]), float(parts[-1]) if len(parts) > 1 else 1.0
    return first / second if second else None


def _differing(shown: Shown, wanted: Shown) -> tuple[str, ...]:
    differs = {
        "shape": _lies(shown) is not None and _lies(wanted) is not None and _lies(shown) != _lies(wanted),
        "size": _lies(shown) == _lies(wanted) and _is_smaller(shown, wanted),
        "rate": _is_other(shown.fps, wanted.fps),
        "sound-rate": _is_other(shown.rate_hz, wanted.rate_hz),
    }
    return tuple(word for word, is_so in differs.items() if is_so)


def _lies(shown: Shown) -> bool | None:
    """Whether the picture is wider than high; a square one is like any other."""
    if shown.width_px is None or shown.height_px is None or shown.width_px == shown.height_px:
        return None
    return shown.width_px > shown.height_px


def _is_smaller(shown: Shown, wanted: Shown) -> bool:
    sides = ((shown.width_px, wanted.width_px), (shown.height_px, wanted.height_px))
    return any(own is not None and due is not None and own < due for own, due in sides)


def _is_other(own: float | None, due: float | None) -> bool:
    return own is not None and due is not None and abs(own - due) > RATE_TOLERANCE * due
