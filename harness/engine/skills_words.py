"""Mistakes about skills and their evidence, in Chinese.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.engine.phrases import Phrases

DETAILS = Phrases(
    (r"no row of the skill standard is called '(.+)'", r"技能标准中没有编号“\1”"),
    (r"the candidate's code is empty", "考生代码为空"),
    (
        r"the score of run (\S+) belongs to no run of (\S+) that was taken in",
        r"运行 \1 的成绩不属于考生 \2 被采用的任何一次运行",
    ),
    (
        r"(.+) is no score: it does not have the digest that it states",
        r"\1 不是成绩文件：摘要与内容不符",
    ),
    (r"(.+) is no score: (.+)", r"\1 不是成绩文件：\2"),
    (
        r"(.+) holds neither (\S+) nor (\S+), nor does a folder in it",
        r"\1 及其子文件夹中既没有 \2 也没有 \3",
    ),
)
EXPECTED = Phrases(
    (r"a row, like (\S+)", r"要求编号，如 \1"),
    (r"a code", "代码"),
)
