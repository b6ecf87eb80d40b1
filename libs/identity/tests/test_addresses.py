"""WhatsApp addresses, platform ids and e-mails."""

import pytest

from identity import Identity, InvalidContact, normalise


@pytest.mark.parametrize(
    "raw",
    ["120363041234567890@g.us", "5511987654321-1612345678@g.us", "status@broadcast", "1612345678@broadcast"]
    + ["120363041234567890@newsletter", "STATUS@Broadcast", "13135550002@bot"],
)
@pytest.mark.parametrize("kind", ["whatsapp", "phone"])
def test_groups_broadcasts_and_newsletters_are_not_people(raw: str, kind: str) -> None:
    with pytest.raises(InvalidContact) as refusal:
        normalise(kind, raw, scope="acme-main", lenient=True)
    assert refusal.value.code == "not_a_person"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("123456789012345@lid", "123456789012345@lid"),
        ("123456789012345:7@lid", "123456789012345@lid"),
        ("123456789012345@LID", "123456789012345@lid"),
        ("BR.1502576394655843", "BR.1502576394655843"),
        ("US.ENT.11815799212886844830", "US.ENT.11815799212886844830"),
        ("whatsapp:BR.1502576394655843", "BR.1502576394655843"),
    ],
)
def test_whatsapp_ids_that_are_not_numbers_live_in_the_scope_of_their_account(raw: str, value: str) -> None:
    contact = normalise("whatsapp", raw, scope="acme-main")
    assert contact.value == value
    assert contact.identity == Identity("whatsapp:acme-main", value)
    assert normalise("whatsapp", raw, scope="acme-two").identity != contact.identity


@pytest.mark.parametrize(
    "raw", ["ana@example.com", "abc@s.whatsapp.net", "wa.me/message/ABC", "@lid", "0@c.us"]
)
def test_a_broken_whatsapp_address_is_refused(raw: str) -> None:
    with pytest.raises(InvalidContact) as refusal:
        normalise("whatsapp", raw, lenient=True)
    assert refusal.value.code == "invalid_whatsapp"


def test_an_id_that_is_not_a_number_is_no_phone() -> None:
    with pytest.raises(InvalidContact):
        normalise("phone", "123456789012345@lid", scope="acme-main", lenient=True)


@pytest.mark.parametrize("kind", ["instagram", "facebook", "telegram", "external"])
def test_a_platform_id_is_kept_as_it_came(kind: str) -> None:
    contact = normalise(kind, " 17841405793187218 ", scope="acme-main")
    assert (contact.value, contact.raw) == ("17841405793187218", "17841405793187218")
    assert contact.identity == Identity(f"{kind}:acme-main", "17841405793187218")
    assert (
        normalise("external", "Ab-1", scope="s").identity != normalise("external", "ab-1", scope="s").identity
    )


@pytest.mark.parametrize("raw", ["", "@ana", "https://instagram.com/ana", "a\x00b", "a\nb", "\ud800"])
def test_user_names_links_and_controls_are_no_platform_ids(raw: str) -> None:
    with pytest.raises(InvalidContact) as refusal:
        normalise("instagram", raw, scope="acme-main", lenient=True)
    assert refusal.value.code == "invalid_id"


def test_telegram_groups_are_not_people() -> None:
    with pytest.raises(InvalidContact) as refusal:
        normalise("telegram", "-1001234567890", scope="bot", lenient=True)
    assert refusal.value.code == "not_a_person"


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(InvalidContact) as refusal:
        normalise("fax", "123")
    assert (refusal.value.code, str(refusal.value)) == (
        "unknown_kind",
        "unknown_kind: not a kind of contact point",
    )


@pytest.mark.parametrize(
    ("raw", "value", "key"),
    [
        ("Ana.Silva+crm@Example.COM", "Ana.Silva+crm@example.com", "ana.silva+crm@example.com"),
        ("ana@MÜNCHEN.de", "ana@xn--mnchen-3ya.de", "ana@xn--mnchen-3ya.de"),
        ("ana@mu\u0308nchen.de", "ana@xn--mnchen-3ya.de", "ana@xn--mnchen-3ya.de"),
        ("ana@XN--MNCHEN-3YA.de", "ana@xn--mnchen-3ya.de", "ana@xn--mnchen-3ya.de"),
        ("JOSÉ@example.com", "JOSÉ@example.com", "josé@example.com"),
        ("jose\u0301@example.com", "josé@example.com", "josé@example.com"),
        ("mailto:ana%2Bx@example.com?subject=oi", "ana+x@example.com", "ana+x@example.com"),
        ("Ana Silva <ana@example.com>", "ana@example.com", "ana@example.com"),
        ('"Silva, Ana" <ana@example.com>', "ana@example.com", "ana@example.com"),
        ("\u200bana@example.com\u00a0", "ana@example.com", "ana@example.com"),
        ("o'neil@example.co.uk", "o'neil@example.co.uk", "o'neil@example.co.uk"),
        ("7@example.museum", "7@example.museum", "7@example.museum"),
    ],
)
def test_emails_are_equal_ignoring_case_with_their_domain_in_idna_form(
    raw: str, value: str, key: str
) -> None:
    contact = normalise("email", raw)
    assert contact.value == value
    assert contact.identity == Identity("email", key)


def test_dots_and_tags_make_different_mailboxes() -> None:
    spellings = ["anasilva@example.com", "ana.silva@example.com", "anasilva+crm@example.com"]
    assert len({normalise("email", spelling).identity for spelling in spellings}) == 3
    assert normalise("email", "straße@x.com").identity != normalise("email", "strasse@x.com").identity


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "@",
        "ana",
        "ana@",
        "@example.com",
        "ana@b",
        "a b@example.com",
        "ana@exa mple.com",
        "a@b@example.com",
    ]
    + ["ana@example..com", "ana@-example.com", "ana@example.com, eva@example.com", "ana;eva@example.com"]
    + [".ana@example.com", "ana.@example.com", "a..b@example.com", "ana@127.0.0.1", "ana@[127.0.0.1]"]
    + ["ana@exam_ple.com", "ana@example.com.", "a" * 65 + "@example.com", "a@" + "b." * 130 + "com"]
    + ["ana\x00@example.com", "ana@exa\nmple.com", "\ud800@example.com", "ana\u3000silva@example.com"]
    + [
        "é" * 33 + "@example.com",
        "mailto:",
        "mailto:%00@example.com",
        "<>",
        "ana@\u2764.com",
        "+5511987654321",
    ],
)
def test_what_cannot_be_an_email_is_refused(raw: str) -> None:
    with pytest.raises(InvalidContact) as refusal:
        normalise("email", raw)
    assert refusal.value.code == "invalid_email"


@pytest.mark.parametrize(
    "raw", ["a..b@docomo.ne.jp", "root@mailhost", "ana@exam_ple.com", "ana@example.com."]
)
def test_what_a_mail_system_delivered_is_taken(raw: str) -> None:
    assert normalise("email", raw, lenient=True).identity.value == raw.removesuffix(".")
