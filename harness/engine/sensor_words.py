"""Words of the inspection of smart sensors in both languages: quantities, notes, mistakes.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.engine.phrases import Phrases
from harness.text import Text

NAMES = {
    "board_distance": Text("平面挡板距离（直尺）", "Distance of the board by ruler"),
    "distance_error": Text("距离误差（传感器 − 直尺）", "Distance error (sensor less ruler)"),
    "target_range_error": Text("靶标距离误差", "Range error at the target"),
    "target_azimuth_error": Text("靶标方位误差", "Azimuth error at the target"),
    "acceleration_error": Text(
        "静止加速度模与 9.81 m/s² 之差", "Norm of the acceleration less 9.81 m/s²"
    ),
    "position_std": Text("静态位置标准差", "Standard deviation of the position at rest"),
    "heading_drift": Text("静态航向漂移", "Heading drift at rest"),
    "highest_speed": Text("静止时最高速度", "Highest speed at rest"),
    "sensor-face-cam": Text("摄像头镜头罩", "Window of the camera"),
    "sensor-face-rad": Text("毫米波雷达罩盖", "Cover of the radar"),
    "sensor-face-lid": Text("激光雷达窗口", "Window of the lidar"),
    "sensor-face-uss": Text("超声波探头表面", "Faces of the ultrasonic sensors"),
    "gnss-antenna": Text("卫星天线", "Satellite antenna"),
}
FINDINGS = {"targets_missed": Text("未识别到靶标的传感器", "Sensors that do not see the target")}
"""Lists of what was found to be wrong; an empty one is as it should be."""

REASONS = Phrases(
    (r"something stands at the mark already: (\S+) m, (\S+) deg",
     r"标记处已有物体：\1 m，\2°"),
    (r"reported by (\S+)", "{1}"),
    (r"objects reported: (\d+)", r"报告目标 \1 个"),
    (r"(\S+), target at (\S+) m", r"{1}，靶标在 \2 m 处"),
    (r"(\S+), target at (\S+) deg", r"{1}，靶标方位 \2°"),
    (r"nobody said how (\S+) is cleaned", r"没有人说明 \1 的清洁方法"),
    (r"no board stands before the car", "车前没有放置平面挡板"),
    (r"step (\S+) has (\d+) ranges and (\d+) azimuths", r"步骤 \1 有 \2 个距离、\3 个方位"),
    # what the simulated technician finds
    (r"mud", "有泥"),
    (r"grease", "有油膜"),
    (r"scratched", "划伤或崩裂"),
    (r"sticker", "贴有车贴"),
    (r"paint", "被漆盖住"),
    (r"cable of the antenna torn off", "天线馈线断开"),
)  # fmt: skip
DETAILS = Phrases(
    (r"(\d+) ranges and (\d+) azimuths", r"\1 个距离、\2 个方位，数目不一致"),
    (r"(\S+) is no unit of length", r"\1 不是长度单位"),
    (r"(\S+) (\S+) is not in (m|deg)", r"\1 \2 的单位应为 \3"),
)
EXPECTED = Phrases(
    (r"one azimuth for each range", "每个距离对应一个方位"),
    (r"a limit with low or high, of a length \(range\) or an angle \(azimuth\)",
     "带 low 或 high 的限值，距离用长度单位，方位用角度单位"),
    (r"mm, cm or m", "mm、cm 或 m"),
    (r"a node of the databases", "数据库中的一个节点"),
    (r"a quantity in (m|deg)", r"以 \1 为单位的量"),
)  # fmt: skip
