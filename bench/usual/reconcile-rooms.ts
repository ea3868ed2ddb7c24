import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { paginateScan } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { callProvider, putEvent, TableName, table } from './clients.ts';
import { logger, metrics, withPowertools } from './powertools.ts';
import { roomSchema } from './rooms.ts';

const pageSchema = z.object({
  total_items: z.number(),
  _embedded: z.array(roomSchema),
  _links: z.object({ next: z.object({ href: z.string() }) }),
});

const rowSchema = z.array(z.object({ current: z.object({ id: z.string() }).optional() }));

export const handler = withPowertools(async () => {
  const living = await listRooms();
  let lost = 0;
  for await (const { Items = [] } of paginateScan({ client: table }, { TableName })) {
    lost += rowSchema.parse(Items).filter(({ current }) => current && !living.has(current.id)).length;
  }
  await putEvent('Rooms Reconciled', { rooms: living.size, lost });
  logger.info('Rooms reconciled', { rooms: living.size, lost });
  metrics.addMetric('RoomsLost', MetricUnit.Count, lost);
  return { batchItemFailures: [] };
});

async function listRooms(): Promise<ReadonlySet<string>> {
  const living = new Set<string>();
  let start = '';
  while (true) {
    const page = pageSchema.parse(await callProvider('GET', `/rooms?page_size=100${start}`));
    for (const { id } of page._embedded) living.add(id);
    if (page._embedded.length === 0 || living.size >= page.total_items) return living;
    start = `&start_id=${/start_id=(\d+)/.exec(page._links.next.href)?.[1]}`;
  }
}
