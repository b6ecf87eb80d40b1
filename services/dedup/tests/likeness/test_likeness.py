"""Who is suggested as one person, why, and under which keys two meet."""

from __future__ import annotations

import pytest

from services.dedup.domain.facts import Facts, facts_of, facts_of_typed
from services.dedup.domain.keys import MAX_KEYS, clue_keys, name_keys, name_marks
from services.dedup.domain.score import Likeness, compare


def somebody(name: str = "João Pedro Silva", **typed: str) -> Facts:
    return facts_of_typed({"name": name, **typed})


def codes(likeness: Likeness | None) -> set[str]:
    return {reason["code"] for reason in likeness.reasons} if likeness else set()


PHONE = "+5511987654321"
CLOSE = {
    "one digit off": "+5511987654821",
    "two neighbours swapped": "+5511987653421",
    "a digit moved": "+5511976548321",
    "a digit doubled": "+55119876543211",
    "without the country code": "+11987654321",
    "a digit missing": "+551198765421",
    "a digit missing, read as a number without its ninth": "+5511998765432",
}


@pytest.mark.parametrize("how", CLOSE)
def test_a_similar_name_and_a_close_phone(how: str) -> None:
    one = somebody("João Silva", phone=PHONE)
    other = facts_of({"name": "Joao Silva", "points": [{"space": "line", "identity": CLOSE[how]}]})
    assert codes(compare(one, other)) == codes(compare(other, one)) == {"similar_name", "close_phone"}
    assert set(clue_keys(one)) & set(clue_keys(other))


def test_another_number_is_not_close() -> None:
    assert compare(somebody(phone=PHONE), somebody(phone="+5511981154321")) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("joao.landaler@gmail.com", "joaolandaler@hotmail.com"),
        ("joao.landaler@gmail.com", "joao.landaler7@gmail.com"),
        ("joao.landaler@gmail.com", "joao.landalre@gmail.com"),
        ("joao.silva1984@gmail.com", "joao.silva1984@hotmail.com"),
        ("joao.silva@gmail.com", "joao.silva@hotmail.com"),
    ],
)
def test_a_similar_local_part(one: str, other: str) -> None:
    a, b = somebody(email=one), somebody(email=other)
    assert codes(compare(a, b)) == {"similar_name", "same_local_part"}
    assert set(clue_keys(a)) & set(clue_keys(b))


def test_who_married_keeps_an_address_that_nobody_else_would_have() -> None:
    one, other = (
        somebody("Ana Landaler", email="ana.landaler@gmail.com"),
        {"email": "ana.landaler@hotmail.com"},
    )
    assert compare(one, somebody("Ana Silva", **other)) is not None
    assert compare(one, somebody("Rui Silva", **other)) is None


def test_a_frequent_name_with_other_digits_is_no_clue() -> None:
    one, other = somebody(email="joaosilva84@gmail.com"), somebody(email="joaosilva71@gmail.com")
    assert compare(one, other) is None


def test_the_domain_of_a_company_is_a_clue_that_of_a_provider_is_none() -> None:
    one = somebody(email="jp@acme.com.br")
    assert codes(compare(one, somebody("J. P. Silva", email="x1@acme.com.br"))) == {
        "similar_name",
        "same_domain",
    }
    assert set(clue_keys(one)) & set(clue_keys(somebody("J. P. Silva", email="x1@acme.com.br")))
    assert compare(one, somebody("Maria Silva", email="x2@acme.com.br")) is None
    assert compare(somebody(email="jp@gmail.com"), somebody(email="x1@gmail.com")) is None


def test_a_mailbox_of_nobody_in_particular_is_no_clue() -> None:
    assert compare(somebody(email="contato@a.com.br"), somebody(email="contato@b.com.br")) is None


def test_similar_names_alone_are_no_suggestion() -> None:
    assert compare(somebody(phone="+5511987654321"), somebody(phone="+5521912345678")) is None
    assert compare(somebody(), somebody()) is None


def test_a_shared_identity_is_a_suggestion_whatever_the_names() -> None:
    one, other = somebody("Ana", phone=PHONE), somebody("WhatsApp contact ab12", whatsapp=PHONE)
    likeness = compare(one, other)
    assert likeness is not None
    assert likeness.shared
    assert likeness.reasons == [{"code": "same_line"}]
    assert likeness.score >= 80
    assert set(clue_keys(one)) & set(clue_keys(other))


def test_what_an_event_told_counts_whatever_the_names() -> None:
    likeness = compare(somebody("Ana"), somebody("Rui"), told=True)
    assert likeness is not None
    assert likeness.reasons[-1] == {"code": "told_together"}


def test_more_clues_and_a_more_similar_name_make_a_higher_score() -> None:
    one = somebody(email="jpsilva@acme.com.br", phone=PHONE)
    scores = [
        compare(one, somebody("João Silva", phone="+5511987654312")),
        compare(one, somebody(phone="+5511987654312")),
        compare(one, somebody(phone="+5511987654312", email="jps1@acme.com.br")),
        compare(one, somebody(phone=PHONE)),
    ]
    numbers = [likeness.score for likeness in scores if likeness]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == len(scores)


def test_a_name_and_a_clue_are_both_told() -> None:
    likeness = compare(somebody(phone=PHONE), somebody(phone="+5511987654312"))
    assert likeness is not None
    assert [reason["code"] for reason in likeness.reasons] == ["similar_name", "close_phone"]


def test_names_meet_under_keys_of_their_own() -> None:
    assert set(name_keys("Zé Sousa")) & set(name_keys("José Souza"))
    assert set(name_keys("João Silva")) & set(name_keys("J. Silva"))
    assert all(key < 0 for key in name_keys("João Pedro Silva"))
    assert all(key >= 0 for key in clue_keys(somebody(email="jp@acme.com.br", phone=PHONE)))
    assert name_keys("WhatsApp contact ab12") == []


@pytest.mark.parametrize(
    "other", ["J. Silva", "Silva, Zé", "Pepe Silva", "JOSE", "Josep Sylva", "Хосе Сильва"]
)
def test_names_that_are_alike_have_a_mark_in_common(other: str) -> None:
    assert name_marks("José Silva") & name_marks(other)


def test_nobodys_name_has_no_mark() -> None:
    assert name_marks("WhatsApp contact ab12") == 0
    assert not name_marks("Ana Lima") & name_marks("Rui Prado")


def test_facts_come_back_as_they_were_kept_and_keys_are_bounded() -> None:
    points = [{"space": "email", "identity": f"somebody.{n}@company{n}.com"} for n in range(60)]
    facts = facts_of({"name": "Ana Maria de Souza Lima", "points": points})
    assert Facts.load(facts.dump()) == facts
    assert clue_keys(facts) == clue_keys(Facts.load(facts.dump()))
    assert len(clue_keys(facts)) <= MAX_KEYS


def test_what_is_no_address_yet_is_left_out() -> None:
    typed = {"name": " Ana ", "email": "ana@", "phone": "119", "whatsapp": None}
    assert facts_of_typed(typed) == Facts("Ana", ())
