"""Reasons and notes that records carry, in Chinese.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.engine.phrases import Phrases

REASONS = Phrases(
    (r"not selected", "未选中"),
    (r"energising was not released \(--allow-energise\)", "未放行通电（--allow-energise）"),
    (r"motion was not released \(--allow-motion\)", "未放行执行器动作（--allow-motion）"),
    (r"the bench has no (\w+)", "台架没有{1}"),
    (r"the profile (\S+) has no point '(.+)'", r"型号 \1 没有数据点 \2"),
    (r"the profile (\S+) says no way to '(.+)'", r"型号 \1 没有给出“\2”的方法"),
    (r"nobody is at the bench to answer '(.+)'", r"现场无人回答“\1”"),
    (r"nobody is at the terminal \(end of input\)", "终端无人应答（输入已结束）"),
    (r"(\S+) has no answer for '(\S+)', '(.+)'", r"\1 中没有“\2”步骤对“\3”的答案"),
    (r"(\S+) has no answer for '(.+)'", r"\1 中没有“\2”的答案"),
    (r"stopped: step (\S+) ended (\w+)", r"步骤 \1 的结论为“{2}”，运行停止"),
    (r"step (\S+) ended (\w+)", r"步骤 \1 的结论为“{2}”"),
    (r"the group was left: step (\S+) ended (\w+)", r"步骤 \1 的结论为“{2}”，本组其余跳过"),
    (r"the run was aborted: .*", "运行被中止"),
    (r"the run was stopped: .*", "运行已停止"),
    (r"the run was lost: (.*)", "运行因故障未能继续：{1}"),
    (r"the (\w+) was lost: (.*)", "{1}失联：{2}"),
    (r"this bench has no fault injector", "本台架不能注入故障"),
    (r"the step's deadline passed", "超过步骤时限"),
    (r"the action judged nothing", "该动作没有作出任何判定"),
    (r"(\S+) was (\S+) before the action", "动作之前{1}已是“{2@1}”"),
    (r"still no reading", "一直没有读数"),
    (r"still (.+)", "仍为“{1!}”"),
    (r"(\d+) of (\d+): (.*)", r"\2 次中有 \1 次失败：{3}"),
    (r"simulated technician", "模拟技师"),
    (r"lowest of (\d+)", r"\1 次采样中的最低值"),
    (r"highest of (\d+)", r"\1 次采样中的最高值"),
    (r"(\d+) samples", r"\1 次采样"),
    (r"within (\S+) s", r"历时 \1 s"),
    (
        r"(\S+) is in (\S+), which cannot be held against (\S+)",
        r"{1}以 \2 计，不能与 \3 的限值相比",
    ),
    (
        r"none of these points is both in the profile and in the bench file's site ledger",
        "这些数据点没有一个既是设备具备的、又在台架文件的站点台账中",
    ),
    (
        r"(\S+) (\S+): by chance once in (\d+) times",
        r"读数 \1 \2，偶然出现的机会为 \3 次中一次",
    ),
    (r"as the profile (\S+) says", r"按点表 \1"),
    (
        r"no failure in (\d+) reads shows a rate below about (\S+) % at 95 %",
        r"\1 次读取无失败，可在 95 % 置信水平上说明出错率低于约 \2 %",
    ),
    (
        r"(\d+) answers, (\d+) failures, median (\S+) s",
        r"应答 \1 次，失败 \2 次，中位数 \3 s",
    ),
    (r"found safe", "本来就处于安全状态"),
    (r"unknown", "不明"),
    (
        r"nothing is known about it; this run sent it nothing",
        "状态不明；本次运行未向其发送任何内容",
    ),
    (r"the profile (\S+) does not say how it is made safe", r"型号 \1 没有说明如何使其安全"),
    (r"it was (\S+)", "原值为“{1!}”"),
    (r"it cannot be read", "无法读取"),
    (r"calculated", "计算值"),
    (r"(\S+) had no value before this run wrote it", "本次运行写入之前，{1}读不出值"),
    (r"none of these flag words is in the profile", "点表中没有这些故障字或告警字"),
    (
        r"the pile is charging already; this run did not start that",
        "桩已在充电，不是本次运行启动的",
    ),
    (r"not started: (\S+) was set to (\S+) and reads (.+)", r"未启动：{1}写入 {2@1}，回读为 {3@1}"),
    (
        r"started and stopped at once: (\S+) was set to (\S+) and reads (.+)",
        r"已启动并立即停止：{1}写入 {2@1}，回读为 {3@1}",
    ),
    (r"(.+) did not show the cause", r"{1}没有反映该动作"),
    (r"(\S+) of the profile (\S+) is never (.+)", r"型号 \2 的{1}没有“{3@1}”这一状态"),
    (r"silent (\d+) times in a row", r"连续 \1 次无应答"),
    (r"a meter switches nothing", "电能表不接通任何回路"),
    (r"never opened", "未曾打开"),
    (r"left alone", "未作处理"),
    (r"failed", "失败"),
    (r"the readings do not show it safe within the time limit", "限时内的读数不能证明其安全"),
    (
        r"a session that this run did not start, and the bench says to leave it",
        "有一个不是本次运行启动的充电会话，台架规定不予处理",
    ),
    (r"sequence '(.+)'", r"按点表的“\1”操作"),
    # vehicles: what is compared
    (r"(\d+) units, wanted (.+)", r"\1 个控制单元，应为 \2"),
    (r"(\d+) compared", r"比对 \1 项"),
    (r"kept with (\S+), record (\d+)", r"随故障码 \1 保存的快照，记录 \2"),
    (r"no snapshot is kept", "没有保存快照"),
    (r"smallest: (\S+) (.+)", r"最小的是{1}：\2"),
    (r"(\S+) is 0: there is no ratio", "{1}为 0，无从求比值"),
    (
        r"only (\d+) units have '(.+)'; (\d+) are needed",
        r"只有 \1 个控制单元有“{2}”，至少需要 \3 个",
    ),
    (
        r"the bench file's site ledger names none of these (points|identifiers)",
        "台架文件的站点台账中没有这些数据",
    ),
    (r"(\S+) is (\S+): no answer belongs to that", "{1}为“{2@1}”，没有与之对应的答案"),
    (
        r"U of (\S+) only, none stated for (\S+)",
        "只计入{1}的不确定度，{2}未给出",
    ),
    (r"step '(.+)' gave no reading to compare with", r"步骤 \1 没有可供比对的读数"),
    (r"calibration due (.+)", r"校准有效期至 \1"),
    # vehicles: buses and control units
    (
        r"the bit rate of the buses is not known, so there is no load",
        "总线比特率未知，无法计算负载率",
    ),
    (r"not every unit could be read: (.+)", "有控制单元读不到：{1}"),
    (r"simulator in this process", "本进程内的模拟器"),
    (r"simulator in this process \((\w+) frames\)", r"本进程内的模拟器（\1 帧）"),
    (r"recording (\S+)", r"录制文件 \1"),
    (r"recording (\S+) channel (\S+)", r"录制文件 \1 的通道 \2"),
    (r"nothing was sent", "未发送任何报文"),
    (
        r"cyclic transmission ended, control returned to the units",
        "已停止周期发送，控制权已交还各控制单元",
    ),
    (
        r"nothing was sent in cycles or under control any more",
        "结束时没有周期发送，也没有受控的执行器",
    ),
    (
        r"the adapter is gone: nothing can be sent, and sessions end after (\d+) s \(S3\)",
        r"适配器已断开：无法发送，诊断会话将在 \1 s（S3）后自行结束",
    ),
    # the simulated bench
    (
        r"there is no '(.+)' to (?:look at|observe) on this simulated bench",
        r"本模拟台架上没有“\1”可看",
    ),
    (
        r"the simulated technician cannot measure '(.+)' in (\S+)",
        r"模拟技师不能以 \2 测量“\1”",
    ),
    (r"the technician needs (\S+) s for '(.+)'", r"技师做“\2”需要 \1 s"),
    # files of testers
    (r"no file of the tester was given", "没有给出检测设备的数据文件"),
    (r"step (\S+) took in no file", r"步骤 \1 没有导入数据文件"),
    (r"the file of step (\S+) was refused: (.+)", r"步骤 \1 的文件被拒收：{2}"),
    (r"refused", "已拒收"),
    (r"refused; (attachments/\S+)", r"已拒收；\1"),
    (
        r"(.+); the file does not say on which day the test was made",
        "{1}；文件没有写明检测日期",
    ),
    (r"independent suspension: side slip is not judged", "独立悬架，不判侧滑量"),
    (r"the file is of kind (\S+); expected (\S+)", r"文件类型为 \1，应为 \2"),
    (r"this axle is judged by wheel_force", "该轴按较大轮制动力判定"),
    (r"this axle is judged by axle_load", "该轴按轴荷判定"),
    (r"the file has no rows of (.+)", r"文件中没有 \1 的数据行"),
    (r"a file of (\S+) has no column (\S+)", r"\1 文件没有 \2 列"),
    (r"(\S+): (\d+) rows", r"\1：\2 行"),
    (r"(\S+): (\d+) rows; (attachments/\S+)", r"\1：\2 行；\3"),
    (r"no readings on both sides of an indicated 40 km/h", "指示 40 km/h 两侧没有读数"),
    (r"no usable frame of (\S+) came", r"没有收到 \1 的可用报文"),
    (r"no (\S+) in line (\d+); expected a number in every row", r"第 \2 行没有 \1，每行都应有数值"),
    # criteria
    (r"there is no voltage to refer to: (\S+) V", r"没有可参照的电压：\1 V"),
    (
        r"the left lamp is (\S+) mm high; expected up to (\S+) mm",
        r"左灯高 \1 mm，该项适用于 \2 mm 及以下",
    ),
    (
        r"the right lamp is (\S+) mm high; expected up to (\S+) mm",
        r"右灯高 \1 mm，该项适用于 \2 mm 及以下",
    ),
    (
        r"braking began at (\S+) km/h; expected (\S+) to (\S+) km/h",
        r"制动初速度为 \1 km/h，应为 \2～\3 km/h",
    ),
    (
        r"the pedal is never pressed; expected pedal 1 from its touch on",
        "文件中没有踩下踏板的记录，踩下起 pedal 应为 1",
    ),
    (
        r"the file has no pedal column and goes on for (\S+) s at full speed; "
        r"expected a first row at the touch of the pedal",
        r"文件没有 pedal 列，且有 \1 s 未减速；没有该列时首行应为踩下踏板的时刻",
    ),
    (
        r"the file ends at (\S+) km/h; expected a braking to below (\S+) km/h",
        r"文件结束时车速为 \1 km/h，应制动到 \2 km/h 以下",
    ),
    (
        r"v0 = (\S+) km/h, distance (\S+) to (\S+) m",
        r"初速度 \1 km/h，里程 \2～\3 m",
    ),
    (r"there is no brake force", "没有制动力"),
    (r"there is no axle load", "没有轴荷"),
    (r"(\S+) N of (\S+) N", r"\1 N / \2 N"),
    (r"(\d+) samples, largest (\S+) V", r"\1 次采样，最大 \2 V"),
    (
        r"sample (\d+): the highest cell is (\S+) V below the lowest",
        r"第 \1 次采样：最高单体比最低单体低 \2 V",
    ),
    (
        r"samples up to (\S+) s apart, shortest phase (\S+) s",
        r"采样间隔最长 \1 s，最短一相 \2 s",
    ),
    (r"came on (\d+) times in (\S+) s", r"\2 s 内点亮 \1 次"),
    (r"(\d+) flashes in (\S+) s", r"\2 s 内闪 \1 次"),
    (
        r"the trace does not slow down from (\S+) to (\S+) km/h",
        r"车速记录中没有从 \1 降到 \2 km/h 的过程",
    ),
    (
        r"the distance does not grow between (\S+) and (\S+) km/h",
        r"\1 至 \2 km/h 之间距离没有增加",
    ),
    (
        r"v0 = (\S+) km/h, (\S+) m from (\S+) to (\S+) km/h",
        r"初速度 \1 km/h，\3 至 \4 km/h 行驶 \2 m",
    ),
)
