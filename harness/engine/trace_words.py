"""What recordings are called and said in Chinese: channels, results, reasons, errors of files.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.devices.recorder.channels import CHANNELS
from harness.engine.phrases import Phrases
from harness.text import Text

_NAMES = {
    "trace_interval": Text("录波时间间隔", "Time in the recording"),
    "time_to_off": Text("到断电的时间", "Time to supply off"),
    "time_to_s1_high": Text("到停 PWM 的时间", "Time to PWM off"),
    "time_to_shown": Text("到桩显示的时间", "Time until the pile shows it"),
    "time_to_duty": Text("到占空比变化的时间", "Time to the new duty"),
    "pulse_width": Text("脉冲宽度", "Width of the pulse"),
    "duty_deviation": Text("占空比偏差", "Deviation of the duty"),
    "current_over_announced": Text("电流超出公告值", "Current above what is announced"),
    "over_current_limit": Text("过流判定值", "Over-current limit"),
    "reaction_spread": Text("反应时间之差", "Spread of the reaction times"),
    "brief_over_current": Text("短时超限持续时间", "Time of a brief over-current"),
    "time_without_trip": Text("未断电的时间", "Time without a trip"),
    "component_current": Text("部件载流能力", "What the parts carry"),
    "recorded_energy": Text("录波电量", "Recorded energy"),
    "session_energy / power": Text("会话电量/录波电量", "Session energy / recorded energy"),
}


def name(of: str) -> Text | None:
    """The title of a channel, or of what was worked out from a recording."""
    if (known := _NAMES.get(of)) is not None:
        return known
    info = CHANNELS.get(of)
    return info.title if info is not None else None


REASONS = Phrases(
    # over-current: what shows nothing
    (
        r"the current was never above what is announced; the highest was (\S+) A",
        r"电流没有超过公告值，最大 \1 A",
    ),
    (
        r"the current was above what is announced for (\S+) s, less than (\S+) s",
        r"电流超过公告值只有 \1 s，不足 \2 s",
    ),
    (r"the current was (\S+) A, above the limit of (\S+) A", r"电流为 \1 A，超过限值 \2 A"),
    (r"(\S+) A are too close to the limit of (\S+) A", r"\1 A 离限值 \2 A 太近"),
    (r"the pile announces (\S+) A, not (\S+) A", r"桩公告 \1 A，不是 \2 A"),
    (r"the vehicle opened S2 before the supply was cut", "断电之前车辆已断开 S2"),
    (
        r"(\S+ A), announced (\S+ A), limit (\S+ A)",
        r"实测 \1，公告 \2，限值 \3",
    ),
    (
        r"the current was (\S+) A, above the (\S+) A that what is announced allows: "
        r"nothing shows which limit counted",
        r"电流为 \1 A，也超过了按公告值的限值 \2 A，看不出哪个限值起作用",
    ),
    (
        r"the bench does not say what the pile's parts carry \(component_current\)",
        "台架文件没有写明桩内部件的载流能力（component_current）",
    ),
    (
        r"the pile's parts carry (.+); with (.+) announced it has to cut off above (\S+) A "
        r"in any case",
        r"桩内部件载流能力为 \1；公告 \2 时超过 \3 A 本来就须切断，无法单独检验",
    ),
    (
        r"the current was (\S+) A, and the pile's parts carry (.+)",
        r"电流为 \1 A，桩内部件载流能力为 \2",
    ),
    (r"announced (\S+ A)", r"公告 \1"),
    # 5 % duty
    (
        r"the PWM is at (\S+) %: the pile does not ask for digital communication",
        r"占空比为 \1 %：桩没有要求数字通信",
    ),
    (r"there was no PWM", "没有 PWM"),
    (r"S2 was never closed at 5 % duty", "占空比 5 % 时 S2 没有闭合过"),
    (
        r"S2 was closed at 5 % duty for (\S+) s, less than (\S+) s",
        r"占空比 5 % 时 S2 只闭合了 \1 s，不足 \2 s",
    ),
    (r"simulated oscilloscope and power analyser", "模拟示波器和功率分析仪"),
    (r"the bench has no recorder, and polling cannot prove it", "台架没有录波仪，轮询不能证明"),
    (r"no recording of step (\S+): it was not ended", r"步骤 \1 的录波没有结束"),
    (r"no recording of step (\S+): it was given up for (\S+)", r"步骤 \1 的录波已被 \2 取代"),
    (r"no recording of step (\S+): (.+)", r"步骤 \1 没有可用的录波：{2}"),
    (r"step (\S+) records nothing any more", r"步骤 \1 的录波已停止"),
    (r"(\S+(?:, \S+)*) was not recorded", "录波中没有{1}"),
    (r"only (\S+) s of (\S+) s were recorded", r"\2 s 中只录到 \1 s"),
    (r"nothing was recorded of (\S+) from (\S+) to (\S+) s", r"\2 至 \3 s 没有{1}的记录"),
    (r"(.+) was not seen, and it is optional", "没有出现“{1}”，该功能为可选"),
    (r"(.+): it had not ended when the recording did", "{1}：录波结束时仍未结束"),
    (r"(.+) was not seen after (.+)", "“{2}”之后没有出现“{1}”"),
    (r"(.+): not within the (\S+) s that were recorded", r"{1}：录到的 \2 s 内没有出现"),
    (r"(\d+) times: (\S+) … (\S+) s", r"共 \1 次：\2 … \3 s"),
    (r"(.+): (\d+) times, (\d+) are needed", r"{1}：只有 \2 次，至少要 \3 次"),
    (r"(\S+) … (\S+) s", r"\1 … \2 s"),
    (r"(\S+ %), (\S+ A) is (\S+ %)", r"实测 \1，\2 对应 \3"),
    (r"(\S+ A), announced (\S+ A)", r"实测 \1，公告 \2"),
    (r"(\S+ Wh), recorded (\S+ Wh)", r"桩 \1，录波 \2"),
    (
        r"the current never went above its limit; the highest was (\S+) A",
        r"电流没有超过限值，最大 \1 A",
    ),
    (
        r"the current was never above its limit for (\S+) s; the highest was (\S+) A",
        r"电流超过限值没有持续 \1 s，最大 \2 A",
    ),
    (
        r"(\d+) times above the limit for less than (\S+) s: not judged",
        r"超过限值 \1 次，均不足 \2 s，不判定",
    ),
    (r"no energy to compare", "没有可比较的电量"),
    (r"the bench does not say which instrument recorded", "台架文件没有说明用哪台仪器录波"),
    (
        r"the bench does not say until when the instrument is calibrated",
        "台架文件未写明该仪器的校准有效期",
    ),
    (r"the (\w+) does not charge within (\S+) s", r"{1}在 \2 s 内没有充电"),
    (r"the pile shows (.+) before it is started", r"启动之前桩已报出 \1"),
    (r"(\S+) is rated (.+), less than (.+)", r"\1 的额定电流为 \2，小于 \3"),
    (r"(\S+) of (\S+) can put mains on the plug", r"写 \2 的 \1 会使枪头带电"),
    (r"(\S+) of (\S+) does not begin with the session", r"\2 的{1}不是按会话计的"),
    (r"the pile has none of (.+)", r"桩没有这些数据点：{1}"),
    (r"the bench file names no folder of the recorder", "台架文件没有给出录波仪的文件夹"),
    (r"no file of the recorder was given", "没有给出录波文件"),
)

DETAILS = Phrases(
    (r"no mapping says what the columns are", "没有给出各列的含义"),
    (r"byte (\d+) is not (\S+) text", r"第 \1 字节不是 \2 文本"),
    (r"no column is called (.+)", r"没有名为 \1 的列"),
    (r"(\S+) has no usable sample", r"\1 没有可用的采样"),
    (r"no row below the header", "表头下没有数据行"),
    (r"(.+) is no time", r"\1 不是时间"),
    (r"(.+) is no state", r"\1 不是已知状态"),
    (r"(.+) is not a number", r"\1 不是数字"),
    (r"time goes back: (\S+) s after (\S+) s", r"时间倒退：\2 s 之后是 \1 s"),
    (r"time stands still: (\S+) s after (\S+) s", r"时间未前进：\2 s 之后是 \1 s"),
    (
        r"the file says (\S+), the mapping (\S+): another (?:kind|size) of unit",
        r"文件写的单位是 \1，映射写的是 \2",
    ),
    (
        r"(\S+): the file says (\S+), the mapping (\S+): another (?:kind|size) of unit",
        r"\1：文件写的单位是 \2，映射写的是 \3",
    ),
    (
        r"the file says (.+), and that is no unit known here",
        r"文件写的单位是 \1，本软件不认识这个单位",
    ),
    (r"channels of groups (.+) are all called (.+)", r"第 \1 组中都有名为 \2 的通道"),
    (r"column (\d+) is called (.+), as column (\d+) is", r"第 \1 列与第 \3 列同名：\2"),
    (
        r"(\S+) (\S+) cannot be (\S+) \((.+) to (.+)\)",
        r"\1 \2 不可能是 \3（应在 \4 与 \5 之间）",
    ),
    (
        r"(\S+): one sample every (\S+) s shows no PWM of 1 kHz",
        r"\1：每 \2 s 一个采样看不出 1 kHz 的 PWM",
    ),
    (r"(\S+): one sample every (\S+) s shows no mains", r"\1：每 \2 s 一个采样看不出工频电压"),
    (r"(\S+): shorter than one half cycle of the mains", r"\1：不足工频半个周期"),
    (r"(.+): no recorder's file", r"\1：不是录波文件"),
    (r"(.+): which one belongs to (\S+)\? there is: (.+)", r"\1：哪一个属于 \2？现有：\3"),
    (r"the header does not fit", "表头与声明不符"),
    (r"no channel is called (.+), or it stands twice", r"没有名为 \1 的通道，或重复"),
    (r"(\S+) states no resolution", r"\1 没有给出分辨力"),
    (r"(.+) is no figure", r"\1 不是数值"),
    (r"(\d+) cells where the header has (\d+)", r"有 \1 格，表头为 \2 格"),
    (r"(\S+) has no value", r"\1 没有值"),
    (r"this is no WAV file of samples: (.+)", r"不是可用的 WAV 文件：\1"),
    (r"this is no usable MDF file: (.+)", r"不是可用的 MDF 文件：\1"),
    (r"(\S+) has states, a WAV has numbers", r"\1 是状态量，WAV 只有数值"),
    (r"(\S+): there is no channel (.+)", r"\1：没有通道 \2"),
    (r"MDF files need asammdf: (.+)", r"读取 MDF 需要 asammdf：\1"),
    (
        r"a simulated recorder sees nothing but the pile simulated in this process",
        "模拟录波仪只能看到本进程内的模拟桩",
    ),
    (r"the bench lists no instrument (.+)", r"台架没有登记仪器 \1"),
)
EXPECTED = Phrases(
    (r"a table of samples", "采样数据表"),
    (r"one column of that name", "该名称只有一列"),
    (r"one channel of that name", "该名称只有一个通道"),
    (
        r"a unit such as (\S+), or the brackets in `column:` where they are part of the name",
        r"例如 \1；括号内容若属于列名，则在 `column:` 中连括号一起写",
    ),
    (
        r"our own layout, or `recorder: channels:` in the bench file",
        "本软件的格式，或在台架文件中写 `recorder: channels:`",
    ),
    (r"`recorder: encoding:` as it is", "`recorder: encoding:` 写实际编码"),
    (r"headers as mapped; there is: (.+)", r"与映射一致的表头；现有：\1"),
    (r"numbers below the header", "表头下为数字"),
    (r"unit and scale as they are", "正确的单位和比例"),
    (r"times that rise from row to row", "逐行递增的时间"),
    (r"times that rise", "递增的时间"),
    (r"a number, or nothing where none was taken", "数字；未采样处留空"),
    (r"the recorder's file", "录波文件"),
    (r"a recorder of its own, with `channels:`", "另一台录波仪，并写 `channels:`"),
    (r"samples|numbers", "采样数据"),
    (r"PCM with 8, 16, 24 or 32 bits", "8、16、24 或 32 位 PCM"),
    (r"a channel with a unit", "有单位的通道"),
    (r"at least (\S+) samples a second(?:, or .+)?", r"每秒至少 \1 个采样"),
    (r"our own layout", "本软件的录波格式"),
)
