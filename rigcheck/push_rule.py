"""The rules of a push plan: every constant of the procedure in one table, which a room may override in its profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt, Le, Lt

Share = Annotated[float, Gt(0), Lt(1)]
Factor = Annotated[float, Gt(0), Le(4)]


@dataclass(frozen=True, slots=True)
class PushRules:
    """Constants of the procedure; where each comes from is told by `rigcheck.recommend.rule`."""

    headroom: Share = 0.70  # of the measured upload: OBS takes 0.70 where its own test was not carried
    weak_headroom: Share = 0.50  # with weak evidence, a shared or metered line, or a swelling queue
    bloat_ms: Annotated[float, Gt(0)] = 200.0  # rise of the round trip under load: OBS begins to react to its queue
    loss_from_pct: Annotated[float, Gt(0), Lt(100)] = 0.1  # idle loss from which one TCP flow is capped
    runs_needed: Annotated[int, Ge(2)] = 5  # stored tests from which their 10th percentile counts
    age_min: Annotated[float, Gt(0)] = 15.0  # how long the last test stands in for one of now
    talking_head: Factor = 0.75  # need of the content, times OBS's formula
    demo: Factor = 1.0
    motion: Factor = 1.3
    hardware: Annotated[float, Ge(1), Le(4)] = 1.14  # need of hardware encoders other than NVENC
    cores_share: Share = 0.5  # of the processor, for the encoder: capture, compositing and chat need the rest
    speed: Annotated[float, Ge(1), Le(10)] = 1.5  # times real time
    audio_kbps: Annotated[int, Ge(32), Le(320)] = 160
    keyint_s: Annotated[float, Ge(0.5), Le(4)] = 2.0
    low_latency_keyint_s: Annotated[float, Ge(0.5), Le(4)] = 1.0
    degraded: Share = 0.6  # of the plan's rate, for the tier that keeps a failing line alive
    noise_sigma: Annotated[float, Gt(0)] = 3.0  # 8-bit codes, from which light comes before bits
    sync_early_ms: Annotated[float, Le(0)] = -15.0  # sound so early, or
    sync_late_ms: Annotated[float, Ge(0)] = 45.0  # so late, is left as it is
    saving: Share = 0.85  # the next lower rate that is tried
    saving_db: Annotated[float, Gt(0)] = 0.3  # XPSNR it may cost
