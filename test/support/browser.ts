import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Chromium from '@sparticuz/chromium';
import axe from 'axe-core';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { PATIENT } from './time-outs.ts';

/** Another browser than npm's, which runs on Linux on x64 only. */
const OWN = process.env.CHROMIUM_PATH;

export const hasBrowser = OWN !== undefined || (process.platform === 'linux' && process.arch === 'x64');

export async function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: OWN ?? (await unpacked()),
    // npm's browser is made for one page in one process, and ends with its first context
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
    headless: true,
    timeout: PATIENT,
  });
}

/** A context whose waits have no limit of their own: Playwright's is 30 seconds. */
export async function newContext(browser: Browser, options: BrowserContextOptions): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENT);
  return context;
}

/** npm's browser is unpacked by the first who asks: a file that is still written cannot be started. */
async function unpacked(): Promise<string> {
  const ready = join(tmpdir(), 'chromium-is-unpacked');
  try {
    mkdirSync(join(tmpdir(), 'chromium-is-being-unpacked'));
    await Chromium.executablePath();
    writeFileSync(ready, '');
  } catch (error) {
    // another worker came first
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  while (!existsSync(ready)) await sleep(50);
  return Chromium.executablePath();
}

/** Returns each fault of accessibility that axe finds in a page, with the elements that have it. */
export async function accessibilityFaults(tab: Page): Promise<readonly string[]> {
  // the policy of our pages lets no script in but their own: this comes through the browser's door
  const { violations } = (await tab.evaluate(`${axe.source};axe.run(document)`)) as axe.AxeResults;
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`);
}
