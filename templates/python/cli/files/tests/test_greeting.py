import io

import pytest
from greeting import main


def test_greets_everybody(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["Ada", "Grace"]) == 0
    assert capsys.readouterr().out == "Hello, Ada!\nHello, Grace!\n"


def test_reads_names_from_stdin(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Ada\n\nGrace"))
    assert main([]) == 0
    assert capsys.readouterr().out == "Hello, Ada!\nHello, Grace!\n"


def test_refuses_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["Ada", "--loud"]) == 1
    said = capsys.readouterr()
    assert said.out == "" and "--loud" in said.err
