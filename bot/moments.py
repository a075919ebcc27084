"""Times in a video."""


def clock(seconds: float) -> str:
    """Write a time as people read it: M:SS, and H:MM:SS from one hour on."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minutes}:{second:02}"
