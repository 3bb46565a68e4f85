// Bun (uWebSockets) echo server: bun servers/bun-server.js PORT [--tls] [--no-deflate]
const { parse, tlsFiles, MAX } = require('../lib/cli');

const opts = parse();
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: Number(opts._[0]),
  tls: opts.tls ? tlsFiles() : undefined,
  fetch: (req, server) => server.upgrade(req) ? undefined : new Response('websocket only\n', { status: 426 }),
  websocket: {
    perMessageDeflate: !opts['no-deflate'],
    maxPayloadLength: MAX,
    backpressureLimit: 2 * MAX,
    idleTimeout: 0,
    sendPings: false,
    message: (ws, m) => typeof m === 'string' ? ws.sendText(m, true) : ws.sendBinary(m, true),
  },
});
console.log(`listening on 127.0.0.1:${server.port}`);
