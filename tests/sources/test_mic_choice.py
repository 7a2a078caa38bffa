"""Lists as `query_devices()` gives them, synthesised after Windows 11 (four host APIs), macOS and ALSA."""

import pytest

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.sources.mic_choice import choose_input, inputs_of, paste_names


def device(name, hostapi, inputs, rate=48000.0, outputs=0):
    return {
        "name": name,
        "hostapi": hostapi,
        "max_input_channels": inputs,
        "max_output_channels": outputs,
        "default_samplerate": rate,
    }


def api(name, devices, default):
    return {"name": name, "devices": devices, "default_input_device": default, "default_output_device": -1}


WINDOWS = (
    [
        device("Microsoft Sound Mapper - Input", 0, 2, 44100.0),
        device("Microphone (Wireless GO II RX)", 0, 2, 44100.0),
        device("Microphone (USB Audio Device wi", 0, 1, 44100.0),  # MME stops at 31 characters
        device("Primary Sound Capture Driver", 1, 2, 44100.0),
        device("Microphone (Wireless GO II RX)", 1, 2, 44100.0),
        device("Speakers (Realtek(R) Audio)", 2, 0, 48000.0, outputs=2),
        device("Microphone (USB Audio Device with a long name)", 2, 1, 44100.0),
        device("Microphone (Wireless GO II RX)", 2, 2, 48000.0),
        device("Microphone (2- Wireless GO II RX)", 2, 2, 48000.0),
        device("Focusrite USB ASIO", 3, 8, 44100.0, outputs=8),
        device("Microphone (Wireless GO II RX)", 4, 2, 48000.0),
    ],
    [
        api("MME", [0, 1, 2], 0),
        api("Windows DirectSound", [3, 4], 3),
        api("Windows WASAPI", [5, 6, 7, 8], 7),
        api("ASIO", [9], 9),
        api("Windows WDM-KS", [10], 10),
    ],
)
MACOS = (
    [
        device("MacBook Pro Microphone", 0, 1),
        device("MacBook Pro Speakers", 0, 0, outputs=2),
        device("USB PnP Audio Device", 0, 1, 44100.0),
        device("USB PnP Audio Device", 0, 1, 44100.0),
    ],
    [api("Core Audio", [0, 1, 2, 3], 0)],
)
ALSA = (
    [
        device("HDA Intel PCH: ALC257 Analog (hw:0,0)", 0, 2, 44100.0, outputs=2),
        device("Wireless GO II RX: USB Audio (hw:1,0)", 0, 2, 48000.0),
        device("pulse", 0, 32, 44100.0, outputs=32),
        device("default", 0, 32, 44100.0, outputs=32),
        device("Wireless GO II RX: USB Audio (hw:1,0)", 1, 2, 48000.0),
    ],
    [api("ALSA", [0, 1, 2, 3], 3), api("JACK Audio Connection Kit", [4], 4)],
)
NONE = ([], [api("ALSA", [], -1)])


def choose(machine, wanted):
    return choose_input(wanted, inputs_of(*machine))


def refused(machine, wanted):
    with pytest.raises(NotSeen) as caught:
        choose(machine, wanted)
    return caught.value.reason, caught.value.params.get("candidates")


def test_windows_is_wasapi_only():
    inputs = inputs_of(*WINDOWS)
    assert {one.hostapi for one in inputs} == {"Windows WASAPI"}
    assert [one.index for one in inputs] == [6, 7, 8]


@pytest.mark.parametrize(
    ("machine", "wanted", "index"),
    [
        (WINDOWS, None, 7),
        (WINDOWS, "Microphone (Wireless GO II RX)", 7),  # exact, although part of the next
        (WINDOWS, "2- wireless go", 8),
        (WINDOWS, "long name", 6),
        (MACOS, None, 0),
        (MACOS, "macbook", 0),
        (MACOS, "USB PnP Audio Device #2", 3),
        (ALSA, None, 3),
        (ALSA, "wireless go", 1),  # the first host API that knows it
        (ALSA, "DEFAULT", 3),
    ],
)
def test_chooses(machine, wanted, index):
    assert choose(machine, wanted).index == index


def test_takes_the_devices_own_rate():
    assert choose(WINDOWS, "long name").rate_hz == 44100
    assert choose(WINDOWS, None).channels == 2


@pytest.mark.parametrize(
    ("machine", "wanted", "reason", "candidates"),
    [
        (
            WINDOWS,
            "wireless go",
            Reason.AMBIGUOUS,
            ("Microphone (Wireless GO II RX)", "Microphone (2- Wireless GO II RX)"),
        ),
        (MACOS, "usb pnp", Reason.AMBIGUOUS, ("USB PnP Audio Device #1", "USB PnP Audio Device #2")),
        (MACOS, "USB PnP Audio Device", Reason.AMBIGUOUS, ("USB PnP Audio Device #1", "USB PnP Audio Device #2")),
        (NONE, "Lav", Reason.MISSING, ()),
        (NONE, None, Reason.NONE_HERE, None),
    ],
)
def test_refuses(machine, wanted, reason, candidates):
    assert refused(machine, wanted) == (reason, candidates)


def test_missing_names_everything_there_is():
    reason, candidates = refused(WINDOWS, "Focusrite USB ASIO")
    assert reason is Reason.MISSING
    assert len(candidates) == 3


@pytest.mark.parametrize("machine", [WINDOWS, MACOS, ALSA])
def test_every_listed_name_can_be_pasted(machine):
    inputs = inputs_of(*machine)
    names = paste_names(inputs)
    assert len(set(names)) == len(names)
    chosen = [choose_input(name, inputs) for name in names]
    assert chosen == list(inputs)
