#!/usr/bin/env python3
"""TLS in both roles against third-party peers, with what can go wrong.

usage: transports_tls.py --tool PROGRAM --build DIR --out DIR [TEST...]
"""
import json
import socket
import ssl
import subprocess
import sys

from processes import Process
from transport_case import CASES, CLIENTS, LISTENING, SERVERS, Case, main, settings


class TlsServers(Case):
    """The fuzzing client against servers with TLS."""

    def test_peers(self) -> None:
        for name, command in SERVERS.items():
            with self.subTest(name):
                port = self.server(*command, "0", "--tls")
                self.assert_passed(self.fuzz(f"wss://127.0.0.1:{port}"))
                self.assertGreater(self.passed_cases(), 10)

    def test_versions(self) -> None:
        port = self.server(*SERVERS["node ws"], "0", "--tls")
        for version in ("1.2", "1.3"):
            with self.subTest(version):
                self.assert_passed(self.fuzz(f"wss://127.0.0.1:{port}", "--tls-version", version))

    def probe(self, *more: str) -> Process:
        cert, key = settings.authority.sign("probe", "localhost", names="DNS:localhost,IP:127.0.0.1")
        return self.peer("/usr/bin/python3", "servers/tls_probe.py", cert, key, *more)

    def seen(self, probe: Process) -> dict:
        return json.loads(probe.wait_for_line(r"seen (.*)")[1])

    def test_sni_alpn_and_version(self) -> None:
        probe = self.probe()
        port = probe.wait_for_line(LISTENING)[1]
        self.assert_passed(self.fuzz(f"wss://127.0.0.1:{port}", "--hostname", "other.example", "--tls-version", "1.2",
                                     cases="1.1.1"))
        seen = self.seen(probe)
        self.assertEqual((seen["sni"], seen["alpn"], seen["version"]), ("other.example", "http/1.1", "TLSv1.2"))

    def test_sni_is_the_host_unless_it_is_an_address(self) -> None:
        for host, sni in (("localhost", "localhost"), ("127.0.0.1", None)):
            with self.subTest(host):
                probe = self.probe()
                port = probe.wait_for_line(LISTENING)[1]
                self.assert_passed(self.fuzz(f"wss://{host}:{port}", cases="1.1.1"))
                self.assertEqual(self.seen(probe)["sni"], sni)

    def test_request(self) -> None:
        probe = self.probe()
        port = probe.wait_for_line(LISTENING)[1]
        spec = self.out / "spec.json"
        spec.write_text(json.dumps({
            "outdir": str(self.out / "report"), "cases": ["1.1.1"],
            "servers": [{"agent": "probe", "url": f"wss://localhost:{port}/a/b?x=1&y=%20", "origin": "https://o.example",
                         "protocols": ["chat.v1", "chat.v2"], "headers": {"X-One": "1", "Host": "virtual.example"},
                         "basic-auth": "me:secret", "hostname": "sni.example"}]}))
        self.assert_passed(self.tool("fuzzingclient", "-s", str(spec), "-H", "X-Two: 2"))
        seen = self.seen(probe)
        headers = {name.lower(): value for name, value in seen["headers"].items()}
        self.assertEqual((seen["path"], seen["protocol"], seen["sni"]), ("/a/b?x=1&y=%20", "chat.v2", "sni.example"))
        self.assertEqual([headers[name] for name in ("x-one", "x-two", "host", "origin", "authorization")],
                         ["1", "2", "virtual.example", "https://o.example", "Basic bWU6c2VjcmV0"])

    def test_client_certificate(self) -> None:
        probe = self.probe(str(settings.authority.cert))
        url = f"wss://localhost:{probe.wait_for_line(LISTENING)[1]}"
        cert, key = settings.authority.sign("client", "a client")
        self.assert_passed(self.fuzz(url, "--tls-cert", cert, "--tls-key", key, cases="1.1.1"))
        self.assertEqual(self.seen(probe)["client"], {"commonName": "a client"})

    def test_client_certificate_is_missing(self) -> None:
        cert, key = settings.authority.sign("strict", "localhost")
        server = self.peer("openssl", "s_server", "-accept", "0", "-cert", cert, "-key", key, "-CAfile",
                           str(settings.authority.cert), "-Verify", "1", "-verify_return_error", "-www")
        port = server.wait_for_line(r"ACCEPT .*:(\d+)")[1]
        self.assert_unreached(self.fuzz(f"wss://localhost:{port}", "--tls-version", "1.2", cases="1.1.1"),
                              "TLS handshake: sslv3 alert handshake failure")
        # With TLS 1.3 the handshake is over for the client before the server has seen its certificate.
        done = self.fuzz(f"wss://localhost:{port}", "--tls-version", "1.3", cases="1.1.1")
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"TLS with wss://localhost:{port} has broken (tlsv13 alert certificate required)", done.stdout)

    def test_verification(self) -> None:
        good = settings.authority.sign("good", "localhost", names="DNS:localhost,IP:127.0.0.1")
        expired = settings.authority.sign("expired", "localhost", names="DNS:localhost,IP:127.0.0.1", expired=True)
        ca = ("--tls-ca", str(settings.authority.cert))
        for cert, host, more, reason in (
                (good, "localhost", ca, None),
                (good, "127.0.0.1", ca, None),
                (good, "localhost", (*ca, "--hostname", "wrong.example"), "hostname mismatch"),
                (good, "127.0.0.2", ca, "IP address mismatch"),
                (good, "localhost", ("--tls-verify",), "certificate not accepted: "),
                (expired, "localhost", (), None),
                (expired, "localhost", ca, "certificate not accepted: certificate has expired")):
            with self.subTest(cert=cert[0], host=host, more=more):
                port = self.server("/usr/bin/python3", "servers/tls_probe.py", *cert)
                if host == "127.0.0.2":
                    self.assert_unreached(self.fuzz(f"wss://127.0.0.1:{port}", *more, "--hostname", host), reason)
                elif reason:
                    self.assert_unreached(self.fuzz(f"wss://{host}:{port}", *more, cases="1.1.1"), reason)
                else:
                    self.assert_passed(self.fuzz(f"wss://{host}:{port}", *more, cases="1.1.1"))

    def test_no_tls_there(self) -> None:
        port = self.server(*SERVERS["node ws"], "0")
        self.assert_unreached(self.fuzz(f"wss://127.0.0.1:{port}"), "TLS handshake: the peer does not speak TLS")

    def test_peer_that_just_hangs_up(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            tool = self.peer(str(settings.tool), "fuzzingclient", "-w", f"wss://127.0.0.1:{server.getsockname()[1]}",
                             "--cases", "1.1.1", "--outdir", str(self.out / "report"), "--connect-retry", "0")
            connection, _ = server.accept()
            connection.recv(65536)
            connection.close()
            tool.wait_for_line(r"Connection to .* failed \(TLS handshake: the peer ended the connection\)")


class TlsClients(Case):
    """Clients with TLS against the fuzzing server."""

    def fuzzing_server(self, *more: str) -> tuple[Process, str]:
        return self.listen("fuzzingserver", "-w", "wss://127.0.0.1:0", "-u", "0", "--cases", CASES, "--outdir",
                           str(self.out / "report"), *more)

    def test_peers(self) -> None:
        _, url = self.fuzzing_server("--tls-self-signed")
        for name, command in CLIENTS.items():
            with self.subTest(name):
                client = self.peer(*command, url, name)
                self.assertEqual(client.child.wait(60), 0, client.printed())
        self.assertGreater(self.passed_cases(), 10 * len(CLIENTS))

    def test_files_and_flags_of_the_original(self) -> None:
        cert, key = settings.authority.sign("server", "localhost", names="DNS:localhost,IP:127.0.0.1")
        spec = self.out / "fuzzingserver.json"
        spec.write_text(json.dumps({"url": "wss://127.0.0.1:0", "cases": ["1.1.1"], "outdir": str(self.out / "report"),
                                    "cert": cert, "key": key}))
        for command in (["-m", "fuzzingserver", "-s", str(spec), "-u", "0"],
                        ["--mode=testeeserver", "--wsuri=wss://127.0.0.1:0", "-c", cert, "-k", key]):
            with self.subTest(command):
                _, url = self.listen(*command)
                context = ssl.create_default_context(cafile=settings.authority.cert)
                with socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1]))) as plain, \
                        context.wrap_socket(plain, server_hostname="localhost") as secure:
                    secure.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    self.assertIn(b"200 OK", secure.recv(65536))

    def s_client(self, url: str, *more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["openssl", "s_client", "-connect", url.removeprefix("wss://"), *more], input="",
                              capture_output=True, text=True, timeout=30, check=False)

    def test_versions_and_alpn(self) -> None:
        tool, url = self.fuzzing_server("--tls-self-signed")
        for flag, version in (("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")):
            done = self.s_client(url, flag, "-alpn", "h2,http/1.1")
            self.assertIn(f"New, {version}", done.stdout)
            self.assertIn("ALPN protocol: http/1.1", done.stdout)
        self.assertIn("alert no application protocol", self.s_client(url, "-alpn", "h2").stderr)
        tool.wait_for_line(r"TLS with tcp4:127\.0\.0\.1:\d+ failed \(.*\)")
        self.assertNotIn("New, TLSv1", self.s_client(url, "-tls1_1").stdout)

    def test_client_certificate(self) -> None:
        tool, url = self.fuzzing_server("--tls-self-signed", "--tls-ca", str(settings.authority.cert))
        cert, key = settings.authority.sign("visitor", "visitor")
        self.assertIn("Verify return code", self.s_client(url, "-cert", cert, "-key", key).stdout)
        self.s_client(url, "-tls1_3")
        tool.wait_for_line(r"TLS with \S+ failed \(peer did not return a certificate\)")

    def test_client_without_tls(self) -> None:
        tool, url = self.fuzzing_server("--tls-self-signed")
        with socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1]))) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            plain.recv(65536)
        tool.wait_for_line(r"TLS with \S+ failed \(the peer does not speak TLS\)")

    def test_files_that_cannot_be_used(self) -> None:
        cert, key = settings.authority.sign("mine", "localhost")
        _, other_key = settings.authority.sign("theirs", "localhost")
        junk = self.out / "junk.pem"
        junk.write_text("no PEM\n")
        for more, reason in ((("-c", "absent.pem"), "absent.pem: cannot be read: No such file"),
                             (("-c", str(junk)), "expected PEM"),
                             (("-c", cert, "-k", other_key), "key values mismatch"),
                             ((), "needs a certificate: give --cert FILE and --key FILE, or --tls-self-signed")):
            with self.subTest(more):
                done = self.tool("testeeserver", "-w", "wss://127.0.0.1:0", *more)
                self.assertEqual(done.returncode, 2)
                self.assertIn(reason, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_our_own_pair(self) -> None:
        _, url = self.fuzzing_server("--tls-self-signed")
        self.assert_passed(self.tool("testeeclient", "-w", url, "-i", "ours"))
        self.assertGreater(self.passed_cases(), 10)


if __name__ == "__main__":
    sys.exit(main(__doc__))
