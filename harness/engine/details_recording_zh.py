"""Details of failures when a recorded bus is read and decoded, in Chinese.

See `harness.engine.phrases` for what the marks mean.
"""

from harness.engine.phrases import Phrases

DETAILS = Phrases(
    # where
    (
        r"(.+); (\d+) frames were read before it \(--keep-going uses them\)",
        r"{1}；此前已读 \2 帧（加 --keep-going 可使用这些帧）",
    ),
    (r"(.+); (\d+) frames were read before it", r"{1}；此前已读 \2 帧"),
    (r"byte (\d+): (.+)", r"第 \1 字节：{2}"),
    # BLF
    (r"the file ends here", "文件到此中断"),
    (r"the file ends (\d+) bytes into a container header", r"文件在数据块头的第 \1 字节处中断"),
    (r"the file ends (\d+) bytes into the container here", r"文件在此数据块的第 \1 字节处中断"),
    (r"the container here says that it has (\d+) bytes", r"此数据块声明的长度为 \1 字节"),
    (r"the header says that it has (\d+) bytes", r"文件头声明的长度为 \1 字节"),
    (r"the container here is packed by method (\d+)", r"此数据块的压缩方法编号为 \1"),
    (r"the container here cannot be unpacked \((.+)\)", r"此数据块无法解压（\1）"),
    (r"the container here holds (\d+) bytes and no end", r"此数据块解压出 \1 字节后没有结尾"),
    (r"in the container here, no object begins here", "此数据块中应有日志对象的位置没有对象"),
    (
        r"in the container here, an object of (\d+) bytes begins here",
        r"此数据块中有长度为 \1 字节的日志对象",
    ),
    (
        r"in the container here, an object of type (\d+) with a body of (-?\d+) bytes begins here",
        r"此数据块中类型 \1 的日志对象只有 \2 字节",
    ),
    (
        r"the last (\d+) bytes in the container here are part of an object",
        r"此数据块末尾的 \1 字节只是日志对象的一部分",
    ),
    (r"(b['\"].*['\"]) begins here", r"此处内容为 \1"),
    # text
    (r"(['\"].*['\"]) is no frame", r"\1 不是报文"),
    (r"the file ends within this line \((.+)\)", r"文件在本行中断（\1）"),
    (r"the line has too few columns \((.+)\)", r"本行列数不足（\1）"),
    (r"the line cannot be read \((.+)\)", r"本行无法读取（\1）"),
    (r"the identifier (\S+) is larger than (\S+) \((.+)\)", r"标识符 \1 大于 \2（\3）"),
    (r"the time (\S+) s cannot be \((.+)\)", r"时间 \1 s 不合理（\2）"),
    (r"the channel (\S+) cannot be \((.+)\)", r"通道号 \1 不合理（\2）"),
    (r"a payload of (\d+) bytes cannot be \((.+)\)", r"数据长度 \1 字节不合理（\2）"),
    (
        r"(\d+) data bytes are announced and (\d+) stand here \((.+)\)",
        r"声明 \1 个数据字节，实有 \2 个（\3）",
    ),
    (r"the TRC version (\S+) is not known", r"不支持的 TRC 版本 \1"),
    # MF4
    (
        r"the file cannot be read on \((.+)\), and what is left of it describes no frames",
        r"文件无法继续读取（\1），剩余部分没有报文的描述",
    ),
    (r"the file cannot be read on \((.+)\)", r"文件无法继续读取（\1）"),
    # whole files
    (
        r"the file begins with (.+) and is no recording that is known here",
        r"文件以 \1 开头，不是已知的总线记录格式",
    ),
    (r"the file is packed with gzip", "文件是 gzip 压缩的"),
    (r"unpack it first", "请先解压"),
    (r"(.+): reading MF4 needs (\S+)", r"\1：读取 MF4 需要 \2"),
    (r"(.+): writing Parquet needs (\S+)", r"\1：写出 Parquet 需要 \2"),
    # decoding
    (r"no frame of channel (\S+)", r"没有通道 \1 的报文"),
    (
        r"no frame matches; compared with (.+); ids in the recording \(frames\): (.+)",
        r"没有一帧与数据库相符；已对照：\1；记录中的标识符（帧数）：\2",
    ),
    (
        r"no frame of (.+); messages in the recording: (.+)",
        r"没有报文 \1；记录中有报文：\2",
    ),
    (
        r"the recording holds no data frame "
        r"\((\d+) frames: (\d+) remote and (\d+) error frames\)",
        r"记录中没有数据帧（共 \1 帧：远程帧 \2，错误帧 \3）",
    ),
    # a recording in the place of an adapter
    (r"(\S+): there is no such file", r"没有文件 \1"),
    (r"(\S+): (.+) \(line (\d+)\)", r"\1：{2}（第 \3 行）"),
    (r"the recording has no frame", "记录中没有一帧报文"),
    (r"the recording has several channels", "记录中有多个通道"),
    (
        r"frame (\d+) is (\S+) s earlier than the frame before it",
        r"第 \1 帧比前一帧早 \2 s",
    ),
    (
        r"without a date there is no telling how the others lie to it: (.+)",
        r"没有日期，无法与其他记录对齐：\1",
    ),
    (r"(.+) begins (\d+) s after the end of (.+)", r"{1}在{3}结束 \2 s 之后才开始"),
    (r"recording (\S+) channel (\S+)", r"录制文件 \1 通道 \2"),
    (r"recording (\S+)", r"录制文件 \1"),
    (r"(\S+) \((recording .+)\)", r"\1（{2}）"),
    (
        r"(.+): no frame is described in ([^;]+)",
        r"{1}：没有一帧在 \2 中有定义",
    ),
    (r"ids \(frames\): (.+) \((\d+) in all\)", r"标识符（帧数）：\1（共 \2 个）"),
    (r"ids \(frames\): (.+)", r"标识符（帧数）：\1"),
    (
        r"(.+): the file was changed after the bench file was read",
        "{1}：读取台架文件之后，该文件被改动",
    ),
    (r"'can: recording' without a file", "can: recording 没有写文件"),
    (r"'file' is of a recording", "file 只用于 can: recording"),
    (
        r"a recording has neither 'options' nor 'listen_only'",
        "录制的总线没有 options 和 listen_only",
    ),
    (
        r"(.+): a recording is played from a bench file",
        "{1}：录制的总线须写在台架文件里",
    ),
    (r"(.+): nothing can be sent to a recording", "{1}：不能向录制的总线发送报文"),
    # the call
    (r"--wide is a form of the file", "--wide 是输出文件的格式"),
    (r"(.+) is no kind of table", r"\1 不是可写出的表格文件"),
    (r"(.+) is read here", r"\1 是本次读取的文件"),
    (r"recordings given: none", "没有给出记录文件"),
    (r"recordings given: ([^;]+)", r"给出的记录文件：\1"),
    (r"no database is given", "没有给出数据库"),
)
EXPECTED = Phrases(
    (r"a recorded bus", "录制的总线文件"),
    (r"a recording with frames", "有报文的记录"),
    (r"times that never go back", "时间不倒退的记录"),
    (r"'file' with its name", "用 file 写出文件名"),
    (r"'can: recording' with it", "与 can: recording 连用"),
    (r"recordings with dates, or the channels of one file", "有日期的记录，或同一文件的各通道"),
    (
        r"recordings of the same drive \(of ASC, recorded in the time zone of this computer\)",
        "同一次行驶的记录（ASC 须在本机时区录制）",
    ),
    (r"the DBC of this car and this bus", "该车该总线的 DBC"),
    (r"the same file", "同一个文件"),
    (r"'channel' with one of (.+)", r"用 channel 写明其中之一：\1"),
    (r"\{can: recording, file: …\} there", "在那里写 {can: recording, file: …}"),
    (r"recordings on all buses, or on none of them", "所有总线都用录制数据，或都不用"),
    (
        r"a recording is of no simulator started here; leave simulated out",
        "录制数据不属于本进程的模拟器，去掉 simulated",
    ),
    (
        r"a BLF, ASC, candump \(\.log\), TRC or MF4 recording",
        "BLF、ASC、candump（.log）、TRC 或 MF4 记录",
    ),
    (r"a header of (\d+) bytes", r"\1 字节的文件头"),
    (r"(\d+) bytes of zlib data", r"\1 字节的 zlib 数据"),
    (r"(\d+) bytes", r"\1 字节"),
    (r"0 \(stored\) or 2 \(zlib\)", "0（未压缩）或 2（zlib）"),
    (r"a container \(LOBJ\)", "数据块（LOBJ）"),
    (r"a log object", "日志对象"),
    (r"a whole object", "完整的日志对象"),
    (r"a line like '(.+)'", r"形如“\1”的一行"),
    (r"a whole line of the recording", "完整的一行记录"),
    (r"a whole MDF 4 file", "完整的 MDF 4 文件"),
    (r"-o FILE\.csv or FILE\.parquet", "-o FILE.csv 或 -o FILE.parquet"),
    (r"a \.csv or \.parquet file", ".csv 或 .parquet 文件"),
    (r"a file of its own", "另一个文件"),
    (r"(pip install .+|--database FILE\.dbc)", r"\1"),
    (r"one", "一个"),
)
