import { expect, test } from 'vitest';
import { runbookAddress } from '../../bin/runbook-address.ts';

test.each([
  ['https://git.example.com/team/rooms.git', 'https://git.example.com/team/rooms/blob/HEAD/docs/runbook.md'],
  [
    'https://me:token@git.example.com/team/rooms',
    'https://git.example.com/team/rooms/blob/HEAD/docs/runbook.md',
  ],
  ['git@git.example.com:team/rooms.git', 'https://git.example.com/team/rooms/blob/HEAD/docs/runbook.md'],
  [
    'ssh://git@git.example.com:2222/team/rooms.git',
    'https://git.example.com/team/rooms/blob/HEAD/docs/runbook.md',
  ],
  ['/srv/git/rooms.git', undefined],
  ['', undefined],
])('of a clone of %s the runbook is at %s', (remote, address) => {
  expect(runbookAddress(remote)).toBe(address);
});
