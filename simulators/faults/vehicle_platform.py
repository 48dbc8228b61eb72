"""Satellite positioning, and the computer of the driving assistance.

Which steps of the daily inspection of sensors find them stands in `found/veh_insp_02.py`.
"""

from harness.text import Text
from simulators.faults.vehicle_found import broken
from simulators.rig import Rig
from simulators.vehicle.computing import Computer
from simulators.vehicle.positioning import Positioning


def _positioning(rig: Rig) -> Positioning:
    return rig.car.positioning


def _computer(rig: Rig) -> Computer:
    return rig.car.computer


FAULTS = (
    broken("gnss-antenna-torn-off", Text("卫星天线馈线断开", "Antenna cable torn off"),
           Text("车顶天线馈线被扯断。", "The cable of the roof antenna is torn off."),
           (_positioning, "antenna", "open"), kind="wiring"),
    broken("correction-service-lost", Text("差分服务中断", "Correction service lost"),
           Text("收不到差分改正，只有单点定位。", "No corrections: a single-point fix only."),
           (_positioning, "sky", "single")),
    broken("sky-half-covered", Text("天空被遮挡", "Sky half covered"),
           Text("停在高楼旁，卫星少、几何差、反射多。",
                "Beside a high building: few satellites, poor geometry, reflections."),
           (_positioning, "satellites_in_view", 8), (_positioning, "geometry", 3.6),
           (_positioning, "wander", 0.25)),
    broken("reflections-around", Text("多径反射", "Reflections around"),
           Text("附近金属墙反射，静止时位置漂移约 1 dm。",
                "A metal wall near by: at rest the position wanders by about 10 cm."),
           (_positioning, "wander", 0.16)),
    broken("gyro-biased", Text("陀螺仪零偏过大", "Gyro biased"),
           Text("横摆角速度零偏 0.5 °/s，航向随之漂移。",
                "The yaw rate is off by 0.5 degrees per second, and the heading drifts with it."),
           (_positioning, "gyro_bias", 0.5), (_positioning, "heading_drift", 6.0)),
    broken("accelerometer-biased", Text("加速度计零偏过大", "Accelerometer biased"),
           Text("垂直加速度偏大 0.5 m/s²。", "The upright axis reads 0.5 m/s² too much."),
           (_positioning, "accelerometer_bias", 0.5)),
    broken("speed-over-ground-wrong", Text("静止时有速度", "Speed while it stands"),
           Text("静止时定位单元仍报 0.2 m/s。", "At rest the unit still reports 0.2 m/s."),
           (_positioning, "speed_error", 0.2)),
    broken("computer-overloaded", Text("计算平台过载", "Platform overloaded"),
           Text("后台程序失控，处理器和内存占满。",
                "A program has run away: processor and memory are full."),
           (_computer, "base_load", 97.0), (_computer, "memory_used", 93.0)),
    broken("computer-heat-sink-loose", Text("计算平台散热器脱开", "Heat sink loose"),
           Text("散热器与芯片脱开，温度迅速上升。", "It is off the chips: they get hot."),
           (_computer, "heat_sink_loose", True)),
    broken("computer-storage-full", Text("计算平台存储将满", "Storage nearly full"),
           Text("存储只剩 7 %。", "7 % of the storage are left."),
           (_computer, "disk_free", 7.0)),
    broken("computer-watchdog-resets", Text("计算平台反复复位", "Watchdog resets"),
           Text("看门狗已复位 3 次。", "The watchdog has reset it three times."),
           (_computer, "watchdog_resets", 3)),
    broken("driving-recorder-failed", Text("自动驾驶数据记录故障", "Driving data recorder failed"),
           Text("自动驾驶数据记录（DSSAD）存储器故障。", "The memory of the DSSAD has failed."),
           (_computer, "dssad_works", False)),
    broken("camera-software-old", Text("摄像头软件版本不符", "Software of the camera differs"),
           Text("摄像头软件是旧版本。", "It runs an old version."),
           (lambda rig: rig.car.units["CAM"], "software_version", "V3.90.00"), kind="data"),
    broken("radar-of-another-car", Text("雷达来自另一辆车", "Radar of another car"),
           Text("更换的毫米波雷达软件和标定数据都不是本车的。",
                "It was swapped: neither its software nor its calibration is that of this car."),
           (lambda rig: rig.car.units["RAD"], "software_version", "V1.77.00"),
           (lambda rig: rig.car.units["RAD"], "calibration_id", "CAL-RAD-9901"), kind="data"),
)  # fmt: skip
