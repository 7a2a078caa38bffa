"""The far end: what the viewer gets, looked at for a few seconds. A drill's steady state; preflight has no stream yet."""

from functools import partial

from rigcheck import metrics as m
from rigcheck.check import Check
from rigcheck.checks.route import obs_address
from rigcheck.measure.viewer import measure_viewer
from rigcheck.model import Impact
from rigcheck.profile import Setting
from rigcheck.viewer_state import ViewerRequest


def ask_viewer(setting: Setting, name: str) -> ViewerRequest:
    """The stream's URL, or the OBS whose programme stands for it; neither where only a person sees it."""
    far_end = setting.profile.far_end
    if far_end is None or far_end.person is not None:
        return ViewerRequest(name)
    return ViewerRequest(name, far_end.url, None if far_end.url else obs_address(setting, setting.main_of("obs")))


_check = partial(Check, section="far_end", ask=ask_viewer, measure=measure_viewer, impact=Impact.STOP)

FAR_END_CHECKS: tuple[Check, ...] = (
    _check(id="far_end.picture", metrics=(m.FAR_END_LOST,)),
    _check(id="far_end.sound", metrics=(m.FAR_END_SILENT,)),
)
