"""One wire has one lock, however it is spelt."""

from pathlib import Path

import pytest

from harness.bench.lock import BenchLock, lock_name
from harness.errors import ConnectionFailedError


@pytest.fixture(autouse=True)
def _own_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.bench.lock.user_state_path", lambda *_, **__: tmp_path)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tcp-localhost-502", "tcp-127.0.0.1-502"),
        ("tcp-LocalHost-502", "tcp-::1-502"),
        ("tcp-Pile.Lab-502", "tcp-pile.lab.-502"),
        ("tcp-192.0.2.7-4196", "rtu-over-tcp-192.0.2.7-4196"),
        ("rtu-None-COM3", "rtu-None-com3"),
        ("rtu-None-COM12", r"rtu-None-\\.\COM12"),
    ],
)
def test_spellings_of_one_wire(one: str, other: str) -> None:
    assert lock_name(one) == lock_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tcp-localhost-502", "tcp-localhost-503"),
        ("tcp-192.0.2.7-502", "tcp-192.0.2.8-502"),
        ("rtu-None-COM3", "rtu-None-COM4"),
        ("rtu-None-/dev/ttyUSB0", "rtu-None-/dev/ttyUSB1"),
    ],
)
def test_two_wires_stay_two(one: str, other: str) -> None:
    assert lock_name(one) != lock_name(other)


def test_a_link_to_a_serial_port_is_that_port(tmp_path: Path) -> None:
    port, link = tmp_path / "ttyUSB0", tmp_path / "by-id"
    port.touch()
    try:
        link.symlink_to(port)
    except OSError:  # Windows lets not everybody make links
        link = tmp_path / "." / "ttyUSB0"
    first, second = BenchLock(), BenchLock()
    first.take(f"rtu-None-{port}")
    with pytest.raises(ConnectionFailedError, match="another run"):
        second.take(f"rtu-None-{link}")
    first.release()
    second.take(f"rtu-None-{link}")
    second.release()


def test_the_loopback_is_one_host() -> None:
    first, second = BenchLock(), BenchLock()
    first.take("tcp-localhost-5020")
    with pytest.raises(ConnectionFailedError):
        second.take("tcp-127.0.0.1-5020")
    second.take("tcp-127.0.0.1-5021")
    first.release()
    second.release()
