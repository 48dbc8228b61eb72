"""Negative response codes of UDS, by name. Source: ISO 14229-1:2020, annex A.1."""

from harness.text import Text

BUSY = 0x21
PENDING = 0x78
SERVICE_NOT_SUPPORTED = 0x11
SUBFUNCTION_NOT_SUPPORTED = 0x12
WRONG_LENGTH = 0x13
CONDITIONS_NOT_CORRECT = 0x22
SEQUENCE_ERROR = 0x24
OUT_OF_RANGE = 0x31
SECURITY_DENIED = 0x33
INVALID_KEY = 0x35
ATTEMPTS_EXCEEDED = 0x36
DELAY_NOT_EXPIRED = 0x37
WRONG_BLOCK_COUNTER = 0x73
SUBFUNCTION_NOT_IN_SESSION = 0x7E
SERVICE_NOT_IN_SESSION = 0x7F
NOT_SUPPORTED = frozenset({0x11, 0x12, 0x31, 0x7E, 0x7F})
"""Codes by which a unit says that it does not have the asked thing (here and now)."""

NAMES: dict[int, Text] = {
    0x10: Text("一般性拒绝", "general reject"),
    0x11: Text("不支持该服务", "service not supported"),
    0x12: Text("不支持该子功能", "sub-function not supported"),
    0x13: Text("报文长度错误或格式无效", "incorrect message length or invalid format"),
    0x14: Text("响应过长", "response too long"),
    0x21: Text("忙，请重复请求", "busy, repeat request"),
    0x22: Text("条件不满足", "conditions not correct"),
    0x24: Text("请求序列错误", "request sequence error"),
    0x25: Text("子网部件无响应", "no response from subnet component"),
    0x26: Text("故障阻止执行所请求的动作", "failure prevents execution of requested action"),
    0x31: Text("请求超出范围", "request out of range"),
    0x33: Text("安全访问被拒绝", "security access denied"),
    0x34: Text("需要身份认证", "authentication required"),
    0x35: Text("密钥无效", "invalid key"),
    0x36: Text("超过尝试次数", "exceeded number of attempts"),
    0x37: Text("延时时间未到", "required time delay not expired"),
    0x38: Text("需要安全数据传输", "secure data transmission required"),
    0x39: Text("不允许安全数据传输", "secure data transmission not allowed"),
    0x3A: Text("安全数据校验失败", "secure data verification failed"),
    0x50: Text("证书校验失败：有效期无效", "certificate verification failed: invalid time period"),
    0x51: Text("证书校验失败：签名无效", "certificate verification failed: invalid signature"),
    0x52: Text(
        "证书校验失败：信任链无效", "certificate verification failed: invalid chain of trust"
    ),
    0x53: Text("证书校验失败：类型无效", "certificate verification failed: invalid type"),
    0x54: Text("证书校验失败：格式无效", "certificate verification failed: invalid format"),
    0x55: Text("证书校验失败：内容无效", "certificate verification failed: invalid content"),
    0x56: Text("证书校验失败：范围无效", "certificate verification failed: invalid scope"),
    0x57: Text(
        "证书校验失败：证书无效（已吊销）",
        "certificate verification failed: invalid certificate (revoked)",
    ),
    0x58: Text("所有权校验失败", "ownership verification failed"),
    0x59: Text("质询值计算失败", "challenge calculation failed"),
    0x5A: Text("设置访问权限失败", "setting access rights failed"),
    0x5B: Text("会话密钥生成或派生失败", "session key creation or derivation failed"),
    0x5C: Text("配置数据使用失败", "configuration data usage failed"),
    0x5D: Text("取消认证失败", "de-authentication failed"),
    0x70: Text("不接受上传或下载", "upload or download not accepted"),
    0x71: Text("数据传输中止", "transfer data suspended"),
    0x72: Text("一般性编程失败", "general programming failure"),
    0x73: Text("数据块序号错误", "wrong block sequence counter"),
    0x78: Text("请求已正确接收，响应挂起", "request correctly received, response pending"),
    0x7E: Text("当前会话不支持该子功能", "sub-function not supported in active session"),
    0x7F: Text("当前会话不支持该服务", "service not supported in active session"),
    0x81: Text("转速过高", "rpm too high"),
    0x82: Text("转速过低", "rpm too low"),
    0x83: Text("发动机（电机）正在运转", "engine is running"),
    0x84: Text("发动机（电机）未运转", "engine is not running"),
    0x85: Text("运转时间过短", "engine run time too low"),
    0x86: Text("温度过高", "temperature too high"),
    0x87: Text("温度过低", "temperature too low"),
    0x88: Text("车速过高", "vehicle speed too high"),
    0x89: Text("车速过低", "vehicle speed too low"),
    0x8A: Text("加速踏板开度过大", "throttle or pedal too high"),
    0x8B: Text("加速踏板开度过小", "throttle or pedal too low"),
    0x8C: Text("挡位不在空挡", "transmission range not in neutral"),
    0x8D: Text("未挂挡", "transmission range not in gear"),
    0x8F: Text("制动踏板未踩下", "brake switch not closed"),
    0x90: Text("挡位不在驻车挡", "shifter lever not in park"),
    0x91: Text("液力变矩器锁止", "torque converter clutch locked"),
    0x92: Text("电压过高", "voltage too high"),
    0x93: Text("电压过低", "voltage too low"),
    0x94: Text("资源暂时不可用", "resource temporarily not available"),
}
_RESERVED = Text("标准保留码", "code reserved by the standard")
_MAKERS = Text("制造商自定义的条件不满足", "maker's own condition not correct")


def nrc_name(code: int) -> Text:
    """What a negative response code means; codes without a meaning say so."""
    if code in NAMES:
        return NAMES[code]
    return _MAKERS if 0xF0 <= code <= 0xFE else _RESERVED
