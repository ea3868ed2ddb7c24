import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { callProvider, putEvent, TableName, table } from './clients.ts';
import { logger, metrics } from './powertools.ts';

const DAY = 86_400_000;
const LIFE = 90 * DAY;

const link = z.object({ href: z.url() });

export const roomSchema = z.object({
  id: z.uuid(),
  expires_at: z.iso.datetime(),
  _links: z.object({ guest_url: link, host_url: link }),
});

export interface Wanted {
  readonly key: string;
  readonly display_name: string;
  readonly generation: number;
}

/** Creates a room, stores it and announces it. The idempotency layer ensures that this happens once. */
export async function openRoom({ key, display_name, generation }: Wanted, event: string): Promise<void> {
  const expires_at = new Date(Date.now() + LIFE).toISOString();
  const made = roomSchema.parse(
    await callProvider('POST', '/rooms', { type: 'long_term', display_name, expires_at }),
  );
  const room = {
    application: 'main',
    id: made.id,
    guestUrl: made._links.guest_url.href,
    hostUrl: made._links.host_url.href,
    expiresAt: made.expires_at,
  };
  const renewAt = new Date(Date.parse(made.expires_at) - 7 * DAY).toISOString();
  if (generation === 1) await insert(key, display_name, room, renewAt);
  else await replace(key, generation, room, renewAt);
  await putEvent(event, { key, generation, room: { ...room, hostUrl: undefined }, renewAt });
  logger.info(event, { key, generation });
  metrics.addMetric(event.replace(' ', ''), MetricUnit.Count, 1);
}

async function insert(key: string, display_name: string, current: object, renewAt: string): Promise<void> {
  const due = { renewAt, dueAt: renewAt, dueShard: key.length % 16 };
  const spec = { settings: { display_name } };
  const Item = { roomKey: key, entry: 'room', state: 'active', generation: 1, spec, current, ...due };
  await table.send(new PutCommand({ TableName, Item }));
}

async function replace(key: string, generation: number, current: object, renewAt: string): Promise<void> {
  await table.send(
    new UpdateCommand({
      TableName,
      Key: { roomKey: key, entry: 'room' },
      UpdateExpression:
        'SET previous = #current, #current = :current, #generation = :generation, renewAt = :renewAt, dueAt = :renewAt',
      ConditionExpression: '#generation = :last',
      ExpressionAttributeNames: { '#current': 'current', '#generation': 'generation' },
      ExpressionAttributeValues: {
        ':current': current,
        ':generation': generation,
        ':last': generation - 1,
        ':renewAt': renewAt,
      },
    }),
  );
}
