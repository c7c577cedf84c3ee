# SPDX-License-Identifier: Apache-2.0
"""lmtp behind TLS next to exim4's smtp transport with protocol = lmtp: what is said before and behind TLS, log lines, what stays on
the queue. Both drivers have the same options; one configuration serves both. D-lmtp-tls-library: the names in X= are left out by
log_selector wherever the rest of the line can be compared."""
import functools

from compatlib import Case, File, Peer, Send, compat, conf
from compatlib.certificates import Authority, self_signed

ONE = ("box@test.example",)
TWO = ("box@test.example", "b@test.example")

# exim4 has TCP in its smtp transport only; the router's option is for Postern, where lmtp is a local transport
TRANSPORT = """t1:
.ifdef _DRIVER_TRANSPORT_SMTP
  driver = smtp
  gethostbyname
  allow_localhost
  command_timeout = 20s
.else
  driver = lmtp
  batch_max = 100
  user = ptuser1
  timeout = 20s
.endif
  protocol = lmtp
  hosts = localhost
  port = @PORT@
"""
ROUTER = "r1:\n  driver = accept\n  no_log_as_local\n  transport = t1\n"
CA = "tls_verify_certificates = @ETC@/ca.pem\n"
REQUIRED = "hosts_require_tls = *\n"
STRICT = CA + REQUIRED + "tls_verify_hosts = *\n"
QUIET = "log_selector = -tls_cipher +tls_peerdn"
BEFORE, BEHIND = "250-peer.example\n250 STARTTLS", "250 peer.example"


@functools.cache
def authority() -> Authority:
    return Authority()


@functools.cache
def server(kind: str) -> str:
    if kind == "self-signed":
        return self_signed("localhost")
    if kind == "expired":
        return authority().issue("DNS:localhost", days=-1)
    if kind == "odd":
        return authority().issue("DNS:localhost", subject='/C=XX/O=Org, "Q" + \\+x/OU=a;b<c>/CN=localhost')
    return authority().issue("DNS:other.example" if kind == "other" else "DNS:localhost")


def tls(name: str, options: str, answers: dict | None = None, to=ONE, certificate: str = "good", words: tuple[str, ...] = (), setup=(), main: str = QUIET, calls=None,
        **more) -> Case:
    """One message to a server that offers STARTTLS, unless `answers` say otherwise."""
    script = {"LHLO": (BEFORE, BEHIND), "STAR": ("220 go ahead|@tls",), **{question: tuple(told) for question, told in (answers or {}).items()}}
    block = TRANSPORT + "".join(f"  {line}\n" for line in options.splitlines())
    files = (File("etc/server.pem", server(certificate)), File("etc/ca.pem", authority().certificate), *setup)
    peer = Peer((*script.items(), ("tls", ("@ETC@/server.pem", *words))), "127.0.0.1:@PORT@")
    return Case(name, conf(main, ROUTER, block), (*files, peer), calls or (Send(*to, sender="<>"),), **more)


def unlike(row: str, *parts: str) -> dict:
    return {"difference": row, "differs_in": parts}


KEPT = ("log", "spool", "msglog", "wire")       # one side delivers, the other defers
SNI = "tls_sni = localhost\n"                   # exim4 sends none by itself

SAME = [
    tls("verified", STRICT + SNI),
    tls("verified-two", STRICT + SNI, to=TWO),
    tls("verified-tls12", STRICT + SNI, words=("1.2",)),
    tls("verified-wild-list", CA + SNI + "hosts_require_tls = !*.example : *host\ntls_verify_hosts = *"),
    tls("verified-by-address-list", CA + SNI + "hosts_require_tls = 127.0.0.0/8\ntls_verify_hosts = *"),
    tls("subject", STRICT + SNI, certificate="odd"),
    tls("no-subject", STRICT + SNI, main="log_selector = -tls_cipher"),
    tls("no-verified", STRICT + SNI, main="log_selector = -tls_cipher -tls_certificate_verified"),
    tls("other-sni", STRICT + "tls_sni = other.example"),
    tls("expanded", SNI + REQUIRED + "tls_verify_hosts = ${if eq{a}{a}{*}}\ntls_verify_certificates = ${if eq{a}{a}{@ETC@/ca.pem}}"),
    tls("go-on-other-name", CA + SNI + REQUIRED + "tls_try_verify_hosts = *", certificate="other"),
    tls("go-on-self-signed", CA + SNI + REQUIRED + "tls_try_verify_hosts = *", certificate="self-signed"),
    tls("go-on-expired", CA + SNI + REQUIRED + "tls_try_verify_hosts = *", certificate="expired"),
    tls("go-on-good", CA + SNI + REQUIRED + "tls_try_verify_hosts = *"),
    tls("nobody-looks", CA + SNI + REQUIRED + "tls_try_verify_hosts =\ntls_verify_hosts ="),
    tls("any-name", STRICT + SNI + "tls_verify_cert_hostnames =", certificate="other"),
    tls("own-certificate", STRICT + SNI + "tls_certificate = @ETC@/own.pem", words=("ask=@ETC@/ca.pem",), setup=(File("etc/own.pem", authority().issue("DNS:client")),)),
    tls("revocations", STRICT + SNI + "tls_crl = @ETC@/crl.pem", setup=(File("etc/crl.pem", authority().revocations()),)),
    tls("not-offered", CA, {"LHLO": [BEHIND]}),
    tls("avoided", CA + "hosts_avoid_tls = *"),
    tls("avoided-by-name", CA + "hosts_avoid_tls = localhost"),
    tls("refused-but-clear", CA + "tls_tempfail_tryclear\nhosts_avoid_tls =", {"STAR": ["454 not now"]}),
    tls("refused-for-good-but-clear", CA + "tls_tempfail_tryclear\nhosts_avoid_tls =", {"STAR": ["554 no"]}),
    tls("offered-again-behind", STRICT + SNI, {"LHLO": [BEFORE, BEFORE]}),
]

DIFFERENT = [
    tls("names-of-ciphers", STRICT + SNI, main="", **unlike("D-lmtp-tls-library", "log")),
    tls("default", "hosts_avoid_tls =", **unlike("D-lmtp-tls", *KEPT)),
    tls("default-on-loopback", "", **unlike("D-lmtp-tls", "log", "wire")),
    tls("own-sni", STRICT, **unlike("D-lmtp-tls", "wire")),
    tls("required-not-offered", STRICT, {"LHLO": [BEHIND]}, **unlike("D-lmtp-tls", "log", "msglog")),
    tls("required-refused", STRICT, {"STAR": ["454 not now"]}, **unlike("D-lmtp-tls", "log", "msglog")),
    tls("required-refused-for-good", STRICT, {"STAR": ["554 no"]}, **unlike("D-lmtp-tls", "log", "msglog")),
    tls("other-name", STRICT + SNI, certificate="other", **unlike("D-lmtp-tls-library", "log", "msglog", "wire")),
    tls("self-signed", STRICT + SNI, certificate="self-signed", **unlike("D-lmtp-tls-library", "log", "msglog", "wire")),
    tls("expired", STRICT + SNI, certificate="expired", **unlike("D-lmtp-tls-library", "log", "msglog", "wire")),
    tls("handshake-closed", STRICT, {"STAR": ["220 go ahead|@close"]}, **unlike("D-lmtp-tls-library", "log", "msglog")),
    tls("handshake-garbage", STRICT, {"STAR": ["220 go ahead|@raw hm\r\n|@close"]}, **unlike("D-lmtp-tls-library", "log", "msglog", "wire")),
    tls("bad-name-in-the-clear", CA + "hosts_avoid_tls =\ntls_verify_hosts = *", certificate="other", **unlike("D-lmtp-tls-clear", *KEPT)),
    tls("broken-in-the-clear", CA + "hosts_avoid_tls =", {"STAR": ["220 go ahead|@close"]}, **unlike("D-lmtp-tls-clear", *KEPT)),
    tls("refused-in-the-clear", CA + "hosts_avoid_tls =", {"STAR": ["454 not now"]}, **unlike("D-lmtp-tls-clear", *KEPT)),
    tls("refused-for-good-in-the-clear", CA + "hosts_avoid_tls =\nno_tls_tempfail_tryclear", {"STAR": ["554 no"]}, **unlike("D-lmtp-tls-clear", *KEPT)),
    tls("missing-file-in-the-clear", "hosts_avoid_tls =\ntls_verify_hosts = *\ntls_verify_certificates = @ETC@/none", **unlike("D-lmtp-tls-clear", *KEPT, "stderr")),
    tls("missing-key-in-the-clear", CA + "hosts_avoid_tls =\ntls_certificate = @ETC@/none", **unlike("D-lmtp-tls-clear", *KEPT)),
    tls("required-and-avoided", STRICT + SNI + "hosts_avoid_tls = *", **unlike("D-lmtp-tls-avoid", *KEPT)),
]


test_same = compat(SAME)
test_different = compat(DIFFERENT)
