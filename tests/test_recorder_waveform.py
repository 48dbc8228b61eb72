"""From samples of a waveform to levels, duty, frequency and RMS; WAV and MDF files."""

import io
import math
import wave
from pathlib import Path

import numpy as np
import pytest
from asammdf import MDF, Signal

from harness.devices.recorder.imported import file_of, files_in, read_recording
from harness.devices.recorder.mapping import RecorderEntry
from harness.devices.recorder.recording import Recording, Track
from harness.devices.recorder.waveform import finished, pilot_tracks, sampled
from harness.errors import FileError, NotAvailableError, UsageError

RATE = 100_000


def pilot(rate: int = RATE, *, duty: float = 26.67, frequency: float = 1004.0) -> list[float]:
    """0.1 s at +12 V, 0.1 s of PWM at 9 V, 0.1 s at 0 V."""
    values: list[float] = []
    for n in range(int(0.3 * rate)):
        t = n / rate
        if t < 0.1:
            values.append(12.0)
        elif t < 0.2:
            on = ((t - 0.1) * frequency) % 1 < duty / 100
            values.append(9.0 if on else -12.0)
        else:
            values.append(0.05 * math.sin(1e4 * t))
    return values


def track(values: list[float], rate: int = RATE) -> Track:
    return sampled("cp", "V", [n / rate for n in range(len(values))], values, step=1 / rate)


def test_levels_duty_and_frequency_of_a_sampled_pilot() -> None:
    found = finished({"cp": track(pilot())})
    assert found["cp_high"].at(0.05) == found["cp_low"].at(0.05) == 12.0
    assert found["cp_high"].at(0.15) == 9.0
    assert found["cp_low"].at(0.15) == -12.0
    assert found["cp_duty"].at(0.15) == pytest.approx(26.67, abs=found["cp_duty"].uncertainty)
    spread = found["cp_frequency"].uncertainty
    assert found["cp_frequency"].at(0.15) == pytest.approx(1004, abs=spread)
    assert found["cp_duty"].at(0.28) == 0
    assert float(found["cp_high"].at(0.28)) == pytest.approx(0, abs=0.1)


def test_noise_about_zero_is_no_pwm() -> None:
    values = [0.4 * (-1) ** n for n in range(5000)]
    assert set(pilot_tracks(track(values))["cp_duty"].values) == {0.0}


def test_too_coarse_for_the_pilot() -> None:
    with pytest.raises(UsageError, match="shows no PWM of 1 kHz; expected at least 10000 samples"):
        finished({"cp": track(pilot(5000), 5000)})


def test_rms_of_the_mains() -> None:
    rate = 10_000
    values = [math.sqrt(2) * 230 * math.sin(314.159265 * n / rate) if n < 3050 else 0.0
              for n in range(5000)]  # fmt: skip
    raw = sampled("wave_l1", "V", [n / rate for n in range(5000)], values, step=1 / rate)
    volts = finished({"wave_l1": raw})["voltage_l1"]
    assert volts.at(0.2) == pytest.approx(230, rel=1e-3)
    (spell,) = volts.spells(lambda value: float(value) < 30)
    assert spell.begin is not None
    assert spell.begin.earliest <= 0.305 <= spell.begin.latest
    coarse = sampled("wave_l1", "V", [0.0, 0.01, 0.02], [0.0, 1.0, 2.0], step=0.01)
    with pytest.raises(UsageError, match="shows no mains; expected at least 1000 samples"):
        finished({"wave_l1": coarse})


def wav(values: list[float], width: int, channels: int = 1) -> bytes:
    full = (1 << (8 * width - 1)) - 1
    raw = b"".join(
        round(v / 20 * full).to_bytes(width, "little", signed=True) if width > 1
        else bytes([round(v / 20 * 127) + 128])
        for v in values for _ in range(channels)
    )  # fmt: skip
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(RATE)
        file.writeframes(raw)
    return out.getvalue()


WAV = RecorderEntry.model_validate({"channels": {"cp": {"column": 2, "scale": 20}}})


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_a_wav_file(width: int) -> None:
    recording = read_recording("cp.wav", wav(pilot(), width, 2), WAV)
    exact = 0.2 if width == 1 else 0.01
    assert float(recording.tracks["cp_high"].at(0.15)) == pytest.approx(9, abs=exact)
    assert float(recording.tracks["cp_duty"].at(0.15)) == pytest.approx(26.67, abs=1)
    assert recording.tracks["s1"].at(0.15) == "pwm"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"RIFFxxxx", "this is no WAV file of samples"),
        (wav([], 2), "the file is empty"),
        (wav(pilot()[:100], 2), "there is no channel 2; expected `column: 1` to 1"),
    ],
)
def test_a_wrong_wav(data: bytes, said: str) -> None:
    with pytest.raises(FileError, match=said):
        read_recording("cp.wav", data, WAV)


def mdf(times: list[float], values: list[float], unit: str = "V", twice: bool = False) -> bytes:
    file = MDF()
    stamps, logic = np.array(times), np.array([0, 0, 1], dtype=np.uint8)
    volts = Signal(np.array(values), stamps, name="U1", unit=unit)
    file.append([volts, Signal(logic, stamps, name="D0")])
    if twice:
        file.append([volts])
    out = io.BytesIO()
    file.save(out)
    file.close()
    return out.getvalue()


MAP = RecorderEntry.model_validate(
    {
        "channels": {
            "voltage_l1": {"column": "U1"},
            "s2": {"column": "D0", "states": {0: "open", 1: "closed"}},
        }
    }
)


def test_an_mdf_file(tmp_path: Path) -> None:
    recording = read_recording("a.mf4", mdf([0, 0.1, 0.2], [220.0, math.nan, 0.0]), MAP)
    assert recording.tracks["voltage_l1"].values == [220.0, 0.0]
    assert recording.tracks["voltage_l1"].gaps == ((0.0, 0.2),)
    assert recording.tracks["s2"].values == ["open", "open", "closed"]
    assert isinstance(recording, Recording)


def test_a_wrong_mdf(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileError, match="this is no usable MDF file"):
        read_recording("a.mf4", b"not one", MAP)
    other = RecorderEntry.model_validate({"channels": {"power": {"column": "P"}}})
    with pytest.raises(FileError, match="no channel is called 'P'; expected one of: D0, U1"):
        read_recording("a.mf4", mdf([0, 0.1, 0.2], [1.0, 2.0, 3.0]), other)
    volts = [0.22, 0.22, 0.22]
    with pytest.raises(
        FileError, match=r"U1 \(group 1\): the file says kV, the mapping V: another size"
    ):
        read_recording("a.mf4", mdf([0, 0.1, 0.2], volts, "kV"), MAP)
    as_it_is = RecorderEntry.model_validate(
        {"channels": {"voltage_l1": {"column": "U1", "unit": "kV"}}}
    )
    read = read_recording("a.mf4", mdf([0, 0.1, 0.2], volts, "kV"), as_it_is)
    assert read.tracks["voltage_l1"].values == pytest.approx([220.0] * 3)
    with pytest.raises(FileError, match="says 'Vx', and that is no unit known here"):
        read_recording("a.mf4", mdf([0, 0.1, 0.2], volts, "Vx"), MAP)
    for unit in ("", "Volt"):
        read = read_recording("a.mf4", mdf([0, 0.1, 0.2], [220.0] * 3, unit), MAP)
        assert read.tracks["voltage_l1"].values == pytest.approx([220.0] * 3)
    with pytest.raises(FileError, match="channels of groups 1, 2 are all called 'U1'"):
        read_recording("a.mf4", mdf([0, 0.1, 0.2], volts, twice=True), MAP)
    monkeypatch.setitem(__import__("sys").modules, "asammdf", None)
    with pytest.raises(NotAvailableError, match=r"charging-harness\[mf4\]"):
        read_recording("a.mf4", b"", MAP)


def test_the_file_that_belongs_to_a_step(tmp_path: Path) -> None:
    for name in ("old.csv", "notes.md"):
        (tmp_path / name).write_text("x")
    before = files_in(tmp_path)
    with pytest.raises(UsageError, match=r"which one belongs to s2-record\? there is: old\.csv"):
        file_of(tmp_path, "s2-record", before)
    (tmp_path / "new.csv").write_text("x")
    assert file_of(tmp_path, "s2-record", before).name == "new.csv"
    (tmp_path / "newer.csv").write_text("x")
    with pytest.raises(UsageError, match="which one"):
        file_of(tmp_path, "s2-record", before)
    (tmp_path / "s2-record.wav").write_text("x")
    assert file_of(tmp_path, "s2-record", before).name == "s2-record.wav"
    assert file_of(tmp_path / "old.csv", "s2-record", before).name == "old.csv"
    with pytest.raises(UsageError, match="does not exist"):
        file_of(tmp_path / "none.csv", "s2-record", before)
