"""The table of commands. A command's module is imported when it is called, not before."""

import click

from harness import __version__
from harness.cli.base import Late, LazyGroup, Option, Root
from harness.text import Text

_C = "harness.cli"

BENCH = LazyGroup(
    "bench",
    about=Text("检查台架接线与通信。", "Look after benches."),
    late={
        "probe": Late(
            f"{_C}.probe:probe",
            Text(
                "打开台架上每台设备，逐点读取，指出接线、地址、波特率、点表的问题",
                "Open every device, read every point, name what is wrong with wiring, address, "
                "baud rate, profile",
            ),
        ),
    },
)

EVIDENCE = LazyGroup(
    "evidence",
    about=Text("核验、查看、导出运行证据。", "Verify, show and export the evidence of a run."),
    late={
        "verify": Late(
            f"{_C}.evidence:verify",
            Text("核验证据是否完整、是否已封存", "Is the record intact, and is it sealed?"),
        ),
        "rejudge": Late(
            f"{_C}.evidence:rejudge",
            Text("由存储的测量值重新推导全部结论", "Derive every verdict again from stored values"),
        ),
        "show": Late(
            f"{_C}.evidence_show:show", Text("逐步查看一次运行", "Show a run, step by step")
        ),
        "report": Late(f"{_C}.evidence_out:report", Text("重新生成报告", "Write the report anew")),
        "export": Late(
            f"{_C}.evidence_out:export",
            Text("导出为 CSV、JSON 或 zip", "Export as CSV, JSON or zip"),
        ),
    },
)

CAN = LazyGroup(
    "can",
    about=Text("车辆总线：解码记录、实时监视。", "Vehicle buses: decode recordings, watch live."),
    late={
        "decode": Late(
            f"{_C}.can:decode",
            Text("把总线记录解码为信号值", "Turn a recorded bus into values of signals"),
        ),
        "monitor": Late(
            f"{_C}.can_monitor:monitor",
            Text("实时显示总线上的报文与信号", "Watch the messages and signals of a live bus"),
        ),
    },
)

EXAM = LazyGroup(
    "exam",
    about=Text(
        "考试与练习：带隐藏故障的场景。", "Exams and practice: scenarios with hidden faults."
    ),
    late={
        "start": Late(f"{_C}.exam:start", Text("开始一场考试或练习", "Begin an exam or practice")),
        "list": Late(f"{_C}.exam_look:list_", Text("列出场景", "List the scenarios")),
        "show": Late(
            f"{_C}.exam_look:show", Text("查看场景（不含答案）", "Show one, without its key")
        ),
        "check": Late(f"{_C}.exam_look:check", Text("检查场景文件", "Check a scenario file")),
        "open": Late(
            f"{_C}.exam_look:open_",
            Text("考评员查看已结束的考试", "For assessors: what an exam that is over had hidden"),
        ),
        "recover": Late(
            f"{_C}.exam_look:recover",
            Text("凭口令启封被中断的考试", "Open an exam that was cut off, by passphrase"),
        ),
    },
)

STORE = LazyGroup(
    "store",
    about=Text(
        "多次运行的证据库：入库、查找、统计、导出、核验。",
        "Many runs: add, find, count, export and verify their bundles.",
    ),
    late={
        "add": Late(f"{_C}.store:add", Text("核验后入库", "Verify bundles and take them in")),
        "find": Late(f"{_C}.store:find", Text("查找运行", "Find runs")),
        "show": Late(f"{_C}.store_check:show", Text("查看一次运行", "Show a run, from its bundle")),
        "stats": Late(
            f"{_C}.store_stats:stats",
            Text("各项目合格率与重复性、考生易错步骤", "Pass rates, repeatability, failing steps"),
        ),
        "export": Late(
            f"{_C}.store_export:export",
            Text("导出 CSV、xAPI、in-toto", "Export as CSV, xAPI or in-toto"),
        ),
        "verify-all": Late(
            f"{_C}.store_check:verify_all",
            Text("核验全部证据与索引", "Verify every bundle, and the index against them"),
        ),
        "rebuild": Late(
            f"{_C}.store:rebuild", Text("由证据重建索引", "Make the index anew from the bundles")
        ),
    },
)

PROFILE = LazyGroup(
    "profile",
    about=Text("编写和核对点表。", "Write register maps and look whether they are right."),
    late={
        "new": Late(f"{_C}.profile:new", Text("写出点表模板", "Write a register map to fill in")),
        "check": Late(
            f"{_C}.profile:check",
            Text("加载点表，显示读取方案和存疑之处", "Load one; show how it is read, and doubts"),
        ),
        "probe": Late(
            f"{_C}.profile:probe",
            Text("按点表读一遍设备，指出不符之处", "Read a device by it and name what disagrees"),
        ),
    },
)

STANDARDS = LazyGroup(
    "standards",
    about=Text("标准与检验项目。", "Standards and their items."),
    late={
        "coverage": Late(
            f"{_C}.standards:coverage",
            Text("各标准项目由哪些步骤判定", "Which items are judged, how, by which step"),
        ),
    },
)

SKILLS = LazyGroup(
    "skills",
    about=Text("职业技能标准的要求与证据。", "Rows of the skill standard, and evidence for them."),
    late={
        "coverage": Late(
            f"{_C}.skills:coverage",
            Text("137 条要求各由什么考核", "What exercises each of the 137 rows"),
        ),
        "record": Late(
            f"{_C}.skills_record:record",
            Text("一名考生在多次运行中的证据是否足够", "Evidence of a candidate over several runs"),
        ),
    },
)

SNAPSHOT = LazyGroup(
    "snapshot",
    about=Text("比较两次保存的整车快照（盘点）。", "Snapshots of vehicles that were kept."),
    late={
        "compare": Late(
            f"{_C}.snapshot:compare",
            Text("列出两次整车快照的差异", "List what is different between two of them"),
        ),
    },
)

SIM = LazyGroup(
    "sim",
    about=Text(
        "启动实时模拟器，供任意第三方客户端连接；按 Ctrl-C 结束。",
        "Live simulators that any third-party client can talk to; Ctrl-C ends them.",
    ),
    late={
        "pile": Late(f"{_C}.sim:pile", Text("模拟一台交流充电桩", "One AC charging pile")),
        "vehicle": Late(
            f"{_C}.sim_vehicle:vehicle",
            Text("模拟一辆纯电动共享汽车（CAN、UDS）", "A battery-electric shared car on CAN"),
        ),
        "bench": Late(
            f"{_C}.sim:bench",
            Text("模拟整个台架：充电桩、电能表和车辆", "A whole bench: pile, meter and car"),
        ),
    },
)

KEYS = LazyGroup(
    "keys",
    about=Text("考评员的签名密钥。", "Keys that assessors sign with."),
    late={
        "new": Late(f"{_C}.keys:new", Text("建立密钥", "Make a key")),
        "list": Late(f"{_C}.keys:list_", Text("列出密钥", "List keys")),
        "revoke": Late(f"{_C}.keys:revoke", Text("吊销密钥", "Revoke a key")),
        "trust": Late(
            f"{_C}.keys:trust", Text("收下别处的公钥", "Keep a public key from elsewhere")
        ),
    },
)

ROOT = Root(
    "harness",
    about=Text(
        "充电桩与车辆测试平台：按流程在真实或模拟台架上检验，证据防篡改。首次使用：harness demo",
        "Test harness for charging piles and vehicles: procedures on real or simulated benches, "
        "with tamper-evident evidence. First time here? harness demo",
    ),
    late={
        "demo": Late(
            f"{_C}.demo:demo",
            Text("在模拟台架上演示：一次正常，一次带故障", "A healthy and a faulty simulated run"),
        ),
        "run": Late(f"{_C}.run:run", Text("在台架上执行流程", "Run procedures on a bench")),
        "check": Late(
            f"{_C}.check:check",
            Text("通电之前检查流程与台架", "Check a procedure against a bench before power"),
        ),
        "list": Late(
            f"{_C}.listing:list_",
            Text(
                "列出流程、检验项目、故障、点表或车型、动作、技能、评分方案",
                "List procedures, items, faults, profiles, actions, skills, marking schemes",
            ),
        ),
        "show": Late(f"{_C}.show:show", Text("按编号查看一个条目", "Show one of them by its id")),
        "exam": Late(
            f"{_C}.root:EXAM",
            Text("考试与练习（start、list、show…）", "Exams and practice (start, list, show …)"),
        ),
        "bench": Late(f"{_C}.root:BENCH", Text("检查台架（probe）", "Look after benches (probe)")),
        "profile": Late(
            f"{_C}.root:PROFILE",
            Text("点表（new、check、probe）", "Register maps (new, check, probe)"),
        ),
        "standards": Late(
            f"{_C}.root:STANDARDS",
            Text("标准覆盖情况（coverage）", "Coverage of standards (coverage)"),
        ),
        "skills": Late(
            f"{_C}.root:SKILLS",
            Text("职业技能（coverage、record）", "Skills (coverage, record)"),
        ),
        "can": Late(
            f"{_C}.root:CAN",
            Text("车辆总线（decode、monitor）", "Vehicle buses (decode, monitor)"),
        ),
        "sim": Late(
            f"{_C}.root:SIM",
            Text("实时模拟器（pile、vehicle、bench）", "Live simulators (pile, vehicle, bench)"),
        ),
        "watch": Late(f"{_C}.watch:watch", Text("实时查看数据点", "Watch live points")),
        "evidence": Late(
            f"{_C}.root:EVIDENCE",
            Text(
                "核验、查看、导出证据（verify、rejudge、show、report、export）",
                "Verify, show and export evidence (verify, rejudge, show, report, export)",
            ),
        ),
        "review": Late(
            f"{_C}.review_group:REVIEW",
            Text("复核、签名、成绩单", "Review, sign-off, score sheet"),
        ),
        "keys": Late(
            f"{_C}.root:KEYS",
            Text(
                "考评员密钥（new、list、revoke、trust）",
                "Keys of assessors (new, list, revoke, trust)",
            ),
        ),
        "matrix": Late(
            f"{_C}.matrix:matrix",
            Text(
                "模拟台架的故障 × 步骤检出矩阵", "Fault × step detection matrix of the simulation"
            ),
        ),
        "score": Late(
            f"{_C}.score:score",
            Text("按评分方案计算一次运行的成绩", "Score a run by its marking scheme"),
        ),
        "store": Late(
            f"{_C}.root:STORE",
            Text(
                "证据库（add、find、show、stats、export…）",
                "Store of many runs (add, find, show, stats, export …)",
            ),
        ),
        "snapshot": Late(
            f"{_C}.root:SNAPSHOT",
            Text("比较两次保存的整车快照", "Compare two snapshots of a vehicle that were kept"),
        ),
        "schema": Late(
            f"{_C}.schema:schema",
            Text("各类文件的 JSON Schema", "JSON Schema of the file formats"),
        ),
    },
)


def _print_version(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"charging-harness {__version__}")
        ctx.exit()


ROOT.params.append(
    Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_print_version,
        about=Text("显示版本后退出", "Show the version and exit"),
    )
)
