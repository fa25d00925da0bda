"""House rules that neither a type nor a linter knows: each with what it refuses and what it lets pass."""

from __future__ import annotations

import io
import re
import tokenize
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

import taskyard

SOURCE = Path(taskyard.__file__).parent
BANNED_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "service", "services", "common", "misc"}


@dataclass(frozen=True)
class Rule:
    """One thing code here does not do: the pattern, where it is allowed all the same, and examples of both."""

    name: str
    why: str
    pattern: str
    bad: tuple[str, ...]
    good: tuple[str, ...]
    allowed_in: tuple[str, ...] = ()
    only_in: tuple[str, ...] = ("",)

    def breaks(self, code: str) -> list[int]:
        """Return the lines that break it; words in comments and in texts do not."""
        return [n for n, line in enumerate(bare(code).splitlines(), 1) if re.search(self.pattern, line)]


RULES = [
    Rule(
        "no-commit",
        "Transactions end at the edge: one request, one transaction.",
        r"\bsession\.(commit|rollback)\(|\bsession\.begin\(",
        bad=("await session.commit()", "    await session.rollback()", "async with session.begin():"),
        good=("await session.flush()", "await database.commit(session)", "# session.commit() is the edge's"),
        allowed_in=("kit/db/engine.py",),
    ),
    Rule(
        "no-outgoing-request",
        "What leaves the server goes through one egress client; only the command and its client talk HTTP.",
        r"^\s*(import|from)\s+(httpx|requests|aiohttp|urllib3|urllib\.request|http\.client|ftplib|smtplib)\b",
        bad=(
            "import httpx",
            "from urllib.request import urlopen",
            "    import requests",
            "from http.client import HTTP",
        ),
        good=("from urllib.parse import urlsplit", "from starlette.requests import Request", "http = 1"),
        allowed_in=("cli/", "client/", "client.py", "gateways/outgoing.py"),
    ),
    Rule(
        "nothing-is-executed",
        "Nothing a user writes is ever run: no expressions, no code, no pickles.",
        r"(?<![\w.])(eval|exec|compile|__import__)\(|^\s*(import|from)\s+(pickle|cPickle|marshal|shelve|dill|jinja2)\b",
        bad=("eval(said)", "x = exec(code)", "import pickle", "from marshal import loads", "__import__(name)"),
        good=("re.compile(pattern)", "connection.exec_driver_sql(script)", "model.eval()", 'says = "eval(x)"'),
    ),
    Rule(
        "yaml-is-data",
        "The safe loader makes values and nothing else.",
        r"\byaml\.(load|load_all|unsafe_load|full_load|Loader|FullLoader|UnsafeLoader)\b",
        bad=("yaml.load(text)", "yaml.unsafe_load(text)", "Loader=yaml.FullLoader"),
        good=("yaml.safe_load(text)", "class Reader(yaml.SafeLoader):", "yaml.compose(text)"),
    ),
    Rule(
        "no-user-text-is-a-path",
        "A route opens no file: bytes go through the file store, by hash.",
        r"(?<![\w.])open\(|\.(open|read_bytes|write_bytes|read_text|write_text|unlink)\(|\bPath\(",
        bad=("with open(name) as file:", "Path(folder) / name", "path.read_bytes()"),
        good=("reopen(session)", "await unit.session()", "desk.objects.stream(file)"),
        only_in=("web/", "routes.py", "schemas.py", "views/"),
    ),
    Rule(
        "programs-are-started-by-gateways",
        "A shell is never asked, and programs are started where that is the job.",
        r"\bos\.(system|popen|exec\w+|spawn\w+)\(|\bshell=True|\bsubprocess\.|create_subprocess_",
        bad=("os.system(line)", "subprocess.run(x)", "run(x, shell=True)", "await asyncio.create_subprocess_exec(x)"),
        good=("os.getpid()", "self.spawn(x)"),
        allowed_in=("gateways/", "cli/"),
    ),
    Rule(
        "time-is-the-databases",
        "Leases, expiry and order go by one clock, and no server's: clocks differ.",
        r"\bdatetime\.(now|utcnow|today)\(|\btime\.time\(|\bdate\.today\(",
        bad=("datetime.now(UTC)", "time.time()", "date.today()"),
        good=("func.now()", "time.monotonic()", "await clock.now(session)"),
        only_in=("domain/", "views/", "ledger/", "web/", "worker.py"),
    ),
]


@cache
def bare(code: str) -> str:
    """Return code with its comments and the insides of its texts taken out, every line where it was."""
    lines = [list(line) for line in code.splitlines()]
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type in {tokenize.COMMENT, tokenize.STRING}:
            (first, start), (last, end) = token.start, token.end
            for number in range(first, last + 1):
                row = lines[number - 1]
                for at in range(start if number == first else 0, end if number == last else len(row)):
                    row[at] = " "
    return "\n".join("".join(line) for line in lines)


def modules(rule: Rule) -> list[Path]:
    return [
        path
        for path in sorted(SOURCE.rglob("*.py"))
        for place in [path.relative_to(SOURCE).as_posix()]
        if not place.startswith(rule.allowed_in or ("//",)) and any(part in place for part in rule.only_in)
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_code_keeps_the_rule(rule: Rule) -> None:
    looked_at = modules(rule)
    assert len(looked_at) > 10
    broken = [f"{path}:{line}" for path in looked_at for line in rule.breaks(path.read_text("utf-8"))]
    assert broken == [], rule.why


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_rule_finds_what_it_is_for_and_nothing_else(rule: Rule) -> None:
    for line in rule.bad:
        code = line + "\n" + ("    pass\n" if line.endswith(":") else "")
        assert rule.breaks(code) == [1], line
    for line in rule.good:
        assert rule.breaks(line + ("\n    pass\n" if line.endswith(":") else "\n")) == [], line


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.allowed_in], ids=lambda rule: rule.name)
def test_an_exception_is_there_for_code_that_is_there(rule: Rule) -> None:
    excepted = [
        path
        for path in SOURCE.rglob("*.py")
        if path.relative_to(SOURCE).as_posix().startswith(rule.allowed_in) and rule.breaks(path.read_text("utf-8"))
    ]
    assert excepted, "nothing needs this exception any more"


def test_no_module_has_a_name_that_can_hold_anything() -> None:
    names = {part for path in SOURCE.rglob("*.py") for part in path.relative_to(SOURCE).with_suffix("").parts}
    words = {word for name in names for word in name.split("_")}
    assert words & BANNED_NAMES == set()
    assert {"routes", "actions", "store"} <= words


def test_every_house_has_a_door_and_every_module_says_what_it_is_for() -> None:
    for house in (SOURCE / "domain").iterdir():
        if house.is_dir() and house.name != "__pycache__":
            assert (house / "__init__.py").is_file(), house
    silent = [path for path in SOURCE.rglob("*.py") if not path.read_text("utf-8").lstrip().startswith('"""')]
    assert silent == []
