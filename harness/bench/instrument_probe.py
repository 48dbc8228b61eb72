"""Probing a load or a source: identified, and every point read once. Nothing is set."""

from harness.bench.findings import DeviceProbe, Finding, as_is
from harness.bench.lock import BenchLock
from harness.bench.model import DeviceEntry
from harness.clock import Clock, Deadline
from harness.devices.instrument.connection import VisaConnection
from harness.devices.instrument.device import ScpiDevice
from harness.devices.instrument.profile import InstrumentProfile
from harness.errors import HarnessError
from harness.quantity import Measurement, Quality
from harness.text import Text

_WITHIN = 20.0
_CHECK = Text(
    "检查供电、网线或串口、VISA 资源名、结束符，以及仪器是否处于远控",
    "check power, cable, the VISA name, the terminator, and whether the instrument is in remote",
)
_FITS = Text(
    "核对点表中的命令与仪器手册", "compare the command in the profile with the instrument's manual"
)
_ODD = Text("{} 的读数无法使用", "the reading of {} cannot be used")


async def probe_instrument(
    role: str,
    entry: DeviceEntry,
    profile: InstrumentProfile,
    connection: VisaConnection,
    clock: Clock,
) -> DeviceProbe:
    """What can be found out about one instrument without changing anything about it."""
    where = "simulator" if connection.is_memory else connection.describe()
    found = DeviceProbe(role, profile, where)
    lock = BenchLock()
    device = ScpiDevice(
        role, profile, connection, clock=clock, record=lambda _exchange: None,
        simulated=entry.simulated,
    )  # fmt: skip
    deadline = Deadline.after(_WITHIN)
    try:
        if not connection.is_memory:
            lock.take(f"visa-{connection.visa}")
        await device.open(deadline)
        found.reachable = True
        found.identity.append(Measurement("identity", device.identity, source=role))
        for name in profile.shown:
            if device.has(name):
                await _look(device, name, found)
    except HarnessError as error:
        found.findings.append(Finding("no-answer", as_is(error), _CHECK))
    finally:
        await device.close()
        lock.release()
    return found


async def _look(device: ScpiDevice, name: str, found: DeviceProbe) -> None:
    try:
        reading = (await device.read([name], Deadline.after(_WITHIN)))[name]
    except HarnessError as error:
        found.findings.append(Finding("bad-answer", as_is(error), _FITS, name))
        return
    found.readings.append(reading)
    if reading.quality is not Quality.GOOD:
        what = Text(_ODD.zh.format(name), _ODD.en.format(name))
        found.findings.append(Finding("implausible", what, _FITS, name))
