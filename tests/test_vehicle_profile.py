"""Profiles of vehicles: what a good one gives, and that every mistake is told with its place."""

import shutil
from pathlib import Path

import pytest
from vehicle_help import DBC, HEAD, PROFILE, write_profile

from harness.devices.can.database import Database
from harness.devices.vehicle.points import VehiclePoint
from harness.devices.vehicle.profile import (
    VehicleProfile,
    list_vehicle_profiles,
    load_vehicle_profile,
    profile_of_databases,
)
from harness.errors import FileError, UnknownNameError
from harness.quantity import Quantity


def profile(folder: Path, text: str = PROFILE) -> VehicleProfile:
    return load_vehicle_profile(str(write_profile(folder, text)))


def everything(folder: Path, text: str) -> None:
    """Load a profile with all that it names."""
    loaded = profile(folder, text)
    assert loaded.points
    assert loaded.files()


def test_a_good_profile(tmp_path: Path) -> None:
    mini = profile(tmp_path)
    assert (mini.id, mini.kind, mini.confidence) == ("mini", "vehicle", "high")
    assert mini.title.zh == "小车"
    soc = mini.points["soc"]
    assert (soc.unit, soc.bus, soc.message, soc.signal) == (
        "%", "powertrain", "BMS_Status", "BMS_Soc",
    )  # fmt: skip
    assert soc.title is not None
    assert soc.title.en == "State of charge"
    assert mini.points["BMS_Status.BMS_Soc"].unit == "%", "every signal has its own name as well"
    vin = mini.points["vin"]
    assert vin.is_text
    assert (vin.ecu, vin.did) == ("bms", "vin")
    assert mini.points["vcu.vin"].ecu == "vcu"
    assert "lidar.vin" not in mini.points
    assert mini.shown == (
        "soc", "temperature", "insulation", "state", "speed", "mode", "cell_0", "cell_2", "event",
    )  # fmt: skip


def test_units_states_and_markers_of_points(tmp_path: Path) -> None:
    points = profile(tmp_path).points
    assert {name: points[name].unit for name in ("temperature", "insulation", "speed")} == {
        "temperature": "°C", "insulation": "kΩ", "speed": "km/h",
    }  # fmt: skip
    state = points["state"]
    assert state.values == {0: "init", 1: "standby", 2: "drive", 3: "charge"}, "SNA is no state"
    assert state.markers == {7}
    assert state.unit is None
    assert state.resolution is None
    temperature = points["temperature"]
    assert temperature.values == {}
    assert temperature.markers == {255}
    assert temperature.resolution == 0.5
    lamp = points["bms.lamp"]
    assert lamp.values == {0: "off", 1: "on"}
    assert not lamp.is_text
    assert points["bms.pack_voltage"].resolution == pytest.approx(0.1)


def test_a_unit_that_nobody_knows_is_none(tmp_path: Path) -> None:
    found = profile_of_databases("x", [DBC / "foreign.dbc"], None).points
    assert found["Foo.FooValue"].unit is None  # furlong


def test_of_a_vehicle_that_names_nothing_all_signals_are_shown(tmp_path: Path) -> None:
    found = profile_of_databases("x", [DBC / "foreign.dbc"], None)
    assert found.shown == ("Foo.FooValue", "Foo.FooAlive", "Foo.FooSum")
    assert found.diagnostics is None


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("kind: vehicle", "kind: pile", ":2:7: 'pile' is not accepted", "vehicle"),
        ("kind: vehicle\n", "", ":1:1: 'kind' is missing", "kind"),
        ("good.dbc", "none.dbc", ":9:26: there is no file 'none.dbc'", "a file beside the profile"),
        (
            "{database: good.dbc}", "{database: good.dbc, checks: no.yaml}",
            ":9:44: there is no file 'no.yaml'", "a file beside the profile",
        ),
        ("{database: good.dbc}", "{database: []}", ":9:26: [] is not accepted", "at least 1"),
        ("{database: good.dbc}", "{bitrate: 500000}", ":9:15: 'database' is missing", "value"),
        (
            "{database: good.dbc}", "{database: good.dbc, bitrate: 5}", ":9:45: 5 is not", "10000",
        ),
        ("bus: powertrain", "bus: body", ":10:57: there is no bus 'body'", "one of: powertrain"),
        ("small.diagnostics", "no.diagnostics", ":10:28: there is no file 'no.diagn", "a file"),
        ("BMS_Status.BMS_Soc", "BMS_Status.BMS_So", ":12:17: no database has", "from the database"),
        ("did: bms.vin", "did: bms.win", ":21:14: no control unit has 'bms.win'", "unit.name"),
        ("did: bms.vin", "did: egg.vin", ":21:14: no control unit has 'egg.vin'", "unit.name"),
        ("did: bms.vin", "did: vin", ":21:8: {'did': 'vin'} is not accepted", "one dot"),
        ("did: bms.vin", "did: a.b.c", ":21:8: {'did': 'a.b.c'} is not", "one dot"),
        ("did: bms.vin", "unit: bms", ":21:15: 'unit' is not known here", "documented"),
        ("did: bms.vin", "title: {zh: 空, en: x}", ":21:8: ", "either a signal or a did"),
        ("did: bms.vin", "did: bms.vin, signal: A.B", ":21:8: ", "either a signal or a did"),
        ("profile: mini", "profile: Mini Car", ":1:10: 'Mini Car' is not accepted", "pattern"),
        ("sources: [made for tests]", "sources: []", ":7:10: [] is not accepted", "at least 1"),
        ("confidence: high", "confidence: sure", ":6:13: 'sure' is not accepted", "'high'"),
        ("model: M", "model: M\nratings: {mass: heavy}", ":6:17: 'heavy' is not", "number with"),
        ("  powertrain:", "  Power Train:", ":9:16: 'Power Train' is", "pattern"),
    ],
)  # fmt: skip
def test_every_mistake_has_its_place(
    tmp_path: Path, old: str, new: str, where: str, what: str
) -> None:
    assert PROFILE.count(old) >= 1
    with pytest.raises(FileError) as caught:
        everything(tmp_path, PROFILE.replace(old, new, 1))
    said = str(caught.value)
    assert f"mini.yaml{where}" in said
    assert what.replace("'", "") in said.partition("; expected ")[2].replace("'", "")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = PROFILE.replace("good.dbc", "none.dbc").replace("bus: powertrain}", "bus: body}")
    with pytest.raises(FileError) as caught:
        everything(tmp_path, text.replace("small.diag", "no.diag"))
    assert len(caught.value.problems) == 3
    names = PROFILE.replace("BMS_Soc", "BMS_So").replace("bms.vin", "bms.win")
    with pytest.raises(FileError) as caught:
        everything(tmp_path, names)
    assert len(caught.value.problems) == 2


def test_mistakes_inside_the_files_of_a_profile_name_those_files(tmp_path: Path) -> None:
    shutil.copy(DBC / "overlap.dbc", tmp_path)
    with pytest.raises(FileError, match=r"overlap\.dbc:\d+:\d+: "):
        everything(tmp_path, PROFILE.replace("good.dbc", "overlap.dbc"))
    (tmp_path / "broken.diagnostics.yaml").write_text("diagnostics: x\nunits: 5\n", "utf-8")
    with pytest.raises(FileError, match=r"broken\.diagnostics\.yaml:2:8: 5 is not accepted"):
        everything(tmp_path, PROFILE.replace("small.diag", "broken.diag"))
    (tmp_path / "wrong.checks.yaml").write_text("checks: {Nothing: {}}\n", encoding="utf-8")
    with pytest.raises(FileError, match=r"wrong\.checks\.yaml:1:19: no message is called 'Noth"):
        everything(tmp_path, PROFILE.replace("good.dbc}", "good.dbc, checks: wrong.checks.yaml}"))


@pytest.mark.parametrize("text", ["", "- 1", "profile: [", "\x00"])
def test_files_that_are_no_profile(tmp_path: Path, text: str) -> None:
    with pytest.raises(FileError, match=r"mini\.yaml"):
        profile(tmp_path, text)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"none\.yaml"):
        load_vehicle_profile(str(tmp_path / "none.yaml"))


def test_profiles_by_name(tmp_path: Path) -> None:
    write_profile(tmp_path)
    (tmp_path / "other.yaml").write_text("kind: pile\n", encoding="utf-8")
    (tmp_path / "broken.yaml").write_text("kind: [", encoding="utf-8")
    assert "shared-ev" in list_vehicle_profiles()
    assert list_vehicle_profiles([tmp_path]) == sorted({"mini", *list_vehicle_profiles()})
    assert load_vehicle_profile("mini", [tmp_path]).id == "mini"
    assert load_vehicle_profile("shared-ev", [tmp_path]) is load_vehicle_profile("shared-ev")
    with pytest.raises(UnknownNameError, match="did you mean: shared-ev"):
        load_vehicle_profile("shard-ev", [tmp_path])
    with pytest.raises(UnknownNameError, match="known: "):
        load_vehicle_profile("../mini", [tmp_path / "inner"])


def test_the_shipped_profile_names_what_there_is() -> None:
    car = load_vehicle_profile("shared-ev")
    assert len(car.named) > 60
    assert all(isinstance(point, VehiclePoint) for point in car.points.values())
    assert set(car.buses) == {"powertrain", "chassis", "body", "adas"}
    assert car.diagnostics is not None
    assert len(car.diagnostics.units) == 20
    assert car.ratings["tyre_pressure_front"] == Quantity(250, "kPa")
    titles = [point.title for name, point in car.points.items() if name in car.named]
    assert all(title is not None and title.zh and title.en for title in titles)


def test_data_files_are_looked_for_beside_the_profile_first(tmp_path: Path) -> None:
    own = PROFILE.replace("good.dbc", "ev_body.dbc")
    shutil.copy(DBC / "good.dbc", tmp_path / "ev_body.dbc")
    assert "soc" in profile(tmp_path, own).points
    shipped = HEAD + "buses: {body: {database: ev_body.dbc}}\n"
    (tmp_path / "ev_body.dbc").unlink()
    assert "BCM_Supply.BCM_LowVoltage" in profile(tmp_path, shipped).points


BOTH = PROFILE.replace("good.dbc", "[good.dbc, other.dbc]")


def add_another(folder: Path) -> None:
    """`other.dbc`, with a message that fits beside those of `good.dbc`."""
    text = (DBC / "foreign.dbc").read_text("utf-8").replace("BO_ 256 Foo", "BO_ 1025 Foo")
    (folder / "other.dbc").write_text(text, encoding="utf-8")


def test_several_databases_on_one_bus(tmp_path: Path) -> None:
    add_another(tmp_path)
    assert {"soc", "Foo.FooValue"} <= set(profile(tmp_path, BOTH).points)
    shutil.copy(DBC / "foreign.dbc", tmp_path / "other.dbc")
    with pytest.raises(FileError, match=r"other\.dbc:9:1: Foo has the id 0x100 of VCU_Torque"):
        everything(tmp_path, BOTH)


def _protected(databases: tuple[Database, ...]) -> set[str]:
    return {one.name for base in databases for one in base.messages if one.checksum is not None}


def test_a_checks_file_may_speak_of_any_database_of_its_bus(tmp_path: Path) -> None:
    add_another(tmp_path)
    shutil.copy(DBC / "foreign.checks.yaml", tmp_path / "side.yaml")
    both = BOTH.replace("other.dbc]", "other.dbc], checks: side.yaml")
    assert _protected(profile(tmp_path, both).databases["powertrain"]) == {
        "VCU_Torque", "BMS_Status", "Foo",
    }  # fmt: skip
    (tmp_path / "side.yaml").write_text("checks: {Nowhere: {}}\n", encoding="utf-8")
    with pytest.raises(FileError, match=r"side\.yaml:1:19: no message is called 'Nowhere'"):
        everything(tmp_path, both)


def test_every_file_that_gives_frames_their_meaning_is_listed(tmp_path: Path) -> None:
    add_another(tmp_path)
    shutil.copy(DBC / "foreign.checks.yaml", tmp_path / "other.checks.yaml")
    (tmp_path / "mini.wiring.yaml").write_text("wiring: mini\n", encoding="utf-8")
    both = profile(tmp_path, BOTH)
    listed = {(kind, name) for kind, name, _ in both.files()}
    assert listed == {
        ("profile", "mini.yaml"),
        ("database", "good.dbc"),
        ("database", "other.dbc"),
        ("database", "other.checks.yaml"),  # found beside the database, not named
        ("diagnostics", "small.diagnostics.yaml"),
        ("wiring", "mini.wiring.yaml"),
    }
    (tmp_path / "good.dbc").write_bytes(b"changed meanwhile")
    data = {name: data for _, name, data in both.files()}
    assert data["good.dbc"] == (DBC / "good.dbc").read_bytes(), "what was read is what counts"
