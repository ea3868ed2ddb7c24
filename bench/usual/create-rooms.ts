import { z } from 'zod';
import { perRecord } from './records.ts';
import { openRoom } from './rooms.ts';

const requestSchema = z.object({
  key: z.string().min(1).max(128),
  display_name: z.string().min(1).max(200),
  lifetime: z.string(),
});

export const handler = perRecord(requestSchema, async (request) => {
  await openRoom({ ...request, generation: 1 }, 'Room Created');
});
