import pytest

from bot.clips import YouTubeLink, find_links, without_links

ID = "dQw4w9WgXcQ"


@pytest.mark.parametrize(
    "url",
    [
        f"https://www.youtube.com/watch?v={ID}",
        f"http://youtube.com/watch?v={ID}",
        f"https://m.youtube.com/watch?feature=share&v={ID}",
        f"https://www.youtube.com/watch?v={ID}&list=PL123&index=2",
        f"https://youtu.be/{ID}",
        f"https://youtu.be/{ID}?si=abcdef",
        f"youtu.be/{ID}",
        f"www.youtube.com/watch?v={ID}",
        f"https://www.youtube.com/shorts/{ID}",
        f"https://www.youtube.com/live/{ID}?feature=share",
        f"https://www.youtube.com/embed/{ID}",
        f"https://www.youtube-nocookie.com/embed/{ID}",
        f"<https://youtu.be/{ID}>",
        f"[this](https://youtu.be/{ID})",
        f"||https://youtu.be/{ID}||",
        f"look at https://youtu.be/{ID}.",
        f"look at https://youtu.be/{ID}…",
        f"`https://youtu.be/{ID}`",
        f"~~https://youtu.be/{ID}~~",
        f"_https://youtu.be/{ID}_",
        f"“https://youtu.be/{ID}”",
        f"https://youtu.be/{ID}。",
        f"https://www.youtu.be/{ID}",
        f"https://youtu.be/{ID}&t=3",
        f"https://www.youtube.com/e/{ID}",
        f"https://www.youtube.com/v/{ID}",
        f"https://www.youtube.com/?v={ID}",
        f"https://gaming.youtube.com/watch?v={ID}",
        f"https://www.youtube.com/attribution_link?a=x&u=%2Fwatch%3Fv%3D{ID}%26feature%3Dshare",
        f"HTTPS://WWW.YOUTUBE.COM/watch?v={ID}",
    ],
)
def test_every_form_of_a_link_is_the_same_video(url: str) -> None:
    (link,) = find_links(url)
    assert link.url == f"https://www.youtube.com/watch?v={ID}"


@pytest.mark.parametrize(
    "text",
    [
        "no link",
        f"https://example.org/watch?v={ID}",
        f"https://music.youtube.com/watch?v={ID}",
        f"https://notyoutube.com/watch?v={ID}",
        f"https://youtube.com.evil.example/watch?v={ID}",
        "https://www.youtube.com/watch?v=short",
        f"https://youtu.be/{ID}toolong",
        "https://www.youtube.com/@channel",
        "https://www.youtube.com/playlist?list=PL123",
        "https://youtu.be/",
    ],
)
def test_what_is_no_video_is_no_link(text: str) -> None:
    assert find_links(text) == ()


@pytest.mark.parametrize(
    ("query", "start"),
    [
        ("t=80", 80),
        ("t=80s", 80),
        ("t=1m20s", 80),
        ("t=1h2m3s", 3723),
        ("start=15", 15),
        ("t=1:20", 80),
        ("t=1:02:03", 3723),
        ("si=x#t=80", 80),
        ("t=", None),
        ("t=soon", None),
        ("si=x", None),
    ],
)
def test_the_time_a_link_points_at_is_kept_apart(query: str, start: int | None) -> None:
    assert find_links(f"https://youtu.be/{ID}?{query}") == (YouTubeLink(ID, start),)


def test_links_keep_their_order_and_come_once() -> None:
    other = "abcdefghijk"
    text = f"https://youtu.be/{ID} and youtu.be/{other}, again https://youtube.com/watch?v={ID}"
    assert [link.video_id for link in find_links(text)] == [ID, other]


def test_the_words_around_a_link_remain() -> None:
    text = f"what is <https://youtu.be/{ID}> about, and https://example.org/a?"
    assert without_links(text) == "what is  about, and https://example.org/a?"


def test_a_link_that_is_none_is_passed_over() -> None:
    assert tuple(find_links("https://www.youtube.com/attribution_link?u=%5Bx")) == ()
