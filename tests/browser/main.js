'use strict';
// usage: node main.js SUITE…      runs tests; exit status 77: there is no browser.
const fs = require('node:fs');
const { spec } = require('node:test/reporters');
const { run } = require('node:test');

const lacking = [];
try {
  require.resolve('playwright-core');
} catch {
  lacking.push('playwright-core');
}
const browser = process.env.CHROMIUM || '/usr/bin/chromium';
if (!fs.existsSync(browser)) lacking.push(browser);
if (lacking.length > 0) {
  console.log(`skipped: ${lacking.join(' and ')} missing (scripts/install-deps peers)`);
  process.exit(process.env.CI === 'true' ? 1 : 77);
}
run({ files: process.argv.slice(2), concurrency: 1 })
  .on('test:fail', () => { process.exitCode = 1; })
  .compose(new spec())
  .pipe(process.stdout);
