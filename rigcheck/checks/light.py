"""The light, judged in the camera's own picture: bright, even, steady, the subject not against it."""

from functools import partial

from rigcheck import metrics as m
from rigcheck.check import Check
from rigcheck.checks.camera import ask_camera
from rigcheck.measure.light import measure_light
from rigcheck.model import Impact, Need, Role

_check = partial(
    Check,
    section="camera",
    ask=ask_camera,
    measure=measure_light,
    needs=frozenset({Need.LIGHTS}),
    who=Role.CAMERA,
)

LIGHT_CHECKS: tuple[Check, ...] = (
    _check(id="light.subject", metrics=(m.LIGHT_SUBJECT,), impact=Impact.STOP, minutes=3),
    _check(id="light.backlight", metrics=(m.LIGHT_BACKLIGHT,), impact=Impact.DEGRADE, minutes=5),
    _check(id="light.flicker", metrics=(m.LIGHT_FLICKER,), impact=Impact.STOP, minutes=2),
    _check(id="light.picture", metrics=(m.LIGHT_MEAN,), impact=Impact.DEGRADE, minutes=3),
    _check(id="light.product", metrics=(m.LIGHT_PRODUCT_HIGHLIGHTS,), impact=Impact.DEGRADE, minutes=3),
    _check(id="light.evenness", metrics=(m.LIGHT_EVENNESS,), impact=Impact.DEGRADE, minutes=5),
    _check(id="light.cast", metrics=(m.LIGHT_CAST,), impact=Impact.DEGRADE, minutes=2),
    _check(id="light.colour", metrics=(m.LIGHT_COLOUR,), impact=Impact.DEGRADE, minutes=3),
    _check(id="light.pumping", metrics=(m.LIGHT_PUMPING,), impact=Impact.DEGRADE, minutes=2),
    _check(id="light.highlights", metrics=(m.LIGHT_HIGHLIGHTS,), impact=Impact.DEGRADE),
    _check(id="light.shadows", metrics=(m.LIGHT_SHADOWS,), impact=Impact.DEGRADE),
)
