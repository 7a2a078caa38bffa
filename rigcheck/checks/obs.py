"""OBS: the show's scene on the programme, nothing muted or missing, the stream on its way to the platform, in time."""

from functools import partial

from rigcheck import metrics as m
from rigcheck.check import Check
from rigcheck.checks.host import limit_disk
from rigcheck.checks.route import obs_address
from rigcheck.measure.obs import measure_obs
from rigcheck.model import Impact, Limit, Metric, Need, OneOf, Span, Stage
from rigcheck.profile import Setting
from rigcheck.samples import ObsAddress, ObsRequest

OBS_DELAY_S = 20.0
"""The stream delay that OBS proposes when it is switched on."""


def ask_obs(setting: Setting, name: str) -> ObsRequest:
    """OBS's state; the spare's also against the main one's."""
    main = setting.main_of("obs")
    compare = obs_address(setting, main) if name != main else None
    address = obs_address(setting, name) or ObsAddress("ws://127.0.0.1:4455")
    return ObsRequest(name, address, compare, setting.profile.push.trial_hosts())


def limit_virtualcam(setting: Setting, name: str, metric: Metric) -> Limit | None:
    """A companion application takes its picture from OBS's virtual camera; nobody else needs it."""
    del name, metric
    return Limit(OneOf((True,))) if setting.profile.show.pusher == "companion" else None


def limit_scene(setting: Setting, name: str, metric: Metric) -> Limit | None:
    """Before the show another scene, Standby, may well be on: worth a word, no more."""
    del name, metric
    return None if setting.stage is Stage.GO else Limit(OneOf((True,)), OneOf((True, False)))


def limit_key(setting: Setting, name: str, metric: Metric) -> Limit | None:
    """Platforms give keys out shortly before a show; then OBS cannot push without one."""
    del name, metric
    is_due = setting.stage is Stage.GO and setting.profile.show.pusher == "obs"
    return Limit(OneOf((True,))) if is_due else None


def limit_target(setting: Setting, name: str, metric: Metric) -> Limit | None:
    """Where OBS itself pushes, it must push to the platform."""
    del name, metric
    return Limit(OneOf((False,))) if setting.profile.show.pusher == "obs" else None


def limit_delay(setting: Setting, name: str, metric: Metric) -> Limit:
    """None at all for a show that answers its viewers at once; else what OBS proposes is only worth a word."""
    del name, metric
    return Limit(Span(None, 0.0), None if setting.profile.show.low_latency else Span(None, OBS_DELAY_S))


_check = partial(Check, section="obs", ask=ask_obs, measure=measure_obs, impact=Impact.DEGRADE)

OBS_CHECKS: tuple[Check, ...] = (
    _check(id="obs.link", metrics=(m.OBS_REACHABLE,), impact=Impact.STOP),
    _check(id="obs.scene", metrics=(m.OBS_SCENE,), impact=Impact.STOP, limit_of=limit_scene, minutes=1),
    _check(id="obs.muted", metrics=(m.OBS_MUTED,), impact=Impact.STOP, minutes=1),
    _check(id="obs.silent", metrics=(m.OBS_SILENT,), needs=frozenset({Need.HOST})),
    _check(id="obs.names", metrics=(m.OBS_MISSING,), impact=Impact.STOP, minutes=3),
    _check(id="obs.profile", metrics=(m.OBS_PROFILE,), minutes=1),
    _check(id="obs.collection", metrics=(m.OBS_COLLECTION,), minutes=1),
    _check(id="obs.media", metrics=(m.OBS_MEDIA,), minutes=3),
    _check(id="obs.virtualcam", metrics=(m.OBS_VIRTUALCAM,), impact=Impact.STOP, limit_of=limit_virtualcam, minutes=1),
    _check(id="obs.canvas", metrics=(m.OBS_CANVAS,), minutes=3),
    _check(id="obs.target", metrics=(m.OBS_TEST_TARGET,), impact=Impact.STOP, limit_of=limit_target),
    _check(id="obs.key", metrics=(m.OBS_KEY,), impact=Impact.STOP, limit_of=limit_key, minutes=1),
    _check(id="obs.late", metrics=(m.OBS_SKIPPED,), minutes=3),
    _check(id="obs.dropped", metrics=(m.OBS_DROPPED,), minutes=5),
    _check(id="obs.reconnecting", metrics=(m.OBS_RECONNECTING,), impact=Impact.STOP, minutes=3),
    _check(id="obs.delay", metrics=(m.OBS_DELAY,), limit_of=limit_delay, minutes=1),
    _check(id="obs.disk", metrics=(m.OBS_DISK,), limit_of=limit_disk, minutes=5),
    _check(id="obs.log", metrics=(m.OBS_LOG,), minutes=5),
    _check(id="obs.plan", metrics=(m.OBS_SETTINGS_DIFFER,), minutes=5),
    _check(id="obs.spare", metrics=(m.OBS_SPARE_DIFFERS,), impact=Impact.BACKUP, minutes=10),
)
