"""Words of listening to a vehicle and of handing evidence over: quantities, states, reasons.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.engine.phrases import Phrases
from harness.text import Language, Text

NAMES = {
    "battery_case_temperature": Text("电池壳体温度", "Temperature of the battery case"),
    "accident-scene": Text("事故现场", "Scene of the accident"),
    "accident-panels": Text("覆盖件与灯具", "Panels and lamps"),
    "accident-structure": Text("结构件与电池壳体", "Structure and battery case"),
    "high-voltage-cables": Text("高压线束外观", "High-voltage cables"),
    "event-data-authority": Text("事件数据提取授权", "Authority to take event data"),
    "damage-zone": Text("车身损伤方位", "Side of the damage"),
    "badge-handing-over": Text("移交人工号", "Code of who hands over"),
    "badge-taking-over": Text("接收人工号", "Code of who takes over"),
    "photo-list.mark": Text("照片清单得分", "Mark of the photos"),
    "clock_error": Text("车载时间误差", "Clock error of the vehicle"),
    "custody": Text("移交签收", "Signatures of the handover"),
}
FINDINGS = {"not_heard": Text("没有收全的内容", "What was not heard")}
"""Lists of what was found to be wrong; an empty one is as it should be."""
OF_A_BUS = {
    "diagnostic_frames": Text("{}他人诊断报文数", "Diagnostic frames of others, {}"),
    "sha256_recording": Text("{}录制文件 SHA-256", "SHA-256 of the recording, {}"),
    "sha256_copy": Text("{}副本 SHA-256", "SHA-256 of the copy, {}"),
    "copied": Text("{}录制副本", "Copy of the recording, {}"),
}

REASONS = Phrases(
    (r"no unit is heard to broadcast its VIN", "没有收到任何单元广播的车架号"),
    (r"the profile (\S+) names no broadcasts", r"型号 \1 没有说明广播内容"),
    (r"the profile (\S+) names no broadcast (\S+)", r"型号 \1 没有说明广播的 \2"),
    (r"no such time: (.+)", r"没有这样的时间：\1"),
    (r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC", r"世界时 \1"),
    (r"(\d+) codes heard", r"收到故障码 \1 个"),
    (r"freeze frame of ([PCBU]\S+)", r"\1 的冻结帧"),
    (r"the list was not heard whole: (.+)", r"清单没有收全：\1"),
    (r"bus (\S+) is not recorded: there is nothing to copy", r"{1}没有录制，无可复制"),
    (r"the run keeps no files: there is nowhere to copy to", "本次运行不保存文件，无处存放副本"),
    (r"(\d+) bytes", r"\1 字节"),
    (r"attachments/custody/(\S+)", r"存于附件 custody/\1"),
    (r"nobody signed as '(\S+)'", "无人签收：{1}"),
    (r"([A-Z0-9-]+) handed over to ([A-Z0-9-]+)", r"\1 移交 \2"),
    # what the simulated technician finds
    (r"no written authority for this car", "没有写明本车的书面授权"),
    (r"orange cable bare below the car, people within 2 m", "车底高压线束裸露，2 m 内有人"),
    (r"front bumper broken, bonnet bent", "前保险杠破损，机盖变形"),
    (r"rear bumper cracked, dirt in the crack", "后保险杠开裂，裂口积尘"),
    (r"left front member bent, scrape at the battery case", "左前纵梁变形，电池壳体有擦痕"),
    (r"sheath of an orange cable crushed", "高压线束护套被挤破"),
)  # fmt: skip
DETAILS = Phrases(
    (r"(.+): there is a file of that name; nothing was written", r"\1：已有同名文件，没有写入"),
    (r"all of: year, month, day, hour, minute, second", "应包括年、月、日、时、分、秒"),
    (r"a name with ## where the number stands", "名称中用 ## 表示编号"),
)
EXPECTED = Phrases((r"Message\.Signal of a database", "数据库中的 报文.信号"))


def said(entry: str, of: str, language: Language) -> str:
    """An entry of a list of findings; what is none of ours, or names a message, stays as it is."""
    if of not in FINDINGS or language != "zh":
        return entry
    what, _, rest = entry.partition(" ")
    if what == "place":
        return f"第 {rest} 位"
    if rest == "more codes":
        return f"另有 {what} 个故障码"
    unit, found, code = entry.removeprefix("freeze frame of ").partition(" ")
    return f"{unit.upper()} {code} 的冻结帧" if found else entry
