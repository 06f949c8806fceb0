"""The program beside and without a running server: what it prints, and its one-line faults."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pivotal_server.auth.keys import KEY_PATTERN, parse

SIGN_IN_LINK = r"http://localhost:8000/login/confirm\?token=[0-9A-Za-z]{43}"


def run(*arguments: str, data: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("PIVOTAL_")}
    return subprocess.run(
        [sys.executable, "-m", "pivotal_server", *arguments, "--data", str(data)],
        env={**env, "PYTHONPATH": "src", "COLUMNS": "200", **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one workspace."""
    folder = tmp_path / "data"
    made = run("workspace", "create", "--name", "VML", "--owner-email", "dana@vml.example", data=folder)
    assert made.returncode == 0, made.stderr
    return folder


def test_keys_are_made_listed_and_revoked(data: Path) -> None:
    made = run("keys", "create", "--name", "ci", "--mode", "test", "--rate-limit", "0", "--json", data=data)
    key = json.loads(made.stdout)
    assert parse(key["key"]) is not None
    assert (key["mode"], key["rate_limit"]) == ("test", 0)
    (listed,) = json.loads(run("keys", "list", "--json", data=data).stdout)
    assert listed["id"] == key["id"]
    assert "key" not in listed
    assert not re.search(KEY_PATTERN, run("keys", "list", data=data).stdout)
    assert run("keys", "revoke", key["id"], data=data).returncode == 0
    (revoked,) = json.loads(run("keys", "list", "--json", data=data).stdout)
    assert revoked["revoked_at"] is not None
    again = run("keys", "revoke", key["id"], data=data)
    assert again.returncode == 1
    assert again.stderr == f"pivotal: vml has no active API key '{key['id']}'\n"


def test_a_key_alone_is_printed_alone(data: Path) -> None:
    made = run("keys", "create", "--name", "local-dev", data=data)
    assert parse(made.stdout.strip()) is not None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("keys", "create", "--name", ""), "name must contain at least 1 character"),
        (("keys", "create", "--name", "x", "--scope", "read:nothing"), "Invalid value. Expected"),
        (("keys", "create", "--name", "x", "--allow", "nowhere"), "'nowhere' is no IP address"),
        (("keys", "list", "--workspace", "other"), "There is no workspace 'other'"),
        (("login-link", "--email", "nobody@vml.example"), "nobody@vml.example is no active member of vml"),
        (
            ("workspace", "create", "--name", "VML", "--slug", "vml", "--owner-email", "a@b.example"),
            "--slug: ",
        ),
        (
            ("workspace", "create", "--name", "X Y", "--owner-email", "nonsense"),
            "--owner-email: Invalid email",
        ),
    ],
)
def test_faults_are_one_line_and_a_failing_exit(data: Path, arguments: tuple[str, ...], message: str) -> None:
    done = run(*arguments, data=data)
    assert done.returncode == 1
    assert done.stdout == ""
    assert message in done.stderr
    assert done.stderr.startswith("pivotal: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [("keys", "list", "--json"), ("login-link",), ("member", "list"), ("worker",)], ids=" ".join
)
def test_a_command_makes_no_workspace_where_none_is(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    folder = tmp_path / "data"
    done = run(*arguments, data=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"pivotal: there is no workspace in {folder} yet; `pivotal serve` makes the first\n"
    )
    assert not folder.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("sample", "create", "--owner-email", "nope"), "--owner-email: Invalid email"),
        (("sample", "create", "--clock", "tomorrow"), "no moment"),
        (("workspace", "create", "--name", "VML", "--owner-email", "nope"), "--owner-email: Invalid email"),
    ],
    ids=["owner", "clock", "workspace"],
)
def test_what_makes_a_database_makes_none_for_a_bad_option(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    folder = tmp_path / "data"
    done = run(*arguments, data=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr
    assert not folder.exists()


def test_a_command_leaves_an_old_schema_to_the_server(data: Path) -> None:
    with closing(sqlite3.connect(data / "pivotal.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
        database.commit()
    before = sorted(data.iterdir())
    done = run("keys", "list", data=data)
    assert (done.returncode, done.stdout) == (1, "")
    assert "has schema 0001, this program needs" in done.stderr
    assert "run `pivotal migrate`" in done.stderr
    assert sorted(data.iterdir()) == before


def test_a_lost_secret_key_is_told_and_not_made_anew(data: Path) -> None:
    key = data / "secret.key"
    key.rename(data / "kept")
    for command in ("login-link", "migrate"):
        done = run(command, data=data)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"pivotal: {key} is missing")
        assert not key.exists()


def test_what_is_made_is_printed_as_json_too(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    arguments = ("--name", "VML", "--owner-email", "dana@vml.example", "--json")
    made = json.loads(run("workspace", "create", *arguments, data=folder).stdout)
    assert (made["slug"], made["name"], made["owner_email"]) == ("vml", "VML", "dana@vml.example")
    assert re.fullmatch(SIGN_IN_LINK, made["sign_in_link"])
    link = json.loads(run("login-link", "--json", data=folder).stdout)
    assert (link["workspace"], link["email"]) == ("vml", "dana@vml.example")
    assert re.fullmatch(SIGN_IN_LINK, link["sign_in_link"])


def test_a_reader_that_goes_away_is_no_fault(data: Path) -> None:
    for arguments in (("workspace", "list"), ("workspace", "list", "--json")):
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run(
            [sys.executable, "-m", "pivotal_server", *arguments, "--data", str(data)],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
        os.close(writing)
        assert (done.returncode, done.stderr) == (1, "")


def test_login_links_lead_to_the_public_url(data: Path) -> None:
    link = run("login-link", data=data, PIVOTAL_PUBLIC_URL="https://pivotal.example").stdout
    assert re.fullmatch(r"https://pivotal\.example/login/confirm\?token=[0-9A-Za-z]{43}\n", link)


def test_members_are_added_once(data: Path) -> None:
    for _ in range(2):
        done = run("member", "add", "ben@vml.example", "--name", "Ben", "--role", "viewer", data=data)
        assert done.stdout == "Ben <ben@vml.example> is viewer of vml\n"
    members = json.loads(run("member", "list", "--json", data=data).stdout)
    assert [member["role"] for member in members] == ["owner", "viewer"]


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"PIVOTAL_PORT": "http"}, "PIVOTAL_PORT must be a port"),
        ({"PIVOTAL_PUBLIC_URL": "pivotal.example"}, "PIVOTAL_PUBLIC_URL must be http(s)://host"),
        ({"PIVOTAL_LOG_LEVEL": "loud"}, "PIVOTAL_LOG_LEVEL must be"),
        ({"PIVOTAL_TRUSTED_PROXIES": "nowhere"}, "PIVOTAL_TRUSTED_PROXIES"),
        ({"PIVOTAL_SECRET_KEY": "short"}, "PIVOTAL_SECRET_KEY"),
    ],
)
def test_a_bad_setting_is_one_line(tmp_path: Path, environ: dict[str, str], message: str) -> None:
    folder = tmp_path / "data"
    done = run("workspace", "list", data=folder, **environ)
    assert done.returncode == 1
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (folder / "pivotal.db").exists()


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("precious")
    done = run("migrate", data=file)
    assert done.returncode == 1
    assert done.stderr.startswith(f"pivotal: cannot use the data folder {file}: it is no folder")
    assert file.read_text() == "precious"


def test_the_openapi_document_is_written(tmp_path: Path) -> None:
    target = tmp_path / "openapi.json"
    done = subprocess.run(
        [sys.executable, "-m", "pivotal_server", "openapi", "write", str(target)],
        env={**os.environ, "PYTHONPATH": "src"},
        check=False,
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(target.read_text())["openapi"] == "3.1.0"


def test_the_sample_workspace_is_made_once_and_deleted(data: Path) -> None:
    made = run("sample", "create", "--clock", "2026-06-01T09:00:00Z", data=data)
    assert made.returncode == 0, made.stderr
    assert "Created sample at" in made.stdout
    assert "/login/confirm?token=" in made.stdout
    assert [row["slug"] for row in json.loads(run("workspace", "list", "--json", data=data).stdout)] == [
        "vml",
        "sample",
    ]
    team = json.loads(run("member", "list", "--workspace", "sample", "--json", data=data).stdout)
    assert [(row["email"], row["role"]) for row in team[:1]] == [("dana@vml.example", "owner")]
    assert len(team) == 6
    again = run("sample", "create", data=data)
    assert (again.returncode, "There is already sample at" in again.stdout) == (0, True)
    assert run("login-link", data=data).returncode == 0
    assert run("sample", "delete", data=data).stdout == "Deleted sample\n"
    refused = run("sample", "delete", data=data)
    assert (refused.returncode, refused.stderr) == (1, "pivotal: There is no sample workspace\n")
    early = run("sample", "create", "--clock", "tomorrow", data=data)
    assert (early.returncode, "no moment" in early.stderr) == (1, True)
