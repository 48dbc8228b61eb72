"""Details of failures about keys of assessors, reviews and withheld events, in Chinese.

See `harness.engine.phrases` for what the marks mean. The rules of a review say both languages
themselves.
"""

import re

from harness.engine.phrases import Phrases
from harness.evidence.review_rules import RULES

DETAILS = Phrases(
    (r"the text holds a resident identity number", "文字中含有居民身份证号"),
    (r"the text holds a mobile phone number", "文字中含有手机号"),
    (r"the text holds an e-mail address", "文字中含有电子邮箱地址"),
    *((re.escape(rule.en), rule.zh) for rule in RULES),
    # keys
    (r"'(.+)' is not a code", r"“\1”不是代号"),
    (r"the passphrase is empty", "口令为空"),
    (r"the passphrase is too weak", "口令太弱"),
    (r"the passphrase contains the code", "口令中含有代号"),
    (r"the two passphrases differ", "两次输入的口令不同"),
    (r"the file is not text in UTF-8", "文件不是 UTF-8 文本"),
    (r"(.+) has several lines", r"\1 有多行"),
    (r"there is a key called '(.+)' already", r"已有名为“\1”的密钥"),
    (
        r"a code has one key, and a new key gets a code of its own",
        "一个代号只有一把密钥，新密钥请用新代号",
    ),
    (r"(.+): this key is known here as '(.+)' already", r"\1：本站已收有这把公钥，代号“\2”"),
    (r"there is no private key of '(.+)' here", r"此处没有“\1”的私钥"),
    (r"make one with: (.+)", r"建立：\1"),
    (r"(.+) is not encrypted, or no key at all", r"\1 没有加密，或者不是密钥文件"),
    (r"the passphrase of '(.+)' is wrong, or (.+) is damaged", r"“\1”的口令不对，或文件 \2 已损坏"),
    (r"(.+) is not an Ed25519 (?:public )?key", r"\1 不是 Ed25519 密钥"),
    (r"the key of '(.+)' was revoked on (\S+): (.+)", r"“\1”的密钥已于 \2 吊销：\3"),
    (r"the key of '(.+)' was revoked on (\S+) already", r"“\1”的密钥已于 \2 吊销，不能再次吊销"),
    (r"a revocation needs a reason", "吊销须写明理由"),
    (r"no key is called '(.+)' here", r"此处没有名为“\1”的密钥"),
    (r"see: (.+)", r"查看：\1"),
    (r"a line before it is missing or was altered", "前面的行缺失或被改动"),
    (r"it is not signed with this station's key", "不是本站密钥的签名"),
    (r"the line is no signed line", "该行不是有效的签名行"),
    (r"the signature of the line does not hold", "该行签名不符"),
    (r"(.+) is being written by another program", r"另一程序正在写入 \1"),
    # reviews
    (r"(.+) was altered and cannot be reviewed", r"\1 被改动，不能复核"),
    (r"(.+) is not sealed", r"\1 未封存"),
    (r"only a sealed run can be reviewed", "只能复核已封存的运行"),
    (r"(.+) has no review yet", r"\1 还没有复核"),
    (r"open one first", "请先开始复核（review open）"),
    (r"not marked yet: (.+)", r"尚未评分：\1"),
    (r"only who has marked and locked can sign off", "只有已评分并锁定的考评员才能签名"),
    (
        r"(\d+) of (\d+) assessors have locked their marks",
        r"\2 名考评员中只有 \1 名锁定了评分",
    ),
    (r"the marks differ by more than (\d+): (.+)", r"评分相差超过 \1：\2"),
    (r"mark again with a reason", "请写明理由后重评"),
    (r"still to be decided: (.+)", r"尚待裁定：\1"),
    (r"the total", "总分"),
    (r"(\S+): (\S+) marks", r"\1：\2 分"),
    (r"(\S+): (\S+) times", r"\1：\2 次"),
    (r"aspect for assessors \(J\)", "考评员评分项（J）"),
    (r"aspect", "评分项"),
    (r"deduction", "扣分项"),
    (r"veto", "一票否决项"),
    (r"scheme", "评分方案"),
    (
        r"the scheme '(.+)' is not the one that this review was opened with \(digest (\w+)\)",
        r"“\1”不是开始复核时所用的评分方案（摘要 \2）",
    ),
    (r"'(.+)' is no review head", r"“\1”不是复核校验值"),
    (r"XLSX needs openpyxl", "写 XLSX 需要 openpyxl"),
    (r"install it with: (.+)", r"安装：\1"),
)
EXPECTED = Phrases(
    (
        r"a person's code in its place, like K-017, as neither names nor personal data enter the "
        r"record",
        "改写为人员代号，如 K-017；姓名和个人信息一律不进入记录",
    ),
    (
        r"a letter, then letters, digits or hyphens, with at least one digit, like (\S+) "
        r"\(a code, never a person's name\)",
        r"字母开头，后接字母、数字或连字符，至少一个数字，如 \1（代号，不用姓名）",
    ),
    (r"at least (\d+) characters, (\d+) of them different", r"至少 \1 个字符，其中 \2 个不同"),
    (r"the passphrase and nothing else", "只有口令"),
    (r"at least 16 hex digits", "至少 16 位十六进制数字"),
    (r"0 to (\S+)", r"0 至 \1"),
    (r"1 or more", "1 或以上"),
)
