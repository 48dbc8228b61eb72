"""Complaints about marking schemes, and of scoring, in Chinese.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.engine.phrases import Phrases

DETAILS = Phrases(
    (r"the record names no scheme", "记录中没有指明评分方案"),
    (
        r"(.+) has the hash (\w+)…, the exam had a scheme (.+) of (\w+)…",
        r"\1 的校验值为 \2…，考试所用方案 \3 的校验值为 \4…",
    ),
    (r"'(.+)' names no skill row", r"评分项“\1”没有写明对应的技能条目"),
    (r"skill rows, and a reason why there are none", "既写了技能条目，又写了没有条目的理由"),
    (r"a veto that deducts nothing", "该否决不扣分"),
    (r"([\d.]+) % of the total", r"总分的 \1%"),
    (r"([-\d.]+) of the marks", r"折算 \1"),
    (r"a share of ([-\d.]+) %", r"比例 \1%"),
    (r"the criterion of (\S+) id '(.+)' stands twice", r"模块 \1 的考核点编号“\2”重复"),
    (r"the (\w+) id '(.+)' stands twice", r"{1}编号“\2”重复"),
    (r"the anchor of (\d) is that of (\d)", r"\1 档与 \2 档的评分说明相同"),
    (r"part marks of ([\d.]+) after ([\d.]+)", r"部分得分 \1 排在 \2 之后"),
    (r"([\d.]+) is no whole number of ([\d.]+)", r"\1 不是 \2 的整数倍"),
    (r"nothing is counted as '(.+)'", r"没有名为“\1”的计数项"),
    (r"'wrong' without steps", "计数项 wrong 没有写步骤"),
    (r"steps with '(.+)'", r"计数项 \1 不能写步骤"),
    (r"a band up to ([-\d.inf]+) after ([-\d.inf]+)", r"分档上限 \1 排在 \2 之后"),
    (r"marks of ([\d.]+) after ([\d.]+)", r"分值 \1 排在 \2 之后"),
    (r"marks of ([\d.]+)", r"分值 \1"),
    (r"the best band gives ([\d.]+)", r"最好一档只给 \1 分"),
    (r"no device verdict is called '(.+)'", r"没有名为“\1”的设备判定"),
    (r"'(.+)' is a step of (.+)", r"“\1”同时是 \2 的步骤"),
    (
        r"a judged aspect needs a written anchor for each of 0, 1, 2 and 3",
        "评判项必须为 0、1、2、3 各档写明评分说明",
    ),
    (r"no skill row is called '(.+)'; (.+)", r"没有编号为“\1”的技能要求；{2}"),
    (r"no finding is called '(.+)'; (.+)", r"没有名为“\1”的安全发现；{2}"),
)

EXPECTED = Phrases(
    (r"--scheme ID or FILE", "--scheme 编号或文件"),
    (r"skills, or skills_none with the reason", "skills，或写明理由的 skills_none"),
    (r"one of the two", "二者之一"),
    (r"marks above 0", "大于 0 的分值"),
    (r"an id other than that of line (\d+)", r"与第 \1 行不同的编号"),
    (r"a row of `harness list skills`", "harness list skills 列出的一项"),
    (r"a text of its own for each mark", "各档说明互不相同"),
    (
        r"marks that fall from part to part, below the maximum of the aspect",
        "低于本项配分，且逐条递减",
    ),
    (r"steps that make up the maximum of the aspect", "能整除本项配分"),
    (r"steps to be right at", "要求判断正确的步骤"),
    (r"no steps here", "不写步骤"),
    (r"bands that rise from the best to the worst", "上限由小到大"),
    (r"marks that fall from band to band: less is better", "分值逐档不增：越少越好"),
    (r"at most ([\d.]+), the maximum of the aspect", r"不超过本项配分 \1"),
    (r"([\d.]+), the maximum of the aspect", r"本项配分 \1"),
    (r"a procedure", "流程"),
    (r"a built-in finding", "内置的安全发现"),
    (r"a step of the procedures of the module", "本模块流程中的步骤"),
    (r"a module for each procedure", "每个流程单独成模块"),
    (r"at most 100", "不超过 100"),
    (r"0 to 100", "0 到 100"),
    (r"0 to 1", "0 到 1"),
    (
        r"a judged aspect needs a written anchor for each of 0, 1, 2 and 3",
        "为 0、1、2、3 各档写明评分说明",
    ),
    (r"marks rise from 0 to the maximum of the aspect", "由 0 递增到本项配分"),
)
