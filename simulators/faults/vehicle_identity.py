"""Identity, versions, configuration and odometer of the car and its units."""

from harness.text import Text
from simulators.faults.vehicle_found import broken
from simulators.vehicle.units import CONFIGURATION, with_check_digit

_OTHER_VIN = with_check_digit("0EVEV4B20R0000817")

FAULTS = (
    broken(
        "body-vin-differs",
        Text("车身车架号与台账不符", "VIN on the body differs"),
        Text("车身打刻的是另一个车架号。", "Another VIN is stamped on the body."),
        (lambda rig: rig.car.units, "vin", _OTHER_VIN),
        kind="data",
        admission=("vin-on-body",),
    ),
    broken(
        "unit-of-another-car",
        Text("车联网终端来自另一辆车", "Telematics unit of another car"),
        Text("车联网终端里存的是另一个车架号。", "It holds the VIN of another car."),
        (lambda rig: rig.car.units["TBOX"], "vin", _OTHER_VIN),
        kind="data",
        admission=("vin",),
    ),
    broken(
        "software-not-released",
        Text("车身控制器软件未批准", "Software of the body controller not released"),
        Text("车身控制器刷了未批准的软件版本。", "It runs a version that is not on the list."),
        (lambda rig: rig.car.units["BCM"], "software_version", "V9.00.00"),
        kind="data",
        admission=("versions",),
    ),
    broken(
        "configuration-differs",
        Text("功能配置与台账不符", "Configuration differs"),
        Text("自适应巡航（ACC）被配置为停用。", "Adaptive cruise (ACC) is coded as switched off."),
        (
            lambda rig: rig.car.units["ADCU"],
            "configuration",
            {**CONFIGURATION["ADCU"], "config_acc": "disabled"},
        ),
        kind="data",
        admission=("configuration",),
    ),
    broken(
        "odometer-rolled-back",
        Text("仪表里程被调低", "Odometer of the cluster rolled back"),
        Text("仪表里程比实际少 9000 km。", "It shows 9000 km less than the car has run."),
        (lambda rig: rig.car.units["ICM"], "odometer_offset", -9000.0),
        kind="data",
        inspection=("trouble-codes",),
        admission=("trouble-codes", "odometer-agreement"),
    ),
    broken(
        "mileage-too-high",
        Text("里程超过准入限值", "Too many kilometres"),
        Text("车辆已行驶约 82000 km。", "The car has run about 82,000 km."),
        (lambda rig: rig.car.drive, "distance_at_start", 82_000.0),
        admission=("odometer-limit",),
    ),
)
