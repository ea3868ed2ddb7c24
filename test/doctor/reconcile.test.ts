import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ReconcileOptions, reconcile } from '../../doctor/reconcile.ts';
import { readReconciliation } from '../../functions/requests/tasks/reconciliation.ts';
import { HOUR } from '../../functions/rooms/model/time.ts';
import { type Engines, startEngines } from '../support/engines.ts';
import { START } from '../support/rooms.ts';

let engines: Engines;
let sqs: SQSClient;
beforeAll(async () => {
  engines = await startEngines();
  ({ sqs } = engines.clients);
});
afterAll(async () => {
  await engines.stop();
});

const APPLICATIONS = [{ name: 'first' }, { name: 'second' }];
let queues = 0;

async function send(options: ReconcileOptions, links = true) {
  queues += 1;
  const queue = engines.queues.create(
    `reconciliations-${queues}`,
    `arn:aws:sqs:local:000000000000:reconciliations-${queues}`,
    {},
  );
  const environment = { WORK_QUEUE: queue.url, ...(links && { LINKS_TABLE: 'links' }) };
  const functions = new Map([['reconcile-rooms', { environment }]]);
  const said = await reconcile(
    { now: () => START, ...options },
    { functions, applications: APPLICATIONS },
    { sqs },
  );
  return { said, sent: queue.messages().map(({ body }) => readReconciliation(body)) };
}

describe('the command', () => {
  it('starts a comparison of all applications', async () => {
    expect(await send({})).toEqual({
      said: 'a comparison of all applications has been started',
      sent: [{ applications: undefined, confirmed: undefined }],
    });
  });

  it('confirms so many findings of one application, for six hours', async () => {
    const { said, sent } = await send({ confirm: 'second', findings: '300' });
    const until = START + 6 * HOUR;
    expect(sent).toEqual([
      { applications: ['second'], confirmed: { application: 'second', findings: 300, until } },
    ]);
    expect(said).toContain(`up to 300 rooms until ${new Date(until).toISOString()}`);
  });

  it('has all links written again, which compares nothing', async () => {
    expect(await send({ links: true })).toEqual({
      said: 'every link is being written again, which changes no room',
      sent: [{ links: {} }],
    });
  });

  it('refuses links where the deployment has none, or beside a confirmation', async () => {
    await expect(send({ links: true }, false)).rejects.toThrow('its setting `links` is off');
    const both = { links: true, confirm: 'first', findings: '3' };
    await expect(send(both)).rejects.toThrow('goes without --confirm and --findings');
  });

  it.each([
    ['an application that is not in the pool', { confirm: 'third', findings: '300' }, 'first, second'],
    ['no application', { findings: '300' }, /^--confirm must be an application of the pool \([^)]*\)$/],
    ['no number', { confirm: 'first' }, /^--findings must be .* that was reported: the event/],
    ['no whole number', { confirm: 'first', findings: '3e9' }, '--findings must be the number'],
    ['nothing to confirm', { confirm: 'first', findings: '0' }, '--findings must be the number'],
  ])('refuses %s', async (_, options, message) => {
    await expect(send(options)).rejects.toThrow(message);
  });
});
