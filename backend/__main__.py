"""The commands: `./run` serves, `./run COMMAND` does one thing and ends."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.orm import Session

from . import (
    addresses,
    areas,
    audit,
    bounces,
    database,
    demo,
    erasure,
    files,
    keys,
    languages,
    mail_addresses,
    migrations,
    people,
    proofs,
    roles,
    settings,
    sign_in,
    slips,
    supervisor,
    tally_command,
    vapid,
)
from .audit import Broken, Head
from .errors import Refusal
from .people import Level, Role
from .settings import Settings, WrongSetting
from .tally import Rule
from .tally_command import NotCounted
from .wording import say

Commands = argparse._SubParsersAction  # the type has no public name
Act = Callable[[Settings, argparse.Namespace], None]


def main(words: list[str] | None = None) -> int:
    options = _parser().parse_args(words)
    if options.data:
        os.environ["DATA_DIR"] = str(Path(options.data).resolve())
    if options.port:
        os.environ["PORT"] = str(options.port)
    try:
        found = settings.from_environment()
        found.data.mkdir(parents=True, exist_ok=True)
        options.act(found, options)
    except (WrongSetting, Refusal, NotCounted) as refusal:
        print(refusal, file=sys.stderr)
        return 2
    return 0


@contextmanager
def _rows(found: Settings) -> Iterator[Session]:
    """A session on a database that has today's tables, in the one transaction of the command."""
    engine = database.connect(found.database_url)
    migrations.upgrade(engine)
    with database.sessions(engine)() as session, database.transaction(session):
        yield session
    engine.dispose()


def serve(found: Settings, options: argparse.Namespace) -> None:
    with _rows(found) as session:
        if not options.empty and not areas.count(session):
            demo.load(session, at=database.now())
        greetings = demo.greetings(session, found, at=database.now())
    print(f"Innovationsforum: {found.public_url}", *greetings, sep="\n", flush=True)
    supervisor.serve(found)


def migrate(found: Settings, options: argparse.Namespace) -> None:
    with _rows(found):
        print("The database has today's tables.")


def load_demo(found: Settings, options: argparse.Namespace) -> None:
    if options.remove:
        with _rows(found) as session:
            keys = demo.remove(session)
        for key in keys:
            files.store(found.files_url).remove(key)
        print("The example is gone.")
        return
    with _rows(found) as session:
        demo.load(session, at=database.now())
        print(*demo.greetings(session, found, at=database.now()), sep="\n")


def work(found: Settings, options: argparse.Namespace) -> None:
    from . import worker  # what sends is heavy to import, and other commands do without

    worker.work(found)


def show_keys(found: Settings, options: argparse.Namespace) -> None:
    print(vapid.public_key(found))


def make_slips(found: Settings, options: argparse.Namespace) -> None:
    with _rows(found) as session:
        area = areas.by_slug(session, options.area)
        key = keys.key(found.data, "slips")
        batch, numbers = slips.make_batch(session, key, area, options.count, at=database.now())
    print(f"Batch {batch.id}, {area.name}: {len(numbers)} slips, good for {slips.DAYS} days.", *numbers, sep="\n")


def add_person(found: Settings, options: argparse.Namespace) -> None:
    with _rows(found) as session:
        at = database.now()
        area = areas.by_slug(session, options.area) if options.area else None
        level = Level.RESIDENT if options.role == "resident" else Level.NEIGHBOUR
        mail = mail_addresses.clean(options.mail) if options.mail else ""
        person = people.add(
            session, name=options.name, language=options.language, level=level, at=at, area_id=area.id if area else None
        )
        if options.role != "resident":
            role = Role(options.role)
            people.give_role(session, person, role, area_id=area.id if area else None, at=at)
            audit.note(
                session, "role.given", at=at, by=None, area_id=area.id if area else None, noun_id=person.id, role=role
            )
        if mail:
            mail_addresses.confirm(session, person, mail, at=at)
        word = sign_in.address_for(session, person, at=at)
    print(addresses.absolute(found.public_url, addresses.sign_in(options.language, word)))


def list_people(found: Settings, options: argparse.Namespace) -> None:
    """Those with a role, a line for each role: number, name, role, area."""
    with _rows(found) as session:
        where = {None: "everywhere"} | {area.id: area.slug for area in areas.every(session)}
        held = roles.of_areas(session, None)
        lines = [f"{person.id}: {person.name or '-'}, {given.role}, {where[given.area_id]}" for given, person in held]
    print(*lines, sep="\n", end="\n" if lines else "")


def forget_passkeys(found: Settings, options: argparse.Namespace) -> None:
    with _rows(found) as session:
        person = people.one_called(session, options.name)
        proofs.forget_all(session, person, at=database.now())
        word = sign_in.address_for(session, person, at=database.now())
    print(addresses.absolute(found.public_url, addresses.sign_in(person.language, word)))


def replay_erasures(found: Settings, options: argparse.Namespace) -> None:
    """After a backup was put back, before the server starts."""
    with _rows(found) as session:
        store, at = files.store(found.files_url), database.now()
        erased = erasure.replay(session, found.data, store, at=at)
        voided = erasure.end_what_is_open(session, at=at)
    print(f"Erased again: {erased}. All sign-ins have ended. Slips that are void now: {voided}.")


def take_bounce(found: Settings, options: argparse.Namespace) -> None:
    """Reads a report on standard input; ends well whatever it holds, since a mail server would send it back again."""
    raw = sys.stdin.buffer.read(bounces.MOST_BYTES)
    while sys.stdin.buffer.read(65_536):  # the rest is heard out, so that whoever writes it is not cut off
        pass
    with _rows(found) as session:
        is_taken = bounces.take(session, raw, at=database.now())
    print("An address gets no more mail." if is_taken else "This report changes nothing.")


def verify_audit(found: Settings, options: argparse.Namespace) -> None:
    """Says how many acts the chain holds and where it ends; ends with 2 where it is broken."""
    try:
        kept = Head.read(options.head) if options.head else None
    except ValueError as error:
        raise Refusal(say("--head is not what this command printed before.")) from error
    with _rows(found) as session:
        try:
            count = audit.verify(session, kept)
        except Broken as broken:
            raise Refusal(say("The audit log does not hold: %(how)s.", how=str(broken))) from broken
        end = audit.head(session)
    print(f"{count} acts, each sealed with the one before it. Keep this, away from this machine:", end, sep="\n")


def change_areas(found: Settings, options: argparse.Namespace) -> None:
    with _rows(found) as session:
        if options.what == "add":
            areas.add(
                session, name=options.name, slug=options.slug, district=options.district, line=options.line,
                mark=options.mark, meeting_place=options.meeting_place, time_zone=options.time_zone, at=database.now(),
            )  # fmt: skip
        elif options.what == "rename":
            areas.rename(session, areas.by_slug(session, options.slug), options.name, language=options.language)
        elif options.what == "order":
            areas.order(session, options.slugs)
        every = areas.every(session)
    print(*(f"{area.slug}: {area.name}" for area in every), sep="\n")


def tally(found: Settings, options: argparse.Namespace) -> None:
    print(tally_command.answer(options.file, Rule(options.rule), lot=options.lot, as_json=options.json))


def bench(found: Settings, options: argparse.Namespace) -> None:
    """Measures in a folder of its own. Raises Refusal when a limit does not hold."""
    from benchmarks import report  # heavy, and a server needs none of it

    if not report.run(options.what, at_most=options.at_most, keep=options.json):
        raise Refusal(say("A limit does not hold."))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run", description="Serves Innovationsforum, or carries out one command.", allow_abbrev=False
    )
    _common(parser)
    parser.add_argument("--empty", action="store_true", help="start without the example")
    parser.set_defaults(act=serve)
    commands = parser.add_subparsers(metavar="COMMAND")
    _command(commands, "migrate", migrate, "bring the database to today's tables")
    _command(commands, "work", work, "run a worker: notices, reminders, counting")
    _command(commands, "keys", show_keys, "print the public key for push notices")
    example = _command(commands, "demo", load_demo, "load the example")
    example.add_argument("--remove", action="store_true", help="take the example away before going live")
    handed_out = _command(commands, "slips", make_slips, "make slips that let residents vote")
    handed_out.add_argument("area", metavar="AREA")
    handed_out.add_argument("--count", type=int, required=True)
    _command(commands, "bounce", take_bounce, "read a report of mail that came back, on standard input")
    tally_command.arguments(_command(commands, "tally", tally, "count a Pabulib file, and tell each step"))
    measured = _command(commands, "bench", bench, "measure how fast it is, against limits")
    measured.add_argument("what", choices=["similar"])
    measured.add_argument("--json", type=Path, metavar="FILE", help="write the figures down")
    measured.add_argument("--at-most", action="store_true", help="at the largest size too, which takes minutes")
    _person_command(commands)
    _area_command(commands)
    _audit_command(commands)
    erasures = commands.add_parser("erasures", help="after a backup was put back").add_subparsers(
        metavar="replay", required=True
    )
    _command(erasures, "replay", replay_erasures, "erase once more whoever had left, end sign-ins, void slips")
    return parser


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=argparse.SUPPRESS, help="default 8000")
    parser.add_argument("--data", default=argparse.SUPPRESS, help="the folder for database, files and keys")
    parser.set_defaults(port=None, data=None)


def _command(
    commands: Commands[argparse.ArgumentParser], name: str, act: Act, explained: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=explained, description=explained.capitalize() + ".")
    command.add_argument("--data", default=argparse.SUPPRESS, help="the folder for database, files and keys")
    command.set_defaults(act=act)
    return command


def _person_command(commands: Commands[argparse.ArgumentParser]) -> None:
    person = commands.add_parser("person", help="add somebody, or let them begin anew").add_subparsers(
        metavar="add | list | forget-passkeys", required=True
    )
    add = _command(person, "add", add_person, "add somebody and print a one-time sign-in address")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--role", choices=["resident", *Role], required=True)
    add.add_argument("--area", metavar="SLUG", default="")
    add.add_argument("--language", metavar="TAG", choices=list(languages.BY_TAG), default=languages.FIRST.tag)
    add.add_argument("--mail", metavar="ADDRESS", default="", help="their e-mail address, by which they sign in too")
    _command(person, "list", list_people, "list those who have a role")
    forget = _command(
        person, "forget-passkeys", forget_passkeys,
        "take somebody's passkeys and app away, end their sign-ins, and print a new one-time address",
    )  # fmt: skip
    forget.add_argument("name", metavar="NAME", help="their name, or their number where several are called so")


def _area_command(commands: Commands[argparse.ArgumentParser]) -> None:
    area = commands.add_parser("area", help="add, rename, order or list areas").add_subparsers(
        dest="what", required=True
    )
    add = _command(area, "add", change_areas, "add an area")
    add.add_argument("name", metavar="NAME")
    for option in ("slug", "district", "line", "mark", "meeting-place"):
        add.add_argument(f"--{option}", default="")
    add.add_argument("--time-zone", default="Europe/Stockholm")
    rename = _command(area, "rename", change_areas, "give an area another name")
    rename.add_argument("slug", metavar="SLUG")
    rename.add_argument("name", metavar="NAME")
    rename.add_argument("--language", metavar="TAG", choices=list(languages.BY_TAG), default="", help="only in it")
    order = _command(area, "order", change_areas, "say in which order areas are listed")
    order.add_argument("slugs", metavar="SLUG", nargs="+")
    _command(area, "list", change_areas, "list the areas")


def _audit_command(commands: Commands[argparse.ArgumentParser]) -> None:
    log = commands.add_parser("audit", help="check the audit log").add_subparsers(metavar="verify", required=True)
    verify = _command(log, "verify", verify_audit, "check that no act was changed, taken out or put in")
    verify.add_argument("--head", default="", metavar="POSITION:SEAL", help="what this command printed earlier")


if __name__ == "__main__":
    sys.exit(main())
