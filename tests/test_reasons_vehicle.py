"""Reasons, notes and failures of vehicle runs, said in Chinese."""

import pytest

from harness.devices.diag.nrc import NAMES
from harness.engine import details, wording
from harness.engine.phrases import Phrases
from harness.quantity import Measurement

# ---------------------------------------------------------------- reasons and notes


@pytest.mark.parametrize(
    ("english", "zh"),
    [
        ("interlock was open before the action", "动作之前高压互锁已是“断开”"),
        ("door_front_left was open before the action", "动作之前左前门已是“打开”"),
        ("still ready", "仍为“就绪”"),
        ("still not_ready, closed", "仍为“未就绪、闭合”"),
        (
            "still pile: charging, vehicle: not_ready",
            "仍为“充电桩: 充电中、车辆: 未就绪”",
        ),
        ("smallest: cable_rating 32 A", "最小的是电缆额定电流：32 A"),
        ("4 units, wanted LEX0E60A1R0000147", "4 个控制单元，应为 LEX0E60A1R0000147"),
        ("7 compared", "比对 7 项"),
        ("highest of 4", "4 次采样中的最高值"),
        ("nothing was sent", "未发送任何报文"),
        (
            "cyclic transmission ended, control returned to the units",
            "已停止周期发送，控制权已交还各控制单元",
        ),
        (
            "the adapter is gone: nothing can be sent, and sessions end after 5 s (S3)",
            "适配器已断开：无法发送，诊断会话将在 5 s（S3）后自行结束",
        ),
        (
            "the vehicle was lost: powertrain: the adapter is gone: the other end has closed the "
            "connection",
            "车辆失联：动力总线: 适配器断开：对端已断开连接",
        ),
        ("not every unit could be read: bms, eps", "有控制单元读不到：BMS、EPS"),
        (
            "only 1 units have 'vin'; 2 are needed",
            "只有 1 个控制单元有“车辆识别代号”，至少需要 2 个",
        ),
        ("active_power is 0: there is no ratio", "有功功率为 0，无从求比值"),
        ("the bench has no vehicle", "台架没有车辆"),
        (
            "the bench file's site ledger names none of these identifiers",
            "台架文件的站点台账中没有这些数据",
        ),
        ("3 frames in a row failed their check", "连续 3 帧校验或计数器错误"),
        ("no such frame was received", "未收到该报文"),
        ("the database allows 0 to 100", "数据库允许的范围为 0 至 100"),
        ("the profile shared-ev has no point 'x'", "型号 shared-ev 没有数据点 x"),
        ("simulator in this process (CAN frames)", "本进程内的模拟器（CAN 帧）"),
        ("the profile my-car has no diagnostic description", "my-car 没有诊断描述文件"),
        ("there is no 'x' to look at on this simulated bench", "本模拟台架上没有“x”可看"),
    ],
)
def test_reasons(english: str, zh: str) -> None:
    said = wording.reason(english)
    assert (said.zh, said.en) == (zh, english)


def test_the_note_of_a_trouble_code_is_its_title() -> None:
    code = Measurement("bms.P0AA6-1A", 47, note="High-voltage insulation resistance too low")
    assert wording.note(code).zh == "高压系统绝缘电阻过低"
    other = Measurement("bms.P0AA6-1A", 47, note="Somebody's own text")
    assert wording.note(other).zh == "Somebody's own text"
    assert wording.note(Measurement("soc", 47, note="lowest of 3")).zh == "3 次采样中的最低值"


# ---------------------------------------------------------------- failures


@pytest.mark.parametrize(
    ("english", "zh"),
    [
        (
            "vcu: 22 F1 90 (read data by identifier): refused with NRC 31 (request out of range)",
            "vcu: 22 F1 90 按标识符读数据: 被拒绝，NRC 31（请求超出范围）",
        ),
        (
            "bms: 22 20 15 (read data by identifier): asked for patience 20 times (NRC 78) and "
            "never answered",
            "bms: 22 20 15 按标识符读数据: 20 次要求等待（NRC 78），始终没有应答",
        ),
        (
            "bms (7E1/7E9): no reply, only a frame that is not valid; last frames: 10 14 62",
            "bms (7E1/7E9): 无应答，只收到：无效帧；最近的帧：10 14 62",
        ),
        (
            "bms: 3E 00 (tester present): 2 responses to one request; expected 1 (two control "
            "units on one id?)",
            "bms: 3E 00 待机握手（诊断仪在线）: 一次请求收到 2 个应答；应为：1 个"
            "（是否有两个控制单元使用同一标识符？）",
        ),
        (
            "vcu: 22 F1 90 (read data by identifier): 7F 22 is no negative response; expected 3 "
            "bytes",
            "vcu: 22 F1 90 按标识符读数据: 7F 22 不是否定响应；应为：3 字节",
        ),
        (
            "powertrain: 7E0 was not sent, the bus is read-only",
            "powertrain: 报文 7E0 未发送：总线为只读",
        ),
        (
            "vehicle: soc is on the bus 'body', to which nothing is connected",
            "车辆: soc 在总线“body”上，该总线未接",
        ),
        (
            "slcan /dev/ttyACM0 500 kbit/s: could not open port; no such port; is the adapter "
            "plugged in? Serial ports of this machine: none",
            "slcan /dev/ttyACM0 500 kbit/s: could not open port；没有该端口；适配器是否插好？"
            "本机没有串口",
        ),
        (
            "no data identifier of vcu is called 'vim'; did you mean: vin",
            "vcu 没有名为“vim”的数据标识符；是否指：vin",
        ),
        ("no bus is called 'x'; known: adas, body", "没有名为“x”的总线；可用：adas, body"),
        ("GW_SteerCmd.Angle: 900 is out of range; expected -780 to 780",
         "GW_SteerCmd.Angle: 900 超出范围；应为：-780 到 780"),
        ("A and B of Msg overlap", "Msg 的信号 A 与 B 重叠"),
        ("the file is packed with gzip; unpack it first", "文件是 gzip 压缩的；请先解压"),
    ],
)  # fmt: skip
def test_failures(english: str, zh: str) -> None:
    assert details.chinese(english) == zh


@pytest.mark.parametrize("code", sorted(NAMES))
def test_every_refusal_has_a_name(code: int) -> None:
    said = details.chinese(f"x: 22 F1 90 (read data by identifier): refused with NRC {code:02X} "
                           f"({NAMES[code].en})")  # fmt: skip
    assert NAMES[code].zh in said


def test_a_phrase_fills_in_plain_translated_and_state_words() -> None:
    table = Phrases((r"(\w+) is (\w+), (.+)", r"{1}|{2@1}|{2!}|\3"))
    seen: list[tuple[str, str]] = []

    def translate(word: str, of: str) -> str:
        seen.append((word, of))
        return word.upper()

    assert table.find(r"door is open, {1}\2", translate) == r"DOOR|OPEN|OPEN|{1}\2"
    assert seen == [("door", ""), ("open", "door"), ("open", "*")]
    assert table.find("nothing of the kind", translate) is None
