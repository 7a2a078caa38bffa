"""A Reading of what the operating system says of its batteries: the attributes of Linux' power_supply class.

Energies are µWh, charges µAh, powers µW, currents µA, as the kernel names them; other systems are brought to these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rigcheck.measure.power_reading import CHARGE_PCT, JUNK, UNSAID, Figure, Flag, Reading, figure, number, runtime
from rigcheck.measure.power_words import Words

Supply = Mapping[str, str]

WORN_PCT = 80.0  # below 80 % of its design capacity a battery is worn out and declines steeply (manufacturers' rule)
LOW_PCT = 10.0  # our own rule: desktops warn here
_STORES = frozenset({"Battery", "UPS"})


def stores(supplies: Iterable[Supply]) -> tuple[Supply, ...]:
    """The batteries and UPSes that feed this computer: not a mouse's (scope Device), not an empty bay (present 0)."""
    return tuple(
        supply
        for supply in supplies
        if supply.get("type") in _STORES and supply.get("scope") != "Device" and supply.get("present") != "0"
    )


def read_supplies(supplies: Sequence[Supply]) -> Reading:
    """A Reading of all of the host's supplies together; several batteries count as one."""
    kept = stores(supplies)
    words = supply_words(supplies)
    return Reading(
        words=words,
        charge_pct=_charge(kept),
        runtime_s=_runtime(kept) if "DISCHRG" in words else UNSAID,
        battery_low=_low(kept),
        replace_battery=_replace(kept),
        dates=tuple(day for day in map(_made, kept) if day),
    )


def supply_words(supplies: Sequence[Supply]) -> Words:
    """NUT's words for what the supplies say; none when neither a charger nor a battery says which way power flows."""
    kept = stores(supplies)
    statuses = {supply.get("status", "") for supply in kept}
    chargers = {supply["online"] for supply in supplies if "online" in supply and supply.get("type") not in _STORES}
    fed = bool(chargers & {"1", "2"}) or (not chargers and bool(statuses & {"Full", "Not charging"}))
    drained = (chargers == {"0"}) or (not chargers and "Discharging" in statuses)
    said = {
        "OL": fed or "Charging" in statuses,
        "OB": drained and not fed,
        "CHRG": "Charging" in statuses,
        "DISCHRG": "Discharging" in statuses,
        "WORN": any(_wear_pct(supply) < WORN_PCT for supply in kept),
    }
    words = frozenset(word for word, is_so in said.items() if is_so)
    return words if words & {"OL", "OB"} else frozenset()


def _charge(kept: Sequence[Supply]) -> Figure:
    """Percent: what one battery says of itself; of several the stored share, else the lowest."""
    if len(kept) > 1 and (share := _share(kept)) is not None:
        return figure(share, CHARGE_PCT)
    said = [number(supply["capacity"]) for supply in kept if "capacity" in supply]
    if not said:
        return UNSAID
    known = [value for value in said if value is not None]
    return figure(min(known), CHARGE_PCT) if len(known) == len(said) else JUNK


def _share(kept: Sequence[Supply]) -> float | None:
    for kind in ("energy", "charge"):
        now, full = _sum(kept, f"{kind}_now"), _sum(kept, f"{kind}_full")
        if now is not None and full:
            return 100 * now / full
    return None


def _runtime(kept: Sequence[Supply]) -> Figure:
    """Seconds at the present draw: energy over power, charge over current, else the system's own figure."""
    for store, flow in (("energy_now", "power_now"), ("charge_now", "current_now")):
        stored, drawn = _sum(kept, store), _sum(kept, flow)
        if stored is not None and drawn:
            return runtime(stored / drawn * 3600)
    said = [number(supply["time_to_empty_now"]) for supply in kept if "time_to_empty_now" in supply]
    return runtime(said[0]) if len(said) == 1 else UNSAID


def _sum(kept: Sequence[Supply], name: str) -> float | None:
    """The sum of magnitudes over all batteries (some drivers sign a discharge); None unless each says a number."""
    values = [number(supply.get(name)) for supply in kept]
    known = [abs(value) for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None


def _low(kept: Sequence[Supply]) -> Flag:
    """By the driver's level or by the charge, whichever is worse: some drivers call any level normal."""
    levels = {supply["capacity_level"] for supply in kept if supply.get("capacity_level", "Unknown") != "Unknown"}
    charge, reason = _charge(kept)
    if levels & {"Critical", "Low"} or (charge is not None and charge <= LOW_PCT):
        return True, None
    return (False, None) if levels or charge is not None else (None, reason)


def _replace(kept: Sequence[Supply]) -> Flag:
    """From the driver's `health`; wear alone is a matter for caution (word WORN)."""
    health = {supply["health"] for supply in kept if supply.get("health", "Unknown") != "Unknown"}
    return (bool(health & {"Dead", "Unspecified failure", "No battery"}), None) if health else UNSAID


def _wear_pct(supply: Supply) -> float:
    """Full capacity over design capacity in percent; 100 where the battery does not say."""
    for kind in ("energy", "charge"):
        full, design = number(supply.get(f"{kind}_full")), number(supply.get(f"{kind}_full_design"))
        if full and design:
            return 100 * full / design
    return 100.0


def _made(supply: Supply) -> str:
    year, month = supply.get("manufacture_year", ""), supply.get("manufacture_month", "")
    return f"{year}-{month}-{supply.get('manufacture_day') or 1}" if year and month else ""
