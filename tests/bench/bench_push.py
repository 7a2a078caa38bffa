"""What a trial push costs beside encoding the same picture.

Run: `PYTHONPATH=tests python tests/bench/bench_push.py` (needs nginx with its RTMP module, as the tests do).
Owed: a push's own CPU is small beside the encode: under a fifth of it.
"""

import os
import tempfile
from pathlib import Path

from services_rtmp import KEY, ingest

from rigcheck.ingest_state import PushRequest
from rigcheck.profile import Secret
from rigcheck.push_plan import Target
from rigcheck.sources.trial_push import push_trial

TARGETS = (Target(540, 960, 30.0, 1500, 128), Target(720, 1280, 30.0, 2500, 128), Target())
SECONDS = 6.0


def bench(url: str, stat: str, target: Target) -> None:
    key = Secret("env:RIGCHECK_BENCH_KEY")
    trace = push_trial(PushRequest("main", url, key, stat=stat, target=target, seconds=SECONDS))
    push_pct, encode_pct = 100 * trace.push_cpu_s / SECONDS, 100 * trace.encode_cpu_s / trace.gop_s
    size = f"{target.width_px}x{target.height_px}@{target.fps:g} {target.video_kbps} kbit/s"
    print(f"{size}: pushing {push_pct:.1f} % of a core, encoding {encode_pct:.0f} %, ratio {push_pct / encode_pct:.2f}")


if __name__ == "__main__":
    os.environ["RIGCHECK_BENCH_KEY"] = KEY
    with tempfile.TemporaryDirectory() as folder, ingest(Path(folder) / "nginx") as server:
        for wanted in TARGETS:
            bench(server.url, server.stat, wanted)
