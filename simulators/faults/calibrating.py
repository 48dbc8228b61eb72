"""Control units that cannot be worked on as they should, and a place that is no good for it.

Which steps of the debugging find them stands in `found/veh_prep_02.py`.
"""

from typing import Any

from harness.text import Text
from simulators.faults.fault import Fault
from simulators.faults.vehicle_found import Part, broken, happening
from simulators.rig import Rig

_UNITS = {
    "camera": ("CAM", Text("摄像头", "Camera")),
    "radar": ("RAD", Text("毫米波雷达", "Radar")),
    "lidar": ("LID", Text("激光雷达", "Lidar")),
    "steering": ("EPS", Text("助力转向", "Steering")),
    "brake-control": ("IBC", Text("制动控制器", "Brake control")),
    "vehicle-control": ("VCU", Text("整车控制器", "Vehicle control")),
}
_ALL = tuple(node for node, _ in _UNITS.values())


def _at_work(attribute: str, value: Any) -> Part:
    return (lambda rig: rig.car.workshop, attribute, value)


def _routine(ending: str, defect: str, title: Text, detail: Text) -> tuple[Fault, ...]:
    """The same defect of the calibration routine in each unit that has one."""
    return tuple(
        broken(
            f"{name}-{ending}",
            Text(f"{called.zh}{title.zh}", f"{called.en} {title.en}"),
            Text(f"{called.zh}：{detail.zh}", f"{called.en}: {detail.en}"),
            _at_work("routines", {node: defect}),
            kind="data",
        )
        for name, (node, called) in _UNITS.items()
    )


def _load(rig: Rig) -> None:
    rig.world.appearance["car-load"] = "two boxes of tiles in the boot"


def _unload(rig: Rig) -> None:
    rig.world.appearance.pop("car-load", None)


_PLACE = (
    happening("boot-full-of-tiles", Text("行李箱装有重物", "Heavy load in the boot"),
              Text("行李箱里有两箱瓷砖，车尾下沉。", "Two boxes of tiles: the rear hangs."),
              _load, _unload),
    broken("workshop-floor-slopes", Text("标定场地不平", "Floor slopes"),
           Text("地面沿车辆方向有 0.8° 坡度。", "It slopes by 0.8 degrees along the car."),
           _at_work("slope", 0.8)),
    broken("workshop-dim", Text("标定场地偏暗", "Place too dim"),
           Text("靶标处照度只有约 120 lx。", "About 120 lx at the target."),
           _at_work("light", 120.0)),
    broken("workshop-dark", Text("标定场地过暗", "Place too dark"),
           Text("靶标处照度只有约 40 lx，摄像头找不到图案。",
                "About 40 lx at the target: the camera does not find the pattern."),
           _at_work("light", 40.0)),
    broken("calibrated-in-the-yard", Text("在院内标定", "Calibrated in the yard"),
           Text("傍晚在院内标定，地面有坡度，光线偏暗，标记不准。",
                "In the yard at dusk: it slopes, it is dim, and the mark is off."),
           _at_work("slope", 0.8), _at_work("light", 120.0), _at_work("mark_error", 0.05)),
    broken("target-mark-shifted", Text("靶标地面标记偏移", "Floor mark of the target off"),
           Text("地面标记在 5.05 m 处。", "The mark is at 5.05 m."),
           _at_work("mark_error", 0.05)),
)  # fmt: skip

_ACCESS = (
    broken("radar-with-another-key", Text("毫米波雷达密钥不符", "Radar has another key"),
           Text("换上的雷达来自另一车型，本台架密钥被拒绝。",
                "The radar is of another model: it refuses the bench's key."),
           _at_work("foreign", frozenset({"RAD"})), kind="data"),
    broken("lidar-locked-out", Text("激光雷达安全访问锁止", "Lidar locked out"),
           Text("有人多次试错密钥，单元拒绝给出种子。",
                "Somebody tried wrong keys: the unit gives no seed."),
           _at_work("closed_until", {"LID": 1e6}), kind="data"),
    broken("camera-keeps-its-data", Text("摄像头读不出标定数据", "Camera does not give its data"),
           Text("标定数据读取被拒绝，无法备份。",
                "Reading its calibration data is refused: there can be no backup."),
           _at_work("hides", frozenset({"CAM"})), kind="data"),
)  # fmt: skip

_ROUTINES = (
    *_routine("refuses-calibration", "refused",
              Text("拒绝标定", "refuses to calibrate"),
              Text("以条件不满足拒绝启动。", "conditions not correct, it says.")),
    *_routine("calibration-hangs", "hangs",
              Text("标定不结束", "calibration never ends"),
              Text("一直报告正在运行。", "it says for ever that it runs.")),
    *_routine("learns-wrong", "wrong",
              Text("标定结果错误", "learns wrong"),
              Text("报告成功，写入的数值不对。", "it reports success with a wrong value.")),
    *(one for one in _routine("learns-roughly", "rough",
              Text("标定不准", "learns roughly"),
              Text("报告成功，数值略有偏差。", "it reports success and is somewhat off."))
      if one.name.startswith(("steering", "brake", "vehicle"))),
    broken("calibration-not-released", Text("标定功能未开放", "Calibration not released"),
           Text("软件版本过低，各单元都拒绝启动标定例程。",
                "Old software: every unit refuses the routine."),
           _at_work("routines", dict.fromkeys(_ALL, "refused")), kind="data"),
    broken("calibrations-all-hang", Text("标定均不结束", "No calibration ends"),
           Text("各单元的标定例程都不结束。", "The routine of every unit runs for ever."),
           _at_work("routines", dict.fromkeys(_ALL, "hangs")), kind="data"),
    broken("calibrations-all-wrong", Text("标定结果均错误", "Every calibration wrong"),
           Text("软件参数不符，各单元学到的数值都不对。",
                "Parameters of another model: what every unit learns is wrong."),
           _at_work("routines", dict.fromkeys(_ALL, "wrong")), kind="data"),
    broken("front-end-bumped", Text("车头碰撞后传感器移位", "Front end bumped"),
           Text("摄像头、毫米波雷达和激光雷达都偏转 5° 以上。",
                "Camera, radar and lidar look 5 degrees or more aside."),
           (lambda rig: rig.car.sensing.camera, "misalignment", 6.0),
           (lambda rig: rig.car.sensing.radar, "misalignment", 5.0),
           (lambda rig: rig.car.sensing.lidar, "misalignment", 5.0)),
    broken("camera-calibration-aborts", Text("摄像头标定中断", "Calibration of the camera aborts"),
           Text("标定中断，旧数据已被清除。", "It aborts when the old data are gone already."),
           _at_work("routines", {"CAM": "aborts"}), kind="data"),
    broken("radar-calibration-fails", Text("毫米波雷达标定失败", "Calibration of the radar fails"),
           Text("标定报告失败，保持旧数据。", "It reports failure and keeps the old data."),
           _at_work("routines", {"RAD": "fails"}), kind="data"),
    broken("radar-bracket-bent", Text("毫米波雷达支架变形", "Bracket of the radar bent"),
           Text("偏转 5°，应校正支架而不是标定。", "5 degrees aside: mend the bracket first."),
           (lambda rig: rig.car.sensing.radar, "misalignment", 5.0)),
    broken("lidar-bracket-bent", Text("激光雷达支架变形", "Bracket of the lidar bent"),
           Text("偏转 5°，应校正支架而不是标定。", "5 degrees aside: mend the bracket first."),
           (lambda rig: rig.car.sensing.lidar, "misalignment", 5.0)),
    broken("steering-zero-unlearned", Text("转角零位未标定", "Steering angle not calibrated"),
           Text("更换转角传感器后没有标定零位。", "Not calibrated after a new angle sensor."),
           (lambda rig: rig.car.steering, "calibrated", False),
           (lambda rig: rig.car.steering, "sensor_offset", 12.0)),
)  # fmt: skip

_CODING = (
    broken("adcu-refuses-coding", Text("域控制器拒绝写入", "Computer refuses to be coded"),
           Text("写入被拒绝，存储器损坏。", "It refuses what is written: its memory is worn."),
           _at_work("refuses_writing", frozenset({"ADCU"})), kind="data"),
    broken("adcu-forgets-coding", Text("域控制器写入不保存", "Computer forgets its coding"),
           Text("写入应答正常，读回仍是旧值。", "It accepts, and still has what it had."),
           _at_work("forgets_writing", frozenset({"ADCU"})), kind="data"),
    broken("adcu-codes-more", Text("写入时改动了其他编码", "Coding changes something else"),
           Text("写入一项时自动停用了车道保持。", "It switches lane keeping off by itself."),
           _at_work("codes_besides", {"ADCU": {"config_lka": "disabled"}}), kind="data"),
    broken("radar-memory-worn", Text("毫米波雷达存储器损坏", "Memory of the radar worn"),
           Text("标定结果写错，恢复备份被拒绝。",
                "It stores a wrong calibration, and refuses to have the backup written."),
           _at_work("routines", {"RAD": "wrong"}),
           _at_work("refuses_writing", frozenset({"RAD"})), kind="data"),
)  # fmt: skip

_AFTER = (
    broken("camera-stays-away", Text("摄像头复位后不上线", "Camera stays away after a reset"),
           Text("复位后不再启动。", "It does not start again."),
           _at_work("stays_away", frozenset({"CAM"}))),
    broken("lidar-loses-time", Text("激光雷达复位后失步", "Lidar out of step after a reset"),
           Text("复位后时间偏差约 24 ms。", "About 24 ms off after a reset."),
           _at_work("loses_time", {"LID": 1e6})),
    broken("lidar-slow-to-synchronise", Text("激光雷达复位后对时慢", "Lidar synchronises slowly"),
           Text("复位后约 9 s 才恢复时间同步，留下历史故障码。",
                "It takes 9 s after a reset, and keeps a code of it."),
           _at_work("loses_time", {"LID": 9.0})),
    broken("steering-forgets-zero", Text("转角零位复位后丢失", "Steering forgets its zero"),
           Text("转角传感器零位偏 9°，标定值未存入存储器。",
                "9 degrees off, and what it learns is gone with a reset."),
           (lambda rig: rig.car.steering, "sensor_offset", 9.0),
           _at_work("forgets_at_reset", frozenset({"EPS"})), kind="data"),
    broken("brake-pedal-forgets-zero", Text("制动踏板零位丢失", "Brake pedal forgets its zero"),
           Text("踏板行程传感器偏 4 %，学习值未存入存储器。",
                "4 % off, and what it learns is gone with a reset."),
           (lambda rig: rig.car.brake, "pedal_offset", 4.0),
           _at_work("forgets_at_reset", frozenset({"IBC"})), kind="data"),
)  # fmt: skip

FAULTS = (*_PLACE, *_ACCESS, *_ROUTINES, *_CODING, *_AFTER)
