"""The good rooms that faults are injected into: the shipped one, and what it lacks for the checks of other rooms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import numpy as np

from rigcheck.encoder_state import EncoderTrials, Trial
from rigcheck.ingest_state import IngestState
from rigcheck.measure.obs_plan import planned
from rigcheck.model import Stage
from rigcheck.obs_state import ObsState
from rigcheck.profile import Box, Profile, Setting
from rigcheck.push_plan import Encode, PushPlan
from rigcheck.samples import AudioClip, HostState, OnAirState
from rigcheck.selftest.fault import Evidence, Scene
from rigcheck.uplink import Ingest

HOST = Box(0.36, 0.15, 0.28, 0.19)
"""Where the shipped picture has the host's face: the subject box of its profile."""
GOODS = Box(0.76, 0.10, 0.20, 0.40)
"""Where it has a shelf of goods."""
WALL = Box(0.22, 0.0, 0.56, 0.06)
"""Where it has bare wall."""
ENCODE = Encode(720, 1280, 30.0, 2500, audio_kbps=128)
"""What the shipped room's OBS is set to."""
PLAN = PushPlan(ENCODE, ("taobao",), "platform", "high", ())
SLEEPS_AFTER_MIN = 600.0
Furnish = Callable[[Setting, Evidence], Setting]


def as_shipped(setting: Setting, evidence: Evidence) -> Setting:
    """The setting as it is."""
    del evidence
    return setting


def all_of_it(evidence: Evidence) -> Evidence:
    """The evidence as it is."""
    return evidence


def in_profile(change: Callable[[Profile], Profile]) -> Furnish:
    """The setting with another profile."""
    return lambda setting, _: replace(setting, profile=change(setting.profile))


def _with_all(setting: Setting, evidence: Evidence) -> Setting:
    """Goods and wall marked, a stereo microphone, a plan, a spare OBS, and a backup ingest."""
    del evidence
    profile = _with_backup(setting.profile)
    profile = replace(
        profile,
        camera={"main": replace(profile.camera["main"], product=GOODS, backdrop=WALL)},
        mic={"main": replace(profile.mic["main"], layout="stereo")},
        obs={"main": profile.obs["main"], "spare": profile.obs["main"]},
    )
    return replace(setting, profile=profile, plan=PLAN)


def _with_backup(profile: Profile) -> Profile:
    return replace(profile, push=replace(profile.push, backup=Ingest("rtmps://backup.example/live", profile.push.key)))


def _evidence_of_all(evidence: Evidence) -> Evidence:
    """On air with the planned settings, a computer that sleeps some time, and what it can encode."""
    obs, host = cast("ObsState", evidence["obs@main"]), cast("HostState", evidence["host@main"])
    on_air = cast("OnAirState", evidence["on_air@main"])
    set_up = replace(obs, settings={**obs.settings, **planned(ENCODE)})
    trial = Trial("x264", "veryfast", 720, 1280, 30.0, 2500, wall_fps=140.0, cpu_ms=6.0)
    return {
        **_with_backup_seen(evidence),
        "mic@main": _in_stereo(cast("AudioClip", evidence["mic@main"])),
        "obs@main": replace(set_up, streaming=True, sent=(5_400, 5_445), dropped=(12, 12)),
        "obs@spare": replace(set_up, differs=()),
        "host@main": replace(host, sleep_after_min=SLEEPS_AFTER_MIN, never_sleeps=False),
        "on_air@main": replace(on_air, pushing=("obs",)),
        "encoder@main": EncoderTrials((trial,), {}, cores=8, load=0.4, frames=90),
    }


def _in_stereo(clip: AudioClip) -> AudioClip:
    """One voice in both channels, the right one a little lower."""
    left = clip.samples[:, 0]
    return replace(clip, samples=np.stack((left, np.float32(0.9) * left), axis=1), layout="stereo")


def _with_backup_seen(evidence: Evidence) -> Evidence:
    main = cast("IngestState", evidence["ingest@main"])
    return {**evidence, "ingest@backup": replace(main, main_key_set=True)}


def _with_virtual_camera(evidence: Evidence) -> Evidence:
    seen = {key: cast("ObsState", state) for key, state in evidence.items() if key.startswith("obs@")}
    return {**evidence, **{key: replace(state, virtualcam=True) for key, state in seen.items()}}


GOOD = Scene("good", as_shipped, all_of_it)
"""demo:good, as it is."""
FULL = Scene("full", _with_all, _evidence_of_all)
"""With everything that a room may have."""
GO = Scene(
    "go",
    lambda setting, seen: replace(in_profile(_with_backup)(setting, seen), stage=Stage.GO),
    _with_backup_seen,
)
"""The show starts in a moment, when more is wanted; with a backup ingest."""
COMPANION = Scene(
    "companion",
    in_profile(lambda profile: replace(profile, show=replace(profile.show, pusher="companion"))),
    _with_virtual_camera,
)
"""A platform's own application pushes what OBS's virtual camera shows."""
