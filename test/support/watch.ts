import type { RoomContext } from '../../functions/rooms/lifecycle/context.ts';
import { type Link, linkOf } from '../../functions/rooms/model/link.ts';
import type { EventBus, RoomProvider, RoomStore } from '../../functions/rooms/model/ports.ts';
import type { Room } from '../../functions/rooms/model/room.ts';
import { roomToken } from '../../functions/rooms/model/token.ts';
import type { World } from './world.ts';

export interface WatchOptions {
  /** Workers may pause between a claim and its call for longer than the lease, which no function can do. */
  readonly slowWorkers?: boolean;
}

/**
 * Checks every call of a world's ports against the invariants. Violations are listed and not thrown, because
 * a worker could catch them.
 */
export interface Watch {
  readonly context: RoomContext;
  readonly violations: readonly string[];
  /** The tables were restored to an earlier moment: later observations no longer count. */
  forget(): void;
}

export function watched(world: World, { slowWorkers = false }: WatchOptions = {}): Watch {
  const { context } = world;
  const violations: string[] = [];
  /** The room that was current in each generation of each key. */
  const current = new Map<string, string>();
  /** Announcements that must precede the end of a room, because one write has both. */
  const owed = new Map<string, { readonly generation: number; readonly types: readonly string[] }>();
  /** Tokens under which a call with an unknown outcome may have created a room. */
  const unclear = new Set<string>();

  const rowOf = (token: string): Room | undefined =>
    [...world.rooms.rows.values()].find(
      ({ key, claim }) => claim && roomToken(context.deployment, key, claim.generation, claim.spec) === token,
    );

  const events: EventBus = {
    ...context.events,
    async announce(room, news) {
      violations.push(...wrongLinkOf(room, world).map((wrong) => `${wrong} when ${news.type} was told`));
      await context.events.announce(room, news);
    },
  };

  const links: RoomContext['links'] = context.links && {
    ...context.links,
    async write(link) {
      const before = world.links.items.get(link.slug);
      const result = await world.links.write(link);
      judgeLink(before, world.links.items.get(link.slug));
      return result;
    },
  };

  function judgeLink(before: Link | undefined, after: Link | undefined): void {
    if (before && (after?.revision ?? 0) < before.revision) {
      violations.push(`${before.key}: an older link replaced a newer one`);
    }
    if (before?.state === 'withdrawn' && after?.state !== 'withdrawn') {
      violations.push(`${before.key}: a withdrawn link came back`);
    }
  }

  const rooms: RoomStore = {
    ...context.rooms,
    async write(room) {
      const before = world.rooms.rows.get(room.key);
      const written = await context.rooms.write(room);
      judgeWrite(before, written);
      return written;
    },
  };

  function judgeWrite(before: Room | undefined, after: Room): void {
    for (const [source, value] of Object.entries(before?.sequences ?? {})) {
      const now = after.sequences[source as keyof Room['sequences']] ?? '';
      if (now < value) violations.push(`${after.key}: older news of ${source} undid newer`);
    }
    judgeSlug(before?.slug, after);
    if (before && before.generation > after.generation)
      violations.push(`${after.key}: a generation came back`);
    noteRetirees(before?.retirees ?? [], after);
    if (after.current) judgeCurrent(`${after.key} ${after.generation}`, after.current.id, after.retirees);
  }

  function judgeSlug(before: string | undefined, { key, slug, withdrawnSlugs = [] }: Room): void {
    if (before === undefined || before === slug || withdrawnSlugs.includes(before)) return;
    violations.push(`${key}: its link was lost`);
  }

  function noteRetirees(known: Room['retirees'], { retirees, generation, unannounced = [] }: Room): void {
    for (const { id } of retirees) {
      if (known.some((retiree) => retiree.id === id)) continue;
      owed.set(id, { generation, types: unannounced.map(({ type }) => type) });
    }
  }

  function judgeCurrent(generation: string, id: string, retirees: Room['retirees']): void {
    const known = current.get(generation) ?? id;
    if (known !== id) violations.push(`${generation}: ${known} and ${id} were current`);
    current.set(generation, known);
    if (retirees.some((retiree) => retiree.id === id)) {
      violations.push(`${generation}: ${id} is current and to be ended`);
    }
  }

  function watchedProvider(name: string, provider: RoomProvider): RoomProvider {
    return {
      ...provider,
      async create(order) {
        judgeCreate(name, order.token);
        unclear.add(order.token);
        try {
          return await provider.create(order);
        } catch (error) {
          if (!mayHaveActed(error)) unclear.delete(order.token);
          throw error;
        }
      },
      async find(token, since) {
        const row = rowOf(token);
        if (!slowWorkers && !row) violations.push(`${token}: looked for without an attempt before`);
        unclear.delete(token);
        return provider.find(token, since);
      },
      async retire(id) {
        judgeRetire(id);
        return provider.retire(id);
      },
    };
  }

  function judgeCreate(application: string, token: string): void {
    if (slowWorkers) return;
    if (unclear.has(token)) violations.push(`${token}: made again without a look`);
    const claim = rowOf(token)?.claim;
    const isLive = claim?.purpose === 'open' && claim.leaseUntil > context.now();
    if (!isLive || claim.application !== application) violations.push(`${token}: made without a live claim`);
  }

  function judgeRetire(id: string): void {
    for (const row of world.rooms.rows.values()) {
      if (row.current?.id === id) violations.push(`${row.key}: ${id} was ended while it was current`);
      const { unannounced = [], retirees, key } = row;
      const { types = [], generation = 0 } = owed.get(id) ?? {};
      if (!retirees.some((retiree) => retiree.id === id && !retiree.endsAt && !retiree.urgent)) continue;
      const told = (type: string) =>
        world.announced.some(
          (news) => news.key === key && news.type === type && news.generation >= generation,
        );
      if (!unannounced.every(({ type }) => !types.includes(type) || told(type)))
        violations.push(`${key}: ${id} was ended before anybody was told`);
    }
  }

  const provider = (name: string) => watchedProvider(name, context.pool.provider(name));
  const pool = { ...context.pool, provider };
  return {
    context: { ...context, rooms, events, pool, ...(links && { links }) },
    violations,
    forget() {
      current.clear();
      owed.clear();
      unclear.clear();
    },
  };
}

/** Repeats the contract of `errors.ts`: only these errors are certain to have had no effect. */
function mayHaveActed(error: unknown): boolean {
  const { code, ambiguous } = error as { code?: string; ambiguous?: boolean };
  const harmless = ['provider_refused', 'application_full', 'room_gone', 'unauthorized'];
  return code === 'throttled' ? ambiguous === true : !harmless.includes(code ?? '');
}

/** The link of an announced row must lead to the row's room, or to that of a newer row. */
function wrongLinkOf(room: Room, { links, context }: World): readonly string[] {
  if (!context.links || room.slug === undefined) return [];
  const shown = links.items.get(room.slug);
  if (shown && shown.revision > room.revision) return [];
  const url = linkOf(room, context.links)?.url;
  return shown && shown.url === url ? [] : [`${room.key}: its link led to ${shown?.url} and not to ${url}`];
}

/** Every key has one link, which shows what the row says; its earlier links are unknown. */
function wrongLinksAtRest({ links, context, rooms }: World): readonly string[] {
  if (!context.links) return [];
  const { items } = links;
  const others = new Map([...items].filter(([, { state }]) => state !== 'withdrawn'));
  const wrong: string[] = [];
  for (const row of rooms.rows.values()) {
    const wanted = linkOf(row, context.links);
    if (!wanted) continue;
    const shown = items.get(wanted.slug);
    others.delete(wanted.slug);
    const told = (link: Link | undefined) => JSON.stringify({ ...link, revision: 0, neededUntil: 0 });
    if (told(shown) !== told(wanted))
      wrong.push(`${row.key}: its link says ${told(shown)}, not ${told(wanted)}`);
  }
  return [...wrong, ...[...others.values()].map(({ key }) => `${key}: a link is left that no row knows`)];
}

/** Returns the violations in a world in which all work is done and reconciled. */
export async function wrongAtRest(world: World): Promise<readonly string[]> {
  const rows = [...world.rooms.rows.values()];
  const wrong = rows.flatMap(({ key, claim, unannounced, retirees }) => [
    ...(claim ? [`${key}: a claim is left`] : []),
    ...(unannounced ?? []).map(({ type }) => `${key}: ${type} was never told`),
    ...retirees.filter(({ endsAt }) => endsAt === undefined).map(({ id }) => `${key}: ${id} was to end`),
  ]);
  wrong.push(...wrongLinksAtRest(world));
  const kept = new Set(world.kept());
  const known = new Set(rows.flatMap(({ current, previous }) => [current?.id, previous?.id]));
  for (const entry of (await world.rooms.scan()).items) if (!('revision' in entry)) known.add(entry.roomId);
  for (const id of kept) if (!known.has(id)) wrong.push(`${id} lives and is nobody's`);
  for (const { key, current, generation } of rows) {
    if (!current || current.expiresAt <= world.clock.now) continue;
    if (!kept.has(current.id)) wrong.push(`${key}: its current room ${current.id} does not live`);
    // a worker that was overtaken may repeat an older announcement: listeners compare generations
    const told = world.announced.some((news) => news.generation === generation && news.roomId === current.id);
    if (!told) wrong.push(`${key}: ${current.id} was not told`);
  }
  return wrong;
}
