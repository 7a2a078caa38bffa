"""Profiles as text: the whole of the contract, and what the loader says of a file."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from rigcheck.errors import Exit
from rigcheck.loading import ProfileError, load_profile

SKETCH = """
room: beauty-3
site: hangzhou-2f
show: {platforms: [taobao], orientation: portrait, starts: "20:00", hours: 4, content: talking-head, pusher: obs, low_latency: false}
camera:
  main:   {device: "Logitech BRIO", mode: 1920x1080@30, rotate: 90, crop: centre,
           subject: [0.3, 0.2, 0.4, 0.5], product: [0, 0, 1, 1], backdrop: green, anchor: [0.1, 0.1, 0.1, 0.1],
           grey: [0, 0.9, 0.1, 0.1], chart: [[0.5, 0.8], [0.9, 0.8], [0.9, 1], [0.5, 1]]}
  backup: {device: 0, mode: 1280x720@29.97, crop: [0.7, 0, 0.3, 1]}
mic:     {main: {device: "Wireless GO II", layout: mono, speak_s: 8, quiet_s: 4}, backup: {device: "obs:Lav 1"}}
network:
  main:   {interface: eth0, shared: true}
  backup: {via: router, far_end_port: 8081}
  engines: [http, iperf3, speedtest-cli]
  http: {url: "http://far-end.example:8080"}
power:   {ups: {nut: "ups@127.0.0.1:3493"}, b: {apcupsd: "127.0.0.1:3551"}, c: {os: true}, d: {silent: "SANTAK TG1000", bought: 2023-05}}
obs:     {url: "ws://127.0.0.1:4455", password: env:OBS_PASSWORD, profile: taobao-1, collection: rooms, scene: Live, scenes: [Live, Standby], inputs: [Cam 1, Lav 1]}
push:    {url: rtmp://live.example/app, key: env:STREAM_KEY, test: {url: rtmp://127.0.0.1/live, key: file:/etc/key}}
backends: [{name: coupons, url: https://shop.example/ok, status: 200, within_ms: 800}]
checklist: [goods on the table, packs charged, second phone logged in]
host:    {record_to: /data}
limits:  {mic.loudness_lufs: {ok: [-18, -13], warn: [-24, -10]}, camera.fps: {ok: [29.5, 30.5], warn: [28, null]},
          power.on_mains: {ok: [true, false]}, camera.levels: {ok: [full], warn: [full, limited]}}
waivers: [{check: light.evenness, until: 2026-12-31, why: lamp on order}]
require_backup: false
backup:
  network: {line: backup}
  camera:  {device: backup, obs_input: Cam 2}
  mic:     {device: backup, obs_input: Lav 2}
  power:   {ups: main, keeps_up: [router, camera, light, pc], minutes: 15}
  content: {obs_scene: Standby, file: media/standby.mp4, notice: "主播马上回来"}
far_end: {url: "rtmp://127.0.0.1/live/room3"}
drills:
  - name: camera-lost
    covers: camera
    before: [camera.fps, far_end.picture]
    fault:
      - {obs_input_off: {input: Cam 1}}
      - {ask: "拔掉1号机的 HDMI", who: 技术, at: room}
    switch:
      - {obs_scene: {scene: Cam 2}, who: 场控, at: obs.main, deadline_s: 5}
    restore:
      - {obs_input_on: {input: Cam 1}}
    within:  {detect_s: 3, switch_s: 5, outage_s: 8, restore_s: 20}
    crew:    {场控: "切到2号机位", 主播: "继续讲解"}
    notice:  "画面切换中,马上回来"
"""


def writer(folder: Path) -> Callable[..., Path]:
    """A function that writes text or bytes into a file of the folder."""

    def write(text: str | bytes, name: str = "room.yaml") -> Path:
        path = folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def issues(path: Path, **options) -> list[str]:
    """The issues as printed, without the folder."""
    with pytest.raises(ProfileError) as caught:
        load_profile(path, **options)
    assert caught.value.exit_code == Exit.BAD_INPUT
    assert caught.value.message.params["count"] == len(caught.value.issues)
    return [str(issue).replace(f"{path.parent}{os.sep}", "") for issue in caught.value.issues]
