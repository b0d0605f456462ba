"""A mail server of the test's own: the few commands of RFC 9051 that a reader needs, over real TLS, each of them logged."""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import re
import socketserver
import ssl
import threading
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sources.doors.imap import Account

USER, PASSWORD = "desk@brief.example", 'se"cret\\'


class MailServer:
    """Messages by number. ``drop_after`` ends the connection at the so-manyth FETCH; ``commands`` is what was asked."""

    def __init__(self):
        self.messages: dict[int, bytes] = {}
        self.uid_validity = 1
        self.drop_after: int | None = None
        self.says_uidnext = True
        self.facts_come_last = False
        self.stated_sizes: dict[int, int] = {}
        self.commands: list[str] = []
        self.address = ("", 0)
        self.user, self.password = USER, PASSWORD

    def add(self, *messages: bytes) -> None:
        for message in messages:
            self.messages[max(self.messages, default=0) + 1] = message

    def account(self, **changes):
        context = ssl.create_default_context(cadata=certificate()[0].decode())
        fields = {"host": self.address[0], "port": self.address[1], "user": self.user, "password": self.password}
        return Account(**{**fields, "server_name": "mx.brief.example", "context": context, **changes})


@contextmanager
def serving():
    state = MailServer()

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

        def handle_error(self, request, client_address):
            pass  # a client that refuses our certificate hangs up

        def get_request(self):
            raw, address = super().get_request()
            return context.wrap_socket(raw, server_side=True, do_handshake_on_connect=False), address

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        chain = Path(folder) / "chain.pem"
        chain.write_bytes(b"".join(certificate()))
        context.load_cert_chain(chain)
    with Server(("127.0.0.1", 0), lambda *arguments: _Dialogue(state, *arguments)) as server:
        state.address = server.server_address
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


class _Dialogue(socketserver.StreamRequestHandler):
    def __init__(self, state, *arguments):
        self.state = state
        self.fetches = 0
        super().__init__(*arguments)

    def handle(self) -> None:
        with suppress(OSError, EOFError):
            self.say(b"* OK ready")
            while line := self.rfile.readline(100_000):
                tag, _, command = line.rstrip(b"\r\n").partition(b" ")
                self.state.commands.append(re.sub(r"^(LOGIN \S+).*", r"\1", command.decode("latin-1")))
                if self.answer(tag, command):
                    return

    def say(self, *lines: bytes) -> None:
        self.wfile.write(b"".join(line + b"\r\n" for line in lines))

    def answer(self, tag: bytes, command: bytes) -> bool:
        name = command.split(b" ")[0].upper()
        act = getattr(self, f"do_{name.decode('latin-1').lower()}", None)
        if act is None:
            self.say(tag + b" BAD unknown")
            return False
        return bool(act(tag, command))

    def do_capability(self, tag: bytes, _: bytes) -> None:
        self.say(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN", tag + b" OK done")

    def do_login(self, tag, command):
        user, password = re.fullmatch(rb'LOGIN (\S+) "(.*)"', command).groups()
        given = (user.decode(), re.sub(rb"\\(.)", rb"\1", password).decode())
        is_right = given == (self.state.user, self.state.password)
        self.say(tag + (b" OK in" if is_right else b" NO wrong password for " + command))

    def do_authenticate(self, tag, _):
        self.say(b"+ ")
        _, user, password = base64.b64decode(self.rfile.readline()).decode().split("\0")
        is_right = (user, password) == (self.state.user, self.state.password)
        self.say(tag + (b" OK in" if is_right else b" NO no"))

    def do_examine(self, tag: bytes, command: bytes) -> None:
        if b'"INBOX"' not in command:
            self.say(tag + b" NO no such folder")
            return
        following = max(self.state.messages, default=0) + 1
        self.say(b"* %d EXISTS" % len(self.state.messages), b"* OK [UIDVALIDITY %d] x" % self.state.uid_validity)
        if self.state.says_uidnext:
            self.say(b"* OK [UIDNEXT %d] x" % following)
        self.say(tag + b" OK [READ-ONLY] done")

    def do_uid(self, tag, command):
        if found := re.fullmatch(rb"UID SEARCH UID (\d+):(\d+|\*)", command):
            self.search(tag, int(found[1]), found[2])
            return False
        found = re.fullmatch(rb"UID FETCH ([\d,]+) \((.*)\)", command)
        self.fetches += 1
        if self.state.drop_after is not None and self.fetches > self.state.drop_after:
            return True
        for number in map(int, found[1].split(b",")):
            if number in self.state.messages:
                self.fetch(number, found[2])
        self.say(tag + b" OK done")
        return False

    def search(self, tag: bytes, start: int, end: bytes) -> None:
        last = max(self.state.messages, default=0)
        if end == b"*":
            start, stop = min(start, last), last  # RFC 9051: the range may be written either way round
        else:
            stop = int(end)
        found = [b"%d" % number for number in sorted(self.state.messages) if start <= number <= stop]
        self.say(b" ".join([b"* SEARCH", *found]), tag + b" OK done")

    def fetch(self, number, what):
        message = self.state.messages[number]
        size = self.state.stated_sizes.get(number, len(message))
        part, limit = re.search(rb"BODY\.PEEK\[(HEADER)?\]<0\.(\d+)>", what).groups()
        body = (message.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if part else message)[: int(limit)]
        facts = b"UID %d" % number + (b" RFC822.SIZE %d" % size if b"SIZE" in what else b"")
        literal = b"BODY[%s]<0> {%d}\r\n%s" % (part or b"", len(body), body)
        said = literal + b" " + facts if self.state.facts_come_last else facts + b" " + literal
        self.say(b"* %d FETCH (%s)" % (number, said))

    def do_logout(self, tag: bytes, _: bytes) -> bool:
        self.say(b"* BYE", tag + b" OK done")
        return True


@lru_cache(maxsize=1)
def certificate() -> tuple[bytes, bytes]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return made.public_bytes(pem), private
