from tests.media.fuzz import fuzz


def test_damaged_files_end_in_a_clip_or_in_an_error_of_ours() -> None:
    run = fuzz(36, seed=2)
    assert run.wrong == []
    assert run.outcomes.total() == 36
    assert len(run.outcomes) > 3
