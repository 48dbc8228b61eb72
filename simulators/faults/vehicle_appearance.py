"""What a look at the car finds."""

from harness.text import Text
from simulators.faults.fault import Fault
from simulators.faults.vehicle_found import Steps, broken, happening
from simulators.rig import Rig
from simulators.vehicle.sensing import BLOCKED


def _visible(
    name: str,
    subject: str,
    note: str,
    title: Text,
    detail: Text,
    *,
    inspection: Steps = (),
    admission: Steps = (),
) -> Fault:
    def show(rig: Rig) -> None:
        rig.world.appearance[subject] = note

    def mend(rig: Rig) -> None:
        rig.world.appearance.pop(subject, None)

    return happening(name, title, detail, show, mend, inspection=inspection, admission=admission)


FAULTS = (
    _visible(
        "car-insurance-expired",
        "car-certificate",
        "insurance expired last month",
        Text("保险单过期", "Insurance expired"),
        Text("随车证件中的保险单已过期。", "The insurance among the papers has expired."),
        admission=("certificate",),
    ),
    _visible(
        "car-plate-loose",
        "car-plate",
        "rear number plate hangs on one screw",
        Text("后号牌松脱", "Number plate loose"),
        Text("后号牌只剩一颗螺钉。", "The rear plate hangs on one screw."),
        admission=("plate",),
    ),
    _visible(
        "car-bumper-damaged",
        "car-body",
        "front bumper cracked, right mirror loose",
        Text("保险杠破损", "Bumper damaged"),
        Text("前保险杠开裂，右后视镜松动。", "Front bumper cracked, right mirror loose."),
        inspection=("body",),
    ),
    _visible(
        "car-lens-cracked",
        "car-lamps",
        "left headlamp lens cracked, water inside",
        Text("大灯灯罩开裂", "Headlamp lens cracked"),
        Text("左前照灯灯罩开裂，内部进水。", "The left lens is cracked and water is inside."),
        inspection=("lenses",),
    ),
    _visible(
        "car-windscreen-cracked",
        "car-glass",
        "crack of 20 cm in front of the driver",
        Text("前风窗裂纹", "Windscreen cracked"),
        Text("驾驶员前方有约 20 cm 的裂纹。", "A crack of 20 cm in front of the driver."),
        inspection=("glass",),
        admission=("glass",),
    ),
    _visible(
        "car-leaks",
        "car-leaks",
        "drops of coolant below the inverter",
        Text("车底渗漏", "Fluid leaks"),
        Text("电机控制器下方滴冷却液。", "Coolant drips below the inverter."),
        inspection=("leaks",),
    ),
    _visible(
        "car-tyre-cut",
        "car-tyres",
        "bulge in the side wall, front left",
        Text("轮胎鼓包", "Tyre bulges"),
        Text("左前轮胎侧鼓包。", "A bulge in the side wall of the front left tyre."),
        admission=("tyres",),
    ),
    _visible(
        "car-equipment-incomplete",
        "car-equipment",
        "no warning triangle, extinguisher out of date",
        Text("随车用品不全", "Equipment incomplete"),
        Text(
            "没有三角警告牌，灭火器过期。",
            "No warning triangle, and the extinguisher is out of date.",
        ),
        admission=("equipment",),
    ),
    broken(
        "lidar-window-dirty",
        Text("激光雷达窗口脏污", "Lidar window dirty"),
        Text("激光雷达窗口有泥点，还没到报警值。", "Mud on the window; it does not warn yet."),
        (lambda rig: rig.car.sensing.lidar, "blockage", 0.75 * BLOCKED),
        admission=("sensors",),
    ),
)
