"""The details of failures in Chinese.

Errors and records keep their details in English, for logs and for the maker's support. Here are
the common ones for people who read Chinese; what is not in the table stays as it is. Nothing is
decided here and nothing is stored. Plain text only: failures of the first second need this too.
"""

from harness.bench.roles import is_pile, title
from harness.datafile import OR
from harness.engine import (
    details_exam_zh,
    details_profile_zh,
    maintenance_words,
    metering_words,
    pile_words,
    skills_words,
    socket_words,
)
from harness.engine.details_zh import DETAILS, EXPECTED
from harness.errors import FileError, HarnessError, Problem

_KINDS = {
    "procedure": "流程",
    "step": "步骤",
    "item": "检验项目",
    "fault": "故障",
    "profile": "点表或车型",
    "action": "动作",
    "skill": "技能",
    "reason": "理由",
    "device": "设备",
    "point": "数据点",
    "model": "型号",
    "group": "分组",
    "channel": "通道",
    "column": "列",
    "pile": "充电桩",
    "meter": "电能表",
    "injector": "故障注入器",
    "load": "负载",
    "source": "交流电源",
    "vehicle": "车辆",
    "bench": "台架",
    "module": "模块",
    "aspect": "评分项",
    "block": "扣分块",
    "deduction": "扣分项",
    "veto": "否决项",
    "scenario": "场景",
    "case": "情形",
    "scheme": "评分方案",
    "diagnosis": "诊断",
    "instrument": "仪表",
    "place": "部位",
    "part": "部件",
    "unit": "控制单元",
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
    if OR in english:
        return " / 或：".join(map(expected, english.split(OR)))
    # Most failures do without these.
    from harness.engine import (  # noqa: PLC0415
        details_review_zh,
        details_scoring_zh,
        details_store_zh,
        details_vehicle,
    )

    known = (
        metering_words.EXPECTED.find(english, _piece)
        or maintenance_words.EXPECTED.find(english, _piece)
        or details_profile_zh.EXPECTED.find(english, _piece)
        or EXPECTED.find(english, _piece)
        or pile_words.EXPECTED.find(english, _piece)
        or details_scoring_zh.EXPECTED.find(english, _piece)
        or details_exam_zh.EXPECTED.find(english, _piece)
        or skills_words.EXPECTED.find(english, _piece)
        or socket_words.EXPECTED.find(english, _piece)
        or details_vehicle.expected(english, _piece)
        or details_review_zh.EXPECTED.find(english, _piece)
        or details_store_zh.EXPECTED.find(english, _piece)
    )
    return known or english


def chinese(english: str) -> str:
    """A detail in Chinese; unknown parts of it stay as they are."""
    if "\n" in english:
        return "\n".join(map(chinese, english.split("\n")))
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
    known = (
        _WORDS.get(english)
        or metering_words.DETAILS.find(english, _piece)
        or maintenance_words.DETAILS.find(english, _piece)
        or DETAILS.find(english, _piece)
        or pile_words.DETAILS.find(english, _piece)
        or skills_words.DETAILS.find(english, _piece)
        or socket_words.DETAILS.find(english, _piece)
    )
    if known is None and is_pile(english):
        known = title(english).zh
    if known is not None:
        return known
    # Most failures do without these.
    from harness.engine import (  # noqa: PLC0415
        details_review_zh,
        details_scoring_zh,
        details_store_zh,
        details_vehicle,
    )

    return (
        details_scoring_zh.DETAILS.find(english, _piece)
        or details_exam_zh.DETAILS.find(english, _piece)
        or details_vehicle.detail(english, _piece)
        or details_profile_zh.DETAILS.find(english, _piece)
        or details_review_zh.DETAILS.find(english, _piece)
        or details_store_zh.DETAILS.find(english, _piece)
    )


def _piece(english: str, _of: str) -> str:
    """A part of a detail, or of what was expected."""
    known = chinese(english)
    return known if known != english else expected(english)
