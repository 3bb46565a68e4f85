'use strict';
// Debian's headless Chromium, with a watch on what pages do that they must not.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { chromium } = require('playwright-core');

const EXECUTABLE = process.env.CHROMIUM || '/usr/bin/chromium';

/// A browser with a profile of its own, which `close` removes.
const launch = async () => {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'browser-'));
  const browser = await chromium.launch({
    executablePath: EXECUTABLE,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--no-proxy-server', '--disable-sync',
      '--disable-background-networking', '--disable-component-update', '--disable-dev-shm-usage',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1'],
    env: { ...process.env, HOME: profile },
  });
  const close = async () => {
    await browser.close();
    fs.rmSync(profile, { recursive: true, force: true });
  };
  return { browser, close };
};

/// A page that notes in `faults` every error of a script, every complaint of the console, and every
/// request that is not for `allowed`.
const watchedPage = async (browser, allowed, options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith('data:') && !allowed.some((start) => url.startsWith(start))) {
      faults.push(`request: ${url}`);
    }
  });
  return { page, faults, close: () => context.close() };
};

module.exports = { launch, watchedPage, EXECUTABLE };
