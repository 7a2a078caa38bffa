"""From a run's report and samples to what a plan is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from rigcheck import metrics as m
from rigcheck.encoder_state import EncoderTrials
from rigcheck.model import Measurement, Metric, Report
from rigcheck.profile import CameraDevice, Setting
from rigcheck.recommend.camera import shown_of
from rigcheck.recommend.evidence import CameraSeen, EarlierTest, Evidence, LineSeen
from rigcheck.samples import CameraClip, Sample
from rigcheck.uplink import Line

_MOBILE = ("wwan", "wwp", "rmnet", "usb")
"""How Linux calls interfaces of modems and tethered phones."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What earlier runs left of a line: their uploads, and the last one with its age in minutes where it is fresh."""

    tests: tuple[EarlierTest, ...] = ()
    last: EarlierTest | None = None
    age_min: float | None = None


def evidence_of(
    report: Report, setting: Setting, samples: Mapping[str, Sample], stored: Mapping[str, Stored]
) -> Evidence:
    """The figures of the main devices and the backup line. `samples` by request key, `stored` by the line's name."""
    seen = {(taken.measurement.metric.id, taken.device): taken.measurement for taken in report.taken}
    main = setting.main_of("network")
    spare = next((name for name in setting.names("network") if name != main), None)
    trials = samples.get("encoder@main")
    sync = _value(seen, m.SYNC_OFFSET, "main")
    return Evidence(
        main=_line(main, setting, seen, stored.get(main, Stored())),
        backup=_line(spare, setting, seen, stored.get(spare, Stored())) if spare else None,
        camera=_camera(setting, samples, seen),
        trials=trials if isinstance(trials, EncoderTrials) and trials.trials else None,
        offset_ms=sync,
    )


_Seen = Mapping[tuple[str, str], Measurement]


def _value(seen: _Seen, metric: Metric, device: str) -> float | None:
    found = seen.get((metric.id, device))
    is_number = found is not None and isinstance(found.value, int | float) and not isinstance(found.value, bool)
    return float(cast("float", found.value)) if found is not None and is_number else None


def _line(name: str, setting: Setting, seen: _Seen, stored: Stored) -> LineSeen | None:
    """The line by this run's test, else by the last one while it is fresh; None where there is neither."""
    worst, mean = seen.get((m.NETWORK_UPLOAD_P5.id, name)), seen.get((m.NETWORK_UPLOAD.id, name))
    told = worst if worst is not None and worst.value is not None else mean
    line = cast("Line", setting.device("network", name))
    upload = _value({("", ""): told}, Metric(""), "") if told is not None else None
    is_old = upload is None
    if upload is None and stored.last is not None and stored.age_min is not None:
        upload = stored.last.upload_kbps
    if upload is None:
        return None
    loss = seen.get((m.NETWORK_LOSS.id, name))
    return LineSeen(
        upload_kbps=upload,
        is_estimate=not is_old and (told is mean or (told is not None and told.params.get("counted") == "sender")),
        at_least=bool(told.params.get("at_least")) if told is not None and not is_old else False,
        age_min=stored.age_min if is_old else None,
        earlier=stored.tests,
        rtt_ms=_value(seen, m.NETWORK_RTT, name),
        loaded_rtt_ms=_value(seen, m.NETWORK_LOADED_RTT, name),
        loss_pct=None if loss is None or loss.estimate else _value(seen, m.NETWORK_LOSS, name),
        shared=line.shared,
        metered=line.max_mb is not None or (line.interface or "").startswith(_MOBILE),
    )


def _camera(setting: Setting, samples: Mapping[str, Sample], seen: _Seen) -> CameraSeen | None:
    name = setting.main_of("camera")
    clip = samples.get(f"camera@{name}")
    if not isinstance(clip, CameraClip) or min(clip.width_px, clip.height_px) <= 0:
        return None
    device = setting.profile.camera.get(name, CameraDevice())
    whole = shown = (clip.width_px, clip.height_px)
    if clip.via != "obs-record":  # OBS's canvas is what is sent; what it is put together from cannot be seen
        shown = shown_of(*whole, device.crop, setting.profile.show.orientation)
    noise, fps = _value(seen, m.CAMERA_NOISE, name), _value(seen, m.CAMERA_FPS, name)
    return CameraSeen(*whole, *shown, fps=fps if clip.clock != "shots" else None, noise_sigma=noise)
