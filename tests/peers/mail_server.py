"""A mail server that fails in every way, and a reader of what it was given.

    mail_server.py serve FOLDER [--port N] [--starttls CERT KEY] [--login USER PASSWORD] [--lose SHARE] [--linger MS]
    mail_server.py read FOLDER

`serve` says the port on its first line. It keeps every mail that it takes as FOLDER/NUMBER.eml, and writes to FOLDER/log, a line of
JSON each, what happened: a mail was taken, its answer was sent, and the client said something after it, so that it has heard the
answer: where it did not, nobody but the client knows whether it has. How it fails is said by the recipient's name up to the first full stop:

    grey    451 at first, then taken          busy    421 at first, and the connection is closed; then taken
    nobody  550 5.1.1                         spam    550 5.7.1
    full    552 5.2.2 after the text          slow    no answer to RCPT
    cut     the connection is lost amid the text at first; then taken
    lost    taken, and the connection is lost before the answer, at first; then taken

`--lose 0.2` loses the answer to one mail of five, whoever it is for; `--linger 20` answers only after up to so many milliseconds.

`read` parses every mail with the standard library's parser of today's RFCs and prints what it found, defects included.
"""

import argparse
import asyncio
import email
import email.header
import email.policy
import json
import pathlib
import random
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

MOST = 32 * 1024 * 1024


class Server:
    def __init__(self, given):
        self.given = given
        self.folder = pathlib.Path(given.folder)
        self.folder.mkdir(exist_ok=True)
        self.log = open(self.folder / "log", "a", buffering=1)
        self.seen = set()
        for line in open(self.folder / "log"):
            event = json.loads(line)
            if event["what"] == "first":
                self.seen.add((event["kind"], event["to"]))
        self.number = len(list(self.folder.glob("*.eml")))

    def note(self, what, **more):
        self.log.write(json.dumps({"what": what, **more}, ensure_ascii=False) + "\n")

    def first(self, kind, to):
        if (kind, to) in self.seen:
            return False
        self.seen.add((kind, to))
        self.note("first", kind=kind, to=to)
        return True


def kind_of(address):
    return address.split("@")[0].split(".")[0]


class Session(SMTP):
    """One connection."""

    def __init__(self, place, *arguments, **named):
        self.place = place
        self.answered = None
        super().__init__(place, *arguments, **named)

    def heard(self):
        if self.answered is not None:
            self.place.note("heard", id=self.answered, number=self.number)
            self.answered = None

    async def smtp_NOOP(self, arg):
        self.heard()
        await super().smtp_NOOP(arg)

    async def smtp_RSET(self, arg):
        self.heard()
        await super().smtp_RSET(arg)

    async def smtp_QUIT(self, arg):
        self.heard()
        await super().smtp_QUIT(arg)

    async def smtp_MAIL(self, arg):
        self.heard()
        await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg):
        to = (arg or "").split("<")[-1].split(">")[0]
        kind = kind_of(to)
        if kind == "slow":
            await asyncio.sleep(3600)
        if kind == "grey" and self.place.first(kind, to):
            return await self.push(f"451 4.7.1 <{to}> try again later")
        if kind == "busy" and self.place.first(kind, to):
            await self.push("421 4.3.2 closing")
            self.transport.close()
            return
        if kind == "nobody":
            return await self.push(f"550 5.1.1 <{to}>: no such user here")
        if kind == "spam":
            return await self.push(f"550 5.7.1 <{to}>: refused by policy")
        await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg):
        to = self.envelope.rcpt_tos[0] if self.envelope.rcpt_tos else ""
        if kind_of(to) == "cut" and self.place.first("cut", to):
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class Handler(Server):
    async def handle_DATA(self, server, session, envelope):
        to, text = envelope.rcpt_tos[0], envelope.original_content
        if kind_of(to) == "full":
            return "552 5.2.2 mailbox full"
        message = email.message_from_bytes(text, policy=email.policy.default)
        id = str(message["Message-ID"])
        self.number += 1
        server.number = self.number
        (self.folder / f"{self.number}.eml").write_bytes(text)
        self.note("taken", id=id, to=to, number=self.number)
        if self.given.linger:
            await asyncio.sleep(random.random() * self.given.linger / 1000)
        by_chance = random.random() < self.given.lose
        if by_chance or (kind_of(to) == "lost" and self.first("lost", to)):
            server.transport.abort()
            return "250 unheard"
        server.answered = id
        self.note("answered", id=id, number=self.number)
        return "250 2.0.0 taken"


def login(user, password):
    def check(server, session, envelope, mechanism, data):
        fits = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode()) == (user, password)
        return AuthResult(success=fits, handled=False)

    return check


async def serve(given):
    place = Handler(given)
    named = {"enable_SMTPUTF8": True, "data_size_limit": MOST, "hostname": "localhost"}
    if given.starttls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*given.starttls)
        named |= {"tls_context": context, "require_starttls": True}
    if given.login:
        named |= {"authenticator": login(*given.login), "auth_required": True, "auth_require_tls": bool(given.starttls)}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Session(place, **named), "127.0.0.1", given.port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def decoded(value):
    """A header as people read it. The parser of Python 3.11 keeps the blank between two encoded words of a name, which RFC 2047 (6.2)
    takes away; the older function does not."""
    return str(email.header.make_header(email.header.decode_header(value)))


def read(folder):
    found = []
    for path in sorted(pathlib.Path(folder).glob("*.eml"), key=lambda path: int(path.stem)):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        parts = list(message.walk())
        defects = [repr(defect) for part in parts for defect in part.defects]
        defects += [repr(defect) for part in parts for header in part.values() for defect in header.defects]
        bodies = {part.get_content_type(): part.get_content() for part in parts if not part.is_multipart()}
        found.append({
            "number": int(path.stem),
            "headers": [[name, decoded(value)] for name, value in email.message_from_bytes(path.read_bytes()).items()],
            "type": message.get_content_type(),
            "parts": [part.get_content_type() for part in parts],
            "defects": defects,
            "longest": max(map(len, path.read_bytes().split(b"\r\n"))),
            "bare": path.read_bytes().replace(b"\r\n", b"").count(b"\n") + path.read_bytes().replace(b"\r\n", b"").count(b"\r"),
            **bodies,
        })
    json.dump(found, sys.stdout, ensure_ascii=False)


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve")
    serving.add_argument("folder")
    serving.add_argument("--port", type=int, default=0)
    serving.add_argument("--starttls", nargs=2)
    serving.add_argument("--login", nargs=2)
    serving.add_argument("--lose", type=float, default=0)
    serving.add_argument("--linger", type=float, default=0)
    reading = commands.add_parser("read")
    reading.add_argument("folder")
    given = parser.parse_args()
    if given.command == "read":
        return read(given.folder)
    asyncio.run(serve(given))


main()
