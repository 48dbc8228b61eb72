"""Bench files with a vehicle: how it is connected, and what is refused, with the place."""

import shutil
from pathlib import Path

import pytest
from benchkit import write_procedure
from vehicle_help import (
    DBC,
    PROFILE,
    MiniCar,
    opened,
    request_for,
    run_on,
    step,
    virtual,
    write_bench,
    write_profile,
)

from harness.bench.load import LoadedBench, load_bench
from harness.clock import Deadline
from harness.devices.can.connection import CanConnection
from harness.devices.vehicle.attachment import attachments
from harness.devices.vehicle.profile import load_vehicle_profile
from harness.errors import FileError, UsageError

CAN = "{can: socketcan, channel: can0}"


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def load(folder: Path, devices: str, more: str = "") -> LoadedBench:
    write_profile(folder)
    return load_bench(str(write_bench(folder, devices, more)))


def car(rest: str) -> str:
    return f"  vehicle: {{{rest}}}\n"


# How it is connected


def test_one_adapter_for_everything(tmp_path: Path) -> None:
    bench = load(tmp_path, car(f"profile: mini.yaml, connection: {CAN}"))
    assert bench.vehicle is not None
    entry = bench.model.devices["vehicle"]
    assert entry.connected
    assert not entry.simulated
    (place,) = attachments(bench.vehicle, entry.can)
    assert (place.name, place.buses) == ("can", ("powertrain",))


def test_an_adapter_on_each_bus() -> None:
    profile = load_vehicle_profile("shared-ev")
    given = {
        "chassis": CanConnection(can="socketcan", channel="can1"),
        "body": CanConnection(can="socketcan", channel="can0"),
    }
    places = attachments(profile, given)
    assert [(place.name, place.buses) for place in places] == [
        ("chassis", ("chassis",)),
        ("body", ("body",)),
    ]
    with pytest.raises(UsageError, match=r"shared-ev has no bus 'engine'; expected one of: power"):
        attachments(profile, {"engine": given["body"]})


def test_a_bus_is_opened_at_its_own_bit_rate(tmp_path: Path) -> None:
    """At another one, an adapter would disturb the whole vehicle."""
    slow = PROFILE.replace("good.dbc}", "good.dbc, bitrate: 250000}")
    write_profile(tmp_path, slow, "slow.yaml")
    for said, rate in (("", 250_000), (", bitrate: 250000", 250_000), (", bitrate: null", None)):
        connection = CAN.replace("}", said + "}")
        for written in (f"connection: {connection}", f"connections: {{powertrain: {connection}}}"):
            bench = load(tmp_path, car(f"profile: slow.yaml, {written}"))
            assert bench.vehicle is not None
            (place,) = attachments(bench.vehicle, bench.model.devices["vehicle"].can)
            assert place.connection.bitrate == rate
    with pytest.raises(FileError, match=r"bench\.yaml:3:\d+: 500000 bit/s on powertrain, which has "
                       r"250000 bit/s; expected 250000, or null"):  # fmt: skip
        load(tmp_path, car("profile: slow.yaml, connection: {can: socketcan, bitrate: 500000}"))
    with pytest.raises(FileError, match=r"500000 bit/s on powertrain"):
        load(tmp_path, car(
            "profile: slow.yaml, connections: {powertrain: {can: socketcan, bitrate: 500000}}"
        ))  # fmt: skip


def test_a_folder_with_profiles_of_the_lab(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    write_profile(tmp_path / "own")
    more = "profiles: [own]\n"
    bench = load_bench(str(write_bench(tmp_path, car(f"profile: mini, connection: {CAN}"), more)))
    assert bench.vehicle is not None
    assert bench.vehicle.id == "mini"


MODBUS = "{modbus: tcp, host: 127.0.0.1, unit: 1}"


@pytest.mark.parametrize(
    ("devices", "what", "expected"),
    [
        (car(f"profile: mini.yaml, connection: §{MODBUS}"), "a vehicle speaks CAN", "{can: "),
        (
            f"  pile: {{profile: gb-ac-pile, connection: §{CAN}}}\n",
            "a pile speaks Modbus", "{modbus: ",
        ),
        (
            f"  pile: {{profile: gb-ac-pile, simulated: true, connections: §{{can: {CAN}}}}}\n",
            "'connections' is of a vehicle", "none",
        ),
        (
            "  pile: {profile: gb-ac-pile, simulated: true, diagnostics: §x.yaml}\n",
            "'diagnostics' is of a vehicle", "none",
        ),
        (
            "  pile: {database: §[good.dbc], simulated: true}\n",
            "a pile has no database", "a profile",
        ),
        ("  vehicle: §{profile: mini.yaml}\n", "", "a connection, or simulated: true"),
        (
            f"  vehicle: §{{profile: mini.yaml, connection: {CAN}, connections: {{x: {CAN}}}}}\n",
            "", "either one connection, or connections by bus",
        ),
        (f"  vehicle: §{{connection: {CAN}}}\n", "", "a profile, or the databases"),
        (
            f"  vehicle: §{{profile: mini.yaml, database: good.dbc, connection: {CAN}}}\n",
            "", "a profile, or the databases",
        ),
        (
            car(f"profile: mini.yaml, diagnostics: §small.diagnostics.yaml, connection: {CAN}"),
            "the profile says where diagnostics are", "only without a profile",
        ),
        (
            car(f"profile: mini.yaml, connections: {{body: §{CAN}}}"),
            "mini has no bus 'body'", "one of: powertrain",
        ),
        (
            car(f"database: good.dbc, connections: {{body: §{CAN}}}"),
            "lab has no bus 'body'", "one of: can",
        ),
        (car(f"database: §no.dbc, connection: {CAN}"), "there is no file", "a DBC file"),
        (
            car(f"database: [good.dbc, §no.dbc], connection: {CAN}"),
            "there is no file", "a DBC file",
        ),
        (
            car(f"database: good.dbc, diagnostics: §no.yaml, connection: {CAN}"),
            "there is no file", "a diagnostic description",
        ),
        (
            car(f"profile: §shard-ev, connection: {CAN}"),
            "no vehicle profile is called 'shard-ev'; did you mean: shared-ev", "a profile",
        ),
        (car(f"profile: §gb-ac-pile, connection: {CAN}"), "no vehicle profile", "a profile"),
        (
            f"  pile: {{profile: §shared-ev, connection: {MODBUS}}}\n",
            "no profile is called 'shared-ev'", "a profile that exists",
        ),
        (
            car(f"profile: mini.yaml, connection: {CAN}, uncertainty: {{sock: §1 %}}"),
            "the profile mini has no point 'sock'", "a point of the profile",
        ),
        (
            car(f"profile: mini.yaml, connection: {CAN}, uncertainty: {{soc: §1 V}}"),
            "soc: cannot convert V (voltage) to % (ratio)", "a quantity in %",
        ),
        (
            car(f"profile: mini.yaml, connection: {CAN}, uncertainty: {{state: §1 %}}"),
            "state: state has no unit", "none here",
        ),
        (
            car(f"profile: mini.yaml, connection: {CAN}, uncertainty: {{vin: §1 %}}"),
            "vin: vin has no unit", "none here",
        ),
        (car("profile: mini.yaml, connection: {can: §a b}"), "'a b' is not", "pattern"),
        (
            car("profile: mini.yaml, connection: §{can: memory}"),
            "'can: memory' without a name", "'channel' with its name",
        ),
        (
            car("profile: mini.yaml, connection: {can: slcan, bitrate: §1}"),
            "1 is not accepted", "5000",
        ),
        (
            car("profile: mini.yaml, connection: §{can: slcan, data_bitrate: 2000000}"),
            "'data_bitrate' without 'fd: true'", "both or neither",
        ),
        (car("profile: mini.yaml, connection: §{channel: can0}"), "'modbus' is missing", "modbus"),
        ("  engine: {profile: mini.yaml, simulated: true}\n", "'engine'", "'pile', 'meter'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, devices: str, what: str, expected: str
) -> None:
    """The sign § stands where the complaint has to point."""
    column = devices.index("§") + 1 if "§" in devices else None
    with pytest.raises(FileError) as caught:
        load(tmp_path, devices.replace("§", ""))
    said = str(caught.value.problems[0])
    assert column is None or f"bench.yaml:3:{column}: " in said
    assert what in said.partition("; expected ")[0]
    assert expected.replace("'", "") in said.partition("; expected ")[2].replace("'", "")
    assert len(caught.value.problems) <= 2


@pytest.mark.parametrize("stated", ["soc: 1 %", "temperature: 0.5 °C", "temperature: 2 %",
                                    "insulation: 10 Ω", "bms.pack_voltage: 1 %"])  # fmt: skip
def test_uncertainties_that_fit(tmp_path: Path, stated: str) -> None:
    bench = load(tmp_path, car(f"profile: mini.yaml, connection: {CAN}, uncertainty: {{{stated}}}"))
    assert len(bench.model.devices["vehicle"].uncertainty) == 1


def test_the_ledger_names_points_of_the_vehicle_too(tmp_path: Path) -> None:
    devices = car(f"profile: mini.yaml, connection: {CAN}")
    assert load(tmp_path, devices, "site: {bms.vin: 0EVE60AB9SA000123, soc: 80}\n")
    with pytest.raises(FileError, match=r"no device of this bench has a point 'bms\.win'"):
        load(tmp_path, devices, "site: {bms.win: 0EVE60AB9SA000123}\n")
    with pytest.raises(FileError, match=r"state cannot be 'flying'; expected one of: init, stand"):
        load(tmp_path, devices, "site: {state: flying}\n")


# Editions


@pytest.mark.parametrize(
    ("written", "item"),
    [
        ("{GB 7258: 2012}", "GB 7258-2012/tread-depth"),
        ('{GB 7258: "2012"}', "GB 7258-2012/tread-depth"),
        ("{}", "GB 7258-2017/tread-depth"),
        ("{GB 18384: 2020}", "GB 7258-2017/tread-depth"),
    ],
)
def test_a_bench_judges_by_the_edition_that_it_names(
    tmp_path: Path, written: str, item: str
) -> None:
    reading = "{quantity: tread, unit: mm, instrument: gauge, ask: {zh: 测, en: Measure}}"
    steps = step("tread", "operator.reading", reading, "item: GB 7258/tread-depth")
    bench = write_bench(
        tmp_path, "  vehicle: {profile: shared-ev, simulated: true}\n", f"editions: {written}\n"
    )
    request = request_for(tmp_path, write_procedure(tmp_path, steps), bench=str(bench))
    planned = request.plans[0].steps[0].item
    assert planned is not None
    assert planned.id == item


@pytest.mark.parametrize(
    ("written", "what", "expected"),
    [
        ("{GB7258: 2012}", "no standard 'GB7258' has editions", "like GB 7258"),
        ("{practice: 2012}", "no standard 'practice' has editions", "like GB 7258"),
        ("{GB 7258: 2011}", "GB 7258 has no edition '2011'", "one of: 2012, 2017"),
    ],
)
def test_an_edition_that_does_not_exist_is_refused(
    tmp_path: Path, written: str, what: str, expected: str
) -> None:
    """Otherwise a slip would silently mean the edition in force."""
    steps = step("wait", "bench.wait", "{for: 1 s}")
    bench = write_bench(
        tmp_path, "  vehicle: {profile: shared-ev, simulated: true}\n", f"editions: {written}\n"
    )
    with pytest.raises(FileError) as caught:
        request_for(tmp_path, write_procedure(tmp_path, steps), bench=str(bench))
    said = str(caught.value)
    assert "bench.yaml:2:" in said
    assert what in said
    assert expected in said.partition("; expected ")[2]


# One adapter that sees two buses


TWO = PROFILE.replace(
    "  powertrain: {database: good.dbc}\n",
    "  powertrain: {database: good.dbc}\n  body: {database: OTHER}\n",
)


def test_one_adapter_cannot_tell_two_buses_with_one_id_apart(tmp_path: Path) -> None:
    """Found before anything is opened."""
    shutil.copy(DBC / "foreign.dbc", tmp_path)
    write_profile(tmp_path, TWO.replace("OTHER", "foreign.dbc"), "two.yaml")
    steps = step("soc", "vehicle.measure", "{points: [soc]}", 'limit: {low: 0, unit: "%"}')
    with pytest.raises(FileError, match=r"foreign\.dbc:9:1: Foo has the id 0x100 of VCU_Torque"):
        run_on(MiniCar(), tmp_path, steps, profile=tmp_path / "two.yaml")
    assert not list(tmp_path.glob("run-*"))
    bench = write_bench(
        tmp_path, car(f"profile: two.yaml, connections: {{powertrain: {CAN}, body: {CAN}}}")
    )
    request = request_for(tmp_path, write_procedure(tmp_path, steps), bench=str(bench), live=True)
    assert request.plans, "with an adapter on each there is nothing to confuse"


def test_the_same_bench_twice_in_one_process(tmp_path: Path) -> None:
    """A hub that is offered once can be attached to again after a run."""

    async def main() -> None:
        hub = MiniCar()
        profile = write_profile(tmp_path)
        for _ in range(2):
            async with opened(profile, hub) as vehicle:
                found = await vehicle.read(["soc"], Deadline.after(2))
                assert found["soc"].value == 80.0

    virtual(main)
