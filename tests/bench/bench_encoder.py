"""How long a whole encoder trial takes: three portrait sizes of a generated room, then the same ones compared by XPSNR.

Run by hand: python tests/bench/bench_encoder.py, on a computer that does nothing else. Exits 1 above the limits.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import anyio

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from signals_video import film, write_video

from rigcheck.encoder_state import Candidate, EncoderRequest
from rigcheck.sources.encoder import try_encoders

SIZES = ((1080, 1920, 30, 4450), (720, 1280, 30, 2500), (540, 960, 30, 1500))
LIMIT_S = {"trial": 30.0, "comparison": 40.0}


def took_s(path, *, quality):
    """Seconds by the clock, workers and reading the clip included; what was tried is printed."""
    presets = ("veryfast",) if quality else Candidate(*SIZES[0]).presets
    candidates = tuple(Candidate(*size, presets) for size in SIZES)
    started_s = time.monotonic()
    found = anyio.run(try_encoders, EncoderRequest(device=str(path), candidates=candidates, quality=quality))
    elapsed_s = time.monotonic() - started_s
    for t in found.trials:
        seen = f"  {t.xpsnr_db:.1f} dB" if t.xpsnr_db else ""
        print(f"  {t.width_px}x{t.height_px} {t.encoder} {t.preset}: {t.wall_fps:.0f} fps, {t.cpu_ms:.1f} ms{seen}")
    return elapsed_s


def main():
    with tempfile.TemporaryDirectory() as folder:
        frames = film(95, height=1920, width=1080)
        path = write_video(Path(folder) / "room.mkv", frames, options={"preset": "ultrafast", "qp": "8"})
        print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        times = {"trial": took_s(path, quality=False), "comparison": took_s(path, quality=True)}
    for name, seconds in times.items():
        print(f"{name} of {len(SIZES)} sizes: {seconds:.1f} s (limit {LIMIT_S[name]:.0f})")
    return int(any(seconds > LIMIT_S[name] for name, seconds in times.items()))


if __name__ == "__main__":
    sys.exit(main())
