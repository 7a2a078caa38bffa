"""Lists of devices in files: those of Windows and macOS are chosen from here as on such a PC; nobody is named in them.

The dumps in tests/devices are made by hand from documented formats: no such PC was at hand.
"""

import json
from dataclasses import replace
from pathlib import Path

import anyio
import psutil
import pytest
from command import ROOT, rigcheck
from rich.cells import cell_len

from rigcheck.errors import BadInputError, NotSeen
from rigcheck.model import Reason
from rigcheck.sources import device_dump
from rigcheck.sources.camera_address import Address, Camera, find_camera
from rigcheck.sources.device_dump import DeviceDump, dump_text, read_dump, take_dump
from rigcheck.sources.devices import Interface, Supply
from rigcheck.sources.mic_choice import choose_input, paste_names

FOLDER = ROOT / "tests" / "devices"
SYSTEMS = ("linux", "macos", "windows")
BARE = DeviceDump(schema=1, rigcheck="test", system="test")


@pytest.fixture(params=SYSTEMS)
def dump(request) -> DeviceDump:
    return read_dump(FOLDER / f"{request.param}.json")


def dumped(system: str) -> DeviceDump:
    return read_dump(FOLDER / f"{system}.json")


def unseen(work, *arguments) -> tuple[Reason, object]:
    with pytest.raises(NotSeen) as caught:
        work(*arguments)
    return caught.value.reason, caught.value.params.get("candidates")


def test_each_says_that_it_was_made_by_hand(dump) -> None:
    assert "by hand" in dump.note


@pytest.mark.parametrize(
    ("system", "device", "place"),
    [
        ("windows", None, ("MSMF", 0)),
        ("windows", "logitech brio", ("MSMF", 0)),
        ("windows", 2, ("MSMF", 2)),
        ("windows", r"\\?\usb#vid_534d&pid_2109&mi_00#serial3#{e5323777-f976-4f5b-9b55-b94699c46e44}\global", ("MSMF", 2)),
        ("windows", r"\\?\usb#vid_534d&pid_2109&mi_00#serial2#{65e8773d-8f56-11d0-a3b9-00a0c9223196}\global", ("DSHOW", 1)),
        ("macos", None, ("AVFOUNDATION", 0)),
        ("macos", "brio", ("AVFOUNDATION", 1)),
        ("macos", "0x1421000046d085e", ("AVFOUNDATION", 1)),
        ("linux", "Integrated Camera", ("V4L2", 2)),
        ("linux", "/dev/v4l/by-id/usb-046d_Logitech_BRIO_serial1-video-index0", ("V4L2", 0)),
    ],
)  # fmt: skip
def test_a_camera_is_found_among_those_of_another_system(system, device, place) -> None:
    found = find_camera(device, dumped(system).cameras)
    assert isinstance(found, Address)
    assert (found.backend, found.place) == place


def test_twins_on_windows_are_ambiguous_and_told_apart_by_their_paths() -> None:
    cameras = dumped("windows").cameras
    reason, candidates = unseen(find_camera, "USB Video", cameras)
    assert reason is Reason.AMBIGUOUS
    assert candidates == tuple(camera.path for camera in cameras if camera.name == "USB Video")[:2]


@pytest.mark.parametrize("system", SYSTEMS)
def test_obs_own_camera_is_refused_everywhere(system) -> None:
    assert unseen(find_camera, "OBS Virtual Camera", dumped(system).cameras)[0] is Reason.VIRTUAL


@pytest.mark.parametrize(
    ("system", "device", "name", "index"),
    [
        ("windows", None, "Microphone (2- Wireless GO II RX)", 9),
        ("windows", "wireless go", "Microphone (2- Wireless GO II RX)", 9),
        ("windows", "麦克风", "麦克风 (Realtek(R) Audio)", 8),
        ("macos", None, "MacBook Pro Microphone", 0),
        ("macos", "Wireless GO II RX", "Wireless GO II RX", 2),
        ("linux", None, "default", 4),
        ("linux", "wireless", "Wireless GO II RX: USB Audio (hw:1,0)", 1),
    ],
)
def test_a_microphone_is_found_among_those_of_another_system(system, device, name, index) -> None:
    found = choose_input(device, dumped(system).inputs)
    assert (found.name, found.index) == (name, index)


def test_on_windows_only_one_api_counts_and_cut_names_are_none() -> None:
    names = paste_names(dumped("windows").inputs)
    assert len(names) == len(set(names)) == 4
    assert not any(len(name) == 31 for name in names)
    assert {one.hostapi for one in dumped("windows").inputs} == {"Windows WASAPI"}


def test_what_is_missing_names_what_there_is() -> None:
    reason, candidates = unseen(choose_input, "Rode NT1", dumped("macos").inputs)
    assert reason is Reason.MISSING
    assert candidates == (
        "MacBook Pro Microphone",
        "Wireless GO II RX",
        "BlackHole 2ch",
        "somebody's iPhone Microphone",
    )


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("system", SYSTEMS)
def test_the_command_prints_such_a_list(tmp_path, system, language) -> None:
    done = rigcheck(tmp_path, "devices", "--replay", FOLDER / f"{system}.json", "--lang", language)
    assert (done.returncode, done.stderr) == (0, "")
    assert '"Logitech BRIO"' in done.stdout
    assert "surround21" not in done.stdout
    assert "Sound Mapper" not in done.stdout
    assert "GO II R" in done.stdout
    assert cell_len(done.stdout.splitlines()[0]) < 79


def test_the_list_of_this_pc_is_the_same_from_a_file(tmp_path) -> None:
    target = tmp_path / "pc.json"
    done = rigcheck(tmp_path, "devices", "--dump", target)
    assert done.returncode == 0
    assert str(target) in done.stdout
    live = rigcheck(tmp_path, "devices").stdout
    assert rigcheck(tmp_path, "devices", "--replay", target).stdout == live
    again = tmp_path / "again.json"
    rigcheck(tmp_path, "devices", "--replay", target, "--dump", again)
    assert again.read_text() == target.read_text()


def test_no_address_or_serial_of_this_pc_is_in_its_dump() -> None:
    text = dump_text(anyio.run(take_dump))
    for addresses in psutil.net_if_addrs().values():
        for address in addresses:
            plain = address.address.partition("%")[0]
            assert plain not in text or plain in ("127.0.0.1", "::1")
    assert json.loads(text)["schema"] == 1


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("/dev/v4l/by-id/usb-046d_Logitech_BRIO_5F3A90C1-video-index0", "/dev/v4l/by-id/usb-046d_Logitech_BRIO_serial1-video-index0"),
        (r"\\?\usb#vid_046d&pid_085e&mi_00#7&2a4e5c1b&0&0000#{65e8773d-8f56-11d0-a3b9-00a0c9223196}\global", r"\\?\usb#vid_046d&pid_085e&mi_00#serial1#{65e8773d-8f56-11d0-a3b9-00a0c9223196}\global"),
        ("47B4B64B-7067-4B9C-AD2B-AE273A71F4B5", "serial1"),
        ("0x1421000046d085e", "0x1421000046d085e"),
        ("Anna's iPhone Camera", "somebody's iPhone Camera"),
        ("Headset (Li Wei\u2019s AirPods Hands-Free)", "Headset (somebody\u2019s AirPods Hands-Free)"),
        ("王芳的iPhone", "somebody的iPhone"),
        ("耳机 (王芳的 AirPods)", "耳机 (somebody的 AirPods)"),
        ("bluez_input.AC_12_03_4E_5F_60.headset", "bluez_input.serial1.headset"),
        ("enx00e04c680123", "enxserial1"),
        ("UVC Camera 1A2B3C4D5E", "UVC Camera serial1"),
        ("Cam Link 4K S/N B00M912345", "Cam Link 4K S/N serial1"),
        ("Wireless GO II RX: USB Audio (hw:1,0)", "Wireless GO II RX: USB Audio (hw:1,0)"),
        ("HDA Intel PCH: ALC257 Analog (hw:0,0)", "HDA Intel PCH: ALC257 Analog (hw:0,0)"),
        ("vEthernet (Default Switch)", "vEthernet (Default Switch)"),
        ("/dev/v4l/by-path/pci-0000:00:14.0-usb-0:8:1.0-video-index0", "/dev/v4l/by-path/pci-0000:00:14.0-usb-0:8:1.0-video-index0"),
        ("Lisa at the desk", "user at the desk"),
        ("Elisabeth", "Elisabeth"),
    ],
)  # fmt: skip
def test_what_names_a_pc_or_a_person_is_left_out(monkeypatch, text, kept) -> None:
    monkeypatch.setattr(device_dump.getpass, "getuser", lambda: "lisa")
    made = dump_text(replace(BARE, supplies=(Supply("os", text),)))
    assert json.loads(made)["supplies"][0]["name"] == kept


def test_equal_serials_stay_equal_and_others_apart(monkeypatch) -> None:
    cameras = tuple(
        Camera("USB Video", rf"\\?\usb#vid_534d&pid_2109#{number}#{{{cls}}}\global", index, "MSMF")
        for index, (number, cls) in enumerate([("6&AA&0&1", "m"), ("6&BB&0&1", "m"), ("6&AA&0&1", "d")])
    )
    paths = [camera["path"] for camera in json.loads(dump_text(replace(BARE, cameras=cameras)))["cameras"]]
    assert ["serial1" in paths[0], "serial2" in paths[1], "serial1" in paths[2]] == [True] * 3


def test_the_folder_of_whoever_runs_it_is_not_told(monkeypatch) -> None:
    monkeypatch.setenv("HOME", "/home/wangfang")
    made = dump_text(replace(BARE, supplies=(Supply("os", "/home/wangfang/ups.dev"),)))
    assert "wangfang" not in made


def test_what_could_not_be_listed_says_so_from_the_file_too(tmp_path, monkeypatch) -> None:
    async def nothing() -> tuple[tuple[()], tuple[()], Reason]:
        return (), (), Reason.NOT_INSTALLED

    monkeypatch.setattr(device_dump, "_sound", nothing)
    path = tmp_path / "pc.json"
    path.write_text(dump_text(anyio.run(take_dump)))
    assert read_dump(path).devices.microphones.reason is Reason.NOT_INSTALLED
    assert read_dump(path).devices.interfaces.reason is None


def test_a_sound_system_that_hangs_is_a_reason(monkeypatch) -> None:
    monkeypatch.setattr(device_dump, "list_sound", hang)
    monkeypatch.setattr(device_dump, "LIMIT_S", 1.5)
    assert anyio.run(device_dump._sound) == ((), (), Reason.TIMEOUT)
    monkeypatch.setattr(device_dump, "list_sound", missing)
    monkeypatch.setattr(device_dump, "LIMIT_S", 8.0)
    assert anyio.run(device_dump._sound) == ((), (), Reason.NOT_INSTALLED)


def hang() -> None:
    import time

    time.sleep(60)


def missing() -> None:
    raise NotSeen(Reason.NOT_INSTALLED, {"install": "apt install libportaudio2"})


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        lambda text: "[" * 100_000,
        lambda text: text.replace('"schema": 1', '"schema": 2'),
        lambda text: text.replace('"hostapi": 2', '"hostapi": 9'),
        lambda text: text.replace('"hostapi": 2', '"hostapi": -1'),
        lambda text: text.replace('"index": 0', '"index": "0"'),
        lambda text: text.replace('"note"', '"remark"'),
        lambda text: text.replace("48000.0", "NaN"),
        lambda text: text + " " * 1_000_000,
    ],
)
def test_a_damaged_file_is_bad_input(tmp_path, spoil) -> None:
    path = tmp_path / "pc.json"
    path.write_text(spoil((FOLDER / "windows.json").read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(BadInputError):
        read_dump(path)


@pytest.mark.parametrize("path", ["none.json", "."])
def test_a_file_that_is_none_is_bad_input(tmp_path, path) -> None:
    done = rigcheck(tmp_path, "devices", "--replay", path)
    assert (done.returncode, done.stderr.count("\n")) == (78, 1)


def test_a_dump_that_cannot_be_written_is_one_sentence(tmp_path) -> None:
    done = rigcheck(tmp_path, "devices", "--replay", FOLDER / "macos.json", "--dump", tmp_path / "no" / "pc.json")
    assert (done.returncode, done.stderr.count("\n")) == (64, 1)
    assert Path(tmp_path / "no").exists() is False
    assert Interface("en0", is_up=True, addresses=3, speed_mbps=None, medium="wifi") in dumped("macos").interfaces
