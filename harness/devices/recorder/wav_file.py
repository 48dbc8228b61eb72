"""Recordings as WAV: sound cards, data loggers and oscilloscopes that export it.

A WAV states its sample rate and nothing about volts, so the bench file maps channel number (from
1) and scale: value = sample × scale + offset, with full scale as 1.
"""

import io
import wave
from typing import TYPE_CHECKING, Any

from harness.devices.recorder.channels import CHANNELS
from harness.devices.recorder.mapping import RecorderEntry
from harness.devices.recorder.plausible import implausible
from harness.devices.recorder.recording import Recording, Track, with_derived
from harness.devices.recorder.waveform import finished
from harness.errors import FileError, Problem
from harness.quantity import convert

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def read_wav(name: str, data: bytes, entry: RecorderEntry) -> Recording:
    """A recording from a WAV file. Raises FileError."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            width, count = file.getsampwidth(), file.getnchannels()
            rate, frames = file.getframerate(), file.getnframes()
            raw = file.readframes(frames)
    except (wave.Error, EOFError) as error:
        what = f"this is no WAV file of samples: {error}"
        raise FileError([Problem(name, 0, 0, what, "PCM with 8, 16, 24 or 32 bits")]) from error
    if not rate or len(raw) < width * count * 2:
        raise FileError([Problem(name, 0, 0, "the file is empty", "samples")])
    samples = _decoded(raw, width, count)
    tracks: dict[str, Track] = {}
    for channel, mapped in entry.channels.items():
        info = CHANNELS[channel]
        if info.unit is None:
            what = f"{channel} has states, a WAV has numbers"
            raise FileError([Problem(name, 0, 0, what, "a channel with a unit")])
        number = mapped.column if isinstance(mapped.column, int) else 0
        if not 1 <= number <= count:
            what = f"{channel}: there is no channel {mapped.column!r}"
            raise FileError([Problem(name, 0, 0, what, f"`column: 1` to {count}")])
        factor = convert(1.0, mapped.unit or info.unit, info.unit)
        values = (samples[:, number - 1] * mapped.scale + mapped.offset) * factor
        stated = mapped.uncertainty.to(info.unit) if mapped.uncertainty is not None else None
        length = len(values)
        tracks[channel] = Track(
            channel, info.unit, [index / rate for index in range(length)], values.tolist(),
            1 / rate, (length - 1) / rate, mapped.window, stated,
        )  # fmt: skip
        if problem := implausible(tracks[channel]):
            raise FileError([Problem(name, 0, 0, problem, "unit and scale as they are")])
    return Recording(name, with_derived(finished(tracks)))


def _decoded(raw: bytes, width: int, count: int) -> "NDArray[np.float64]":
    """Samples by channel, full scale as 1."""
    import numpy as np  # noqa: PLC0415 - only for this

    raw = raw[: len(raw) // (width * count) * (width * count)]
    flat: Any
    if width == 1:  # unsigned, by the format
        flat = (np.frombuffer(raw, dtype=np.uint8).astype(float) - 128) / 128
    elif width == 3:
        octets = np.frombuffer(raw, dtype=np.uint8).reshape(-1, 3).astype(np.int32)
        value = octets[:, 0] | octets[:, 1] << 8 | octets[:, 2] << 16
        flat = np.where(value >= 1 << 23, value - (1 << 24), value) / (1 << 23)
    else:
        kind = np.dtype("<i2" if width == 2 else "<i4")
        flat = np.frombuffer(raw, dtype=kind).astype(float) / (1 << (8 * width - 1))
    samples: NDArray[np.float64] = flat.reshape(-1, count)
    return samples
