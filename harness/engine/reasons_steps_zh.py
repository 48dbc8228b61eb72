"""Reasons and notes of single actions, and what the simulated technician finds, in Chinese.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.engine.phrases import Phrases

REASONS = Phrases(
    # steps that build on others
    (r"step (\S+) has to pass first; it ended (\w+)", r"前提步骤 \1 未通过（{2}）"),
    (r"it comes after step (\S+), which cannot be run", r"本步骤承接步骤 \1，而该步骤无法执行"),
    (r"no frame shows (\S+) on", "没有报文显示{1}已接通"),
    (r"step (\S+) watched nothing", r"步骤 \1 没有记录到报文"),
    (r"step (\S+) did not watch (\S+)", r"步骤 \1 没有记录{2}"),
    (r"step (\S+) put no (\S+) on record", r"步骤 \1 没有留下{2}的记录"),
    (r"there is nothing to stop: (\w+) is (\S+)", r"没有可停止的充电：{1}为“{2@1}”"),
    (r"this run has started no session that could go on", "本次运行没有启动可以恢复的充电会话"),
    (r"the current of (\S+) cannot be set", r"\1 的电流不可设定"),
    (r"no frame shows (\S+)", r"没有报文给出{1}"),
    (r"(\S+) is in no frame; it has to be asked for", "{1}不在报文中，须主动询问"),
    # times between frames
    (r"(.+) → (.+)", "{1} → {2}"),
    (r"(\w+) ([<>]) (\S+ \S+)", r"{1} \2 \3"),
    (r"(\w+) below (\S+ \S+)", r"{1}低于 \2"),
    (r"(\w+) above (\S+ \S+)", r"{1}高于 \2"),
    (r"(.+) was so before the cause", "“{1}”在起因之前已成立"),
    (r"(.+) was so before", "“{1}”事先已成立"),
    (r"(.+) was not seen", "没有出现“{1}”"),
    (r"no fresh value for (\S+) s", r"\1 s 没有新的有效值"),
    # several readings
    (r"highest minus lowest of (\d+)", r"\1 个读数的极差"),
    (r"sum of (\d+)(?: readings)?", r"\1 个读数之和"),
    (r"(\d+) steps of SOC", r"SOC 变化 \1 级"),
    (r"the profile states no resolution for '(.+)'", "点表没有给出{1}的分辨力"),
    # people
    (r"the person did not do '(.+)': declined", r"人员未执行“\1”"),
    (r"the person did not do '(.+)': (.+)", r"人员未执行“\1”：\2"),
    (r"nobody looked at '(.+)'", "没有人查看{1}"),
    (r"nobody observed '(.+)'", "没有人观察{1}"),
    (r"nobody measured '(.+)'", "没有人测量{1}"),
    (r"nobody measured (\S+)", "没有人测量{1}"),
    (r"nobody looked at the fault box", "没有人查看故障盒"),
    (r"the bench file's site ledger has no (\S+)", "台架文件的站点台账中没有{1}"),
    # buses
    (r"(\d+) frames received are recorded", r"已记录接收的 \1 帧"),
    (r"(\d+) frames were sent, (\d+) are recorded", r"已发送 \1 帧，其中有记录的 \2 帧"),
    (r"bus (\S+) is not recorded: nothing can be proved", "{1}没有录制，无法证明"),
    (r"no frame on bus (.+) during the watch", "观察期间{1}上没有收到报文"),
    (
        r"nothing is due on bus (.+): no message of a node has a cycle time",
        "{1}上没有应周期出现的报文：数据库中各节点的报文都没有周期",
    ),
    (r"not watched for long enough: (.+)", r"观察时间不够：\1"),
    (r"due, but not received: (.+)", r"应出现但未收到：\1"),
    (r"nothing is connected to any bus", "没有连接任何总线"),
    (r"no bus of this bench is simulated", "本台架没有模拟的总线"),
    (r"no wiring diagram has the bus '?(\w+)'?", "接线图中没有{1}"),
    (r"the resistance of the bus '?(\w+)'? was not measured", "没有测量{1}的电阻"),
    (r"no resistance below 1 kΩ is on record", "记录中没有低于 1 kΩ 的电阻"),
    # the simulated technician
    (
        r"the simulated technician cannot do '(.+)'; did you mean: (.+)",
        r"模拟技师不会做“\1”；相近的有：\2",
    ),
    (r"the simulated technician cannot do '(.+)'; known: (.+)", r"模拟技师不会做“\1”；会做：\2"),
    (r"covered or dirty: (.+)", r"被遮挡或脏污：\1"),
    (r"burn marks at the pins", "端子有烧蚀痕迹"),
    (r"flap does not close", "充电口盖关不上"),
    (r"below the mark: (.+)", "液面低于下限：{1}"),
    (r"brake fluid", "制动液"),
    (r"washer fluid", "洗涤液"),
    (r"insurance expired last month", "保险单上月已过期"),
    (r"rear number plate hangs on one screw", "后号牌只剩一颗螺钉"),
    (r"front bumper cracked, right mirror loose", "前保险杠开裂，右后视镜松动"),
    (r"left headlamp lens cracked, water inside", "左前照灯灯罩开裂，内部进水"),
    (r"crack of 20 cm in front of the driver", "驾驶员前方有约 20 cm 的裂纹"),
    (r"drops of coolant below the inverter", "电机控制器下方滴冷却液"),
    (r"bulge in the side wall, front left", "左前轮胎侧鼓包"),
    (r"no warning triangle, extinguisher out of date", "没有三角警告牌，灭火器过期"),
    (r"dent and bare metal beside the door lock", "柜门锁旁凹陷，露出金属"),
    (r"cut in the sheath near the gland", "电缆护套靠近进线口处有破口"),
    (r"nameplate bleached, number not legible", "铭牌褪色，编号无法辨认"),
)
