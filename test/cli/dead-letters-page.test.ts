import { expect, test } from 'vitest';
import { deadLettersContent } from '../../cli/console/pages/dead-letters.ts';
import type { DeadLetter } from '../../cli/deployment/deployment.ts';
import { START } from '../support/rooms.ts';

const letter = (id: string): DeadLetter => ({
  queue: 'Requests',
  id,
  body: '{"key":"team/a"}',
  attributes: {},
  sentAt: START,
  receiveCount: 5,
});

async function buttons(...letters: readonly DeadLetter[]): Promise<readonly string[]> {
  const text = String(await deadLettersContent({ letters }));
  return [...text.matchAll(/<button[^>]*>([^<]*)</g)].map(([, name = '']) => name);
}

test('one message has one pair of buttons', async () => {
  expect(await buttons(letter('1'))).toEqual(['Try this message again', 'Discard this message']);
});

test('several messages can be tried again or discarded together, or by reason', async () => {
  expect(await buttons(letter('1'), letter('2'))).toEqual([
    'Try all 2 messages again',
    'Discard all 2 messages',
    'Try the chosen messages again',
    'Discard the chosen messages',
  ]);
});
