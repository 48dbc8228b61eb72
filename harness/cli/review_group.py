"""`harness review`: a group whose commands are one entry each, and `harness review DIR`."""

from pathlib import Path

import click

from harness.cli.base import Late, LazyGroup
from harness.text import Text

_R = "harness.cli.review"
_S = "harness.cli.review_show"


class ReviewGroup(LazyGroup):
    """With a folder in place of a command, the review is guided."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.late and Path(args[0]).is_dir():
            args = ["guide", *args]
        return super().resolve_command(ctx, args)


REVIEW = ReviewGroup(
    "review",
    about=Text(
        "复核与签名确认：考评员各自打分、锁定、签名；每条记录都有签名，绑定运行的封存。"
        "直接写文件夹（harness review DIR --as 代号）则在终端里逐步引导。",
        "Review and sign-off: assessors mark on their own, lock, sign; every entry is signed and "
        "bound to the seal of the run. With a folder (harness review DIR --as CODE) it is guided.",
    ),
    late={
        "guide": Late(f"{_S}:guide", Text("在终端里逐步复核", "A guided review in the terminal")),
        "open": Late(f"{_R}:open_", Text("开始复核", "Begin a review")),
        "mark": Late(f"{_R}:mark", Text("给 J 项打分", "Mark a J aspect")),
        "comment": Late(f"{_R}:comment", Text("写评语", "Write a comment")),
        "override": Late(f"{_R}:override", Text("改机器的分数", "Override computed marks")),
        "deduct": Late(f"{_R}:deduct", Text("记扣分或免除", "Enter or waive a deduction")),
        "veto": Late(f"{_R}:veto", Text("裁定一票否决", "Decide on a veto")),
        "lock": Late(f"{_R}:lock", Text("锁定本人评分", "Lock your marks")),
        "sign": Late(f"{_R}:sign", Text("签名确认", "Sign the score off")),
        "withdraw": Late(f"{_R}:withdraw", Text("撤回签名", "Take a sign-off back")),
        "show": Late(f"{_S}:show", Text("查看复核记录", "Show the review")),
        "sheet": Late(f"{_S}:sheet", Text("写出成绩单", "Write the score sheet")),
    },
)
