"""The cameras: do they deliver what was asked of them, smoothly, sharp and clean."""

from functools import partial
from typing import Literal, cast

from rigcheck import metrics as m
from rigcheck.check import Check
from rigcheck.checks.against import limit_against
from rigcheck.checks.route import LOOK_S, goes_through_program, obs_address, program_s
from rigcheck.measure.camera import measure_camera
from rigcheck.measure.match import measure_match
from rigcheck.measure.overlap import is_spare, measure_overlap
from rigcheck.model import Impact, Limit, Metric, Need, Role, Span
from rigcheck.pair import PairRequest
from rigcheck.profile import Box, CameraDevice, Setting
from rigcheck.samples import PROGRAM, CameraRequest, Request


def ask_camera(setting: Setting, name: str) -> CameraRequest:
    """What to look at; one full frame a camera where there are several, so that a recorded room stays small.

    OBS's programme is upright and cropped already, and has a mode of its own.
    """
    device = cast("CameraDevice", setting.device("camera", name))
    keep = 2 if len(setting.profile.camera) == 1 else 1
    obs = obs_address(setting)
    if goes_through_program(setting, "camera", name):
        return CameraRequest(name=name, device=PROGRAM, seconds=program_s(setting), keep=keep, obs=obs)
    return CameraRequest(
        name=name,
        device=device.device,
        mode=device.mode,
        rotate=device.rotate,
        crop=_crop(device.crop, setting.profile.show.orientation),
        seconds=LOOK_S[setting.stage],
        keep=keep,
        obs=obs,
        obs_input=device.obs_input,
    )


def ask_match(setting: Setting, name: str) -> Request:
    """The main camera and this one, side by side; the main one has nothing to be compared with."""
    main = setting.main_of("camera")
    if name == main:
        return ask_camera(setting, name)
    return PairRequest(name, ask_camera(setting, main), ask_camera(setting, name))


def ask_together(setting: Setting, name: str) -> Request:
    """This camera and all others that the show has open at once; spares are not among them."""
    others = [other for other in setting.profile.camera if other != name and not is_spare(setting, other)]
    own = ask_camera(setting, name)
    if not others or is_spare(setting, name):
        return own
    first, *rest = (ask_camera(setting, other) for other in others)
    return PairRequest(name, first, own, tuple(rest))


def _crop(
    crop: Box | Literal["centre"] | None, orientation: Literal["portrait", "landscape"]
) -> Box | Literal["portrait", "landscape"] | None:
    return orientation if crop == "centre" else crop


def limit_size(setting: Setting, name: str, metric: Metric) -> Limit | None:
    """The asked mode's size, upright: exactly that. OBS's canvas is judged with OBS."""
    device = cast("CameraDevice", setting.device("camera", name))
    if device.mode is None or goes_through_program(setting, "camera", name):
        return None
    size = (device.mode.width, device.mode.height)
    width, height = size if device.rotate % 180 == 0 else size[::-1]
    wanted = width if metric is m.CAMERA_WIDTH else height
    return Limit(ok=Span(wanted, wanted), origin="profile")


_check = partial(Check, section="camera", ask=ask_camera, measure=measure_camera, who=Role.CAMERA)
_LIT = frozenset({Need.LIGHTS})

CAMERA_CHECKS: tuple[Check, ...] = (
    _check(id="camera.black", metrics=(m.CAMERA_BLACK,), impact=Impact.STOP, needs=_LIT, minutes=1),
    _check(id="camera.frozen", metrics=(m.CAMERA_FROZEN,), impact=Impact.STOP),
    _check(id="camera.signal", metrics=(m.CAMERA_SIGNAL,), impact=Impact.STOP),
    _check(
        id="camera.mode",
        metrics=(m.CAMERA_WIDTH, m.CAMERA_HEIGHT),
        impact=Impact.DEGRADE,
        limit_of=limit_size,
        minutes=3,
    ),
    _check(id="camera.rate", metrics=(m.CAMERA_FPS_OF_ASKED, m.CAMERA_FPS), impact=Impact.DEGRADE),
    _check(id="camera.jitter", metrics=(m.CAMERA_JITTER,), impact=Impact.DEGRADE),
    _check(id="camera.drops", metrics=(m.CAMERA_DROPPED,), impact=Impact.DEGRADE),
    _check(id="camera.duplicates", metrics=(m.CAMERA_DUPLICATED,), impact=Impact.DEGRADE),
    _check(id="camera.cadence", metrics=(m.CAMERA_CADENCE,), impact=Impact.DEGRADE, minutes=3),
    _check(
        id="camera.together",
        ask=ask_together,
        measure=measure_overlap,
        metrics=(m.CAMERA_TOGETHER,),
        impact=Impact.DEGRADE,
        minutes=5,
    ),
    _check(
        id="camera.focus",
        metrics=(m.CAMERA_FOCUS_RATIO, m.CAMERA_FOCUS),
        impact=Impact.DEGRADE,
        needs=_LIT,
        minutes=1,
    ),
    _check(id="camera.framing", metrics=(m.CAMERA_SHIFT,), impact=Impact.DEGRADE, needs=_LIT),
    _check(id="camera.haze", metrics=(m.CAMERA_HAZE,), impact=Impact.DEGRADE, needs=_LIT, minutes=1),
    _check(
        id="camera.noise",
        metrics=(m.CAMERA_NOISE,),
        impact=Impact.DEGRADE,
        needs=_LIT,
        limit_of=limit_against,
    ),
    _check(id="camera.levels", metrics=(m.CAMERA_LEVELS,), impact=Impact.DEGRADE, needs=_LIT),
    _check(
        id="camera.match",
        ask=ask_match,
        measure=measure_match,
        metrics=(m.CAMERA_MATCH,),
        impact=Impact.DEGRADE,
        needs=frozenset({Need.LIGHTS}),
        minutes=3,
    ),
    _check(id="camera.start", metrics=(m.CAMERA_FIRST_FRAME,), impact=Impact.DEGRADE),
)
