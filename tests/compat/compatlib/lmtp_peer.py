#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An LMTP server that answers from a script and writes down every byte it hears. Run as a program it is the command of
an lmtp transport (standard input and output); bench.py runs it behind a socket.

usage: lmtp_peer.py SCRIPT RECORD [SOCKET]

SCRIPT is JSON: for each question (greeting, LHLO, STAR(TTLS), MAIL, RCPT, DATA, MESSAGE, RSET, QUIT, other) a list of answers, used
one after the other, the last one again and again (over all sessions of a socket). MESSAGE is asked once for each accepted recipient. An answer is the
text of a reply ("250-a\\n250 b", sent with CRLF), or "@close", "@silence" (until the client goes), "@exit N", "@tls",
"@raw TEXT" (sent as it is), "@stderr TEXT" (then the next answer), several of them joined by "|". "offer" adds lines to
the answer to LHLO. RECORD grows as the sessions go on; what comes behind TLS stands there as it was meant.

"tls" is [PEM, word…]: the server's key and certificate. "start": TLS begins at once; "ask=PEM": the client has to show a
certificate of that authority; "1.2": nothing newer. After "@tls" the record says what the client has shown.
"""
import contextlib
import json
import os
import select
import socket
import ssl
import sys
import time

DEFAULTS = {
    "greeting": ["220 peer.example LMTP ready"],
    "LHLO": ["250 peer.example"],
    "MAIL": ["250 2.1.0 sender ok"],
    "RCPT": ["250 2.1.5 recipient ok"],
    "DATA": ["354 go ahead"],
    "MESSAGE": ["250 2.0.0 saved"],
    "RSET": ["250 2.0.0 reset"],
    "QUIT": ["221 2.0.0 bye"],
    "other": ["500 5.5.1 what"],
}


class End(Exception):
    pass


class Session:
    def __init__(self, script, used, read, write, secure=None):
        self.script = {**DEFAULTS, **script}
        self.used = used
        self.read, self.write, self.secure = read, write, secure
        self.pending = b""
        self.accepted = 0

    def answer(self, question):
        answers = self.script[question]
        number = self.used.get(question, 0)
        self.used[question] = number + 1
        said = ""
        for part in answers[min(number, len(answers) - 1)].split("|"):
            said = self.say(part)
        return said

    def say(self, text):
        if text == "@close":
            raise End
        if text == "@silence":
            while self.hear():
                pass
            raise End
        if text == "@tls":
            self.secure()
            return ""
        if text.startswith("@exit "):
            os._exit(int(text[6:]))
        if text.startswith("@sleep "):
            time.sleep(float(text[7:]))
            return ""
        if text.startswith("@stderr "):
            os.write(2, text[8:].encode() + b"\n")
            return ""
        raw = text[5:].encode("latin-1") if text.startswith("@raw ") else text.replace("\n", "\r\n").encode("latin-1") + b"\r\n"
        self.write(raw)
        return text

    def hear(self):
        more = self.read()
        self.pending += more
        return bool(more)

    def line(self):
        while b"\r\n" not in self.pending:
            if not self.hear():
                raise End
        line, self.pending = self.pending.split(b"\r\n", 1)
        return line.decode("latin-1")

    def message(self):
        while not (self.pending.startswith(b".\r\n") or b"\r\n.\r\n" in self.pending):
            if not self.hear():
                raise End
        end = 3 if self.pending.startswith(b".\r\n") else self.pending.index(b"\r\n.\r\n") + 5
        self.pending = self.pending[end:]

    def chunk(self, size):
        while len(self.pending) < size:
            if not self.hear():
                raise End
        self.pending = self.pending[size:]

    def run(self):
        try:
            self.answer("greeting")
            while True:
                self.command(self.line())
        except (End, BrokenPipeError, ConnectionResetError, ssl.SSLError):
            pass

    def command(self, line):
        verb = line[:4].upper()
        if verb == "BDAT":
            self.chunk(int(line.split()[1]))
            return self.verdicts()
        said = self.answer(verb if verb in self.script else "other")
        if verb in ("RSET", "MAIL"):
            self.accepted = 0
        if verb == "RCPT" and said.startswith("2"):
            self.accepted += 1
        if verb == "DATA" and said.startswith("3"):
            self.message()
            self.verdicts()
        if verb == "QUIT":
            raise End
        return None

    def verdicts(self):
        for _ in range(self.accepted):
            self.answer("MESSAGE")
        self.accepted = 0


def load(path):
    with open(path, encoding="utf-8") as file:
        script = json.load(file)
    script["start"] = "start" in script.get("tls", ())
    offer = script.pop("offer", None)
    if offer:
        lines = ["peer.example", *offer]
        script["LHLO"] = ["\n".join(f"250{'-' if n + 1 < len(lines) else ' '}{line}" for n, line in enumerate(lines))]
    return script


def tls_context(words, names):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(words[0])
    for word in words[1:]:
        if word.startswith("ask="):
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(word[4:])
        if word == "1.2":
            context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    return context


class Client:
    """The connection to one client, in the clear or behind TLS."""

    def __init__(self, accepted, tls):
        self.socket, self.tls = accepted, tls
        self.names = []

    def secure(self):
        self.socket = tls_context(self.tls, self.names).wrap_socket(self.socket, server_side=True)
        certificate = self.socket.getpeercert()
        subject = ",".join(f"{key}={value}" for part in certificate["subject"] for key, value in part) if certificate else "nobody"
        return f"--- TLS with {subject}, for {self.names[-1] if self.names else None}\n".encode()

    def read(self):
        try:
            return self.socket.recv(65536)
        except ConnectionResetError:            # the client has not read all that we said; what it said is still there
            return self.socket.recv(65536)

    def write(self, answer):                    # a client that is gone already may have said something before
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(answer)

    def close(self):
        with contextlib.suppress(OSError):
            if isinstance(self.socket, ssl.SSLSocket):
                self.socket.settimeout(2)
                self.socket.unwrap()
        self.socket.close()


def one_session(script, used, path, read, write, secure=None):
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    os.write(fd, b"--- session\n")

    def read_and_record():
        heard = read()
        os.write(fd, heard)
        return heard

    def secure_and_record():
        os.write(fd, secure())
    session = Session(script, used, read_and_record, write, secure_and_record)
    with contextlib.suppress(OSError):          # a handshake that fails ends the session
        if script.get("start"):
            secure_and_record()
        session.run()
    os.close(fd)


def serve(script, path, listener):
    """One client after the other, until standard input ends and nobody waits any more."""
    used = {}
    while listener in select.select([listener, sys.stdin], [], [])[0]:
        client = Client(listener.accept()[0], script.get("tls"))
        one_session(script, used, path, client.read, client.write, client.secure)
        client.close()


def main(arguments):
    script, path = load(arguments[1]), arguments[2]
    if len(arguments) == 3:
        def write(bytes_):
            while bytes_:
                bytes_ = bytes_[os.write(1, bytes_):]
        return one_session(script, {}, path, lambda: os.read(0, 65536), write)
    kind = arguments[3]
    if kind.startswith("/"):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(kind)
        os.chmod(kind, 0o666)
    else:
        host, port = kind.rsplit(":", 1)
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, int(port)))
    listener.listen(16)
    print("listening", flush=True)
    return serve(script, path, listener)


if __name__ == "__main__":
    main(sys.argv)
