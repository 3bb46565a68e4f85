'use strict';
// Debian's headless Chromium, driven by playwright-core; the loop runs in a page served from loopback.
const fs = require('fs');
const os = require('os');
const path = require('path');
const http = require('http');
const { chromium } = require('playwright-core');
const { parse, client } = require('../lib/cli');

const page = `<!doctype html><meta charset="utf-8"><title>chromium client</title><script>
const talk = (url, echo) => new Promise((resolve) => {
  let last;
  const ws = new WebSocket(url);
  ws.binaryType = 'arraybuffer';
  ws.onmessage = (e) => { last = e.data; if (echo) ws.send(e.data); };
  ws.onclose = () => resolve(last);
});
</script>`;

const main = async () => {
  const opts = parse();
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'peer-chromium-'));
  const web = http.createServer((req, res) => res.setHeader('content-type', 'text/html').end(page));
  await new Promise((done) => web.listen(0, '127.0.0.1', done));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: opts.chromium || '/usr/bin/chromium',
    headless: true,
    ignoreHTTPSErrors: true,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--no-proxy-server', '--disable-sync',
      '--disable-background-networking', '--disable-component-update', '--disable-domain-reliability',
      '--disable-dev-shm-usage', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1'],
  });
  try {
    const open = async () => {
      const tab = await context.newPage();
      await tab.goto(`http://127.0.0.1:${web.address().port}/`);
      return tab;
    };
    let tab = await open();
    await client(async (url, echo) => {
      try {
        return await tab.evaluate(async ([u, e]) => {
          const r = await talk(u, e);
          return typeof r === 'string' ? r.slice(0, 32) : undefined;
        }, [url, echo]);
      } catch (e) { // the page crashed: go on in a new one
        console.error(`${url}: ${e.message.split('\n')[0]}`);
        tab = await open();
      }
    }, opts);
  } finally {
    await context.close();
    web.close();
    fs.rmSync(profile, { recursive: true, force: true });
  }
};
main();
