"""A link with weather: carries packets between two tun devices with delay, jitter, loss and a narrow rate.

Its argument is a JSON file {"up": {...}, "down": {...}}, re-read every 0.1 s: delay and jitter in s, loss 0-1, rate in
bit/s, buffer in s. It makes `sky0` and `sky1` where it runs and says so; whoever started it puts them where they belong.
"""

import fcntl
import heapq
import json
import os
import random
import select
import struct
import sys
import time
from pathlib import Path

SET_TUN, TUN, BARE = 0x400454CA, 0x0001, 0x1000
BATCH, LOOK_S, SPIN_S = 64, 0.1, 0.0005


def open_end(name):
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(end, SET_TUN, struct.pack("16sH", name.encode(), TUN | BARE))
    return end


class Sky:
    """Both directions of the link; packets wait in one heap by the time they come out at."""

    def __init__(self, path):
        self.path, self.look_at = path, 0.0
        self.ends = [open_end("sky0"), open_end("sky1")]
        self.busy, self.waiting, self.number = [0.0, 0.0], [], 0
        self.poll = select.epoll()
        for end in self.ends:
            self.poll.register(end, select.EPOLLIN)

    def look(self, now):
        if now > self.look_at:
            found = json.loads(self.path.read_text())
            self.weather, self.look_at = (found["up"], found["down"]), now + LOOK_S

    def due(self, direction, packet, now):
        """When a packet comes out at the other end; None where it is lost."""
        weather = self.weather[direction]
        if random.random() < weather.get("loss", 0):
            return None
        at = now
        if weather.get("rate"):
            start = max(now, self.busy[direction])
            if start - now > weather.get("buffer", 0.2):
                return None
            at = self.busy[direction] = start + len(packet) * 8 / weather["rate"]
        return at + max(0.0, random.gauss(weather.get("delay", 0), weather.get("jitter", 0)))

    def take(self, end):
        direction = self.ends.index(end)
        for _ in range(BATCH):
            try:
                packet = os.read(end, 65536)
            except BlockingIOError:
                return
            at = self.due(direction, packet, time.monotonic())
            if at is not None:
                self.number += 1
                heapq.heappush(self.waiting, (at, self.number, 1 - direction, packet))

    def give(self, now):
        while self.waiting and self.waiting[0][0] <= now:
            _, _, direction, packet = heapq.heappop(self.waiting)
            try:
                os.write(self.ends[direction], packet)
            except OSError:
                continue

    def carry(self):
        while True:
            now = time.monotonic()
            self.look(now)
            patience = min(LOOK_S, max(0.0, self.waiting[0][0] - now)) if self.waiting else LOOK_S
            for end, _ in self.poll.poll(patience if patience > SPIN_S else 0):
                self.take(end)
            self.give(time.monotonic())


if __name__ == "__main__":
    sky = Sky(Path(sys.argv[1]))
    sys.stdout.write("made\n")
    sys.stdout.flush()
    sky.carry()
