"""What watching the far end costs, and how soon its rule notices a cut, beside a rule that polls a server's statistics.

Run: `PYTHONPATH=tests python tests/bench/bench_far_end.py` (needs ffmpeg and nginx with its RTMP module, as the tests do).
Owed: reading 1080p30 H.264 costs under 22 % of one core decoding every frame, under 2 % decoding key frames alone. The
polling rule is NOALBS's: a reading of the bit rate each second, five equal ones in a row, low under 500 kbit/s, after
the server's own mean; ours notices the same cuts several times sooner, with no false alarm on a line that is noisy and
healthy.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import numpy as np
import psutil
from services_live import on_air
from services_rtmp import ingest
from viewer_made import cut, programme

from rigcheck.measure.outage import spells
from rigcheck.sources.viewer import watching
from rigcheck.viewer_state import ViewerTrace

SECONDS = 20.0
SIZE, KBPS = "1920x1080", 4000
POLL_S, EQUAL, LOW_KBPS, MEAN_S = 1.0, 5, 500.0, 10.0
"""NOALBS: `retryAttempts` 5 of its example, `low` 500 of its README; nginx-rtmp's own mean is over 10 s."""


def textured(folder: Path) -> Path:
    """A minute like a camera's: fine texture that moves, with noise, in H.264 as OBS makes it; test charts flatter."""
    clip = folder / "show.mp4"
    picture = f"mandelbrot=s={SIZE}:r=30:start_scale=2:end_scale=0.05:end_pts=600,noise=alls=6:allf=t"
    rate = ("-b:v", f"{KBPS}k", "-maxrate", f"{KBPS}k", "-bufsize", f"{KBPS}k", "-g", "60", "-bf", "2")
    code = ("-c:v", "libx264", "-preset", "veryfast", *rate, "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "160k")
    made = ("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", "sine=440:r=48000", "-t", "12")
    subprocess.run(["ffmpeg", "-v", "error", "-y", *made, *code, str(clip)], check=True, timeout=600)
    return clip


@contextmanager
def playing(clip: Path, url: str) -> Iterator[None]:
    """The clip over and over, in real time, not encoded again."""
    loop = [
        "ffmpeg",
        "-v",
        "error",
        "-nostdin",
        "-re",
        "-stream_loop",
        "-1",
        "-i",
        str(clip),
        "-c",
        "copy",
        "-f",
        "flv",
    ]
    with subprocess.Popen([*loop, url]) as process:
        time.sleep(2)
        try:
            yield
        finally:
            process.kill()


async def cost_pct(url: str, *, every_frame: bool) -> tuple[float, int]:
    """Percent of one core that the reader's process uses, and how many frames came meanwhile."""
    async with watching(url, None, every_frame=every_frame) as watch:
        (reader,) = (
            each for each in psutil.Process().children() if "rigcheck.sources.viewer_reader" in " ".join(each.cmdline())
        )
        await anyio.sleep(2)  # its start does not count
        before, began_s = reader.cpu_times(), time.monotonic()
        await anyio.sleep(SECONDS)
        after, took_s = reader.cpu_times(), time.monotonic() - began_s
        came = watch.seen.trace(time.monotonic()).t_s
    used_s = after.user + after.system - before.user - before.system
    return 100 * used_s / took_s, int((came > began_s).sum())


def bench_cost() -> None:
    with tempfile.TemporaryDirectory() as folder, ingest(Path(folder) / "nginx") as server:
        url = f"{server.open_url}/bench"
        with playing(textured(Path(folder)), url):
            for every_frame, owed in ((True, 22.0), (False, 2.0)):
                pct, frames = anyio.run(lambda every=every_frame: cost_pct(url, every_frame=every))
                how = "every frame" if every_frame else "key frames "
                print(f"{how}: {pct:5.2f} % of a core ({frames} frames in {SECONDS:g} s; owed under {owed:g} %)")


def noticed_by_us(trace: ViewerTrace, at_s: float) -> float | None:
    """Seconds from the cut until our rule is sure."""
    return min((spell.seen_s - at_s for spell in spells(trace) if spell.seen_s > at_s), default=None)


def polled(trace: ViewerTrace, mean_s: float) -> list[float]:
    """When the polling rule says low, once for each time that it does."""
    alarms, low = [], 0
    for now_s in np.arange(trace.from_s + mean_s, trace.until_s, POLL_S):
        inside = (trace.bytes_t_s > now_s - mean_s) & (trace.bytes_t_s <= now_s)
        kbps = 8 * float(trace.bytes_n[inside].sum()) / 1000 / mean_s
        low = low + 1 if kbps < LOW_KBPS else 0
        if low == EQUAL:
            alarms.append(float(now_s))
    return alarms


def noisy(seed: int, seconds: float = 300.0) -> ViewerTrace:
    """A healthy line that is noisy: jitter, stops of up to 0.35 s as TCP's first retransmissions make them, dips.

    Pictures that stand for up to 1.8 s, blinks of black under 0.45 s, and pauses in speech of up to 1.8 s are in it too.
    """
    random = np.random.default_rng(seed)
    trace = programme(seconds)
    came = trace.t_s + random.exponential(0.008, trace.t_s.size)
    for stop_s in _spread(random, trace, 6):
        held = (came >= stop_s) & (came < stop_s + random.uniform(0.05, 0.35))
        came[held] = came[held].max(initial=stop_s)
    came = np.maximum.accumulate(np.minimum(came, trace.until_s))
    dark, change, level = trace.dark.copy(), trace.change.copy(), trace.sound_dbfs.copy()
    for start_s in _spread(random, trace, 15):
        dark[(came >= start_s) & (came < start_s + random.uniform(0.1, 0.45))] = 1
    for start_s in _spread(random, trace, 20):
        change[(came >= start_s) & (came < start_s + random.uniform(0.5, 1.8))] = 0
    for start_s in _spread(random, trace, 10):
        level[(trace.sound_t_s >= start_s) & (trace.sound_t_s < start_s + random.uniform(0.3, 1.8))] = -75
    size = trace.bytes_n * random.uniform(0.1, 1.9, trace.bytes_n.size)
    return replace(trace, t_s=came, dark=dark, change=change, sound_dbfs=level, bytes_n=size.astype(np.int64))


def _spread(random: np.random.Generator, trace: ViewerTrace, every_s: float) -> np.ndarray:
    """Moments about so far apart, never so near that two hiccups become one."""
    starts = np.arange(trace.from_s + 5, trace.until_s - every_s, every_s)
    return starts + random.uniform(0, every_s / 2, starts.size)


def bench_rule() -> None:
    """Both rules on the same traces: cuts of 20 s in a noisy line; and the noisy line alone, an hour of it."""
    cuts = [(cut(noisy(seed, 60.0), at_s, at_s + 20), at_s) for seed, at_s in enumerate(np.linspace(125, 126, 20))]
    ours = [noticed for trace, at_s in cuts if (noticed := noticed_by_us(trace, at_s)) is not None]
    print(
        f"ours: {len(ours)} of {len(cuts)} cuts noticed, median {statistics.median(ours):.2f} s, worst {max(ours):.2f} s"
    )
    for mean_s, what in ((1.0, "with a rate of the last second"), (MEAN_S, "with nginx's mean of 10 s")):
        theirs = [min(at for at in polled(trace, mean_s) if at > at_s) - at_s for trace, at_s in cuts]
        middle = statistics.median(theirs)
        ratio = middle / statistics.median(ours)
        print(f"polling {what}: median {middle:.2f} s, worst {max(theirs):.2f} s, {ratio:.1f} times ours")
    hours = [noisy(seed) for seed in range(100, 112)]
    false = sum(len(spells(trace)) for trace in hours)
    print(
        f"false alarms in an hour of a noisy and healthy line: ours {false}, polling {sum(len(polled(t, 1.0)) for t in hours)}"
    )


async def real_cut(folder: Path) -> float:
    """A show that is killed: seconds until the eyes of a drill say so."""
    from rigcheck.drill_plan import FarEnd
    from rigcheck.drills.far_end import open_eyes
    from rigcheck.profile import Profile

    class Nobody:
        is_there = False

    with on_air(folder) as show:
        async with open_eyes(FarEnd(url=show.url), Profile(), Nobody(), None) as eyes:
            await anyio.sleep(1)
            began_s = eyes.now_s()
            show.stop()
            while eyes.glance().cause is None:  # noqa: ASYNC110 - as the performance itself looks
                await anyio.sleep(0.02)
            return eyes.now_s() - began_s


def bench_cut() -> None:
    with tempfile.TemporaryDirectory() as folder:
        took = [anyio.run(real_cut, Path(folder) / f"{number}") for number in range(5)]
    print(
        f"a push that is killed: noticed after {statistics.median(took):.2f} s, worst {max(took):.2f} s (owed under 1 s)"
    )


if __name__ == "__main__":
    for bench in {"cost": bench_cost, "rule": bench_rule, "cut": bench_cut}.items():
        if len(sys.argv) == 1 or bench[0] in sys.argv[1:]:
            bench[1]()
