import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.kernel.organisation_codes import is_ror, is_uscc, normal_ror, normal_uscc

# Real ids of public registers: Harvard, CERN, Tsinghua.
KNOWN_ROR = ("03vek6s52", "01ggx4157", "03cve4549")
# The example of the standard, and one made by hand from its rule.
KNOWN_USCC = ("91350100M000100Y43",)

_ROR_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize("code", KNOWN_ROR)
def test_known_ror_ids_pass(code: str) -> None:
    assert is_ror(code)
    assert normal_ror(f" https://ror.org/{code.upper()} ") == code


@pytest.mark.parametrize("code", KNOWN_USCC)
def test_known_credit_codes_pass(code: str) -> None:
    assert is_uscc(code)
    assert normal_uscc(f" {code[:8].lower()} {code[8:]}\n") == code


@pytest.mark.parametrize(
    "code", ["", "03vek6s5", "13vek6s52", "03veu6s52", "03vek6s5２", "03vek6s520", "03VEK6S52"]
)
def test_what_has_not_the_form_of_a_ror_id_fails(code: str) -> None:
    assert not is_ror(code)


@pytest.mark.parametrize(
    "code",
    ["", "91350100M000100Y4", "91350100M000100YI3", "9135010OM000100Y43", "91350100m000100y43", "9" * 19],
)
def test_what_has_not_the_form_of_a_credit_code_fails(code: str) -> None:
    assert not is_uscc(code)


@given(st.sampled_from(KNOWN_ROR), st.integers(1, 8), st.sampled_from(_ROR_ALPHABET))
def test_one_wrong_character_is_noticed_in_a_ror_id(code: str, place: int, character: str) -> None:
    changed = code[:place] + character + code[place + 1 :]
    assert is_ror(changed) == (changed == code)


@given(st.sampled_from(KNOWN_USCC), st.integers(0, 17), st.sampled_from(_USCC_ALPHABET))
def test_one_wrong_character_is_noticed_in_a_credit_code(code: str, place: int, character: str) -> None:
    changed = code[:place] + character + code[place + 1 :]
    assert is_uscc(changed) == (changed == code)


@given(
    st.text(alphabet="0123456789", min_size=8, max_size=8),
    st.text(alphabet=_USCC_ALPHABET, min_size=9, max_size=9),
)
def test_exactly_one_last_character_fits_a_credit_code(head: str, body: str) -> None:
    assert sum(is_uscc(head + body + last) for last in _USCC_ALPHABET) == 1


@given(st.text(alphabet=_ROR_ALPHABET, min_size=6, max_size=6))
def test_exactly_one_pair_of_digits_fits_a_ror_id(body: str) -> None:
    assert sum(is_ror(f"0{body}{check:02}") for check in range(100)) == 1


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    assert not is_ror(text) or len(text) == 9
    assert not is_uscc(text) or len(text) == 18
