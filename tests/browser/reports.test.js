'use strict';
// The pages of reports, opened as files, as their readers do.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { test, before, after } = require('node:test');
const { launch, watchedPage } = require('./browser');
const { run, start, temporaryFolder } = require('./program');

const BAD_SERVER = path.join(__dirname, '..', 'peers', 'servers', 'bad-server.js');
const TOOL = process.env.WSGAUNTLET;
const CASES = '1.1.*,2.2,2.3,2.10,5.1,5.19,7.1.1,9.1.1,9.1.2,9.7.1,12.1.1,12.1.2';

let chromium;
let folder;
let index;
let home;
before(async () => {
  chromium = await launch();
  const parts = temporaryFolder();
  folder = path.join(parts, 'all');
  const run1 = async (name, command) => {
    const { status, output } = await run('fuzzingclient', '--start', command, '-w', 'ws://127.0.0.1:0',
      '--cases', CASES, '--outdir', path.join(parts, name));
    assert.ok(status < 2, output);
  };
  await run1('good', `${TOOL} testeeserver -w ws://127.0.0.1:{port}`);
  await run1('bad', `${process.execPath} ${BAD_SERVER} {port} --mode=no-pong`);
  const { status, output } = await run('report', 'merge', path.join(parts, 'good'), path.join(parts, 'bad'), '-o', folder);
  assert.equal(status, 0, output);
  index = JSON.parse(fs.readFileSync(path.join(folder, 'index.json')));
  home = pathToFileURL(path.join(folder, 'index.html')).href;
});
after(async () => {
  await chromium.close();
  fs.rmSync(path.dirname(folder), { recursive: true, force: true });
});

const opened = async (options) => {
  const watched = await watchedPage(chromium.browser, [pathToFileURL(folder).href], options);
  await watched.page.goto(home);
  return watched;
};
const visible = (page, what) => page.locator(`${what}:visible`).count();
const byId = ([a], [b]) => a.localeCompare(b, 'en', { numeric: true });
const failuresOf = (agent) => Object.entries(index[agent]).sort(byId)
  .filter(([, one]) => one.behavior === 'FAILED' || one.behaviorClose === 'UNCLEAN');
const badAgent = () => Object.keys(index).find((agent) => failuresOf(agent).length > 0);

test('filters, search, folding and order', async () => {
  const { page, faults, close } = await opened();
  const all = await visible(page, '.agent_case_result_row');
  assert.equal(all, Object.keys(index[badAgent()]).length);
  await page.click('#filters [data-filter="fail"]');
  const failing = failuresOf(badAgent()).length;
  assert.equal(await visible(page, '.agent_case_result_row'), failing);
  assert.equal(await page.textContent('#status'), `${failing} of ${all} cases`);
  await page.click('#filters [data-filter="fail"]');
  await page.fill('#search', '12.1.2');
  assert.equal(await visible(page, '.agent_case_result_row'), 1);
  await page.press('#search', 'Escape');
  await page.click('#fold');
  assert.equal(await visible(page, '.agent_case_result_row'), 0);
  await page.click('.case_category button >> nth=0');
  assert.equal(await visible(page, '.agent_case_result_row'), 8);
  await page.click('#fold');
  await page.click('#fold');
  await page.click('#sort');
  const times = await page.$$eval('.agent_case_result_row', (rows) => rows.map((row) => Number(row.dataset.ms)));
  assert.deepEqual(times, times.slice().sort((a, b) => b - a));
  await page.click('#toggle_button button');
  assert.equal(await visible(page, '.close_hide'), 0);
  assert.deepEqual(faults, []);
  await close();
});

test('the keyboard goes from failure to failure, also on their pages', async () => {
  const { page, faults, close } = await opened();
  const failing = failuresOf(badAgent());
  await page.keyboard.press('n');
  assert.equal(await page.locator('.current').count(), 1);
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'search');
  await page.goto(new URL(failing[0][1].reportfile.replace('.json', '.html'), home).href);
  for (const [id] of failing.slice(1)) {
    await page.keyboard.press('n');
    await page.waitForURL(`**_case_${id.replaceAll('.', '_')}.html`);
  }
  await page.keyboard.press('p');
  await page.waitForURL(`**_case_${failing.at(-2)[0].replaceAll('.', '_')}.html`);
  await page.keyboard.press('ArrowLeft');
  await page.waitForLoadState();
  assert.deepEqual(faults, []);
  await close();
});

test('light and dark follow the system, and the button', async () => {
  const colour = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const { page, faults, close } = await opened({ colorScheme: 'dark' });
  assert.equal(await colour(page), 'rgb(20, 23, 26)');
  await page.click('.theme');
  assert.equal(await colour(page), 'rgb(251, 251, 250)');
  await page.reload();
  assert.equal(await colour(page), 'rgb(251, 251, 250)');
  assert.deepEqual(faults, []);
  await close();
});

test('everything is readable without JavaScript', async () => {
  const { page, faults, close } = await opened({ javaScriptEnabled: false });
  assert.equal(await visible(page, '.agent_case_result_row'), Object.keys(index[badAgent()]).length);
  assert.equal(await visible(page, '#toolbar'), 0);
  await page.click('#plots summary');
  assert.ok(await visible(page, '#plots svg') > 2);
  await page.click('a[href*="_case_5_19.html"] >> nth=0');
  assert.match(await page.textContent('.case'), /Case 5\.19/);
  assert.equal(await visible(page, '.theme'), 0);
  assert.deepEqual(faults, []);
  await close();
});

test('pages fit a phone', async () => {
  const { page, faults, close } = await opened({ viewport: { width: 360, height: 740 } });
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
  assert.ok(await fits());
  for (const id of ['5_19', '9_7_1', '1_1_1']) {
    await page.goto(new URL(Object.values(index[badAgent()])
      .find((one) => one.reportfile.endsWith(`_case_${id}.json`)).reportfile.replace('.json', '.html'), home).href);
    assert.ok(await fits(), id);
  }
  assert.deepEqual(faults, []);
  await close();
});

test('every image, control and table says what it is', async () => {
  const { page, close } = await opened();
  const nameless = await page.$$eval('button, input, svg[role], table', (elements) => elements
    .filter((one) => !(one.getAttribute('aria-label') || one.getAttribute('aria-labelledby') || one.caption ||
      one.textContent.trim() || one.title || one.role === 'presentation')).map((one) => one.outerHTML.slice(0, 80)));
  assert.deepEqual(nameless, []);
  await close();
});

test('pages written again from the JSON files show the same', async () => {
  const file = path.join(folder, index[badAgent()]['5.19'].reportfile.replace('.json', '.html'));
  const measured = path.join(folder, index[Object.keys(index).find((one) => one !== badAgent())]['9.7.1']
    .reportfile.replace('.json', '.html'));
  const sequence = (name) => fs.readFileSync(name, 'utf-8').match(/<svg[^]*<\/svg>/)[0];
  const before = [file, measured].map(sequence);
  assert.match(before[0], /\d\.\d ms/);
  assert.match(before[1], /<path class="line"|class="sequence"|life/);
  const { status, output } = await run('report', 'html', folder);
  assert.equal(status, 0, output);
  assert.deepEqual([file, measured].map(sequence), before);
  assert.match(fs.readFileSync(measured, 'utf-8'), /Percentiles of the round trips/);
});

test('what a hostile peer has said does nothing', async () => {
  const hostile = path.join(path.dirname(folder), 'hostile');
  const peer = path.join(__dirname, '..', 'recipes', 'hostile_peer.py');
  const { output } = await run('fuzzingclient', '--start', `python3 ${peer} {port}`, '-w', 'ws://127.0.0.1:0',
    '--cases', '1.1.1,2.2,5.19', '--outdir', hostile);
  const { page, faults, close } = await watchedPage(chromium.browser, [pathToFileURL(hostile).href]);
  page.on('dialog', (dialog) => { faults.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  const pages = fs.readdirSync(hostile).filter((name) => name.endsWith('.html'));
  assert.equal(pages.length, 4, output);
  for (const name of pages) {
    await page.goto(pathToFileURL(path.join(hostile, name)).href);
    assert.match(await page.textContent('body'), /<script>window\.hacked/);
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    assert.equal(await page.locator('img').count(), 0);
  }
  assert.deepEqual(faults, []);
  await close();
});

test('report serve shows the folder under its policy', async (t) => {
  const program = await start(/at (http:\S+)/, 'report', 'serve', folder, '--port', '0');
  t.after(program.stop);
  const { page, faults, close } = await watchedPage(chromium.browser, [program.found[1]]);
  await page.goto(program.found[1]);
  await page.click('#filters [data-filter="fail"]');
  await page.click('#toggle_button button');
  assert.equal(await visible(page, '.close_hide'), 0);
  await page.click('td a[href*="_case_2_2.html"] >> nth=0');
  await page.keyboard.press('n');
  assert.deepEqual(faults, []);
  await close();
});
