"""Details of failures about the store of many runs, in Chinese.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.engine.phrases import Phrases

DETAILS = Phrases(
    (r"the store needs SQLAlchemy", "证据库需要 SQLAlchemy"),
    (r"bundles at a URL need fsspec", "按地址存放证据需要 fsspec"),
    (r"install it with: (.+)", r"安装：\1"),
    (r"(\w+://\S*) cannot be opened: (.+)", r"\1 无法打开：\2"),
    (r"(.+) would leave its folder", r"\1 超出了所在文件夹"),
    (r"there is no bundle at (.+) in (.+)", r"\2 中没有证据 \1"),
    (r"the bundles are at (\S+)", r"证据存放在 \1"),
    (r"there is no index at ([^;]+)", r"\1 处没有索引"),
    (r"make it anew from the bundles: (.+)", r"请由证据重建：\1"),
    (
        r"the database (.+) has a table (\S+) of something else",
        r"数据库 \1 中已有别的程序的表 \2",
    ),
    (
        r"the index at (.+) has format (\S+), this version knows (\S+)",
        r"\1 处的索引为第 \2 版格式，本版本使用第 \3 版",
    ),
    (r"'(.*)' is no URL of a database", r"“\1”不是数据库地址"),
    (r"(\S+) is no database that the index can be in", r"索引不能存放在 \1 数据库中"),
    (r"'(.*)' is no verdict", r"“\1”不是设备结论"),
    (r"'(.*)' is no kind of run", r"没有“\1”这种运行"),
    (r"'(.*)' is no day", r"“\1”不是日期"),
    (r"the time from (\S*) to (\S*) is empty", r"从 \1 到 \2 的时间段为空"),
    (r"another program is changing the store at (.+)", r"另一程序正在更改证据库 \1"),
    (r"the store has no run '(.*)'", r"证据库中没有运行“\1”"),
    (r"'(.*)' may be any of: (.+)", r"“\1”不唯一，可能是：\2"),
    (r"the journal does not start with run_started", "事件日志的首行不是运行开始"),
    (r"the journal is not the one that was sealed", "事件日志不是封存时的内容"),
    (r"line (\d+) of the journal: (.+)", r"事件日志第 \1 行：{2}"),
    (r"xAPI names persons by an address", "xAPI 须以一个网址标明代号由谁发放"),
    (r"'(.*)' is no web address", r"“\1”不是网址"),
    (r"(.+) exists already", r"\1 已存在"),
)

EXPECTED = Phrases(
    (r"--index with a file or postgresql://…", "用 --index 给出文件或 postgresql:// 地址"),
    (
        r"a file, sqlite:///FILE or postgresql://USER@HOST/NAME",
        "文件、sqlite:///文件 或 postgresql://用户@主机/库名",
    ),
    (r"one like (\d{4}-\d\d-\d\d)", r"形如 \1"),
    (r"a place", "位置"),
    (r"one that the store has for itself", "证据库专用的数据库"),
    (r"a new file", "新文件"),
    (r"--home with one, like (\S+)", r"用 --home 给出，如 \1"),
    (r"one like (https?://\S+)", r"形如 \1"),
)
