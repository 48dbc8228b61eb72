"""12 V battery, DC/DC converter, and who measures them."""

from harness.text import Text
from simulators.faults.vehicle_found import broken

FAULTS = (
    broken(
        "low-voltage-battery-weak",
        Text("12 V 蓄电池亏电", "12 V battery weak"),
        Text(
            "12 V 蓄电池只剩约 45 % 电量，静置约 12.2 V。", "It is at 45 %, about 12.2 V at rest."
        ),
        (lambda rig: rig.car.low_voltage.battery, "charge", 0.45),
        inspection=("meter-at-rest", "bus-at-rest"),
    ),
    broken(
        "low-voltage-battery-flat",
        Text("12 V 蓄电池严重亏电", "12 V battery nearly flat"),
        Text("12 V 蓄电池只剩约 10 % 电量。", "It is at 10 %."),
        (lambda rig: rig.car.low_voltage.battery, "charge", 0.10),
        inspection=("meter-at-rest", "trouble-codes", "warning-lamps", "bus-at-rest"),
        admission=("trouble-codes",),
    ),
    broken(
        "dcdc-dead",
        Text("DC/DC 损坏", "DC/DC converter dead"),
        Text(
            "DC/DC 没有输出，READY 时 12 V 由蓄电池供电。", "No output: the battery feeds the 12 V."
        ),
        (lambda rig: rig.car.low_voltage.dcdc, "works", False),
        inspection=(
            "trouble-codes",
            "warning-lamps",
            "lamps-in-ready",
            "bus-in-ready",
            "meter-in-ready",
        ),
        admission=("trouble-codes",),
    ),
    broken(
        "dcdc-output-low",
        Text("DC/DC 输出偏低", "DC/DC output low"),
        Text("DC/DC 输出比要求低约 1 V。", "It puts out 1 V less than is asked for."),
        (lambda rig: rig.car.low_voltage.dcdc, "voltage_error", -1.0),
        inspection=("trouble-codes", "bus-in-ready", "meter-in-ready"),
        admission=("trouble-codes",),
    ),
    broken(
        "body-controller-reads-high",
        Text("车身控制器电压采样偏高", "Body controller reads the 12 V high"),
        Text("车身控制器测得的 12 V 电压偏高约 4 %。", "It measures the 12 V supply 4 % too high."),
        (lambda rig: rig.car.low_voltage, "body_gain", 1.04),
        inspection=("rest-agreement", "ready-agreement"),
    ),
)
