#!/usr/bin/env python3
"""Addresses, proxies, requests and the other modes against third-party peers, with what can go wrong.

usage: transports.py --tool PROGRAM --build DIR --out DIR [TEST...]
"""
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys

from transport_case import CASES, CLIENTS, LISTENING, SERVERS, Case, free_port, main, settings, wait_for_port


class Addresses(Case):
    def test_ipv6(self) -> None:
        port = self.server("node", "-e", """
            const { WebSocketServer } = require('ws');
            const server = new WebSocketServer({ host: '::1', port: 0 });
            server.on('listening', () => console.log(`listening on 127.0.0.1:${server.address().port}`));
            server.on('connection', (ws) => ws.on('message', (data, isBinary) => ws.send(data, { binary: isBinary })));
        """)
        done = self.fuzz(f"ws://[::1]:{port}")
        self.assert_passed(done)
        self.assertIn(f"from peer tcp6:::1:{port}", done.stdout)

    def test_servers_listen_on_both_families(self) -> None:
        _, url = self.listen("fuzzingserver", "-w", "ws://[::1]:0", "-u", "0", "--cases", CASES, "--outdir",
                             str(self.out / "report"))
        self.assertRegex(url, r"^ws://\[::1\]:\d+$")
        for agent, where in (("six", url), ("four", url.replace("[::1]", "127.0.0.1"))):
            client = self.peer(*CLIENTS["node ws"], where, agent)
            self.assertEqual(client.child.wait(60), 0, client.printed())
        self.assertGreater(self.passed_cases(), 20)

    def test_listen_address(self) -> None:
        _, url = self.listen("testeeserver", "-w", "ws://any:0", "--listen", "127.0.0.2")
        port = url.rsplit(":", 1)[1]
        self.assertEqual(url, f"ws://127.0.0.2:{port}")
        self.assert_passed(self.fuzz(url, cases="1.1.1"))
        self.assert_unreached(self.fuzz(f"ws://127.0.0.1:{port}", cases="1.1.1"), "Connection refused")

    def test_unreachable_first_address(self) -> None:
        hosts = self.out / "hosts"
        hosts.write_text("::1 several.test\n127.0.0.1 several.test\n")
        inside = ("unshare", "-m", "sh", "-c", f'mount --bind {hosts} /etc/hosts && exec "$@"', "sh")
        if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode:
            self.skipTest("no right to make a mount namespace")
        port = self.server(*SERVERS["node ws"], "0")
        done = self.fuzz(f"ws://several.test:{port}", prefix=inside)
        self.assert_passed(done)
        self.assertIn(f"from peer tcp4:127.0.0.1:{port}", done.stdout)
        with socket.create_server(("127.0.0.1", 0)) as gone:
            port = str(gone.getsockname()[1])
        self.assert_unreached(self.fuzz(f"ws://several.test:{port}", prefix=inside), "2 addresses of several.test")

    def test_unknown_host(self) -> None:
        self.assert_unreached(self.fuzz("ws://no-such-host.invalid:1"), "no-such-host.invalid: Host not found")

    def test_port_file(self) -> None:
        port_file = self.out / "port"
        _, url = self.listen("fuzzingserver", "-w", "ws://127.0.0.1:0", "-u", "0", "--port-file", str(port_file),
                             "--outdir", str(self.out / "report"))
        self.assertEqual(port_file.read_text(), url.rsplit(":", 1)[1] + "\n")
        done = self.tool("testeeserver", "-w", url)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
        self.assertIn("Address already in use", done.stderr)


class UnixSockets(Case):
    def test_third_party_server(self) -> None:
        path = self.socket_folder() / "s"
        self.peer("node", "-e", f"""
            const server = require('http').createServer();
            const wss = new (require('ws').WebSocketServer)({{ server }});
            wss.on('connection', (ws) => ws.on('message', (data, binary) => ws.send(data, {{ binary }})));
            server.listen('{path}', () => console.log('ready'));
        """).wait_for_line("ready")
        done = self.fuzz(f"ws+unix:{path}:/resource?x=1")
        self.assert_passed(done)
        self.assertIn(f"from peer unix:{path}", done.stdout)

    def test_third_party_client(self) -> None:
        path = self.socket_folder() / "s"
        tool, url = self.listen("fuzzingserver", "-w", f"ws+unix:{path}", "--cases", CASES, "--outdir",
                                str(self.out / "report"))
        self.assertEqual(url, f"ws+unix:{path}")
        client = self.peer("node", "-e", f"""
            const WebSocket = require('ws');
            const talk = (resource) => new Promise((resolve) => {{
              const ws = new WebSocket('ws+unix:{path}:' + resource);
              let last;
              ws.on('message', (data, binary) => {{ last = data; if (resource.startsWith('/run')) ws.send(data, {{ binary }}); }});
              ws.on('error', () => {{}});
              ws.on('close', () => resolve(String(last)));
            }});
            (async () => {{
              const count = Number(await talk('/getCaseCount'));
              for (let i = 1; i <= count; i++) await talk('/runCase?agent=unix&case=' + i);
              await talk('/updateReports?agent=unix');
            }})();
        """)
        self.assertEqual(client.child.wait(60), 0, client.printed())
        self.assertGreater(self.passed_cases(), 10)
        tool.stop()
        self.assertFalse(path.exists())

    def test_file_in_use_and_left_behind(self) -> None:
        path = self.socket_folder() / "s"
        first, url = self.listen("testeeserver", "-w", f"ws+unix:{path}")
        done = self.tool("testeeserver", "-w", url)
        self.assertEqual(done.returncode, 2)
        self.assertIn("another program listens on it", done.stderr)
        first.child.kill()
        first.child.wait()
        self.assertTrue(path.exists())
        self.listen("testeeserver", "-w", url)
        self.assert_passed(self.fuzz(url, cases="1.1.1"))

    def test_what_cannot_be_a_socket(self) -> None:
        plain = self.socket_folder() / "file"
        plain.write_text("mine")
        for path, reason in ((plain, "a file that is not a socket is there"),
                             ("/tmp/no/such/folder", "No such file or directory"),
                             ("/" + "x" * 200, "at most 107 octets")):
            done = self.tool("testeeserver", "-w", f"ws+unix:{path}")
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
            self.assertIn(reason, done.stderr)
        self.assertEqual(plain.read_text(), "mine")

    def test_missing_permissions(self) -> None:
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("takes root, to become somebody else")
        nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
        folder = pathlib.Path("/tmp") / f"wsgauntlet-{os.getpid()}"
        folder.mkdir(mode=0o755)
        self.addCleanup(shutil.rmtree, folder)
        tool = folder / "tool"
        shutil.copy(settings.tool, tool)

        def run(*arguments: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run([*nobody, str(tool), *arguments], cwd="/", capture_output=True, text=True, timeout=60,
                                  check=False)
        done = run("testeeserver", "-w", f"ws+unix:{folder}/s")
        self.assertEqual(done.returncode, 2)
        self.assertIn("Permission denied", done.stderr)
        (folder / "key.pem").touch(mode=0o600)
        done = run("testeeserver", "-w", "wss://127.0.0.1:0", "-c", str(folder / "key.pem"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("key.pem: cannot be read: Permission denied", done.stderr)


class Proxies(Case):
    def proxies(self, credentials: str = "") -> dict[str, str]:
        """Third-party proxies that let everything through, with their ports."""
        ports = {}
        if shutil.which("tinyproxy"):
            port = free_port()
            config = self.out / "tinyproxy.conf"
            auth = f"BasicAuth {credentials.replace(':', ' ')}\n" if credentials else ""
            config.write_text(f"Port {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 50\nStartServers 4\n{auth}")
            self.peer("tinyproxy", "-d", "-c", str(config))
            ports["tinyproxy"] = port
        if shutil.which("privoxy") and not credentials:
            port = free_port()
            config = self.out / "privoxy.conf"
            (self.out / "all.action").write_text("{+limit-connect{0-}}\n/\n")
            config.write_text(f"listen-address 127.0.0.1:{port}\nactionsfile {self.out}/all.action\n")
            self.peer("privoxy", "--no-daemon", str(config))
            ports["privoxy"] = port
        for port in ports.values():
            wait_for_port(port)
        if not ports:
            self.skipTest("neither tinyproxy nor privoxy is installed")
        return ports

    def test_through_a_proxy(self) -> None:
        plain = self.server(*SERVERS["node ws"], "0")
        secure = self.server(*SERVERS["python websockets"], "0", "--tls")
        for name, port in self.proxies().items():
            for url in (f"ws://127.0.0.1:{plain}", f"wss://localhost:{secure}"):
                with self.subTest(name, url=url):
                    done = self.fuzz(url, "--proxy", f"http://127.0.0.1:{port}", "--jobs", "4")
                    self.assert_passed(done)
                    self.assertIn(f"from peer tcp4:127.0.0.1:{port}", done.stdout)

    def test_credentials(self) -> None:
        port = self.server(*SERVERS["node ws"], "0")
        proxy = self.proxies("me:se-cret")
        if "tinyproxy" not in proxy:
            self.skipTest("tinyproxy is not installed")
        at = f"127.0.0.1:{proxy['tinyproxy']}"
        self.assert_passed(self.fuzz(f"ws://127.0.0.1:{port}", "--proxy", f"http://me:se%2Dcret@{at}", "--jobs", "1"))
        for credentials in ("", "me:wrong@"):
            self.assert_unreached(self.fuzz(f"ws://127.0.0.1:{port}", "--proxy", f"http://{credentials}{at}"),
                                  f"proxy {at} did not connect us to 127.0.0.1:{port}: it answered 'HTTP/1.")

    def test_refused(self) -> None:
        closed = free_port()
        self.assert_unreached(self.fuzz("ws://127.0.0.1:9", "--proxy", f"http://127.0.0.1:{closed}"),
                              f"proxy 127.0.0.1:{closed}: Connection refused")
        ports = self.proxies()
        for port in ports.values():
            self.assert_unreached(self.fuzz(f"ws://127.0.0.1:{closed}", "--proxy", f"http://127.0.0.1:{port}"),
                                  "did not connect us to", "it answered 'HTTP/1.")

    def test_no_proxy_at_all(self) -> None:
        port = self.server(*SERVERS["node ws"], "0")
        self.assert_unreached(self.fuzz(f"ws://127.0.0.1:{port}", "--proxy", f"http://127.0.0.1:{port}"), "proxy")
        for proxy, reason in (("socks5://h:1", "does not begin with http://"), ("http://secret@h:1", "password is missing")):
            done = self.fuzz(f"ws://127.0.0.1:{port}", "--proxy", proxy)
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
            self.assertIn(reason, done.stderr)
            self.assertNotIn("secret@", done.stderr)


class Requests(Case):
    def test_subprotocol_and_fields_of_answers(self) -> None:
        _, url = self.listen("fuzzingserver", "-w", "ws://127.0.0.1:0", "-u", "0", "--protocol", "b,c", "-H", "X-Mine: 1",
                             "--outdir", str(self.out / "report"))
        self.peer("node", "-e", f"""
            const ws = new (require('ws'))('{url}/getCaseCount', ['a', 'c', 'b']);
            ws.on('upgrade', (answer) => console.log('selected', answer.headers['sec-websocket-protocol'],
                                                     answer.headers['x-mine']));
        """).wait_for_line("selected c 1")

    def test_bearer(self) -> None:
        port = self.server("node", "-e", """
            const { WebSocketServer } = require('ws');
            const server = new WebSocketServer({ host: '127.0.0.1', port: 0,
              verifyClient: ({ req }) => req.headers.authorization === 'Bearer t0ken' });
            server.on('listening', () => console.log(`listening on 127.0.0.1:${server.address().port}`));
            server.on('connection', (ws) => ws.on('message', (data, binary) => ws.send(data, { binary })));
        """)
        self.assert_passed(self.fuzz(f"ws://127.0.0.1:{port}", "--bearer-token", "t0ken", cases="1.1.1"))
        self.assertEqual(self.fuzz(f"ws://127.0.0.1:{port}", cases="1.1.1").returncode, 1)

    def test_what_cannot_be_sent(self) -> None:
        for more, reason in ((("-H", "no colon"), "--header: expected a header field like"),
                             (("-H", "Upgrade: h2c"), "belongs to the handshake"),
                             (("-H", "X: a\nb"), "control character"),
                             (("--basic-auth", "me"), "expected user:password"),
                             (("--protocol", "two words"), "a token without blanks"),
                             (("--option", "failByDrop=3s"), "failByDrop: expected true or false"),
                             (("--option", "failByDrpo=true"), 'did you mean failByDrop?')):
            with self.subTest(more):
                done = self.fuzz("ws://127.0.0.1:9", *more)
                self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
                self.assertIn(reason, done.stderr)

    def test_spec_errors_have_places(self) -> None:
        spec = self.out / "spec.json"
        spec.write_text("""{"cases": ["1.1.1"], "optoins": {}, "servers": [{"url": "wss://h",
 "headers": {"Connection": "x"}, "tls-verify": "yes",
 "proxy": "h:1", "protocols": [" "], "options": {"failByDorp": true, "tcpNoDelay": "no"}}]}""")
        done = self.tool("fuzzingclient", "-s", str(spec))
        self.assertEqual(done.returncode, 2)
        for place in ("2: /servers/0/headers/Connection: ", "2: /servers/0/tls-verify: ", "3: /servers/0/proxy: ",
                      "3: /servers/0/protocols/0: ", "3: /servers/0/options/tcpNoDelay: "):
            self.assertIn(place, done.stderr)

    def test_warnings(self) -> None:
        port = self.server(*SERVERS["node ws"], "0")
        spec = self.out / "spec.json"
        spec.write_text(json.dumps({"cases": ["1.1.1"], "exclude_cases": [], "outdir": str(self.out / "report"),
                                    "remark": 1, "servers": [{"url": f"ws://127.0.0.1:{port}",
                                                              "options": {"failByDorp": True}}]}))
        done = self.tool("fuzzingclient", "-s", str(spec))
        self.assert_passed(done)
        self.assertIn('/exclude_cases: unknown key, ignored; did you mean "exclude-cases"?', done.stderr)
        self.assertIn('failByDorp: unknown option, ignored; did you mean "failByDrop"?', done.stderr)
        self.assertNotIn("remark", done.stderr)

    def test_options_that_limit_a_server(self) -> None:
        _, url = self.listen("testeeserver", "-w", "ws://127.0.0.1:0", "--option", "maxConnections=1", "--option",
                             'allowedOrigins=["https://a.example*"]', "--option", "autoPingInterval=0.05", "--option",
                             "autoPingSize=10")
        self.peer("node", "-e", f"""
            const WebSocket = require('ws');
            const open = (origin, then) => {{
              const ws = new WebSocket('{url}', {{ origin }});
              ws.on('unexpected-response', (_, answer) => {{ console.log(answer.statusCode); then(); }});
              ws.on('error', () => {{}});
              return ws;
            }};
            const second = () => open('https://a.example', () => console.log('end'));
            const first = () => open('https://a.example', () => {{}}).on('ping', (data) => {{
              console.log('ping', data.length);
              if (!first.done) second();
              first.done = true;
            }});
            open('https://b.example', first);
        """).wait_for_line(r"400\nping 10\n(ping 10\n)*503\n(ping 10\n)*end")


class Options(Case):
    """What protocol options do, as Node.js sees it."""

    def test_server_role(self) -> None:
        for option, seen in (
                ("failByDrop=false", "echo hello world\nclose 1000 \n"),
                ("maxFramePayloadSize=10", "close 1008 frame exceeds payload limit of 10 octets\n"),
                ("maxMessagePayloadSize=10", "close 1009 message exceeds payload limit of 10 octets\n"),
                ("echoCloseCodeReason=true", "echo hello world\nclose 4001 bye\n"),
                ("maskServerFrames=true", "error Invalid WebSocket frame: MASK must be clear\n"),
                ("applyMask=false", "close 1007 encountered invalid UTF-8"),
                ("versions=[8]", "error Unexpected server response: 400\n")):
            with self.subTest(option):
                _, url = self.listen("testeeserver", "-w", "ws://127.0.0.1:0", "--option", option)
                client = self.peer("node", "-e", f"""
                    const generateMask = (mask) => mask.fill(255);  // under it, no text is UTF-8
                    const ws = new (require('ws'))('{url}', {{ perMessageDeflate: false, generateMask }});
                    ws.on('open', () => ws.send('hello world'));
                    ws.on('message', (data) => {{ console.log('echo', String(data)); ws.close(4001, 'bye'); }});
                    ws.on('error', (error) => console.log('error', error.message));
                    ws.on('close', (code, reason) => console.log('close', code, String(reason)));
                """)
                self.assertEqual(client.child.wait(30), 0)
                self.assertTrue(client.printed().startswith(seen), client.printed())

    def test_client_role(self) -> None:
        server = self.peer("node", "-e", """
            const { WebSocketServer } = require('ws');
            const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
            server.on('listening', () => console.log(`listening on 127.0.0.1:${server.address().port}`));
            server.on('connection', (ws, { headers }) => {
              console.log('version', headers['sec-websocket-version'], headers['sec-websocket-origin']);
              ws.on('error', (error) => console.log('error', error.message));
              ws.on('message', (data, binary) => ws.send(data, { binary }));
            });
        """)
        url = f"ws://127.0.0.1:{server.wait_for_line(LISTENING)[1]}"
        self.assert_passed(self.fuzz(url, "--option", "version=10", "--origin", "https://o.example", cases="1.1.2"))
        server.wait_for_line("version 8 https://o.example")
        self.assertEqual(self.fuzz(url, "--option", "maskClientFrames=false", cases="1.1.2").returncode, 1)
        server.wait_for_line("version 13 undefined")
        server.wait_for_line("error Invalid WebSocket frame: MASK must be set")
        self.assertEqual(self.fuzz(url, "--option", "maxMessagePayloadSize=100", cases="1.1.2").returncode, 1)


class OtherModes(Case):
    def test_echo_server(self) -> None:
        _, url = self.listen("-m", "echoserver", "-w", "ws://127.0.0.1:0")
        script = f"""
            const WebSocket = require('ws');
            const ws = new WebSocket('{url}/any/path');
            ws.on('open', () => ws.send('hello'));
            ws.on('message', (data, binary) => {{ console.log('echo', String(data), ws.extensions);
                                                  ws._socket.write(Buffer.from([0x81, 0x80, 0, 0, 0, 0, 0x83, 0x80, 0, 0, 0, 0])); }});
            ws.on('error', () => {{}});
            ws.on('close', (code) => console.log('closed', code));
        """
        # A reserved opcode is answered by the end of TCP, without a Close frame.
        self.peer("node", "-e", script).wait_for_line(r"echo hello (.*\n)*closed 1006")

    def test_echo_client(self) -> None:
        server = self.peer("node", "-e", """
            const { WebSocketServer } = require('ws');
            const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
            server.on('listening', () => console.log(`listening on 127.0.0.1:${server.address().port}`));
            server.on('connection', (ws) => {
              ws.send('bounce');
              ws.on('message', (data) => { console.log('back', String(data)); ws.close(1000); });
            });
        """)
        port = server.wait_for_line(LISTENING)[1]
        self.assert_passed(self.tool("echoclient", "-w", f"ws://127.0.0.1:{port}"))
        server.wait_for_line("back bounce")

    def test_broadcast(self) -> None:
        _, url = self.listen("broadcastserver", "-w", "ws://127.0.0.1:0")
        listener = self.peer("node", "-e", f"""
            const ws = new (require('ws'))('{url}');
            ws.on('open', () => console.log('open'));
            ws.on('message', (data, binary) => console.log('got', binary ? data.toString('hex') : String(data)));
        """)
        listener.wait_for_line("open")
        client = self.peer(str(settings.tool), "-m", "broadcastclient", "-w", url)
        hello = client.wait_for_line(r"received:  (hello from \S+\[\d+\])")[1]
        listener.wait_for_line("got " + re.escape(hello))
        listener.wait_for_line(r"got tick \d+")
        client.wait_for_line(r"received:  tick \d+")

    def test_mass_connect(self) -> None:
        port = self.server(*SERVERS["node ws"], "0")
        spec = self.out / "massconnect.json"
        spec.write_text(json.dumps({"options": {"connections": 500, "batchsize": 50, "batchdelay": 1, "retrydelay": 5,
                                                "hold": 0.2},
                                    "servers": [{"name": "node", "uri": f"ws://127.0.0.1:{port}", "desc": "x"}]}))
        figures = self.out / "figures.json"
        done = self.tool("massconnect", "-s", str(spec), "-o", str(figures))
        self.assert_passed(done)
        self.assertRegex(done.stdout, r"(?m)^ connected 500 clients to node at ws://127\.0\.0\.1:\d+ in [\d.]+ seconds "
                                      r"\(retries 0 = failed 0 \+ lost 0\)$")
        one = json.loads(figures.read_text())[0]
        self.assertEqual((one["connected"], one["dropped"], one["clean"]), (500, 0, 500))
        times = one["timeToOpenMs"]
        self.assertTrue(0 < times["p50"] <= times["p90"] <= times["p99"] <= times["max"])

    def test_mass_connect_retries(self) -> None:
        """A server that refuses every second handshake is asked again; one that is not there is given up."""
        port = self.server("node", "-e", """
            const { WebSocketServer } = require('ws');
            let asked = 0;
            const server = new WebSocketServer({ host: '127.0.0.1', port: 0, verifyClient: () => ++asked % 2 === 0 });
            server.on('listening', () => console.log(`listening on 127.0.0.1:${server.address().port}`));
        """)
        done = self.tool("massconnect", "-w", f"ws://127.0.0.1:{port}", "--connections", "20")
        self.assert_passed(done)
        self.assertRegex(done.stdout, r"failed 0 \+ lost (19|20)\)")
        done = self.tool("massconnect", "-w", f"ws://127.0.0.1:{free_port()}", "--connections", "5", "--patience", "0.5")
        self.assertEqual(done.returncode, 3)
        self.assertIn("given up after 0.5 seconds without a new connection: Connection refused", done.stdout)

    def test_client_modes_tell_of_an_unreachable_server(self) -> None:
        closed = free_port()
        for mode in ("echoclient", "broadcastclient", "testeeclient"):
            with self.subTest(mode):
                tool = self.tool(mode, "-w", f"ws://no-such-host.invalid:{closed}")
                self.assertEqual(tool.returncode, 3)
                self.assertIn("Connection to ws://no-such-host.invalid", tool.stdout)


if __name__ == "__main__":
    sys.exit(main(__doc__))
