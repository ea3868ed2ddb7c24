import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { journey } from './journey.ts';

const system = journey();

const MINUTE = 60_000;
const name = 'Bad';
const json = (value: unknown) => JSON.stringify(value);
const iso = (at: number) => new Date(at).toISOString();

/** What is sent, made when the clock of the system is known, and the reason that must stand on it. */
const BAD: Readonly<Record<string, { body: (now: number) => string; reason: RegExp }>> = {
  'not JSON': { body: () => 'room please', reason: /^body: must be JSON/ },
  'a missing name': { body: () => json({ lifetime: 'P1D' }), reason: /^display_name: is missing/ },
  'an expiry in the past': {
    body: (now) => json({ display_name: name, expires_at: iso(now - MINUTE) }),
    reason: /^expires_at: must .*, got "?\d{4}-/,
  },
  'an expiry in less than ten minutes': {
    body: (now) => json({ display_name: name, expires_at: iso(now + 9 * MINUTE) }),
    reason: /^expires_at: must .*10 minutes/,
  },
  'an expiry over a year ahead': {
    body: (now) => json({ display_name: name, expires_at: iso(now + 367 * 24 * 60 * MINUTE) }),
    reason: /^expires_at: must .*365 days/,
  },
  '501 characters of metadata': {
    body: () => json({ display_name: name, lifetime: 'P1D', metadata: 'x'.repeat(501) }),
    reason: /^metadata: must .*characters/,
  },
  'an unknown field': {
    body: () => json({ display_name: name, lifetime: 'P1D', colour: 'red' }),
    reason: /has no field "colour"/,
  },
  'a body of 300 KB': {
    body: () => json({ display_name: name, lifetime: 'P1D', metadata: 'x'.repeat(300 * 1024) }),
    reason: /^body: must have at most 262144 bytes, got 30\d{4}/,
  },
  'a key with a space': {
    body: () => json({ display_name: name, lifetime: 'P1D', key: 'a b' }),
    reason: /^key: must/,
  },
};

test('every bad request rests with a reason that names the field and the rule, and the good ones go through', async () => {
  const { doors, stack, deadLetters, room } = system();
  const bodies = new Map(Object.entries(BAD).map(([what, { body }]) => [what, body(stack.clock.now())]));
  const good = ['good-1', 'good-2', 'good-3'];
  const [first = '', ...rest] = good.map((key) => json({ key, display_name: 'Good', lifetime: 'P10D' }));
  await sendTogether([first, ...bodies.values(), ...rest]);
  await stack.settle();

  const letters = deadLetters();
  expect(letters).toHaveLength(bodies.size);
  for (const [what, body] of bodies) {
    const letter = letters.find((one) => one.body === body);
    expect(letter, what).toBeDefined();
    expect(letter?.queue).toContain('Requests');
    expect(letter?.attributes.failureReason, what).toMatch(BAD[what]?.reason as RegExp);
  }
  for (const key of good) expect(await room(key)).toMatchObject({ state: 'active', generation: 1 });
  expect(await doors.rooms()).toHaveLength(good.length);
});

/** In as few calls as SQS takes, so that good and bad meet in one batch of the function. */
async function sendTogether(bodies: readonly string[]): Promise<void> {
  const { doors, stack } = system();
  const client = new SQSClient({
    region: 'local',
    endpoint: stack.environment.AWS_ENDPOINT_URL_SQS,
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  });
  for (let i = 0; i < bodies.length; i += 10) {
    const Entries = bodies.slice(i, i + 10).map((MessageBody, n) => ({ Id: String(n), MessageBody }));
    await client.send(new SendMessageBatchCommand({ QueueUrl: doors.requestsQueueUrl, Entries }));
  }
  client.destroy();
}

test('an event with a bad detail rests with a reason that names the field inside it', async () => {
  const { tell, deadLetters } = system();
  await tell('Room Requested', { key: 'event', display_name: '', lifetime: 'P10D' });
  expect(deadLetters().at(-1)?.attributes.failureReason).toMatch(/^detail\.display_name: must/);
});
