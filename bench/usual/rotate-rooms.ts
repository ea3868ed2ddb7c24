import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { TableName, table } from './clients.ts';
import { perRecord } from './records.ts';
import { openRoom } from './rooms.ts';

const rotationSchema = z.object({ key: z.string(), generation: z.number(), cause: z.string() });

const rowSchema = z.object({
  roomKey: z.string(),
  generation: z.number(),
  spec: z.object({ settings: z.object({ display_name: z.string() }) }),
});

export const handler = perRecord(rotationSchema, async ({ key, generation }) => {
  const { Item } = await table.send(new GetCommand({ TableName, Key: { roomKey: key, entry: 'room' } }));
  const row = rowSchema.parse(Item);
  if (row.generation !== generation) return;
  const { display_name } = row.spec.settings;
  await openRoom({ key, display_name, generation: generation + 1 }, 'Room Rotated');
});
