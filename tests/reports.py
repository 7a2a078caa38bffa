"""Reports made by hand for the tests of what people see: real checks, real judge, invented measurements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any

from rigcheck.checks import CHECKS
from rigcheck.judge import Case, find, overall, worst_first
from rigcheck.loading import load_limits
from rigcheck.metrics import METRICS
from rigcheck.model import (
    Impact,
    Limit,
    Measurement,
    OneOf,
    Params,
    ProfileRef,
    Reason,
    Report,
    Span,
    Stage,
    Taken,
    Waiver,
)

SHANGHAI = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 21, 19, 47, 54, tzinfo=SHANGHAI)
TODAY = date(2026, 11, 21)
Values = Mapping[str, Any]

GOOD: dict[str, Any] = {
    "mic.muted": False,
    "mic.loudness_lufs": -15.24,
    "mic.true_peak_dbtp": -3.13,
    "mic.loudness_range_lu": 5.2,
    "mic.momentary_max_lufs": -11.8,
    "mic.short_max_lufs": -13.4,
    "mic.speech_dbfs": -19.7,
    "mic.peak_dbfs": -3.4,
    "mic.noise_dbfs": -66.3,
    "mic.snr_db": 41.6,
    "mic.clipped_ppm": 0.0,
    "mic.clip_run": 1,
    "mic.dc_pct": 0.012,
    "mic.hum_dbfs": -82.4,
    "mic.hum_hz": Reason.NO_HUM,
    "mic.dropouts": 0,
    "mic.balance_db": Reason.MONO,
    "mic.polarity": Reason.MONO,
    "mic.bandwidth_hz": 15890.0,
    "mic.tone_dbfs": -91.2,
    "mic.echo_db": -44.0,
    "mic.reverb_s": Reason.NO_CLAP,
    "mic.rate_error_ppm": 11.0,
    "mic.taps": Reason.NOT_IN_PROFILE,
    "camera.width_px": 1080,
    "camera.height_px": 1920,
    "camera.fps": 29.97,
    "camera.fps_of_asked_pct": 99.9,
    "camera.jitter_ms": 1.21,
    "camera.dropped_pct": 0.0,
    "camera.duplicated_pct": 0.0,
    "camera.black_s": 0.0,
    "camera.frozen_s": 0.0,
    "camera.focus": 512.4,
    "camera.focus_ratio": Reason.NO_BASELINE,
    "camera.shift_pct": Reason.NO_BASELINE,
    "camera.haze_pct": Reason.NO_BASELINE,
    "camera.noise_sigma": 1.83,
    "camera.levels": "full",
    "camera.signal": True,
    "camera.cadence": "steady",
    "camera.together_pct": Reason.NOT_IN_PROFILE,
    "camera.match_de00": Reason.NOT_IN_PROFILE,
    "camera.first_frame_ms": 640.0,
    "light.mean_ire": 44.2,
    "light.subject_ire": 58.6,
    "light.highlights_pct": 0.31,
    "light.shadows_pct": 2.4,
    "light.product_highlights_pct": Reason.NOT_IN_PROFILE,
    "light.backlight_ratio": 0.82,
    "light.evenness": 0.87,
    "light.flicker_pct": 0.12,
    "light.flicker_hz": Reason.NO_FLICKER,
    "light.cast_pct": Reason.NO_BASELINE,
    "light.colour_error_de00": Reason.NOT_IN_PROFILE,
    "light.pumping_pct": 0.9,
    "sync.offset_ms": 12.0,
    "sync.drift_ms_per_min": 0.4,
    "obs.reachable": True,
    "obs.profile_ok": True,
    "obs.collection_ok": True,
    "obs.scene_ok": True,
    "obs.missing_names": 0,
    "obs.muted_inputs": 0,
    "obs.silent_inputs": 0,
    "obs.missing_media": 0,
    "obs.virtualcam_on": False,
    "obs.canvas_ok": True,
    "obs.target_is_test": False,
    "obs.key_set": True,
    "obs.skipped_pct": 0.0,
    "obs.dropped_pct": Reason.NOT_STREAMING,
    "obs.reconnecting": False,
    "obs.delay_s": 0.0,
    "obs.disk_free_gb": Reason.NOT_IN_PROFILE,
    "obs.log_warnings": 0,
    "obs.spare_differs": Reason.NOT_IN_PROFILE,
    "obs.settings_differ": 0,
    "network.upload_kbps": 18400.0,
    "network.upload_p5_kbps": 16900.0,
    "network.upload_uncertainty_pct": 3.1,
    "network.download_kbps": Reason.NOT_THIS_WAY,
    "network.rtt_ms": 18.4,
    "network.loaded_rtt_ms": 27.4,
    "network.bufferbloat_ms": 9.0,
    "network.responsiveness_rpm": 1400.0,
    "network.jitter_ms": 0.31,
    "network.loss_pct": 0.0,
    "network.dns_ms": 6.2,
    "network.connect_ms": 18.2,
    "network.tls_ms": 37.8,
    "network.mtu_bytes": 1500,
    "network.link_mbps": 1000.0,
    "network.up": True,
    "network.wifi": False,
    "network.isolated": True,
    "network.captive_portal": False,
    "ingest.accepted": True,
    "ingest.handshake_ms": 96.0,
    "ingest.certificate": "ok",
    "ingest.certificate_days": 71.0,
    "ingest.key_set": True,
    "ingest.differs": Reason.NOT_IN_PROFILE,
    "ingest.trial_held": True,
    "ingest.sustained_kbps": 4616.0,
    "ingest.received_kbps": 4584.0,
    "ingest.queue_ms": 10.8,
    "ingest.stalled_ms": 0.0,
    "ingest.reconnects": 0,
    "backend.ok": True,
    "backend.latency_ms": 143.0,
    "power.on_mains": True,
    "power.charge_pct": 100,
    "power.runtime_s": 1860.0,
    "power.load_pct": 23,
    "power.input_v": 231,
    "power.battery_low": False,
    "power.replace_battery": False,
    "power.overloaded": False,
    "power.stale": False,
    "power.battery_age_days": Reason.NOT_PUBLISHED,
    "power.condition": "normal",
    "host.on_air": False,
    "host.cpu_pct": 18.0,
    "host.gpu_pct": Reason.NOT_PUBLISHED,
    "host.cpu_pressure_pct": 0.4,
    "host.memory_available_mb": 9120.0,
    "host.disk_free_gb": 212.4,
    "host.throttled": False,
    "host.temperature_c": 54.0,
    "host.clock_offset_ms": 12.0,
    "host.sleep_after_min": Reason.NO_SLEEP,
    "host.reboot_pending": False,
    "host.on_battery": False,
}
"""A room in which all is well."""


@dataclass(frozen=True)
class Room:
    """What was measured on which devices, and under which conditions."""

    values: Values = field(default_factory=dict)
    spares: Mapping[tuple[str, str], Values] = field(default_factory=dict)  # (section, device) -> values
    params: Mapping[str, Params] = field(default_factory=dict)
    estimates: frozenset[str] = frozenset()
    limits: Mapping[str, Limit] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    stage: Stage = Stage.HOST
    report: Mapping[str, Any] = field(default_factory=dict)


def report_of(room: Room) -> Report:
    """The report of a room: every check on the main device and on the spares of its section."""
    limits = {
        **load_limits(),
        "camera.width_px": Limit(Span(1080, 1080), origin="profile"),
        "camera.height_px": Limit(Span(1920, 1920), origin="profile"),
        "host.disk_free_gb": Limit(Span(13.0, None), Span(10.8, None)),
        "host.sleep_after_min": Limit(Span(240, None)),
        "obs.target_is_test": Limit(OneOf((False,))),
        "obs.delay_s": Limit(Span(None, 0.0), Span(None, 20.0)),
        "obs.disk_free_gb": Limit(Span(13.0, None), Span(10.8, None)),
        **room.limits,
    }
    measured = {"main": _measured({**GOOD, **room.values}, room)}
    cases = [_case(check, "main", measured["main"], limits) for check in CHECKS if check.part != "checklist"]
    for (section, device), values in room.spares.items():
        measured[device] = {**measured.get(device, {}), **_measured(values, room)}
        cases += [_case(c, device, measured[device], limits) for c in CHECKS if c.section == section]
    findings = [find(case, room.waivers, TODAY) for case in cases]
    order = {check.id: position for position, check in enumerate(CHECKS)}
    fields: dict[str, Any] = {
        "command": "preflight",
        "started_at": NOW,
        "took_s": 6.13,
        "source": "live",
        "profile": ProfileRef("beauty-3", "profiles/beauty-3.yaml", "ab" * 32),
        "room": "beauty-3",
        "site": None,
        "platforms": ("taobao",),
        "orientation": "portrait",
        "stage": room.stage,
        "show_at": NOW.replace(hour=20, minute=0, second=0),
        "on_air": False,
        "status": overall(findings, require_backup=False),
        "findings": worst_first(findings, order),
        "taken": tuple(_taken(measured)),
        "not_checked": ("drills",),
    }
    return Report(**{**fields, **room.report})


def _measured(values: Values, room: Room) -> dict[str, Measurement]:
    return {key: _measurement(key, value, room) for key, value in values.items()}


def _measurement(key: str, value: Any, room: Room) -> Measurement:
    seen = (None, value) if isinstance(value, Reason) else (value, None)
    return Measurement(METRICS[key], *seen, estimate=key in room.estimates, params=room.params.get(key, {}))


def _case(check: Any, device: str, measured: Mapping[str, Measurement], limits: Mapping[str, Limit]) -> Case:
    impact = Impact.BACKUP if device.startswith("backup") else check.impact
    return Case(check, device, "device", impact, measured, limits)


def _taken(measured: Mapping[str, Mapping[str, Measurement]]) -> Iterable[Taken]:
    for device, values in measured.items():
        yield from (Taken(device, measurement, device == "main") for measurement in values.values())


def part(prefix: str, value: Any) -> dict[str, Any]:
    """The same value for all metrics of a part."""
    return {key: value for key in GOOD if key.startswith(f"{prefix}.")}


ROOM_LIMIT = {"mic.loudness_lufs": Limit(Span(-18, -13), Span(-24, -10), origin="profile")}
BACKLIT = Room(
    values={
        "mic.loudness_lufs": -31.04,
        "mic.hum_dbfs": -44.6,
        "mic.hum_hz": 50.0,
        "mic.clipped_ppm": 412.0,
        "mic.clip_run": 9,
        "light.subject_ire": 29.4,
        "light.backlight_ratio": 6.1,
        "light.highlights_pct": 12.8,
    },
    limits=ROOM_LIMIT,
)
NOTHING = Room(
    values={
        **part("mic", Reason.MISSING),
        **part("camera", Reason.TIMEOUT),
        **part("light", Reason.TIMEOUT),
        **part("sync", Reason.TIMEOUT),
        **part("obs", Reason.UNREACHABLE),
        **part("power", Reason.UNREACHABLE),
        **part("host", Reason.FAILED),
    },
    params={
        **part("mic", {"device": "Wireless GO II", "candidates": ("HDA Intel PCH", "USB Audio")}),
        **part("camera", {"device": "rtsp://10.0.0.7/live", "seconds": 17.0}),
        **part("light", {"device": "rtsp://10.0.0.7/live", "seconds": 17.0}),
        **part("sync", {"seconds": 22.0}),
        **part("obs", {"url": "ws://127.0.0.1:4455"}),
        **part("power", {"url": "nut://127.0.0.1:3493"}),
        **part("host", {"error": "PermissionError"}),
    },
    report={"on_air": None},
)
ROOMS: dict[str, Room] = {
    "good": Room(),
    "one-fault": Room(values={"mic.loudness_lufs": -31.04}, limits=ROOM_LIMIT),
    "backlit": BACKLIT,
    "on-battery": Room(
        values={
            "power.on_mains": False,
            "power.runtime_s": 270.0,
            "power.condition": "caution",
            "power.charge_pct": 61,
            "camera.frozen_s": 4.9,
            "camera.duplicated_pct": 100.0,
            **part("sync", Reason.NO_CLAP),
        },
        params={"power.condition": {"words": ("ALARM", "TRIM"), "alarm": "Replace battery!"}},
    ),
    "nothing": NOTHING,
    "waived": Room(
        values={"light.evenness": 0.41, "mic.snr_db": 12.0},
        estimates=frozenset({"mic.snr_db"}),
        waivers=(Waiver("light.evenness", date(2026, 12, 31), "lamp on order"),),
    ),
    "backup": Room(
        spares={
            ("camera", "backup"): {
                **{key: GOOD[key] for key in GOOD if key.startswith(("camera.", "light."))},
                "camera.width_px": 720,
                "camera.height_px": 1280,
            },
            ("mic", "backup"): {key: GOOD[key] for key in GOOD if key.startswith("mic.")},
            ("camera", "side"): {
                **{key: GOOD[key] for key in GOOD if key.startswith(("camera.", "light."))},
                "light.flicker_pct": 3.4,
            },
        },
    ),
    "bad-obs": Room(
        values={
            "obs.scene_ok": False,
            "obs.muted_inputs": 1,
            "obs.missing_names": 5,
            "obs.canvas_ok": False,
            "obs.target_is_test": True,
            "obs.log_warnings": 2,
        },
        params={
            "obs.scene_ok": {"wanted": "Live", "found": "Standby", "names": ("Standby",)},
            "obs.muted_inputs": {"names": ("Lav 1",)},
            "obs.missing_names": {"names": ("Cam 2", "Lav 2", "Top view", "Music", "Standby")},
            "obs.canvas_ok": {"base": "1920x1080", "what": ("orientation", "rate")},
            "obs.target_is_test": {"what": ("loopback",)},
            "obs.log_warnings": {"what": ("two-instances", "sample-rate")},
        },
    ),
    "on-air": Room(
        values={
            **part("camera", Reason.ON_AIR),
            **part("light", Reason.ON_AIR),
            **part("mic", Reason.ON_AIR),
            **part("sync", Reason.ON_AIR),
            "host.on_air": True,
            "host.cpu_pct": 82.0,
        },
        report={"on_air": True},
    ),
    "empty-room": Room(
        values={
            **dict.fromkeys(
                ("mic.loudness_lufs", "mic.speech_dbfs", "mic.snr_db", "mic.bandwidth_hz"), Reason.NEEDS_HOST
            ),
            **part("light", Reason.NEEDS_LIGHTS),
            **part("sync", Reason.NEEDS_HOST),
        },
        stage=Stage.ROOM,
    ),
}
"""The sample rooms, by name."""


def sample(name: str) -> Report:
    """The report of a sample room."""
    return report_of(ROOMS[name])
