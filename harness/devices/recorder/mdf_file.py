"""Recordings as MDF (MF4), through asammdf: `pip install "charging-harness[mf4]"`."""

import io
import math
from typing import Any

from harness.devices.recorder.channels import CHANNELS
from harness.devices.recorder.mapping import ChannelColumn, RecorderEntry
from harness.devices.recorder.plausible import implausible
from harness.devices.recorder.recording import Gap, Recording, Sample, Track, with_derived
from harness.devices.recorder.stated_unit import alone, contradiction
from harness.devices.recorder.waveform import finished, sampled
from harness.errors import FileError, NotAvailableError, Problem
from harness.quantity import convert


def read_mdf(name: str, data: bytes, entry: RecorderEntry) -> Recording:
    """A recording from an MF4 file. Raises FileError, NotAvailableError without asammdf."""
    try:
        from asammdf import MDF  # noqa: PLC0415 - an extra
    except ImportError as error:
        what = 'MDF files need asammdf: pip install "charging-harness[mf4]"'
        raise NotAvailableError(what) from error
    try:
        file = MDF(io.BytesIO(data))
    except Exception as error:
        what = f"this is no usable MDF file: {type(error).__name__}: {error}"
        raise FileError([Problem(name, 0, 0, what, "MF4")]) from error
    tracks: dict[str, Track] = {}
    with file:
        for channel, mapped in entry.channels.items():
            wanted = str(mapped.column)
            if wanted not in file.channels_db:
                known = ", ".join(sorted(file.channels_db)[:30])
                what = f"no channel is called {wanted!r}"
                raise FileError([Problem(name, 0, 0, what, f"one of: {known}")])
            places = file.channels_db[wanted]
            if len(places) > 1:
                groups = ", ".join(str(group + 1) for group, _ in places)
                what = f"channels of groups {groups} are all called {wanted!r}"
                raise FileError([Problem(name, 0, 0, what, "one channel of that name")])
            group, index = places[0]
            signal = file.get(group=group, index=index)
            _check_unit(name, channel, mapped, signal, f"{wanted} (group {group + 1})")
            tracks[channel] = _track(name, channel, mapped, signal, entry.resolution)
    return Recording(name, with_derived(finished(tracks)))


def _check_unit(name: str, channel: str, mapped: ChannelColumn, signal: Any, place: str) -> None:
    """A unit that the file states must be the one of the mapping."""
    unit = mapped.unit or CHANNELS[channel].unit
    if unit is None:
        return
    said = f"{signal.unit or ''}"
    if (wrong := contradiction(alone(said), unit)) is not None:
        what, expected = wrong
        raise FileError([Problem(name, 0, 0, f"{place}: {what}", expected)])


def _track(
    name: str, channel: str, mapped: ChannelColumn, signal: Any, step: float | None
) -> Track:
    info = CHANNELS[channel]
    times: list[float] = []
    values: list[Sample] = []
    missing: list[Gap] = []
    hole: float | None = None
    unit = mapped.unit or info.unit
    factor = convert(1.0, unit, info.unit) if unit is not None and info.unit is not None else 1.0
    previous = -math.inf
    for stamp, sample in zip(signal.timestamps.tolist(), signal.samples.tolist(), strict=True):
        if stamp <= previous:
            what = f"{channel}: time goes back: {stamp:g} s after {previous:g} s"
            raise FileError([Problem(name, 0, 0, what, "times that rise")])
        previous = stamp
        value = _value(name, channel, mapped, sample, factor)
        if value is None:
            hole = hole if hole is not None else (times[-1] if times else stamp)
            continue
        if hole is not None:
            missing.append((hole, stamp))
            hole = None
        times.append(stamp)
        values.append(value)
    if not times:
        raise FileError([Problem(name, 0, 0, f"{channel} has no usable sample", "samples")])
    stated = mapped.uncertainty
    spread = stated.to(info.unit) if stated is not None and info.unit is not None else None
    track = sampled(
        channel, info.unit, times, values,
        step=step, window=mapped.window, uncertainty=spread, missing=missing,
    )  # fmt: skip
    if problem := implausible(track):
        raise FileError([Problem(name, 0, 0, problem, "unit and scale as they are")])
    return track


def _value(
    name: str, channel: str, mapped: ChannelColumn, sample: Any, factor: float
) -> Sample | None:
    if mapped.states is not None:
        text = sample.decode(errors="replace") if isinstance(sample, bytes) else f"{sample}"
        text = text.strip("\0 ")
        state = mapped.states.get(text.removesuffix(".0"))
        if state is None:
            known = ", ".join(mapped.states)
            what = f"{channel}: {text!r} is no state"
            raise FileError([Problem(name, 0, 0, what, f"one of: {known}")])
        return state
    if not isinstance(sample, int | float):
        what = f"{channel}: {sample!r} is not a number"
        raise FileError([Problem(name, 0, 0, what, "numbers")])
    if not math.isfinite(sample):
        return None
    return (sample * mapped.scale + mapped.offset) * factor
