"""The details of failures in Chinese.

Errors and records keep their details in English, for logs and for the maker's support. Here are
the common ones for people who read Chinese; what is not in the table stays as it is. Nothing is
decided here and nothing is stored. Plain text only: failures of the first second need this too.
"""

import re

from harness.errors import FileError, HarnessError, Problem

_KINDS = {
    "procedure": "流程",
    "step": "步骤",
    "item": "检验项目",
    "fault": "故障",
    "profile": "点表",
    "action": "动作",
    "skill": "技能",
    "device": "设备",
    "point": "数据点",
    "model": "型号",
    "group": "分组",
    "pile": "充电桩",
    "meter": "电能表",
    "vehicle": "车辆",
    "bench": "台架",
}
_EXCEPTIONS = {
    "illegal function": "不支持的功能码",
    "illegal address": "数据地址无效",
    "illegal value": "数据值无效",
    "device failure": "设备故障",
    "acknowledged, still working": "已接受，仍在处理",
    "busy": "设备忙",
    "negative acknowledge": "无法执行",
    "memory parity error": "存储器校验错",
    "gateway path unavailable": "网关路径不可用",
    "gateway target does not answer": "网关后的设备无应答",
    "unknown code": "未知异常码",
}
_SYSTEM = {
    "No such file or directory": "没有这个文件或文件夹",
    "Permission denied": "没有权限",
    "Is a directory": "这是文件夹",
    "Not a directory": "不是文件夹",
    "No space left on device": "磁盘已满",
    "Read-only file system": "文件系统只读",
    "File exists": "文件已存在",
    "File name too long": "文件名过长",
    "Connection refused": "连接被拒绝",
    "No route to host": "无法到达该主机",
    "Network is unreachable": "网络不可达",
    "Name or service not known": "主机名无法解析",
    "Temporary failure in name resolution": "主机名无法解析",
    "nodename nor servname provided, or not known": "主机名无法解析",
    "getaddrinfo failed": "主机名无法解析",
    "Device or resource busy": "设备被占用",
    "Input/output error": "输入输出错误",
}

# `{n}` stands for group n, itself put into Chinese; `\n` for group n as it is.
_DETAILS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), zh)
    for pattern, zh in (
        # names
        (r"no step of (.+) is called ['\"](.+?)['\"]; (.+)", r"\1 没有名为“\2”的步骤；{3}"),
        (r"no (\w+) is called ['\"](.+?)['\"]; (.+)", r"没有名为“\2”的{1}；{3}"),
        (r"no text encoding is called '(.+)'", r"没有名为“\1”的文字编码"),
        (r"no (\w+) is called ['\"](.+?)['\"]", r"没有名为“\2”的{1}"),
        (r"did you mean: (.+)", r"是否指：\1"),
        (r"known: none", "目前一个也没有"),
        (r"known: (.+) … \((\d+) in all\)", r"可用：\1 等共 \2 个"),
        (r"known: (.+)", r"可用：\1"),
        (r"no profile has a point '(.+)'", r"所有点表中都没有数据点“\1”"),
        (r"the profile (\S+) has no point '(.+)'", r"点表 \1 没有数据点 \2"),
        (r"there is no (model|sequence) '(.+)'", r"没有名为“\2”的{1}"),
        (r"sequence", "操作序列"),
        # keys and values of files
        (r"'(.+)' is missing", r"缺少“\1”"),
        (r"(\d+) is missing", r"缺少第 \1 项"),
        (r"'(.+)' is not known here", r"此处不认识“\1”"),
        (r"(.+) is not accepted: (.+)", r"不接受 \1：{2}"),
        (r"(.+) is not accepted", r"不接受 \1"),
        (r"the key (.+) stands twice", r"键 \1 重复"),
        (r"this key is not a name", "键不是名称"),
        (r"the (step id|id|skill|label) (.+) stands twice", r"\2 重复出现"),
        (r"the id (.+) stands in (.+) already", r"编号 \1 已在 \2 中使用"),
        (r"the file is empty", "文件是空的"),
        (r"the file is too large", "文件过大"),
        (r"the file is not UTF-8 text", "文件不是 UTF-8 文本"),
        (r"the file unfolds into too many values", "文件展开后的值过多"),
        (r"not usable", "无法使用"),
        (r"(.+) does not exist", r"\1 不存在"),
        (r"(.+) is not a quantity", r"\1 不是带单位的量"),
        (r"(.+) is not a duration", r"\1 不是时间"),
        (r"(.+) is not a finite number", r"\1 不是有限数"),
        (r"(.+) is negative", r"\1 为负"),
        (r"unknown unit (.+)", r"未知单位 \1"),
        (r"cannot convert (\S+) \((.+)\) to (\S+) \((.+)\)", r"\1 不能换算为 \3"),
        (
            r"a critical step stops the run: leave on_fail out",
            "安全关键步骤必然停止运行：去掉 on_fail",
        ),
        # limits
        (r"(\S+) needs a limit", r"\1 需要限值"),
        (r"step (\S+) needs a limit .*`within: 3 s`", r"步骤 \1 需要 `within: 3 s` 形式的限值"),
        (r"step (\S+) needs a limit with low or high", r"步骤 \1 的限值须有 low 或 high"),
        (r"step (\S+) has no limit to judge against", r"步骤 \1 没有可用来判定的限值"),
        (r"(\S+|\S+ \S+) carries its own limit", r"\1 自带限值"),
        (r"(.+) is of (high|medium) confidence", r"\1 不是参考值，台架不得替换"),
        (r"the limit has no unit", "限值没有单位"),
        (r"the range is empty: low (.+) is above high (.+)", r"范围为空：下限 \1 大于上限 \2"),
        (r"(\S+) to (\S+) is an empty range", r"\1 到 \2 是空范围"),
        (
            r"the limit needs the rating '(.+)' of the pile; ratings given: (.+)",
            r"限值需要充电桩的额定值“\1”；已给出：\2",
        ),
        # the call
        (r"(.+) is a file", r"\1 是文件"),
        (r"(.+) is not empty", r"\1 不是空文件夹"),
        (r"a record needs a folder of its own", "每次运行的记录须有自己的文件夹"),
        (r"(.+) cannot be made", r"\1 无法建立"),
        (r"(.+) is not a folder one may write to", r"\1 不是可写的文件夹"),
        (
            r"(.+) of bench '(.+)' would be opened",
            r"将打开台架“\2”的 \1",
        ),
        (
            r"add --live to do so \(a run without it takes place in simulated time\)",
            "确需打开请加 --live（不加时在模拟时间内运行）",
        ),
        (
            r"the fault '(.+)' needs a simulated (\w+), and bench '(.+)' has none",
            r"故障“\1”需要模拟的{2}，台架“\3”没有",
        ),
        (r"a pile profile can be chosen only for the bench '(.+)'", r"只有台架“\1”可以选择点表"),
        (r"the procedure (\S+) is asked for twice", r"流程 \1 重复"),
        (r"'(.+)' is not a bench", r"“\1”不是台架"),
        (r"the profile (.+) is that of a (\w+)", r"点表 \1 是{2}的点表"),
        (r"'(.+)' describes a (\w+)", r"“\1”是{2}的点表"),
        (r"unit (\d+) cannot be a (\S+)", r"\2 不能使用从站地址 \1"),
        (r"profile (\S+) has no factory unit id", r"点表 \1 没有出厂从站地址"),
        (r"(\S+) cannot be (['\"\d\[-].*|True|False|None)", r"\1 不能为 \2"),
        # the wire
        (r"(.*?) ?\(?FC (\d+) at (\d+) of unit (\d+)\)?", r"\1 (FC \2，地址 \3，从站 \4)"),
        (
            r"(.*?) ?\(?FC (\d+) at (\d+) to (\d+) of unit (\d+)\)?",
            r"\1 (FC \2，地址 \3 至 \4，从站 \5)",
        ),
        (r"no reply within (\S+) s", r"\1 s 内无应答"),
        (
            r"bad CRC: (\w+) in (\d+) bytes, calculated (\w+)",
            r"CRC 错误：收到 \1，应为 \3（\2 字节）",
        ),
        (r"bad CRC", "CRC 错误"),
        (r"short frame: (\d+) of (\d+) bytes", r"帧不完整：\2 字节中收到 \1 字节"),
        (r"wrong unit: a reply from unit (\d+)", r"从站地址不符：应答来自从站 \1"),
        (r"wrong function: the reply is to FC (\d+)", r"功能码不符：应答属于 FC \1"),
        (r"wrong address: the reply is about (\d+)", r"地址不符：应答属于地址 \1"),
        (r"wrong transaction: a reply to number (\d+), not (\d+)", r"事务号不符：\1，应为 \2"),
        (r"wrong length: (\d+) bytes where (\d+) answer.*", r"长度不符：\1 字节，应为 \2 字节"),
        (r"wrong length: (\d+) data bytes announced, (\d+) .*", r"长度不符：\1 字节，应为 \2 字节"),
        (r"wrong length(?:: .*)?", "长度不符"),
        (r"garbage: no Modbus TCP header", "收到的不是 Modbus TCP 帧"),
        (r"refused with (exception .+)", r"被拒绝，{1}"),
        (r"the gateway answers with (exception .+)", r"网关返回{1}"),
        (r"exception (\d+) \((.+)\)", r"异常码 \1（{2}）"),
        (r"the connection is gone", "连接已断开"),
        (r"the connection was lost", "连接中断"),
        (r"it cannot be sent \((.+)\)", r"无法发送（{1}）"),
        (r"the line was closed", "线路已关闭"),
        (r"the line is not open", "线路未打开"),
        (r"the time was up before the line was free", "等待线路空闲超时"),
        (r"the time was up before it could be sent", "发送之前已超时"),
        (r"gone, and (.+)", r"设备失联，且 {1}"),
        (r"it cannot be opened", "无法打开"),
        (r"(?:Multiple exceptions: .*)?Connect call failed (.+)", r"连接失败 \1"),
        (r"could not open port (.+)", r"无法打开串口 \1"),
        (r"no simulator serves this in-memory line", "没有模拟器提供该内存线路"),
        (
            r"nothing listens on that port: is Modbus TCP switched on, is it the port\?",
            "该端口无服务：请检查设备是否启用 Modbus TCP、端口号是否正确",
        ),
        (
            r"no answer from that address; check power, network cable and IP address",
            "该地址无应答；请检查电源、网线和 IP 地址",
        ),
        (r"check host name, network cable and IP address", "请检查主机名、网线和 IP 地址"),
        (
            r"no right to use the port; on Linux join the group 'dialout', or close its user",
            "无权使用该串口；Linux 上请加入 dialout 组，或关闭占用它的程序",
        ),
        (r"another program uses the port", "串口被其他程序占用"),
        (r"serial ports of this machine: none", "本机没有串口"),
        (r"serial ports of this machine: (.+)", r"本机的串口：\1"),
        (r"(.+) is used by another run of the harness", r"\1 正被另一次运行占用"),
        (r"(E[A-Z]+) \(\[Errno -?\d+\] (.+)\)", r"{2}（\1）"),
        (r"\[Errno -?\d+\] (.+?): '(.+)'", r"\2：{1}"),
        (r"\[Errno -?\d+\] (.+)", r"{1}"),
        # the device and the bench
        (r"the bench has no (\w+)", "台架没有{1}"),
        (r"(\S+) of (\S+) can only be read", r"\2 的 \1 只读"),
        (r"(\S+) of (\S+) can only be written", r"\2 的 \1 只写"),
        (r"the sequence '(.+)' of (\w+) took too long", r"{2}的操作序列“\1”超时"),
        (r"(\S+) has no watchdog", r"\1 没有通信看门狗"),
        (r"(\S+) does not say how charging is stopped", r"\1 没有给出停止充电的方法"),
        (r"the bench lists no such instrument", "台架未登记该仪器"),
        (r"nobody (?:observed|measured|looked at) '(.+)'", r"无人查看或测量“\1”"),
        (r"the person did not answer in time", "人员未在时限内应答"),
        (r"no usable answer to '(.+)' after (\d+) tries", r"“\1”连续 \2 次未得到有效回答"),
        (r"the person did not do '(.+?)': declined", r"人员未做“\1”"),
        (r"the person did not do '(.+?)': (.+)", r"人员未做“\1”：\2"),
    )
)
_EXPECTED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), zh)
    for pattern, zh in (
        (r"a value for '(.+)'", r"“\1”的值"),
        (r"a value for (\d+)", r"第 \1 项的值"),
        (r"only the documented keys", "只能使用文档列出的键"),
        (r"each (?:key|id|label) once", "各出现一次"),
        (r"a word or a whole number", "一个词或一个整数"),
        (r"a mapping", "键值对"),
        (r"a readable file", "可读的文件"),
        (r"at most (\d+) bytes", r"不超过 \1 字节"),
        (r"at most (\d+)", r"不超过 \1"),
        (r"valid YAML", "正确的 YAML"),
        (r"plain YAML", "普通的 YAML"),
        (r"a known action", "已有的动作"),
        (r"a step id", "步骤编号"),
        (r"an id other than that of step (\d+)", r"与第 \1 步不同的编号"),
        (r"an id of its own", "不重复的编号"),
        (r"the id of an item", "检验项目编号"),
        (r"an item of the catalogue", "标准库中的检验项目"),
        (
            r"an item of low confidence \(only reference values may be replaced\)",
            "可信度为 low 的检验项目（只有参考值可以替换）",
        ),
        (r"an item with one, or `limit:`", "带限值的检验项目，或写 `limit:`"),
        (
            r"no limit here \(only reference values of low confidence may be replaced\)",
            "此处不写限值（只有可信度为 low 的参考值可以替换）",
        ),
        (r"a limit that can be resolved", "能够求出的限值"),
        (r"the name of a point", "数据点名称"),
        (r"a point of the profile", "点表中的数据点"),
        (r"a bench that offers it", "具备该数据点的台架"),
        (r"a profile that exists", "存在的点表"),
        (r"a profile of a (\w+)", r"{1}的点表"),
        (r"a (pile|meter)", r"{1}的点表"),
        (r"a picture file", "图片文件"),
        (r"a folder that is new or empty", "新建或空的文件夹"),
        (r"it once", "只写一次"),
        (r"a \.yaml file or 'sim'", ".yaml 文件或 sim"),
        (r"a number with a unit like '(.+)'", r"带单位的数值，如“\1”"),
        (r"a time like '(.+)' or '(.+)'", r"时间，如“\1”或“\2”"),
        (r"a time of at most (.+)", r"不超过 \1 的时间"),
        (r"a duration of zero or more", "不为负的时间"),
        (r"`unit:` or a figure like '(.+)'", r"`unit:`，或带单位的数值，如“\1”"),
        (r"one of:? (.+)", r"\1 之一"),
        (r"one limit, (.+)", r"一个限值：\1"),
        (r"an action name like pile\.measure", "动作名称，如 pile.measure"),
        (r"a text in both languages: (.+)", r"两种语言的文字：\1"),
        (r"a connection, or simulated: true", "connection，或 simulated: true"),
        (
            r"'(\w+)' with the name of a serial port for modbus: rtu",
            r"modbus: rtu 须以 '\1' 写出串口名",
        ),
        (r"'(\w+)' as a number for modbus: (\S+)", r"modbus: \2 的 '\1' 须为数字"),
        (r"'(\w+)' for modbus: (\S+)", r"modbus: \2 须写 '\1'"),
        (r"no '(\w+)' with modbus: (\S+)", r"modbus: \2 不写 '\1'"),
        (r"a port from 1 to 65535", "1 到 65535 的端口"),
        (r"a timeout above zero", "大于零的超时"),
        (r"true or false", "true 或 false"),
        (r"a number in (\S+)", r"以 \1 计的数值"),
        (r"Input should be a valid (string|dictionary|list|boolean|integer|number).*", "{1}"),
        (r"Input should be an instance of .*", "其他类型的值"),
        (r"Input should be greater than or equal to (.+)", r"不小于 \1"),
        (r"Input should be less than or equal to (.+)", r"不大于 \1"),
        (r"Input should be greater than (.+)", r"大于 \1"),
        (r"Input should be less than (.+)", r"小于 \1"),
        (r"Input should be a finite number", "有限数"),
        (r"Input should be (.+) or (.+)", r"\1 或 \2"),
        (r"Input should be (.+)", r"\1"),
        (r"(?:List|Dictionary|String) should have at least (\d+) .*", r"至少 \1 个"),
        (r"(?:List|Dictionary|String) should have at most (\d+) .*", r"至多 \1 个"),
        (r"String should match pattern '(.+)'", r"符合 \1 的文字"),
        (r"string", "文字"),
        (r"dictionary", "键值对"),
        (r"list", "列表"),
        (r"boolean", "true 或 false"),
        (r"integer", "整数"),
        (r"number", "数值"),
        (r"(\S+) to (\S+)", r"\1 到 \2"),
    )
)
_LONGEST = 2000
"""Characters; longer details (a list of everything there is) are not looked into."""
_WORDS = {**_KINDS, **_EXCEPTIONS, **_SYSTEM}


def describe(error: HarnessError) -> str:
    """What `error.describe("en")` says, in Chinese as far as the words are known."""
    if isinstance(error, FileError):
        lines = "\n".join(problem(one) for one in error.problems)
        return f"文件有 {len(error.problems)} 处错误:\n{lines}"
    return f"{error.headline.zh}: {chinese(error.detail)}"


def problem(one: Problem) -> str:
    """A wrong place of a file in one line."""
    said = f"{one.file}:{one.line}:{one.column}: {chinese(one.what)}"
    return f"{said}；应为：{expected(one.expected)}" if one.expected else said


def expected(english: str) -> str:
    """What was expected."""
    return _look_up(_EXPECTED, english) or english


def chinese(english: str) -> str:
    """A detail in Chinese; unknown parts of it stay as they are."""
    if (known := _known(english)) is not None:
        return known
    if len(english) > _LONGEST:
        return english
    head, said, tail = english.partition("; expected ")
    if said:
        return f"{chinese(head)}；应为：{expected(tail)}"
    head, said, tail = english.partition("; ")
    if said:
        one, two = chinese(head), chinese(tail)
        return english if (one, two) == (head, tail) else f"{one}；{two}"
    head, said, tail = english.partition(": ")
    return f"{_known(head) or head}: {chinese(tail)}" if said else english


def _known(english: str) -> str | None:
    return _WORDS.get(english) or _look_up(_DETAILS, english)


def _look_up(table: tuple[tuple[re.Pattern[str], str], ...], english: str) -> str | None:
    for pattern, zh in table:
        if (match := pattern.fullmatch(english)) is not None:
            return _fill(match, zh)
    return None


def _fill(match: re.Match[str], zh: str) -> str:
    """`zh` with `{n}` and `\\n` replaced in one pass, so that what is filled in stays as it is."""

    def group(mark: re.Match[str]) -> str:
        translate, plain = mark.groups()
        if plain is not None:
            return match[int(plain)] or ""
        found = match[int(translate)]
        known = chinese(found)
        return known if known != found else expected(found)

    return re.sub(r"\{(\d)\}|\\(\d)", group, zh).strip()
