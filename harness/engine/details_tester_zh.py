"""What is wrong with a tester's file, in Chinese.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.engine.phrases import Phrases

DETAILS = Phrases(
    (r"the file is about another vehicle: VIN (\S+)", r"文件是另一辆车的：VIN \1"),
    (r"the file says no VIN", "文件中没有 VIN"),
    (r"(['\"].*['\"]) is no VIN", r"\1 不是 VIN"),
    (r"a second VIN", "VIN 写了两次"),
    (r"a file of kind (['\"].*['\"])", r"文件类型为 \1"),
    (r"the file does not say its kind", "文件没有写明类型"),
    (r"this is not our own layout", "不是自有格式"),
    (r"(\S+) states no unit", r"\1 没有写单位"),
    (
        r"the file says (\S+), the layout (\S+): another size of unit",
        r"文件中的单位是 \1，应为 \2：大小不同",
    ),
    (
        r"the file says (\S+), the layout (\S+): another kind of unit",
        r"文件中的单位是 \1，应为 \2：种类不同",
    ),
    (r"a second column (['\"].*['\"])", r"列 \1 出现两次"),
    (r"(\d+) rows for the test", r"数据只有 \1 行"),
    (r"(\d+) rows for (.+)", r"\2 只有 \1 行"),
    (r"a second row for the test with other values: (.+)", r"数据行重复且数值不同：{1}"),
    (r"a second row for (.+?) with other values: (.+)", r"\1 的数据行重复且数值不同：{2}"),
    (r"(.+), (\w+ \S+ after \S+)", r"{1}，{2}"),
    (r"(\w+) (-?\d\S*) after (-?\d\S*)", r"\1 先为 \3，后为 \2"),
    (r"a second row for the test", "数据行重复"),
    (r"a second row for (.+)", r"\1 的数据行重复"),
    (r"a cell goes on without end", "有一格没有结束（引号未成对？）"),
    (r"(\d+) cells under (\d+) headers: (.+)", r"表头 \2 列，该行却有 \1 格：\3"),
    (r"the cells stand between semicolons", "各列以分号分隔"),
    (r"the cells stand between tabs", "各列以制表符分隔"),
    (r"the file is of another day: (\S+)", r"文件是另一天的：\1"),
    (r"(['\"].*['\"]) is no day", r"\1 不是日期"),
    (
        r"the file says (['\"].*['\"]), and that is no unit known here",
        r"文件中的单位是 \1，不是本软件认得的单位",
    ),
    (r"the file is empty", "文件是空的"),
    (r"(\w+): (['\"].*['\"]) is not a number", r"\1：\2 不是数字"),
    (r"(\w+) cannot be (-?\d\S*) (\S+)", r"\1 不可能是 \2 \3"),
    (r"(['\"].*['\"]) is no (axle|brake|lamp|wheel)", r"\1 不是 \2 列的取值"),
    (r"(reading|time|distance) goes back: (\S+) after (\S+)", r"\1 倒退：\3 之后为 \2"),
    (r"rows are missing: (reading|time) (\S+) after (\S+)", r"中间缺行：\1 \3 之后为 \2"),
    (r"rows are missing: the first reading is (\S+)", r"开头缺行：首个 reading 为 \1"),
    (r"(['\"].*['\"]) is no uncertainty", r"\1 不是不确定度"),
    (r"no kind of tester is (['\"].*['\"])", r"没有名为 \1 的检测设备类型"),
)
EXPECTED = Phrases(
    (r"(?:the )?VIN (\S+)", r"VIN \1"),
    (
        r"17 characters, capital letters and figures, no I, O or Q",
        "17 位大写字母和数字，不含 I、O、Q",
    ),
    (r"one line `# vin \.\.\.`", "只写一行 `# vin ...`"),
    (r"(`# kind [\w-]+`)", r"\1"),
    (r"(['\"]# charging-harness tester 1['\"]), or a mapping of the columns", r"\1，或列的映射"),
    (r"a header like it; there is: (.+)", r"有这样的列名；现有：\1"),
    (r"(\[\S+\])", r"\1"),
    (r"(\w+ \[\S+\])", r"\1"),
    (r"one of that name", "该名称的列只有一个"),
    (r"at least (\d+)", r"至少 \1"),
    (r"a number in (\S+) with a decimal point", r"以 \1 为单位、以小数点书写的数字"),
    (r"a number in (\S+)", r"以 \1 为单位的数字"),
    (
        r"one cell for each header, and a point as the decimal mark",
        "每列一格，小数用小数点而不用逗号",
    ),
    (
        r"commas between cells, and a point as the decimal mark",
        "各列以逗号分隔，小数用小数点",
    ),
    (r"a day as 2026-11-28", "日期，如 2026-11-28"),
    (r"(\d{4}-\d\d-\d\d)", r"\1"),
    (r"(-?\d\S*) to (-?\d\S*) (\S+)", r"\1～\2 \3"),
    (r"one; the first is line (\d+)", r"只有一行；第一次在第 \1 行"),
    (r"(reading|time) that rises", r"\1 递增"),
    (r"distance that does not fall", "distance 不减小"),
    (r"reading (\d+)", r"reading 为 \1"),
    (r"steps of about (\S+) s", r"每步约 \1 s"),
    (
        r"`# uncertainty <column> <number>`, a column of: (.+)",
        r"`# uncertainty <列> <数字>`，列为：\1",
    ),
    (r"a table of a tester", "检测设备的数据表"),
    (r"`encoding:` as it is", "`encoding:` 写实际编码"),
)
