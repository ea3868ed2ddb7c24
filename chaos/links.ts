import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type LinkItem, toLink } from '../functions/adapters/tables/link-item.ts';
import { type Link, linkOf, pageOf } from '../functions/rooms/model/link.ts';
import type { Room } from '../functions/rooms/model/room.ts';
import { DUMMY_CREDENTIALS } from '../local/engines/credentials.ts';
import type { LocalRooms } from '../local/rooms/local-rooms.ts';
import { anyWaits, HOUR, letAllBeServed, letPass } from './clock.ts';

/** Until then at least one night has passed in which every host had a new day. */
const MOST_VISITS = 4;

/**
 * Compares the links table with the rows, and visits the link of every key. @returns the violations, one line
 * each
 */
export async function wrongLinks(
  rooms: LocalRooms,
  rows: ReadonlyMap<string, Room>,
  tokensInLogs: ReadonlySet<string>,
): Promise<readonly string[]> {
  const { table, url } = linksOf(rooms);
  const links = await readLinks(rooms, table);
  const others = new Map([...links].filter(([, { state }]) => state !== 'withdrawn'));
  const wrong: string[] = [];
  const closed: Link[] = [];
  for (const row of rows.values()) {
    const wanted = linkOf(row, { names: false, host: new URL(url).host });
    if (!wanted) continue;
    others.delete(wanted.slug);
    const shown = links.get(wanted.slug);
    if (shown?.state !== wanted.state || shown.url !== wanted.url) {
      wrong.push(
        `${row.key}: its link says ${shown?.state} ${shown?.url}, not ${wanted.state} ${wanted.url}`,
      );
    }
    const met = await visit(`${url}${wanted.slug}`);
    const page = pageOf(wanted, rooms.stack.clock.now());
    if (page === 'on-demand') closed.push(wanted);
    if (met.state !== page || (page === 'live' && met.url !== row.current?.guestUrl)) {
      wrong.push(`${row.key}: a visitor met ${met.state} ${met.url}, not ${page} ${row.current?.guestUrl}`);
    }
  }
  const left = [...others.values()].map(({ key }) => `${key}: a link is left that no row knows`);
  wrong.push(...left, ...(await unopened(rooms, closed, url)));
  const leaks = [...links.values()].filter(({ slug }) => tokensInLogs.has(slug));
  return [...wrong, ...leaks.map(({ key }) => `${key}: a slug of it is in a log`)];
}

/**
 * Visitors press the button of every room on demand that is not open. Where a host of rooms has used up its day, they
 * press it again later. @returns those that were not opened
 */
async function unopened(rooms: LocalRooms, links: readonly Link[], url: string): Promise<readonly string[]> {
  let closed = links;
  for (let visits = 1; closed.length > 0 && visits <= MOST_VISITS; visits += 1) {
    if (visits > 1) await letAllBeServed(rooms.stack);
    for (const { slug } of closed) await visit(`${url}${slug}`, 'POST');
    await letPass(rooms.stack, HOUR);
    const met = await Promise.all(closed.map(({ slug }) => visit(`${url}${slug}`)));
    closed = closed.filter((_, index) => met[index]?.state !== 'live');
    if (!anyWaits(rooms.stack)) break;
  }
  return closed.map(({ key }) => `${key}: a visitor knocked, and its room is not open an hour later`);
}

interface Met {
  readonly state: string;
  readonly url?: string;
}

async function visit(address: string, method = 'GET'): Promise<Met> {
  const response = await fetch(address, { method, headers: { accept: 'application/json' } });
  // the public function's own JSON
  return (await response.json()) as Met;
}

/** Returns the table of links, and the start of every link. */
export function linksOf({ stack }: LocalRooms): { readonly table: string; readonly url: string } {
  const environments = stack.functions.map(({ definition: { environment } }) => environment);
  const { LINKS_TABLE: table, LINKS_URL: url } = environments.find(({ LINKS_URL }) => LINKS_URL) ?? {};
  if (!table || !url) throw new Error('the stack has no links');
  return { table, url };
}

async function readLinks({ stack }: LocalRooms, TableName: string): Promise<ReadonlyMap<string, Link>> {
  const client = new DynamoDBClient({
    endpoint: stack.environment.AWS_ENDPOINT_URL_DYNAMODB,
    region: 'local',
    credentials: DUMMY_CREDENTIALS,
  });
  const links = new Map<string, Link>();
  for await (const { Items = [] } of paginateScan({ client }, { TableName })) {
    for (const item of Items) {
      // only the workers write this table
      const link = toLink(unmarshall(item) as LinkItem);
      links.set(link.slug, link);
    }
  }
  client.destroy();
  return links;
}
