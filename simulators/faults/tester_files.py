"""Files of the inspection line that cannot be right: a tester set wrong, or another car's file.

Nothing is wrong with the car. The file is refused, what it would have shown stays unjudged, and no
step turns to fail.
"""

from harness.text import Text
from simulators.faults.fault import Fault
from simulators.faults.vehicle_found import broken
from simulators.line_testers import LineTester
from simulators.rig import Rig
from simulators.vehicle.roadworthy import Run


def _file(name: str, subject: str, how: str, title: Text, detail: Text) -> Fault:
    def tester(rig: Rig) -> LineTester:
        return rig.line_testers.of(f"tester-{subject}")

    return broken(name, title, detail, (tester, "spoiled", how), kind="data")


def _unladen_run(rig: Rig) -> Run:
    return rig.car.line.runs["unladen"]


FAULTS = (
    _file("tester-file-in-inches", "tread", "inches",
        Text("花纹深度尺设成英寸", "Tread gauge set to inches"),
        Text("花纹深度尺的文件以英寸为单位。", "Its file is in inches.")),
    _file("tester-file-rear-missing", "brake-force", "rear missing",
        Text("制动台数据缺后轴", "Brake tester's file without the rear axle"),
        Text("测完前轴就结束了检验，文件中没有后轴。",
             "The test was ended after the front axle: the file has no rear axle.")),
    _file("tester-file-of-another-car", "headlamp", "car before",
        Text("拿错灯光检测文件", "Headlamp tester's file of another car"),
        Text("给出的是上一辆车的灯光检测文件。", "It is the file of the car before.")),
    _file("tester-file-decimal-commas", "sound-level", "decimal commas",
        Text("声级计用逗号作小数点", "Sound level meter writes decimal commas"),
        Text("声级计的语言设置使小数点写成逗号。",
             "The language that it is set to writes a comma in every number.")),
    _file("tester-file-empty", "speedometer", "empty",
        Text("车速表检验台文件为空", "Speedometer tester's file empty"),
        Text("导出中断，文件是空的。", "The export broke off: the file is empty.")),
    _file("tester-file-of-yesterday", "brake-run", "day before",
        Text("拿错前一天的制动路试文件", "Braking run of the day before"),
        Text("给出的是同一辆车前一天的路试文件。",
             "It is the same car's file of the day before.")),
    _file("tester-file-weighed-twice", "axle-load", "twice",
        Text("轴荷数据有两次称重", "Axle loads weighed twice"),
        Text("后轴称了两次，第二次追加在同一文件中，数值不同。",
             "The rear axle was weighed again, with other values, into the same file.")),
    _file("tester-file-rows-lost", "brake-force-laden", "rows lost",
        Text("满载制动台数据中间丢行", "Rows lost inside the laden brake tester's file"),
        Text("传输中断，前轴制动力增长过程丢了 5 行。",
             "The transfer was interrupted: five rows of the front axle's build-up are gone.")),
    _file("tester-file-counter-restarted", "brake-run-laden", "counter restarted",
        Text("满载制动路试里程倒退", "Distance of the laden braking run goes back"),
        Text("里程计数在制动途中归零重计。",
             "The counter of the distance began at zero again during the braking.")),
    broken("tester-run-too-slow",
        Text("制动路试初速度不足", "Braking run from too low a speed"),
        Text("空载制动路试从 25 km/h 开始制动。", "The unladen run was braked from 25 km/h."),
        (_unladen_run, "initial", 25.0), kind="data"),
)  # fmt: skip
