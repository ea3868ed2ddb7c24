import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { environmentOf, type Place, peakOf } from './run.ts';
import { type Asked, type Service, STACK } from './service.ts';

/** A page of the console. */
export interface Click {
  readonly page: string;
  /** Milliseconds until the page was there, while the console counts the table: of several clicks, the middle one. */
  readonly during: number;
  /** The same when it has counted. */
  readonly after: number;
  /** What one click asked of the table. */
  readonly asked: Asked;
}

export interface ConsoleRun {
  /** Milliseconds from the start of the process until the first page was there. */
  readonly first: number;
  readonly clicks: readonly Click[];
  /** Seconds until the table was counted. */
  readonly counted: number;
  /** The most memory that the process ever had, in MB. */
  readonly peak: number;
}

type Visit = (path: string) => Promise<Response>;

/** How often each page is asked for. */
const TIMES = 5;

/** How often it is asked whether the table is counted, in milliseconds. */
const GLANCE = 500;

/**
 * Opens the console in a process of its own, and clicks through its pages while it counts the table, and afterwards.
 *
 * @param onlyFirst ends it when its first page is there
 */
export async function clickThrough(place: Place, service: Service, onlyFirst = false): Promise<ConsoleRun> {
  const began = performance.now();
  const child = spawn(process.execPath, [place.program, 'console', '--stack', STACK], {
    env: environmentOf(place),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [printed] = await once(child.stdout, 'data');
    const visit = await visitorOf(String(printed).trim());
    await visit('/');
    const first = performance.now() - began;
    if (onlyFirst) return { first, clicks: [], counted: 0, peak: peakOf(child.pid) };
    const pages = await pagesOf(visit);
    const during = new Map<string, number>();
    for (const [page, path] of pages) during.set(page, await middleOf(() => visit(path)));
    while ((await visit('/count')).status === 202) await new Promise((glance) => setTimeout(glance, GLANCE));
    const counted = (performance.now() - began) / 1000;
    const clicks: Click[] = [];
    for (const [page, path] of pages) {
      service.take();
      await visit(path);
      const asked = service.take();
      const after = await middleOf(() => visit(path));
      clicks.push({ page, during: during.get(page) ?? 0, after, asked });
    }
    return { first, clicks, counted, peak: peakOf(child.pid) };
  } finally {
    child.kill('SIGINT');
    await once(child, 'close');
  }
}

/** Opens the printed address, as a browser does. @returns what fetches the other pages */
async function visitorOf(address: string): Promise<Visit> {
  const opened = await fetch(address, { redirect: 'manual' });
  const cookie = opened.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return async (path) => {
    const answer = await fetch(new URL(path, address), { headers: { cookie } });
    if (!answer.ok) throw new Error(`${path} answers ${answer.status}: ${await answer.text()}`);
    return answer;
  };
}

/** Returns the pages with their addresses, of which two are found on the page of rooms. */
async function pagesOf(visit: Visit): Promise<readonly (readonly [page: string, path: string])[]> {
  const rooms = await (await visit('/rooms')).text();
  const linked = (pattern: RegExp) => {
    const [, path] = pattern.exec(rooms) ?? [];
    if (path === undefined) throw new Error(`the page of rooms has no link like ${pattern}`);
    return path.replaceAll('&amp;', '&');
  };
  return [
    ['overview', '/'],
    ['rooms', '/rooms'],
    ['rooms, the next page', linked(/rel="next" href="([^"]+)"/)],
    ['rooms, a filter that fits none', '/rooms?state=held'],
    ['a room', linked(/href="(\/room\?key=[^"]+)"/)],
    ['coming nights', '/nights'],
    ['dead letters', '/dead-letters'],
  ];
}

/** Returns the milliseconds of the middle one of several visits. */
async function middleOf(visit: () => Promise<Response>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < TIMES; i += 1) {
    const began = performance.now();
    await (await visit()).text();
    times.push(performance.now() - began);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(TIMES / 2)] ?? 0;
}
