import { linksTable } from '../../functions/adapters/tables/links-table.ts';
import { DAY } from '../../functions/rooms/model/time.ts';
import { startQueues } from '../../local/engines/queues.ts';
import { dynamoDbAt } from '../../local/engines/services.ts';
import { makeLinksTable } from '../../local/engines/table-engines.ts';
import { bundleOf, bytesOf, SETTINGS, type Variant } from '../bundles.ts';
import type { ColdRuns } from '../measures/cold.ts';
import type { WarmEffort, WarmRuns } from '../measures/warm.ts';
import { BenchContainer, type Work } from '../world/container.ts';
import { startTableEngine, type TableEngineName } from '../world/table-engine.ts';
import { LAMBDA } from '../world/world.ts';

const NAME = 'open-room';
export const VISITED: readonly Variant[] = ['ours', 'floor', 'usual way'];
const WARM_UP = 3;

/** A link whose room is open, and everything that a function needs to visit it. */
export interface LinkWorld {
  readonly endpoints: { readonly tables: string };
  readonly engine: TableEngineName;
  environment(endpoints?: LinkWorld['endpoints']): Readonly<Record<string, string>>;
  visits(count: number): Work;
  stop(): Promise<void>;
}

export async function startLinkWorld(): Promise<LinkWorld> {
  const [{ tables, engine }, queues] = await Promise.all([startTableEngine(), startQueues()]);
  const tableName = await makeLinksTable(tables);
  const policy = { retention: 90 * DAY, linksUrl: 'https://links.example/', names: false };
  const links = linksTable(dynamoDbAt(tables.endpoint), { tableName, ...policy });
  const link = { slug: links.newSlug(), key: 'team/stand-up', state: 'kept', revision: 1 } as const;
  await links.write({ ...link, url: 'https://meetings.example/room', expiresAt: Date.now() + 90 * DAY });
  const requests = queues.create('requests', 'arn:aws:sqs:eu-central-1:000000000000:requests', {});
  return {
    engine,
    endpoints: { tables: tables.endpoint },
    environment: (endpoints = { tables: tables.endpoint }) => ({
      ...LAMBDA,
      AWS_ENDPOINT_URL_DYNAMODB: endpoints.tables,
      LINKS_TABLE: tableName,
      REQUESTS_QUEUE: requests.url,
      APPEARANCE: JSON.stringify({ page: 'redirect' }),
      POWERTOOLS_SERVICE_NAME: 'bench',
      POWERTOOLS_METRICS_NAMESPACE: 'bench',
    }),
    visits: (count) => ({ body: '', path: `/${link.slug}`, from: 0, to: count, batchSize: 1 }),
    async stop() {
      await Promise.all([tables.stop(), queues.stop()]);
    },
  };
}

/** Like `measureCold`: a fresh process imports the bundle and answers its first visit. */
export async function coldVisits(
  world: LinkWorld,
  rounds: number,
): Promise<readonly [ColdRuns, ...ColdRuns[]]> {
  const runs = VISITED.map(
    (variant): ColdRuns => ({
      variant,
      bytes: bytesOf(variant, NAME),
      load: [],
      first: [],
      total: [],
      cpu: [],
    }),
  );
  // the first round fills the file system's cache
  for (let round = -1; round < rounds; round += 1) {
    for (const { variant, ...taken } of round % 2 === 0 ? runs : runs.toReversed()) {
      const container = containerOf(variant, world);
      const { loaded, ran } = await container.start(world.visits(1));
      await container.stop();
      if (round < 0) continue;
      taken.load.push(loaded.milliseconds);
      taken.first.push(ran.milliseconds);
      taken.total.push(loaded.milliseconds + ran.milliseconds);
      taken.cpu.push(loaded.cpu + ran.cpu);
    }
  }
  // there is a run for each way, ours first
  return runs as [ColdRuns, ...ColdRuns[]];
}

/** Like `measureWarm`: one process of each kind, one visit after the other. */
export async function warmVisits(
  world: LinkWorld,
  { rounds, messages }: WarmEffort,
): Promise<readonly [WarmRuns, ...WarmRuns[]]> {
  const lanes = VISITED.map((variant) => {
    const runs: WarmRuns = { variant, rate: [], cpu: [] };
    return { container: containerOf(variant, world), runs };
  });
  for (const { container } of lanes) {
    await container.load();
    await container.run(world.visits(WARM_UP * messages));
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const { container, runs } of round % 2 === 0 ? lanes : lanes.toReversed()) {
      const { milliseconds, cpu } = await container.run(world.visits(messages));
      runs.rate.push((messages / milliseconds) * 1000);
      runs.cpu.push(cpu / messages);
    }
  }
  for (const { container } of lanes) await container.stop();
  // there is a lane for each way, ours first
  return lanes.map(({ runs }) => runs) as [WarmRuns, ...WarmRuns[]];
}

/** Returns the bytes that the project's own function logs for a visit. */
export async function loggedBytes(world: LinkWorld): Promise<number> {
  const visits = 100;
  const container = containerOf('ours', world);
  await container.load();
  await container.run(world.visits(visits));
  const bytes = container.logged() / visits;
  await container.stop();
  return bytes;
}

function containerOf(variant: Variant, world: LinkWorld): BenchContainer {
  return new BenchContainer({
    bundle: bundleOf(variant, NAME),
    environment: { ...world.environment(), ...SETTINGS[variant] },
  });
}
