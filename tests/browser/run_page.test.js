'use strict';
// The web page of the fuzzing server, as a browser and its user see it.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test, before, after } = require('node:test');
const { launch, watchedPage } = require('./browser');
const { fuzzingServer } = require('./program');

let chromium;
before(async () => { chromium = await launch(); });
after(async () => { await chromium.close(); });

/// A browser says on its console what is wrong with the frames that cases send.
const unexpected = (faults) => faults.filter((fault) => !/^console: WebSocket connection to/.test(fault));

const opened = async (server, options) => {
  const watched = await watchedPage(chromium.browser, [server.url], options);
  await watched.page.goto(server.url);
  await watched.page.waitForSelector('#start:not([disabled])');
  return watched;
};
const status = (page, text) => page.waitForFunction(
  (wanted) => document.getElementById('status').textContent.match(wanted), text, { timeout: 240000 });
const indexOf = (server) => JSON.parse(fs.readFileSync(path.join(server.folder, 'index.json')));

test('a browser runs all cases of 1.* to 10.*', { timeout: 280000 }, async (t) => {
  const server = await fuzzingServer(t, '1.*,2.*,3.*,4.*,5.*,6.*,7.*,9.*,10.*');
  const { page, faults, close } = await opened(server);
  assert.match(await page.textContent('#start'), /Run all \d+/);
  const count = Number((await page.textContent('#start')).match(/\d+/)[0]);
  await page.fill('#agent', 'Browser <b>/1');
  await page.click('#start');
  await status(page, '^\\d+ cases in \\d+ s');
  const index = indexOf(server);
  assert.deepEqual(Object.keys(index), ['Browser <b>/1']);
  const results = Object.values(index['Browser <b>/1']);
  assert.equal(results.length, count);
  // The page and the report agree.
  const bad = results.filter((one) => !['OK', 'INFORMATIONAL'].includes(one.behavior) ||
    !['OK', 'INFORMATIONAL'].includes(one.behaviorClose));
  assert.equal(await page.locator('#failures li').count(), bad.length);
  assert.equal(await page.locator('.cells a').count(), count);
  assert.equal(await page.getAttribute('#bar', 'aria-valuenow'), String(count));
  // What Chromium gets wrong is known: close codes that it answers and should not.
  const failed = results.filter((one) => one.behavior === 'FAILED').map((one) => one.reportfile);
  assert.deepEqual(failed.filter((name) => !/_case_7_9_\d\.json$/.test(name)), []);

  // From a cell to the page of the case, and to the report.
  await page.click('.cells a >> text="1.1.1"');
  assert.match(await page.title(), /^Case 1\.1\.1 - Browser <b>\/1$/);
  await page.goto(server.url);
  await page.click('#report');
  await page.waitForSelector('.agent_case_result_row');
  await page.waitForLoadState('load');
  assert.equal(await page.locator('.agent_case_result_row').count(), count);
  assert.deepEqual(unexpected(faults), []);
  await close();
});

test('page and cases over TLS', { timeout: 60000 }, async (t) => {
  const server = await fuzzingServer(t, '1.1.*,9.1.1', { tls: true });
  assert.match(server.url, /^https:/);
  const { page, faults, close } = await opened(server, { ignoreHTTPSErrors: true });
  assert.match(await page.inputValue('#server'), /^wss:/);
  await page.click('#start');
  await status(page, '^9 cases in \\d+ s');
  assert.equal(await page.locator('#failures li').count(), 0);
  await page.click('#report');
  await page.waitForSelector('.agent_case_result_row');
  assert.deepEqual(faults, []);
  await close();
});

test('a run is stopped, goes on, and outlives a reload', { timeout: 60000 }, async (t) => {
  const server = await fuzzingServer(t, '1.*,5.19,5.20,2.*');
  const { page, faults, close } = await opened(server);
  await page.click('#start');
  await page.waitForSelector('.cells a >> text="2.1"');
  assert.equal(await page.isDisabled('#agent'), true);
  await page.click('#stop');
  await status(page, '^Stopped after \\d+ cases?; \\d+ are left');
  const done = Number((await page.textContent('#status')).match(/after (\d+)/)[1]);
  assert.ok(done >= 17 && done < 29, `${done} cases`);
  assert.equal(Object.keys(indexOf(server)[await page.inputValue('#agent')]).length, done);
  assert.equal(await page.textContent('#start'), `Resume (${29 - done})`);
  await page.click('#start');
  await status(page, '^29 cases in');
  await page.reload();
  await page.waitForSelector('#start:not([disabled])');
  assert.equal(await page.locator('.cells a').count(), 29);
  await page.selectOption('#which', 'open');
  assert.equal(await page.isDisabled('#start'), true);
  assert.deepEqual(unexpected(faults), []);
  await close();
});

test('a selection runs, and a category, and a case again', { timeout: 60000 }, async (t) => {
  // Failures are wanted, which corrections would take away.
  const server = await fuzzingServer(t, '1.*,2.*,5.*,7.9.*', { flags: ['--corrections', 'off'] });
  const { page, close } = await opened(server);
  await page.fill('#cases', '1.1.1, 5.1*  2.1');
  assert.equal(await page.textContent('#start'), 'Run 13');
  await page.fill('#cases', '7');
  assert.equal(await page.textContent('#start'), 'Run 9');
  await page.fill('#cases', 'nonsense');
  assert.equal(await page.isDisabled('#start'), true);
  await page.fill('#cases', '1.1.1');
  await page.press('#cases', 'Enter');
  await status(page, '^1 case in \\d+ s, all passed');
  await page.click('.category:has-text("7 Close") button');
  await status(page, '^9 cases in \\d+ s, 7 did not pass');
  await page.selectOption('#which', 'failed');
  await page.fill('#cases', '');
  assert.equal(await page.textContent('#start'), 'Run 7');
  await page.click('#failures li:first-child button');
  await status(page, '^1 case in \\d+ s, 1 did not pass');
  await close();
});

test('results of other clients are seen as they come', { timeout: 60000 }, async (t) => {
  const server = await fuzzingServer(t, '1.1.1,1.1.2');
  const { page, close } = await opened(server);
  const other = await opened(server);
  await other.page.fill('#agent', 'Other');
  await other.page.click('#start');
  await page.waitForSelector('#agents button >> text="Other"', { state: 'attached' });
  await page.fill('#agent', 'Mine');
  await page.click('#start');
  await status(page, '^2 cases in');
  await page.click('#agents button:has-text("Other")');
  assert.equal(await page.locator('#agents [aria-pressed="true"]').textContent(), 'Other2 of 2');
  await other.close();
  await close();
});

test('a server that is gone is told, and one that comes back is used', { timeout: 60000 }, async (t) => {
  const server = await fuzzingServer(t, '1.1.1');
  const { page, close } = await opened(server);
  await server.stop();
  await status(page, 'is gone');
  assert.equal(await page.isDisabled('#start'), true);
  const again = await fuzzingServer(t, '1.1.1', { port: new URL(server.url).port });
  await status(page, 'there again');
  await page.fill('#server', again.webSocketUrl);
  await page.click('#start');
  await status(page, '^1 case in');
  await page.fill('#server', 'ws://127.0.0.1:1');
  await page.click('#start');
  await status(page, 'no connection to ws://127.0.0.1:1');
  await close();
});

test('the page is used by keyboard, on a phone, in the dark and without JavaScript', { timeout: 60000 }, async (t) => {
  const server = await fuzzingServer(t, '1.*,2.*,7.9.*');
  const phone = await opened(server, { viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
  await phone.page.focus('#agent');
  for (const next of ['server', 'cases', 'which', 'start']) {
    await phone.page.keyboard.press('Tab');
    assert.equal(await phone.page.evaluate(() => document.activeElement.id), next);
  }
  await phone.page.keyboard.press('Enter');
  await status(phone.page, '^36 cases in');
  const sizes = await phone.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.equal(sizes[0], sizes[1]);
  assert.equal(await phone.page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(20, 23, 26)');
  await phone.close();
  const plain = await watchedPage(chromium.browser, [server.url], { javaScriptEnabled: false });
  await plain.page.goto(server.url);
  assert.match(await plain.page.textContent('noscript'), /switched off/);
  await plain.page.click('noscript a');
  assert.match(await plain.page.title(), /Conformance Report/);
  await plain.close();
});

test('only GET and HEAD of what the page has are answered', async (t) => {
  const server = await fuzzingServer(t, '1.1.1');
  const code = async (target, options) => (await fetch(new URL(target, server.url), options)).status;
  assert.equal(await code('/'), 200);
  assert.equal(await code('/', { method: 'POST' }), 405);
  assert.equal(await code('/', { method: 'HEAD' }), 200);
  assert.equal(await code('/reports/index.json'), 200);
  fs.writeFileSync(path.join(server.folder, '.secret.json'), '{}');
  fs.symlinkSync('/etc/passwd', path.join(server.folder, 'passwd.html'));
  for (const target of ['/run.html', '/reports/.secret.json', '/reports/passwd.html', '/reports/%2e%2e%2fetc%2fpasswd',
    '/reports/..%5c..%5cpasswd.html', '/reports//etc/passwd.html', '/etc/passwd', '/reports/x.txt']) {
    assert.equal(await code(target), 404, target);
  }
  const policy = (await fetch(new URL('/reports/', server.url))).headers.get('content-security-policy');
  assert.match(policy, /default-src 'none'; script-src 'sha256-/);
});
