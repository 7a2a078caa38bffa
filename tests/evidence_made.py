"""Evidence and wishes made by hand, for the tests of the push plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rigcheck.encoder_state import EncoderTrials, Trial
from rigcheck.platform import Fact, Origin, Platform
from rigcheck.push_plan import PushPlan
from rigcheck.recommend.decide import recommend
from rigcheck.recommend.evidence import CameraSeen, Evidence, LineSeen
from rigcheck.recommend.wish import Wish

CAMERA = CameraSeen(1080, 1920, 1080, 1920, fps=60.0, noise_sigma=1.2)
MADE = Origin("official", "a page made for the tests", "2026-11-22")
CPU_MS = {"superfast": 4.0, "veryfast": 6.0, "faster": 10.0, "medium": 20.0}


def line(upload_kbps: float, **changes: Any) -> LineSeen:
    return replace(LineSeen(upload_kbps), **changes)


def capped(*caps: int | None) -> tuple[Platform, ...]:
    """Platforms of which nothing is known but the most bit rate."""
    return tuple(
        Platform(f"p{at}", f"Platform {at}", max_kbps=Fact(cap, MADE) if cap else None) for at, cap in enumerate(caps)
    )


def trials(cores: int = 8, wall_fps: float = 240.0, times: float = 1.0, **changes: Any) -> EncoderTrials:
    """x264's four presets at 1080x1920, each as costly as `CPU_MS` says, times `times`."""
    tried = tuple(
        Trial("x264", preset, 1080, 1920, 30.0, 4450, wall_fps, cpu_ms * times) for preset, cpu_ms in CPU_MS.items()
    )
    return replace(EncoderTrials(tried, {}, cores, 0.4, 90), **changes)


def plan_for(upload_kbps: float, wish: Wish, camera: CameraSeen | None = CAMERA, **line_changes: Any) -> PushPlan:
    return recommend(wish, Evidence(main=line(upload_kbps, **line_changes), camera=camera, trials=trials()))
