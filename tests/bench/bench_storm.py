"""A thousand drills under random faults, signals and kills, against a world of files.

Run: `PYTHONPATH=tests python tests/bench/bench_storm.py [COUNT]`.
Owed: nothing left changed, and nothing changed that is not in the journal.

Prints how they ended, how many left something in the journal, and how many were still changed after `recover`: 0.
"""

import sys
import tempfile
import time
from pathlib import Path

from storm_pool import blow


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        drills = blow(Path(folder), count, timeout_s=1800)
        took_s = time.monotonic() - began
    print(f"{len(drills)} drills in {took_s:.0f} s")
    for what in ("killed", "signalled", "trouble", "changed", "pending"):
        print(f"  {what:10} {sum(bool(drill[what]) for drill in drills)}")
    lost = [drill["seed"] for drill in drills if drill["changed"] and not drill["pending"]]
    left = [drill["seed"] for drill in drills if drill["left"] or drill["still_pending"]]
    print(f"changed without a journal: {len(lost)} {lost}")
    print(f"left changed after recovering: {len(left)} {left}")
    sys.exit(1 if lost or left else 0)


if __name__ == "__main__":
    main()
