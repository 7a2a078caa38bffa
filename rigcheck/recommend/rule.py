"""Where the rules of a plan come from: each constant's mark and source."""

from __future__ import annotations

from rigcheck.push_plan import Mark
from rigcheck.push_rule import PushRules

SOURCES: dict[str, tuple[Mark, str]] = {
    "headroom": ("obs", "OBS auto-configuration, AutoConfigTestPage.cpp: 70 % of a line that did not carry its test"),
    "weak_headroom": (
        "secondary",
        "vendors' guides: half of the measured upload where it is shared or little is known",
    ),
    "bloat_ms": ("obs", "OBS rtmp-stream.c: dynamic bit rate acts at 200 ms of queue"),
    "loss_from_pct": ("ours", "a loss under 1 in 1000 costs one TCP flow less than the head-room"),
    "runs_needed": ("ours", "a tenth percentile of fewer tests is their minimum"),
    "age_min": ("ours", "an uplink changes with its neighbours' evening"),
    "talking_head": ("ours", "bits per pixel of guides: 0.05-0.08 for little motion, 0.10-0.12 normal"),
    "demo": ("ours", "OBS's formula as it stands"),
    "motion": ("ours", "bits per pixel of guides: 0.15-0.25 for much motion"),
    "hardware": ("obs", "OBS auto-configuration: 1.14 for hardware encoders"),
    "cores_share": ("ours", "leaves half of the processor for capture, compositing and chat"),
    "speed": ("ours", "an encoder at the edge of real time drops frames at the first window that opens"),
    "audio_kbps": ("obs", "OBS's default for AAC stereo"),
    "keyint_s": ("official", "Twitch, YouTube and Facebook: a key frame every 2 s"),
    "low_latency_keyint_s": ("official", "Huawei Cloud Live: key frames every 1 s for low latency"),
    "degraded": ("ours", "keeps a line alive that lost a third"),
    "noise_sigma": ("ours", "x264 at CRF 23: noise of 4 codes takes 17 times the bits of noise of 2"),
    "sync_early_ms": ("secondary", "ATSC IS-191: sound at most 15 ms early"),
    "sync_late_ms": ("secondary", "ATSC IS-191: sound at most 45 ms late"),
    "saving": ("ours", "one step of a bit rate ladder"),
    "saving_db": ("ours", "a difference in XPSNR nobody sees"),
}
_DEFAULTS = PushRules()


def rule_origin(rules: PushRules, name: str) -> tuple[Mark, str]:
    """The mark and source of a rule; the room's own where its profile overrides it."""
    if getattr(rules, name) != getattr(_DEFAULTS, name):
        return "room", f"recommend.{name} in the room's profile"
    return SOURCES[name]
