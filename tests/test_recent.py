from bot.recent import Recent


def test_of_too_many_the_oldest_is_forgotten() -> None:
    recent = Recent[int, str](2)
    recent[1], recent[2] = "one", "two"
    recent[1] = "one again"  # which makes it the newest
    recent[3] = "three"
    assert [key in recent for key in (1, 2, 3)] == [True, False, True]
    assert recent.get(1, "") == "one again"
    assert recent.get(2, "none") == "none"
    recent.forget(1)
    assert 1 not in recent
