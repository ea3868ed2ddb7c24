import { mustHold } from '../../functions/rooms/fleet/brake.ts';
import { type Inventory, type ListedRoom, orphansOf } from '../../functions/rooms/fleet/inventory.ts';
import { type Comparison, compareRooms } from '../../functions/rooms/fleet/reconcile.ts';
import type { ProviderRoom, RotationOrder } from '../../functions/rooms/model/ports.ts';
import type { LiveRoom, Room, RoomChange } from '../../functions/rooms/model/room.ts';
import { namesOf } from '../../functions/rooms/model/room.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { argument } from '../frame/argument.ts';
import { iso } from './listed-room.ts';

/** The result of comparing the providers' lists with the table, as JSON. */
export interface Drift {
  readonly applications: readonly ComparedApplication[];
  /** The findings, one account after the other. */
  readonly findings: readonly Finding[];
  /** Rooms of other owners, if requested. */
  readonly strangers?: readonly Stranger[];
}

export interface ComparedApplication {
  readonly application: string;
  /** Rooms of its list that have not expired. */
  readonly rooms: number;
  /** Those of them that belong to other owners. */
  readonly strangers: number;
  readonly findings: number;
  /** Too many rooms are lost or orphaned: reconciliation changes nothing until a person confirms. */
  readonly held: boolean;
  /** Why its list could not be read completely. */
  readonly error?: string;
}

export type FindingKind = 'lost' | 'drifted' | 'unfinished' | 'ended' | 'recovered' | 'orphan';

export interface Finding {
  readonly what: FindingKind;
  readonly application: string;
  /** Absent for an orphan. */
  readonly key?: string;
  readonly generation?: number;
  /** The provider's id of the room. */
  readonly room?: string;
  readonly why: string;
  /** The arguments of the command that fixes it; absent if no command does. */
  readonly command?: string;
}

export interface Stranger {
  readonly application: string;
  readonly room: string;
  readonly guestUrl: string;
  readonly name?: string;
  /** The arguments of the command that takes it over; absent where another deployment keeps it. */
  readonly command?: string;
}

export interface DriftOptions {
  readonly applications: readonly string[];
  readonly strangers: boolean;
  /** Called with the number of compared rows. */
  readonly told?: (read: number) => void;
}

/** Compares the providers' lists with the table, as reconciliation does, but changes nothing. */
export async function driftOf(deployment: Deployment, options: DriftOptions): Promise<Drift> {
  const { pool, mark, rooms, now, links } = deployment;
  const details = new Map<string, Detail>();
  let read = 0;
  let row: Room | undefined;
  const comparison = await compareRooms(
    { applications: options.applications },
    {
      pool,
      deployment: mark,
      rooms,
      now,
      // a share of the time is for the table, which does not work with infinity
      timeLeft: () => Number.MAX_SAFE_INTEGER,
      mostRooms: Number.POSITIVE_INFINITY,
      ...(links && { links }),
      onRow(room) {
        row = room;
        read += 1;
        if (read % TOLD_EVERY === 0) options.told?.(read);
      },
      onFinding: ({ order, drift }) => void details.set(order.key, { current: row?.current, drift }),
    },
  );
  return told(comparison, details, deployment, options);
}

const TOLD_EVERY = 1000;

/** The description of a finding, in addition to its order. */
interface Detail {
  readonly current: LiveRoom | undefined;
  readonly drift: RoomChange | undefined;
}

function told(
  { inventories, orders, recovered, troubled }: Comparison,
  details: ReadonlyMap<string, Detail>,
  { reconciliation, now }: Deployment,
  options: DriftOptions,
): Drift {
  const applications: ComparedApplication[] = [];
  const findings: Finding[] = [];
  for (const [application, inventory] of inventories) {
    const { rooms, strangers } = inventory.report;
    const held = isHeld(inventory, reconciliation.brake, now());
    const command = mending(application, inventory, { held, mode: reconciliation.mode });
    const found = [
      ...(orders.get(inventory) ?? []).flatMap((order) => ofRow(order, details.get(order.key))),
      ...recovered.flatMap((order) => ofSuccessors(order, application)),
      ...orphansOf(inventory, now()).map(ofOrphan),
    ].map((finding): Finding => ({ application, ...finding, ...(command !== undefined && { command }) }));
    findings.push(...found);
    applications.push({
      application,
      rooms,
      strangers,
      findings: found.length,
      held,
      ...(inventory.next && { error: 'its list could not be read to the end' }),
    });
  }
  for (const [application, error] of troubled) {
    // a provider's adapter and the SDK throw only instances of Error
    const { message } = error as Error;
    applications.push({ application, rooms: 0, strangers: 0, findings: 0, held: false, error: message });
  }
  return {
    applications,
    findings,
    ...(options.strangers && {
      strangers: [...inventories].flatMap(([application, { strangers }]) =>
        [...strangers.values()].map((room) => stranger(application, room)),
      ),
    }),
  };
}

function isHeld(inventory: Inventory, share: number, now: number): boolean {
  const before = { rooms: 0, findings: 0 };
  return mustHold(inventory, { share, confirmed: undefined, held: false, before, now });
}

/** Reconciliation fixes all its findings, unless it only reports, or a person must confirm. */
function mending(
  application: string,
  { report }: Inventory,
  { held, mode }: { readonly held: boolean; readonly mode: Deployment['reconciliation']['mode'] },
): string | undefined {
  if (mode === 'report') return undefined;
  if (!held) return 'reconcile';
  return `reconcile --confirm ${application} --findings ${report.lost + report.orphans}`;
}

type Found = Omit<Finding, 'application' | 'command'>;

function ofRow({ key, generation, cause }: RotationOrder, detail: Detail | undefined): Found[] {
  const room = detail?.current?.id;
  const found = { key, generation, ...(room !== undefined && { room }) };
  switch (cause) {
    case 'drifted':
      return [{ what: cause, ...found, why: driftReason(detail?.drift) }];
    case 'lost':
    case 'unfinished':
    case 'ended':
      return [{ what: cause, ...found, why: REASONS[cause] }];
    default:
      // people in a room are not a problem
      return [];
  }
}

const REASONS = {
  lost: "its room is not in the provider's list",
  unfinished: 'an attempt left something to do: a room to open or end, a link or an announcement',
  ended: 'its room has expired, and that was not announced yet',
} as const;

function driftReason({ settings = {}, expiresAt }: RoomChange = {}): string {
  const parts = [...namesOf(settings), ...(expiresAt === undefined ? [] : ['its end'])];
  return `the provider shows otherwise than was asked for: ${parts.join(', ')}`;
}

function ofSuccessors({ key, found = [] }: RotationOrder, application: string): Found[] {
  return found
    .filter((room) => room.application === application)
    .map(({ id, generation }) => ({
      what: 'recovered',
      key,
      generation,
      room: id,
      why: 'it is of a newer generation than the row knows: the table was restored to an earlier time',
    }));
}

function ofOrphan({ id, createdAt }: ListedRoom): Found {
  return { what: 'orphan', room: id, why: `made at ${iso(createdAt)}, and on no row` };
}

function stranger(application: string, { id, guestUrl, settings, token }: ProviderRoom): Stranger {
  const name = settings?.display_name;
  const command = `import --application ${application} --matching ${argument(id)} --dry-run`;
  return {
    application,
    room: id,
    guestUrl,
    ...(name !== undefined && { name }),
    ...(token === undefined && { command }),
  };
}
