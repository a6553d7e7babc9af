"""Residents vote again and again while processes are killed: whatever was acknowledged is counted, and counts once."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from backend import database, keys, migrations, openings, sign_in, votes
from backend.areas import Area
from backend.people import Level, Person
from backend.published import RECOUNT
from backend.sign_in import How
from backend.votes import Ballot, Choice, Round
from tests.faults.test_killed_processes import ROOT, answers, children, wait_until
from tests.makers import an_open_round, karin, seved

PROCESSES = 2  # that post
POSTS_EACH = 10  # of every resident
REPEATED = 3  # of these: the same once more, as when a phone lost the answer


@dataclass
class Run:
    """One trial: how much, and what came of it."""

    seed: int
    residents: int
    kills: int
    acknowledged: int = 0
    stored: int = 0
    lost: int = 0
    doubled: int = 0
    killed: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return (
            f"seed {self.seed}, kills {sum(self.killed.values())} {dict(self.killed)}, posts acknowledged "
            f"{self.acknowledged} of {self.residents} residents, ballots stored {self.stored}, lost {self.lost}, "
            f"doubled {self.doubled}"
        )


@dataclass
class Forum:
    url: str
    folder: Path
    port: int
    pid: int = 0


@contextmanager
def service(url: str, folder: Path) -> Iterator[Forum]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        forum = Forum(url, folder, probe.getsockname()[1])
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SWEEP_SECONDS": "0.5", "LIMITS_TIMES": "1000000",
        "WEB_PROCESSES": "2", "DATABASE_URL": url, "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    command = [
        sys.executable, "-m", "backend", "--port", str(forum.port), "--data", str(folder / "data"), "--empty",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
        try:
            wait_until(lambda: answers(forum.port), 60)
            forum.pid = process.pid
            yield forum
        finally:
            process.terminate()
            process.wait(30)


@pytest.mark.thorough
def test_votes_survive_a_few_kills(empty_database_url: str, tmp_path: Path) -> None:
    survive(empty_database_url, tmp_path, Run(seed=4, residents=20, kills=3))


@pytest.mark.long
def test_twenty_thousand_votes_survive_twenty_kills(empty_database_url: str, tmp_path: Path) -> None:
    seed = int(os.environ.get("VOTES_SEED", time.time_ns() % 1_000_000))
    survive(empty_database_url, tmp_path, Run(seed=seed, residents=2000, kills=20))


def survive(url: str, folder: Path, run: Run) -> None:
    chance = random.Random(run.seed)
    engine = database.connect(url)
    migrations.upgrade(engine)
    round_id, plans = prepare(engine, folder, run, chance)
    with service(url, folder) as forum:
        acknowledged = vote_and_kill(forum, plans, run, chance)
        compare(engine, round_id, acknowledged, run)
        print(run)
        assert (run.lost, run.doubled) == (0, 0), run
        assert run.acknowledged == run.residents * POSTS_EACH
        close_and_recount(forum, engine, round_id, acknowledged)
    engine.dispose()


def prepare(engine: Engine, folder: Path, run: Run, chance: random.Random) -> tuple[int, list[dict[str, Any]]]:
    """A round with its residents, all signed in; (its number, a plan for each process that posts)."""
    at = database.now()
    key = keys.key(folder / "data", "forms")
    with database.sessions(engine)() as session, database.transaction(session):
        area = seved(session)
        round_ = an_open_round(session, area, at=at - timedelta(days=1))
        offered = session.scalars(select(Choice.prototype_id).where(Choice.round_id == round_.id)).all()
        own = {"language": "sv", "level": Level.RESIDENT, "area_id": area.id, "created_at": at}
        session.execute(insert(Person), [{**own, "pseudonym": f"{number:032x}"} for number in range(run.residents)])
        found = session.scalars(select(Person).where(Person.level == Level.RESIDENT).order_by(Person.id)).all()
        residents = []
        for person in found:
            word = sign_in.begin(session, person, how=How.SLIP, at=at)
            token = keys.keyed_mark(key, f"csrf {keys.mark(word)}")
            posts = posts_of(chance, list(offered))
            residents.append({"number": person.id, "cookie": word, "token": token, "posts": posts})
        return round_.id, [
            {"address": f"/sv/{area.slug}/votes/{round_.id}", "residents": residents[turn::PROCESSES]}
            for turn in range(PROCESSES)
        ]


def posts_of(chance: random.Random, offered: list[int]) -> list[dict[str, Any]]:
    """What one resident posts, in order; a repeat has the same ticks and the same nonce."""
    posts: list[dict[str, Any]] = []
    repeated = set(chance.sample(range(1, POSTS_EACH), REPEATED))
    for turn in range(POSTS_EACH):
        ticked = sorted(chance.sample(offered, chance.randint(1, len(offered))))
        new = {"choices": ticked, "nonce": f"{chance.getrandbits(128):032x}"}
        posts.append(posts[-1] if turn in repeated else new)
    return posts


def vote_and_kill(
    forum: Forum, plans: list[dict[str, Any]], run: Run, chance: random.Random
) -> dict[int, dict[str, Any]]:
    """{resident: their last acknowledged post}."""
    outs, voters = [], []
    for number, plan in enumerate(plans):
        path, out = forum.folder / f"plan{number}.json", forum.folder / f"out{number}"
        path.write_text(json.dumps({**plan, "port": forum.port}))
        outs.append(out)
        command = [sys.executable, "-m", "tests.faults.voters", str(path), str(out)]
        voters.append(subprocess.Popen(command, cwd=ROOT))
    every = run.residents * POSTS_EACH
    for kill in range(run.kills):
        due = every * (kill + 1) // (run.kills + 2)
        wait_until(lambda due=due: lines(outs) >= due, 300)
        kill_one(forum, run, chance)
    for voter in voters:
        assert voter.wait(900) == 0, (forum.folder / "log").read_text()[-2000:]
    acknowledged = {}
    for out in outs:
        for line in out.read_text().splitlines():
            post = json.loads(line)
            acknowledged[post["resident"]] = post
            run.acknowledged += 1
    return acknowledged


def lines(outs: list[Path]) -> int:
    return sum(out.read_bytes().count(b"\n") for out in outs if out.exists())


def kill_one(forum: Forum, run: Run, chance: random.Random) -> None:
    """A web worker mostly; now and then all of the web, or the worker that counts."""
    wait_until(lambda: bool(children(forum.pid, "granian")) and bool(children(forum.pid, "work")), 60)
    [master] = children(forum.pid, "granian")[:1]
    wait_until(lambda: bool(children(master, "")), 60)
    what = chance.choices(("web worker", "web", "worker"), (8, 1, 1))[0]
    victims = {
        "web worker": children(master, "granian") or children(master, "spawn") or children(master, ""),
        "web": [master], "worker": children(forum.pid, "work"),
    }  # fmt: skip
    if victims[what]:
        os.kill(chance.choice(victims[what]), signal.SIGKILL)
        run.killed[what] += 1


def compare(engine: Engine, round_id: int, acknowledged: dict[int, dict[str, Any]], run: Run) -> None:
    """Every resident has one ballot, and it is their last acknowledged one."""
    with database.sessions(engine)() as session:
        round_ = session.get_one(Round, round_id)
        rows = session.execute(select(Ballot.voter_mark, Ballot.choices, Ballot.client_nonce)).all()
        kept = {row.voter_mark: (row.choices, row.client_nonce) for row in rows}
        run.stored = len(rows)
        run.doubled = len(rows) - len(kept)
        for number, post in acknowledged.items():
            mark = votes.voter_mark(round_.secret or b"", session.get_one(Person, number))
            said = (",".join(map(str, post["choices"])), post["nonce"])
            run.lost += kept.pop(mark, None) != said
        run.doubled += len(kept)


def close_and_recount(forum: Forum, engine: Engine, round_id: int, acknowledged: dict[int, dict[str, Any]]) -> None:
    """The service counts; anybody's recount is the same, and a forged file is found."""
    with database.sessions(engine)() as session, database.transaction(session):
        round_ = session.get_one(Round, round_id)
        somebody = karin(session, session.get_one(Area, round_.area_id))
        openings.close(session, round_, by=somebody, at=database.now())
    base = f"http://127.0.0.1:{forum.port}/sv/seved/votes"
    address = f"{base}/{round_id}/round-{round_id}.json"
    wait_until(lambda: fetched(address) is not None, 60)
    document = json.loads(fetched(address) or b"")
    program = fetched(f"{base}/recount.py")
    assert program == RECOUNT.read_bytes()
    (forum.folder / "recount.py").write_bytes(program)

    assert len(document["ballots"]) == len(acknowledged)
    ticks = Counter(choice for post in acknowledged.values() for choice in post["choices"])
    assert Counter(choice for ballot in document["ballots"] for choice in ballot["choices"]) == ticks
    assert document["result"][0] in {choice for choice in ticks if ticks[choice] == max(ticks.values())}
    assert recount(forum.folder, document) == 0
    for forged in forgeries(document):
        assert recount(forum.folder, forged) == 1


def forgeries(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The file with one ballot changed, changed together with its code, dropped, added, and one twice."""
    ballots = document["ballots"]
    first = ballots[0]
    other = next(one["id"] for one in document["projects"] if [one["id"]] != first["choices"])
    changed = {**first, "choices": [other]}
    line = f"v1|{first['client_nonce']}|{first['server_nonce']}|{document['round']}|{other}"
    sealed = {**changed, "code": hashlib.sha256(line.encode()).hexdigest()}
    added = {**sealed, "server_nonce": "0" * 32, "client_nonce": ""}
    added["code"] = hashlib.sha256(f"v1||{'0' * 32}|{document['round']}|{other}".encode()).hexdigest()
    for forged in ([changed, *ballots[1:]], [sealed, *ballots[1:]], ballots[1:], [*ballots, added], [*ballots, first]):
        yield {**document, "ballots": forged}


def recount(folder: Path, document: dict[str, Any]) -> int:
    (folder / "round.json").write_text(json.dumps(document))
    command = [sys.executable, "-I", "recount.py", "round.json"]
    return subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, timeout=60, check=False).returncode


def fetched(address: str) -> bytes | None:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            found: bytes = answer.read()
            return found
    except OSError:
        return None
