"""The list of devices: what stands first on a line can be pasted into a profile as it is."""

import re

import pytest

from rigcheck.i18n import languages, load_catalogue
from rigcheck.loading import load_profile
from rigcheck.present.devices import device_table
from rigcheck.sources.devices import DeviceList, Interface, Listing

NAMES = ("eth0", "以太网 2", "Wi-Fi", "no", "12", "vEthernet (WSL)")


@pytest.mark.parametrize("language", languages())
def test_the_names_of_interfaces_can_be_pasted(tmp_path, language):
    cards = tuple(Interface(name, name != "no", 1, 1000 if name == "eth0" else None, "wired") for name in NAMES)
    table = device_table(DeviceList(Listing(), Listing(), Listing(cards), Listing()), load_catalogue(language))
    pasted = re.findall(r'^  (".+?")  ', table, re.MULTILINE)
    assert len(pasted) == len(NAMES)
    for name, paste in zip(NAMES, pasted, strict=True):
        path = tmp_path / "room.yaml"
        path.write_text(f"network: {{main: {{interface: {paste}}}}}\n", encoding="utf-8")
        assert load_profile(path).network.lines["main"].interface == name
    assert "network: main: interface" in table
    assert "1000 Mbit/s" in table
