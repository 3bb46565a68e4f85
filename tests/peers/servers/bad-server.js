'use strict';
// A deliberately bad echo server: PORT --mode=NAME [--delay=MS] [--tls], or --list for the modes.
// With --mode=all there is one for each mode, on any port, and a line `MODE PORT` for each.
const net = require('net');
const tls = require('tls');
const crypto = require('crypto');
const { parse, tlsFiles, listen } = require('../lib/cli');
const { Peer, FRAME_MODES, wantsDeflate, deflateHeader, halfOpen, list } = require('../lib/badpeer');

const MODES = {
  ...FRAME_MODES,
  // handshake
  'drop-instant': 'closes TCP as soon as it is accepted',
  'reset-instant': 'resets TCP as soon as it is accepted',
  'silent': 'never answers the handshake',
  'bad-accept': 'answers with a wrong Sec-WebSocket-Accept',
  'no-accept': 'answers without Sec-WebSocket-Accept',
  'no-upgrade': 'answers 101 without an Upgrade header',
  'http-200': 'answers 200 in place of 101',
  'http-503': 'answers 503',
  'garbage-handshake': 'answers the handshake with random bytes',
  'half-handshake': 'sends half of its handshake, then drops TCP',
  'endless-handshake': 'sends header lines without end',
  'slow-handshake': 'legal: sends its handshake byte by byte, 5 ms apart',
  'eager': 'legal: sends a message in one segment with its handshake',
  'unasked-protocol': 'selects a subprotocol that was not offered',
  'unasked-extension': 'agrees to an extension that was not offered',
};

const opts = parse();
const theMode = opts.mode || 'good';
if (opts.list) return list(MODES);
if (!opts._[0] || !(MODES[theMode] || theMode === 'all')) {
  console.error('usage: bad-server.js PORT --mode=NAME [--delay=MS] [--tls]; --list shows the modes');
  process.exit(2);
}

const header = (request, name) => (new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, 'im').exec(request) || [])[1];

const respond = (request, mode) => {
  const key = header(request, 'sec-websocket-key') || '';
  const accept = crypto.createHash('sha1').update(key + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  const lines = [
    mode === 'http-200' ? 'HTTP/1.1 200 OK' : 'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${mode === 'bad-accept' ? 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' : accept}`,
  ];
  if (mode === 'http-503') return 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
  if (mode === 'no-accept') lines.pop();
  if (mode === 'no-upgrade') lines.splice(1, 1);
  if (mode === 'unasked-protocol') lines.push('Sec-WebSocket-Protocol: not-offered');
  if (mode === 'unasked-extension') lines.push('Sec-WebSocket-Extensions: x-not-offered');
  const offer = header(request, 'sec-websocket-extensions') || '';
  if (wantsDeflate(mode) && /permessage-deflate/.test(offer)) lines.push(`Sec-WebSocket-Extensions: ${deflateHeader(mode)}`);
  return lines.join('\r\n') + '\r\n\r\n';
};

const accept = (socket, mode) => {
  socket.on('error', () => {});
  if (mode === 'drop-instant') return socket.destroy();
  if (mode === 'reset-instant') return socket.resetAndDestroy ? socket.resetAndDestroy() : socket.destroy();
  let got = Buffer.alloc(0);
  const onData = (d) => {
    got = Buffer.concat([got, d]);
    const end = got.indexOf('\r\n\r\n');
    if (end < 0) return;
    socket.removeListener('data', onData);
    const response = respond(got.toString('latin1', 0, end), mode);
    const upgrade = () => new Peer(socket, { mode, client: false, delay: Number(opts.delay || 3000) }, got.subarray(end + 4));
    switch (mode) {
      case 'silent': return socket.resume();
      case 'garbage-handshake': return socket.end(crypto.randomBytes(1024));
      case 'half-handshake': return socket.end(response.slice(0, response.length / 2));
      case 'http-503': return socket.end(response);
      case 'endless-handshake': {
        socket.write(response.slice(0, -2));
        const go = () => { while (socket.writable && socket.write(`X-More: ${'x'.repeat(1000)}\r\n`)); };
        return socket.on('drain', go) && go();
      }
      case 'slow-handshake': {
        let i = 0;
        const timer = setInterval(() => {
          if (!socket.writable) return clearInterval(timer);
          socket.write(response[i++]);
          if (i === response.length) { clearInterval(timer); upgrade(); }
        }, 5);
        return;
      }
      case 'eager': socket.write(Buffer.concat([Buffer.from(response), Buffer.from([0x81, 2, 0x68, 0x69])])); return upgrade();
      default: socket.write(response); return upgrade();
    }
  };
  socket.on('data', onData);
};

const start = (mode) => {
  const options = { ...(opts.tls ? tlsFiles() : {}), allowHalfOpen: halfOpen(mode) };
  const server = (opts.tls ? tls : net).createServer(options, (socket) => accept(socket, mode));
  server.on('tlsClientError', () => {});
  return server;
};

if (theMode === 'all') {
  for (const mode of Object.keys(MODES)) {
    const server = start(mode).listen(0, '127.0.0.1', () => console.log(`${mode} ${server.address().port}`));
  }
} else {
  listen(start(theMode), Number(opts._[0]));
}
