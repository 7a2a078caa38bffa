"""A recorded room to plan for: the good room of the fixtures, with an upload and encoder trials beside its picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from command import ROOT
from evidence_made import trials

from rigcheck.encoder_state import EncoderTrials
from rigcheck.errors import NotSeen
from rigcheck.samples import Sample
from rigcheck.sources.store import read_recording, write_recording
from rigcheck.uplink_state import UplinkTrace

GOOD = ROOT / "tests" / "fixtures" / "good"
PROFILE = """\
room: beauty-3
show: {platforms: [taobao], orientation: portrait, pusher: obs}
camera: {main: {device: "Logitech BRIO", mode: 1280x720@30, rotate: 90}}
"""


def trace(kbps: float, seconds: float = 12.0, **changes: Any) -> UplinkTrace:
    """A steady upload counted at the receiver, with quiet round trips of 30 ms and no loss."""
    t_s = np.arange(1, round(seconds * 10) + 1) / 10
    arrived = np.full(t_s.size, round(kbps * 100 / 8), np.int64)
    made = UplinkTrace(
        method="http",
        counted="receiver",
        t_s=t_s,
        arrived=arrived,
        sent_bytes=int(arrived.sum()),
        paced_kbps=None,
        ended="duration",
        idle_rtt_ms=np.full(20, 30.0),
        loaded_rtt_ms=np.full(20, 45.0),
        transit_ms=np.full(20, 15.0),
        probes_sent=400,
        probes_lost=0,
    )
    return replace(made, **changes)


def tried() -> EncoderTrials:
    """The trials at the size of the room's camera: 720x1280."""
    made = trials(times=0.5)
    return replace(made, trials=tuple(replace(each, width_px=720, height_px=1280) for each in made.trials))


def plan_room(
    folder: Path, samples: Mapping[str, Sample | NotSeen], profile: str = "", drop: tuple[str, ...] = ()
) -> Path:
    """The good room's camera and sound against picture in a room of its own; `profile` is further YAML."""
    recording = read_recording(GOOD)
    outcomes = {key: recording.outcomes[key] for key in ("camera@main", "sync@main") if key not in drop}
    made = replace(recording, profile=PROFILE + profile, outcomes={**outcomes, **samples}, synthetic=True)
    write_recording(folder, made, "test")
    return folder
