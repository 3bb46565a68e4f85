'use strict';
// Shared by the Node peers: command lines, a loopback HTTP(S) server, and the case loop.
const fs = require('fs');
const path = require('path');
const http = require('http');
const https = require('https');

const certs = path.join(process.env.PEERS_BUILD || 'build/peers', 'certs');
exports.MAX = 128 * 1024 * 1024;

// [--name | --name=value | positional]... -> { _: [positional], name: value }
const parse = exports.parse = (argv = process.argv.slice(2)) => {
  const opts = { _: [] };
  for (const arg of argv) {
    const m = /^--([^=]+)(?:=(.*))?$/s.exec(arg);
    if (m) opts[m[1]] = m[2] === undefined ? true : m[2];
    else opts._.push(arg);
  }
  return opts;
};

exports.tlsFiles = () => ({
  key: fs.readFileSync(path.join(certs, 'server.key')),
  cert: fs.readFileSync(path.join(certs, 'server.crt')),
});

// Listens on 127.0.0.1 (port 0: any) and says where.
exports.listen = (server, port) => {
  server.listen(port, '127.0.0.1', () => console.log(`listening on 127.0.0.1:${server.address().port}`));
};

// PORT [--tls] [--no-deflate] -> { opts, deflate, server } with the server listening on 127.0.0.1
exports.server = () => {
  const opts = parse();
  const port = Number(opts._[0]);
  if (!opts._.length || Number.isNaN(port)) {
    console.error(`usage: ${path.basename(process.argv[1])} PORT [--tls] [--no-deflate]`);
    process.exit(2);
  }
  const plain = (req, res) => { res.writeHead(426); res.end('websocket only\n'); };
  const server = opts.tls ? https.createServer(exports.tlsFiles(), plain) : http.createServer(plain);
  exports.listen(server, port);
  return { opts, deflate: !opts['no-deflate'], server };
};

// "1-5,9,20-" and a count -> [1,2,3,4,5,9,20,...,count]
const pick = (range, count) => {
  const out = [];
  for (const part of (range || `1-${count}`).split(',')) {
    const [a, b = a] = part.split('-');
    for (let i = Number(a || 1); i <= Number(b || count); i++) out.push(i);
  }
  return out;
};

// URL AGENT [RANGE]: talk(url, echo) must resolve to the last message once the connection is over.
// A client that never learns of its end is given up after --case-timeout ms (300000) and the loop goes on.
exports.client = async (talkOnce, opts = parse()) => {
  const talk = (url, echo) => new Promise((resolve, reject) => {
    const timer = setTimeout(() => { console.error(`gave up on ${url}`); resolve(); }, Number(opts['case-timeout'] || 300000));
    talkOnce(url, echo).then(resolve, reject).finally(() => clearTimeout(timer));
  });
  const [base, agent, range] = opts._;
  if (!agent) {
    console.error(`usage: ${path.basename(process.argv[1])} URL AGENT [CASES, e.g. 1-10,15] [--no-deflate]`);
    process.exit(2);
  }
  const url = base.replace(/\/+$/, '');
  const name = encodeURIComponent(agent);
  const count = Number(await talk(`${url}/getCaseCount`, false));
  if (!count) throw new Error(`getCaseCount: no count from ${url}`);
  const cases = pick(range, count);
  for (const i of cases) {
    if (opts.verbose) console.log(`case ${i}/${count}`);
    await talk(`${url}/runCase?case=${i}&agent=${name}`, true);
  }
  await talk(`${url}/updateReports?agent=${name}`, false);
  console.log(`${agent}: ran ${cases.length} of ${count} cases`);
};
