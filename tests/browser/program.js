'use strict';
// The program under test as a child process, with a report folder of its own.
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const TOOL = process.env.WSGAUNTLET;

const freePort = () => new Promise((resolve) => {
  const probe = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});

const temporaryFolder = () => fs.mkdtempSync(path.join(os.tmpdir(), 'browser-test-'));

/// Runs the program to its end.
const run = (...args) => new Promise((resolve, reject) => {
  const child = spawn(TOOL, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (text) => { output += text; });
  child.stderr.on('data', (text) => { output += text; });
  child.on('error', reject);
  child.on('close', (status) => resolve({ status, output }));
});

/// Starts the program, and waits for a line of its output that `ready` fits.
const start = (ready, ...args) => new Promise((resolve, reject) => {
  const child = spawn(TOOL, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((done) => child.on('close', done));
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
    const found = output.match(ready);
    if (found) resolve({ found, stop: () => { child.kill('SIGTERM'); return ended; } });
  });
  child.on('error', reject);
  ended.then((status) => reject(new Error(`the program ended with ${status}:\n${output}`)));
});

/// A fuzzing server with a web page; `folder` is where its reports are. It ends with the test `t`.
const fuzzingServer = async (t, cases, { port, tls, flags = [] } = {}) => {
  const folder = temporaryFolder();
  const web = port ?? await freePort();
  const program = await start(/Listening on (wss?:\S+)\nWeb page (https?:\S+)\n/, 'fuzzingserver',
    '-w', `${tls ? 'wss' : 'ws'}://127.0.0.1:0`, ...(tls ? ['--tls-self-signed'] : []),
    '--webport', String(web), '--outdir', folder, '--cases', cases, ...flags);
  t.after(async () => {
    await program.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  });
  return { webSocketUrl: program.found[1], url: program.found[2], folder, stop: program.stop };
};

module.exports = { run, start, freePort, fuzzingServer, temporaryFolder };
