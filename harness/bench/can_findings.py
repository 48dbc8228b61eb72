"""What probing the CAN side of a bench can find, and what is then to be done: the words."""

from harness.text import Text

ADAPTER = Text(
    "检查适配器是否插好、驱动是否安装、接口名和通道名是否正确、是否被其他程序占用",
    "check that the adapter is plugged in, its driver is there, interface and channel are right, "
    "and no other program uses it",
)
NO_FRAMES = Text(
    "没有收到任何报文：检查 CAN-H/CAN-L 接线和地线、车辆是否上电、波特率是否正确",
    "not one frame came: check CAN-H, CAN-L and ground, that the vehicle is switched on, and the "
    "bit rate",
)
NO_FRAMES_UNASKED = Text(
    "没有收到任何报文，且只读时不发送询问：诊断接口往往不问不答，可去掉 read_only 再试；"
    "否则检查接线、车辆是否上电、波特率",
    "not one frame came, and read-only nobody was asked: many diagnostic sockets are silent until "
    "asked, so try without read_only; or check wiring, that the vehicle is on, and the bit rate",
)
ASKED = Text(
    "该接口不主动发报文（多半经网关隔离）：诊断可用，信号读不到",
    "this socket sends nothing by itself (most likely behind a gateway): diagnostics can be used, "
    "signals cannot be read",
)
ONLY_ERRORS = Text(
    "只有错误帧：波特率多半不对；再查 CAN-H 与 CAN-L 是否接反、终端电阻是否为两个 120 Ω",
    "nothing but error frames: most likely the bit rate; then check for swapped CAN-H and CAN-L "
    "and for two 120 Ω terminators",
)
SOME_ERRORS = Text(
    "断电后测 CAN-H 与 CAN-L 间电阻（应约 60 Ω），检查屏蔽、接地和支线长度",
    "with power off measure between CAN-H and CAN-L (about 60 Ω), check shield, ground and stubs",
)
WRONG_DATABASE = Text(
    "数据库与该总线不符：换用正确的 DBC，或检查接的是哪条总线",
    "the database does not fit this bus: use the right DBC, or look which bus this is",
)
PARTIAL_DATABASE = Text(
    "数据库只描述了该总线的一部分报文：所列报文可用，其余按未知处理",
    "the database describes only a part of this bus: what it has can be used, the rest is unknown",
)
VIN_DIFFERS = Text(
    "核对这些控制单元是否换过件、是否已写入 VIN",
    "find out whether these units were exchanged, and whether the VIN was written to them",
)
SWAPPED = Text(
    "把台架文件中这两条总线的 connections 对调，或对调接线",
    "swap the connections of these two buses in the bench file, or swap the plugs",
)
SILENT_NODE = Text(
    "检查该控制单元的供电、保险丝和插头；若车辆配置不同，换用对应的数据库",
    "check supply, fuse and plug of the unit; if the car is equipped otherwise, use its database",
)
FLAWED = Text(
    "校验和或计数器不符：检查数据库版本，或该控制单元是否异常",
    "checksum or counter does not fit: check the version of the database, or the unit itself",
)
UNKNOWN = Text(
    "数据库没有这些报文：换用更新的数据库，或忽略",
    "the database does not have them: use a newer one, or leave it at that",
)
BUSY = Text("查找异常发送的节点", "look for a node that sends too much")
NO_UNITS = Text(
    "诊断无应答：检查诊断接口接在哪条总线、地址是否正确、网关是否放行、车辆是否上电",
    "no unit answers: check which bus the diagnostic connector is on, the addresses, the gateway, "
    "and that the vehicle is switched on",
)
SILENT_UNIT = Text(
    "检查该控制单元是否安装、供电，诊断地址是否正确",
    "check that the unit is fitted and supplied, and its diagnostic address",
)
LISTEN_ONLY = Text(
    "只读连接：未发送任何诊断请求",
    "read-only connection: no diagnostic request was sent",
)
