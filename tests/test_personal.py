"""Personal data is kept out of what people write: told by its form, in both directions."""

import pytest

from harness.assess.codes import check_code
from harness.engine import details
from harness.errors import UsageError
from harness.evidence import keyring
from harness.evidence.personal import refuse_personal

IDENTITY = "11010519491231002X"  # the example of the standard itself


@pytest.mark.parametrize(
    ("text", "what", "zh"),
    [
        (f"考生{IDENTITY}申诉", "identity number", "居民身份证号"),
        (IDENTITY.lower(), "identity number", "居民身份证号"),
        ("110105 19491231 002X", "identity number", "居民身份证号"),
        ("１１０１０５１９４９１２３１００２Ｘ", "identity number", "居民身份证号"),
        ("电话13800138000，下午到", "mobile phone", "手机号"),
        ("call +86 138-0013-8000", "mobile phone", "手机号"),
        ("write to someone@example.com please", "e-mail", "电子邮箱"),
    ],
)
def test_what_has_a_form_is_refused(text: str, what: str, zh: str) -> None:
    with pytest.raises(UsageError, match=what) as caught:
        refuse_personal("fine", text)
    assert text not in str(caught.value)
    assert "K-017" in caught.value.detail
    said = details.chinese(caught.value.detail)
    assert zh in said and "代号" in said and "expected" not in said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "读数 220.5 V，第 3 次",
        "110105194912310021",  # the check digit is another
        "serial 2138001380001",
        "SN138001380001234",
        "line 12345678901",
        "K-017 at desk 3 @ 10:30",
    ],
)
def test_what_has_not_is_not(text: str) -> None:
    refuse_personal(text)


@pytest.mark.parametrize("code", [IDENTITY, "13800138000", "K-13800138000"])
def test_no_code_is_made_of_it(code: str) -> None:
    with pytest.raises(UsageError, match="number"):
        check_code(code)


def test_no_assessors_code_is_made_of_it() -> None:
    with pytest.raises(UsageError, match="mobile phone number"):
        keyring.check_code("A-13800138000")
    assert keyring.check_code("A-07") == check_code("A-07")
