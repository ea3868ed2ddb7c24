import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { anchor } from '../../lib/monitoring/alarm.ts';
import { settingNames } from '../../lib/settings/settings.ts';
import { stackWith } from '../support/stacks.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const DOCUMENTS = ['*.md', 'docs/**/*.md', 'bench/**/*.md'].flatMap((pattern) =>
  globSync(pattern, { cwd: PROJECT }),
);

const read = (file: string) => readFileSync(join(PROJECT, file), 'utf8');

/** What is written as code is no link. */
const prose = (text: string) => text.replace(/```[\s\S]*?```|`[^`]*`/g, '');

function anchorsOf(text: string): Set<string> {
  return new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchor(heading)));
}

describe.each(DOCUMENTS)('%s', (file) => {
  test('links to what is there', () => {
    const links = [...prose(read(file)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const broken = links
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => {
        const [path = '', heading] = link.split('#');
        const target = path === '' ? file : join(dirname(file), path);
        if (!existsSync(join(PROJECT, target))) return true;
        return heading !== undefined && !anchorsOf(read(target)).has(heading);
      });
    expect(broken).toEqual([]);
  });

  test('names no npm script that is not there', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const named = [...read(file).matchAll(/npm run (?:-s )?(\w[\w:-]*)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  test('has commands that any shell takes as they are: zsh takes a comment for words', () => {
    const commands = [...read(file).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
      .filter(([, language]) => language === 'sh')
      .flatMap(([, , block = '']) => block.split('\n'));
    expect(commands.filter((line) => /(^| )# /.test(line))).toEqual([]);
  });

  test('names no output that the stack does not have', () => {
    const named = [...read(file).matchAll(/\bout ([A-Z]\w+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !outputs().has(name))).toEqual([]);
  });
});

let known: Set<string> | undefined;
function outputs(): Set<string> {
  const stack = () =>
    stackWith({
      calendarFeeds: 'team',
      calendarConnections: [{ name: 'office', kind: 'google', calendars: ['anna@example.org'] }],
      calendarFiles: 'on',
    });
  known ??= new Set(Object.keys(Template.fromStack(stack()).toJSON().Outputs));
  return known;
}

test('there are documents', () => {
  expect(DOCUMENTS.length).toBeGreaterThan(30);
});

test('every setting is in its table, and no other', () => {
  const rows = [...read('docs/guide/settings.md').matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(rows.toSorted()).toEqual([...settingNames()].toSorted());
});

test('no command that is written down runs a source by whatever Node.js is on the path, which may know no TypeScript', () => {
  for (const file of DOCUMENTS) {
    const commands = [...read(file).matchAll(/```sh\n([\s\S]*?)```/g)]
      .map(([, block = '']) => block)
      .join('\n');
    expect(commands, file).not.toMatch(/(^|[\s;&|])node \S+\.ts/);
  }
});

test('every variable of a command that is written down has its table of settings', () => {
  const used = DOCUMENTS.flatMap((file) =>
    [...read(file).matchAll(/ -c '?(\w+)=/g)].map(([, name = '']) => name).filter((name) => name !== 'name'),
  );
  expect(used.filter((name) => !settingNames().includes(name))).toEqual([]);
});

describe('the page of costs', () => {
  const page = read('docs/guide/cost.md');

  test('counts the alarms that there are, and the metrics in them', () => {
    const alarms = Object.values(Template.fromStack(stackWith()).findResources('AWS::CloudWatch::Alarm'));
    const metrics = alarms.flatMap(({ Properties: { Metrics = [{ MetricStat: {} }] } }) =>
      Metrics.filter((part: object) => 'MetricStat' in part),
    );
    const usd = (0.1 * metrics.length).toFixed(2);
    expect(page).toContain(`| ${alarms.length} alarms, ${metrics.length} metrics | ${usd} |`);
  });
});
