"""Smart sensors: dirt and damage before them, calibration, direction, distance, time, frames.

Which steps of the daily inspection of sensors find them stands in `found/veh_insp_02.py`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from harness.text import Text
from simulators.faults.fault import Fault
from simulators.faults.vehicle_found import Part, broken
from simulators.rig import Rig
from simulators.vehicle.cleaning import SUITS
from simulators.vehicle.sensing import Ultrasonic


def _soiled(name: str, node: str, dirt: tuple[str, float], title: Text, detail: Text) -> Fault:
    return broken(name, title, detail, *_face(node, *dirt))


def _face(node: str, soil: str, blockage: float) -> tuple[Part, Part]:
    return (
        (lambda rig: rig.car.sensors[node], "soil", soil),
        (lambda rig: rig.car.sensors[node], "blockage", blockage),
    )


def _sensor(node: str) -> Callable[[Rig], Any]:
    return lambda rig: rig.car.sensors[node]


def _uncalibrated(node: str) -> Part:
    return (_sensor(node), "calibration", "not_calibrated")


def _slow(node: str, factor: float, *messages: str) -> Part:
    slow: Mapping[str, float] = dict.fromkeys(messages, factor)
    return (lambda rig: rig.car.units[node], "slow", slow)


def _ultrasonic(rig: Rig) -> Ultrasonic:
    return rig.car.sensing.ultrasonic


def _reads(number: int, error: float) -> Part:
    """One transducer is off by so many metres; the others stay within a centimetre."""
    errors = dict.fromkeys(range(1, 13), 0.0) | {number: error}
    return (_ultrasonic, "errors", errors)


_SENSORS = ("CAM", "RAD", "LID", "USS", "GNSS")
_CYCLIC = {
    "CAM": ("CAM_Status", "CAM_Lane", "CAM_Image", "CAM_Objects"),
    "RAD": ("RAD_Status", "RAD_Objects"),
    "LID": ("LID_Status", "LID_Scan"),
    "USS": ("USS_Status", "USS_Front", "USS_Rear"),
    "GNSS": ("GNSS_Status", "GNSS_Solution", "GNSS_Position", "GNSS_ImuAccel", "GNSS_ImuRate"),
    "ADCU": ("ADCU_Status", "ADCU_Availability", "ADCU_Compute"),
}

FAULTS = (
    # Dirt that comes off, and what does not
    _soiled("camera-window-muddy", "CAM", ("mud", 75.0),
            Text("摄像头镜头罩有泥", "Camera window muddy"),
            Text("镜头罩约四分之三被泥遮住，可擦净。", "Mud covers three quarters; it comes off.")),
    _soiled("radar-cover-muddy", "RAD", ("mud", 80.0),
            Text("毫米波雷达罩有泥", "Radar cover muddy"),
            Text("雷达罩被泥糊住，可擦净。", "The cover is caked with mud; it comes off.")),
    _soiled("lidar-window-greasy", "LID", ("grease", 70.0),
            Text("激光雷达窗口有油膜", "Lidar window greasy"),
            Text("窗口有手印和油膜，可擦净。", "Hand prints and grease; they come off.")),
    _soiled("ultrasonic-faces-muddy", "USS", ("mud", 78.0),
            Text("超声波探头糊泥", "Ultrasonic faces muddy"),
            Text("保险杠上的探头糊了泥，可擦净。", "Mud on the transducers; it comes off.")),
    _soiled("camera-window-chipped", "CAM", ("scratched", 66.0),
            Text("摄像头镜头罩崩裂", "Camera window chipped"),
            Text("镜头罩被石子打裂，擦不掉，要更换。", "Chipped by a stone: no cloth helps.")),
    _soiled("radar-cover-sticker", "RAD", ("sticker", 72.0),
            Text("雷达罩贴了车贴", "Sticker on the radar cover"),
            Text("雷达罩上贴了金属车贴，清洁不能去除。", "A metal sticker: no cloth helps.")),
    _soiled("lidar-window-scratched", "LID", ("scratched", 70.0),
            Text("激光雷达窗口划伤", "Lidar window scratched"),
            Text("窗口被硬物刮花，擦不掉，要更换。", "Scratched by something hard: replace it.")),
    broken(
        "bumper-and-faces-painted",
        Text("补漆时盖住了传感器", "Faces painted over"),
        Text("补漆时没有遮蔽，摄像头、雷达和探头表面都有漆。",
             "A repair shop did not mask them: there is paint on every face."),
        *(part for node in SUITS for part in _face(node, "paint", 90.0)),
    ),
    # Calibration and direction
    broken("camera-calibration-lost", Text("摄像头未标定", "Camera not calibrated"),
           Text("更换风窗后没有标定摄像头。", "Not calibrated after a new windscreen."),
           _uncalibrated("CAM")),
    broken("all-calibrations-lost", Text("传感器标定全部丢失", "All calibrations lost"),
           Text("刷写后各传感器标定数据丢失。", "After a download no sensor is calibrated."),
           *(_uncalibrated(node) for node in ("CAM", "RAD", "LID", "GNSS"))),
    broken("camera-turned", Text("摄像头被碰歪", "Camera turned"),
           Text("摄像头支架松动，偏转 6°。", "Its bracket is loose: it looks 6 degrees aside."),
           (lambda rig: rig.car.sensing.camera, "misalignment", 6.0)),
    broken("camera-of-another-lens", Text("摄像头焦距参数不符", "Camera of another lens"),
           Text("换上的摄像头焦距参数不是本车的，测距偏小 13 %。",
                "Its focal length is not that of this car: ranges are 13 % short."),
           (lambda rig: rig.car.sensing.camera, "range_factor", 0.87)),
    broken("radar-misaligned", Text("毫米波雷达偏斜", "Radar misaligned"),
           Text("轻微追尾后雷达偏斜 3°。", "After a light bump it looks 3 degrees aside."),
           (lambda rig: rig.car.sensing.radar, "misalignment", 3.0)),
    broken("lidar-turned", Text("激光雷达安装偏转", "Lidar turned"),
           Text("激光雷达重装后偏转 3°，未重新标定外参。", "Fitted 3 degrees off, not calibrated."),
           (lambda rig: rig.car.sensing.lidar, "misalignment", 3.0)),
    broken("radar-range-wrong", Text("毫米波雷达测距偏大", "Radar reads too far"),
           Text("毫米波雷达测距偏大约 0.7 m。", "It reads about 0.7 m too much."),
           (lambda rig: rig.car.sensing.radar, "range_error", 0.7)),
    broken("lidar-range-wrong", Text("激光雷达测距偏大", "Lidar reads too far"),
           Text("激光雷达测距偏大 0.25 m。", "It reads 0.25 m too much."),
           (lambda rig: rig.car.sensing.lidar, "range_error", 0.25)),
    broken("transducer-1-off", Text("1 号探头测距偏大", "Transducer 1 reads too far"),
           Text("左前侧探头测距偏大 9 cm。", "Front left, side: it reads 9 cm too much."),
           _reads(1, 0.09)),
    broken("transducer-3-off", Text("3 号探头测距偏小", "Transducer 3 reads too near"),
           Text("左前内探头测距偏小 9 cm。", "Front left, inner: it reads 9 cm too little."),
           _reads(3, -0.09)),
    broken("transducer-9-off", Text("9 号探头测距偏大", "Transducer 9 reads too far"),
           Text("右后内探头测距偏大 12 cm。", "Rear right, inner: it reads 12 cm too much."),
           _reads(9, 0.12)),
    broken("transducer-5-dead", Text("5 号探头失效", "Transducer 5 dead"),
           Text("右前外探头没有回波。", "The outer one at the front right gives no echo."),
           (_ultrasonic, "dead", frozenset({5}))),
    # Time, temperature
    broken("lidar-clock-drifts", Text("激光雷达时钟漂移", "Clock of the lidar drifts"),
           Text("激光雷达不再对时，每分钟快 60 ms。", "Not kept in step: it gains 60 ms a minute."),
           (lambda rig: rig.car.sensing.lidar, "sync_offset", 14.0),
           (lambda rig: rig.car.sensing.lidar, "sync_drift", 60.0)),
    broken("pulse-per-second-lost", Text("秒脉冲丢失", "Pulse per second lost"),
           Text("定位单元的秒脉冲线断开。", "The wire of the pulse per second is open."),
           (lambda rig: rig.car.positioning, "pps_works", False), kind="wiring"),
    broken("radar-thermistor-shorted", Text("雷达测温元件短路", "Thermistor of the radar shorted"),
           Text("毫米波雷达自报温度偏高约 80 K。", "The radar reports about 80 K too much."),
           (lambda rig: rig.car.sensing.radar, "thermistor_error", 80.0)),
    broken("sensor-thermistors-shorted", Text("各传感器测温元件短路", "All thermistors shorted"),
           Text("浸水后各传感器自报温度偏高约 80 K。", "Flooded: all report about 80 K too much."),
           *((_sensor(node), "thermistor_error", 80.0) for node in _SENSORS)),
    broken("sensor-clocks-off", Text("各传感器时钟超前", "Clocks of all sensors off"),
           Text("刷写后各传感器时钟超前 14 ms。", "After a download all are 14 ms ahead."),
           *((_sensor(node), "sync_offset", 14.0) for node in _SENSORS)),
    broken("sensor-fuse-corroded", Text("传感器熔断器座腐蚀", "Fuse holder corroded"),
           Text("共用熔断器座腐蚀，供电压降约 2.6 V。", "About 2.6 V are lost at the common fuse."),
           *((_sensor(node), "supply_drop", 2.6) for node in ("CAM", "RAD", "USS", "GNSS")),
           kind="wiring"),
    # Supply, picture, scan
    broken("radar-connector-corroded", Text("雷达插头腐蚀", "Connector of the radar corroded"),
           Text("毫米波雷达插头腐蚀，供电压降约 2.6 V。", "About 2.6 V are lost at its connector."),
           (lambda rig: rig.car.sensing.radar, "supply_drop", 2.6), kind="wiring"),
    broken("lidar-connector-corroded", Text("激光雷达插头腐蚀", "Connector of the lidar corroded"),
           Text("激光雷达插头腐蚀，供电压降约 4.8 V。", "About 4.8 V are lost at its connector."),
           (lambda rig: rig.car.sensing.lidar, "supply_drop", 4.8), kind="wiring"),
    broken("camera-rate-low", Text("摄像头帧率偏低", "Frame rate of the camera low"),
           Text("摄像头只有 20 帧/s。", "It delivers 20 frames a second only."),
           (lambda rig: rig.car.sensing.camera, "frame_rate", 20.0)),
    broken("camera-link-bad", Text("摄像头视频线接触不良", "Video link of the camera bad"),
           Text("视频线接触不良，约每秒丢 1 帧。", "A bad contact: it loses a frame a second."),
           (lambda rig: rig.car.sensing.camera, "drop_rate", 1.0), kind="wiring"),
    broken("camera-iris-stuck", Text("摄像头曝光失控", "Exposure of the camera wrong"),
           Text("曝光时间过长，画面大部分过曝。", "Exposed too long: the picture is mostly white."),
           (lambda rig: rig.car.sensing.camera, "brightness", 95.0),
           (lambda rig: rig.car.sensing.camera, "saturated", 63.0)),
    broken("lidar-motor-slow", Text("激光雷达转速偏低", "Motor of the lidar slow"),
           Text("轴承发涩，转速只有约 530 rpm。", "Its bearing is dry: it turns at 530 rpm only."),
           (lambda rig: rig.car.sensing.lidar, "rotation", 530.0)),
    broken("lidar-diode-weak", Text("激光雷达发射功率下降", "Laser of the lidar weak"),
           Text("激光器老化，约 18 % 的点没有回波。", "It has aged: 18 % of the points are lost."),
           (lambda rig: rig.car.sensing.lidar, "point_loss", 18.0)),
    # Frames
    broken("camera-image-late", Text("摄像头图像报文变慢", "Image message of the camera slow"),
           Text("图像状态报文周期变为 1.3 倍。", "It comes at 1.3 times its period."),
           _slow("CAM", 1.3, "CAM_Image"), kind="protocol"),
    broken("lane-checksum-wrong", Text("车道报文校验错误", "Checksum of the lane message wrong"),
           Text("摄像头车道报文校验和不对。", "The camera sends its lanes with a wrong checksum."),
           (lambda rig: rig.car.units["CAM"], "wrong_checksum", frozenset({"CAM_Lane"})),
           kind="protocol"),
    broken("gyro-counter-stuck", Text("陀螺报文计数器停走", "Counter of the gyro message stuck"),
           Text("角速度报文的计数器不再递增。", "The counter of the rate message stands still."),
           (lambda rig: rig.car.units["GNSS"], "stuck_counter", frozenset({"GNSS_ImuRate"})),
           kind="protocol"),
    broken("adas-cycles-of-another-car", Text("智驾通信矩阵不符", "Cycle times of another car"),
           Text("刷入了其他车型的通信矩阵，各单元周期变为 1.25 倍。",
                "A communication matrix of another model: every unit sends 1.25 times as slowly."),
           *(_slow(node, 1.25, *messages) for node, messages in _CYCLIC.items()), kind="data"),
)  # fmt: skip
