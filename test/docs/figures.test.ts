import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SAFEGUARDS } from '../../chaos/safeguards/list.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

const README = read('README.md');
const GUIDE = read('docs/guide/cost.md');
const COSTS = read('bench/cost/results.md');

/** Dollars a million, of the part of the results with this title. */
function total(title: string): number {
  const part = COSTS.split('## ').find((text) => text.startsWith(title)) ?? '';
  return Number(/\*\*total\*\*\s*\|\s*\|\s*([\d.]+)/.exec(part)?.[1]);
}

const created = total('A million rooms created');
const kept = total('A million rooms kept');
const rotated = total('A million rooms rotated');

test('the guide and the README say what the bill says', () => {
  const written = (name: string) =>
    Number(new RegExp(`^\\| ${name}[^|]*\\| ([\\d.]+) \\|$`, 'm').exec(GUIDE)?.[1]);
  expect([written('rooms created'), written('rooms kept'), written('rooms rotated')]).toEqual([
    created,
    kept,
    rotated,
  ]);
  expect(GUIDE).toContain(`n × (${created} + ${kept} + ${rotated} × 365 / (d - 7))`);
  expect(README).toContain(`| a million rooms rotated once | ${rotated} USD |`);
});

test('the examples of the guide are what its formula gives', () => {
  const examples = [...GUIDE.matchAll(/rooms of (\d+) days \| ([\d,]+) \| ([\d.]+) \|/g)];
  expect(examples).toHaveLength(3);
  for (const [, days, rooms = '', dollars] of examples) {
    const each = created + kept + (rotated * 365) / (Number(days) - 7);
    expect(((Number(rooms.replaceAll(',', '')) * each) / 1_000_000).toFixed(2)).toBe(dollars);
  }
});

test('the guide says what visits of links cost as the results say', () => {
  const ways = (text: string) =>
    [
      ...text.matchAll(
        /^\| ((?:function URL|CloudFront|API Gateway)[^|]*?) *\| *([\d.]+) \| *([\d.]+) \|$/gm,
      ),
    ].map((row) => row.slice(1));
  expect(ways(GUIDE)).toHaveLength(5);
  expect(ways(GUIDE)).toEqual(ways(read('bench/links/results.md')));
});

test('the README says how a cold start compares as the results say', () => {
  const ratio = (other: string) =>
    Number(
      new RegExp(`create-rooms, of the ${other}: .*?([\\d.]+), aim at most`).exec(
        read('bench/results.md'),
      )?.[1],
    );
  expect(README).toContain(`${ratio('floor')} of the first, ${ratio('usual way')} of the second`);
});

test('the README says what a plan reads, which is alike for every table', () => {
  const plans = [
    ...read('bench/rotation/results.md').matchAll(/\| ([\d,]+) \| 10,000 \| index \| (\d+) \| (\d+) \|/g),
  ];
  expect(plans.map(([, rows]) => rows)).toEqual(['10,000', '100,000', '1,000,000']);
  for (const [, , queries, units] of plans) {
    expect(README).toContain(`| ${queries} queries, ${units} read units, alike |`);
  }
});

test('the guide says what connected calendars cost as the results say', () => {
  const month = Number(/\*\*total\*\*\s*\|\s*\|\s*([\d.]+)/.exec(read('bench/cost/calendars.md'))?.[1]);
  expect(month).toBeGreaterThan(0);
  expect(GUIDE).toContain(`| read every 5 minutes | ${month.toFixed(2)} |`);
  expect(GUIDE).toContain(`| read every 15 minutes, as by default | ${(month / 3).toFixed(2)} |`);
});

test('the README counts the safeguards', () => {
  expect(README).toContain(`| ${SAFEGUARDS.length} safeguards, each switched off`);
});
