"""How long a live preflight takes beyond its longest chain of acquisitions, and what replaying a room costs.

Run: `PYTHONPATH=tests python tests/bench/bench_preflight.py` (needs PulseAudio, NUT and FFmpeg, as the tests do).
Owed: at most 1.0 s beyond the chain; a full replay under 1.5 s of CPU; --version 2x and --help 14x a bare interpreter.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from command import ROOT, command, environment
from services_nut import Upsd
from services_pulse import pulse, tone
from services_video import make_clip, mjpeg

TIMED = """
import sys, time
from rigcheck.cli import probe
class Timed(probe.Progress):
    def began(self, request):
        self.chains = getattr(self, "chains", {}) ; self.starts = getattr(self, "starts", {})
        self.starts[request] = time.monotonic()
    def ended(self, request, outcome):
        took = time.monotonic() - self.starts[request]
        self.chains[request.resource] = self.chains.get(request.resource, 0) + took
    def __exit__(self, *error):
        longest = max(self.chains, key=self.chains.get)
        print("CHAIN", longest.split(":")[0], self.chains[longest], file=sys.stderr)
        return super().__exit__(*error)
probe.Progress = Timed
from rigcheck.cli.main import run_command_line
sys.exit(run_command_line(sys.argv[1:]))
"""


def cpu_s(arguments: list[str], env: dict[str, str], runs: int = 5) -> float:
    """The least CPU seconds of several runs, children included."""
    least = float("inf")
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(arguments, env=env, stdout=subprocess.DEVNULL, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        least = min(least, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return least


def bench_start_up(home: Path) -> None:
    env = environment(home)
    bare = cpu_s([sys.executable, "-c", "pass"], env)
    for option in ("--version", "--help"):
        print(f"{option}: {cpu_s(command(option), env) / bare:.1f} times a bare interpreter ({bare * 1000:.0f} ms)")
    print(f"replay of demo:good: {cpu_s(command('preflight', '--replay', 'demo:good'), env, 3):.2f} s of CPU")


def bench_live(home: Path) -> None:
    clip = make_clip(home / "clip.mp4")
    with pulse(home / "pulse") as sound, Upsd() as ups, mjpeg(clip) as (camera, _), sound.playing(tone()):
        room = home / "room.yaml"
        room.write_text(
            f'camera: {{main: {{device: "{camera}"}}}}\nmic: {{main: {{device: pulse}}}}\n'
            f'power: {{ups: {{nut: "{ups.address}"}}}}\n'
        )
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", TIMED, "preflight", str(room), "--allow-on-air"],
            env={**environment(home), **sound.environment, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        took_s = time.monotonic() - began
    chain = next(line for line in done.stderr.splitlines() if line.startswith("CHAIN")).split()
    print(f"live preflight: {took_s:.2f} s, its longest chain ({chain[1]}) {float(chain[2]):.2f} s:", end=" ")
    print(f"{took_s - float(chain[2]):.2f} s beyond it")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pulse").mkdir()
        bench_start_up(Path(folder))
        bench_live(Path(folder))
