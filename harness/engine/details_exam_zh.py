"""Details of failures about exams in Chinese: codes, scenarios, scripts, tools, escrow.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.engine.phrases import Phrases

DETAILS = Phrases(
    # codes and the call
    (r"(.+) is no code of a candidate: it may be a name, as it has no digit",
     r"\1 不是考生代号：没有数字，可能是姓名"),
    (r"(.+) is no code of a referee: it may be a name, as it has no digit",
     r"\1 不是裁判代号：没有数字，可能是姓名"),
    (r"(.+) is no code of a candidate", r"\1 不是考生代号"),
    (r"(.+) is no code of a referee", r"\1 不是裁判代号"),
    (r"a pause needs a reason", "暂停须注明原因"),
    (r"a case or a seed can be chosen only for practice, or with a script",
     "只有练习或使用脚本时才能指定情形或随机种子"),
    # scenarios and scripts
    (r"no step of its procedures asks for the fault", "其流程中没有判断故障的步骤"),
    (r"(.+) is no choice of step (.+)", r"\1 不是步骤 \2 的选项"),
    (r"the file is called (.+)", r"文件名为 \1"),
    (r"(.+) is no tool", r"\1 不是工具"),
    (r"step (.+) never asked about (.+)", r"步骤 \1 从未问到 \2"),
    (r"step (.+) never asked for an answer", r"步骤 \1 从未要求作答"),
    # tools
    (r"(.+) has no range in (.+): OL says nothing", r"\1 没有以 \2 计的量程，OL 没有意义"),
    (r"(.+) cannot be measured now", r"现在无法测量 \1"),
    (r"a name is missing", "缺少名称"),
    (r"`tools` lists them", "输入“工具”查看"),
    (
        r"which instrument\? measure PLACE with INSTRUMENT",
        "须指明仪表，如：测 cp_voltage 用 multimeter",
    ),
    # escrow and opening
    (r"(?:escrow: )?the passphrase does not fit, or the file was changed",
     "口令不符，或文件被改动"),
    (r"(?:escrow: )?the key is that of another exam", "密钥属于另一场考试"),
    (r"(?:escrow: )?the escrow file has other parameters", "托管文件的参数不符"),
    (r"the passphrase is too short", "口令太短"),
    (r"no exam was begun in this record", "该记录中没有开始过考试"),
    (r"work had not begun and nothing was hidden yet", "记录止于开始作业之前，尚未隐藏任何内容"),
    (r"an exam that was cut off so is held anew", "考试如已中断，请重新进行"),
    (r"the key of this exam is not on record: it was cut off, or it is still going on",
     "记录中没有本场考试的密钥：考试被中断，或仍在进行"),
    (r"(.+) does not exist", r"\1 不存在"),
)  # fmt: skip

EXPECTED = Phrases(
    (r"letters and digits like (\S+)(?:; names never enter the record)?",
     r"字母和数字，如 \1；姓名不得写入记录"),
    (r"pause CODE REASON", "暂停 裁判代号 原因"),
    (r"(\d+) characters", r"至少 \1 个字符"),
    (r"like: (.+)", r"如：\1"),
    (r"a step of the exam", "考试中的步骤"),
    (r"a step of its procedures", "其流程中的步骤"),
    (r"a fault of this bench", "该台架可有的故障"),
    (r"a procedure", "流程"),
    (r"no diagnosis here", "此处不写诊断"),
    (r"a name of a fault", "故障名称"),
    (r"the id (.+)", r"编号 \1"),
    (r"(one of: .+), or a file beside the scenario", r"{1}，或场景文件旁的文件"),
)  # fmt: skip
