import { type RenewalPolicy, renewalWindow } from '../../functions/rooms/model/renewal.ts';
import type { PastGeneration, PreviousRoom, Room, RoomSpec } from '../../functions/rooms/model/room.ts';
import { reasonOf } from '../../local/demo/text.ts';
import { isHeld } from '../../local/rooms/shown-room.ts';
import { firstId } from '../deployment/dead-letters.ts';
import type { DeadLetter } from '../deployment/deployment.ts';
import { iso, type ListedRoom, listedRoom } from './listed-room.ts';
import { type Circumstances, type Problem, problemsOf, span } from './problems.ts';

/** Everything that is known of a key, as JSON. Times are in ISO 8601. It has no host link. */
export interface RoomLife extends ListedRoom {
  /** The problems, the worst first. */
  readonly problems: readonly Problem[];
  readonly asked?: Asked;
  readonly room?: LifeRoom;
  readonly previous?: LifeRoom;
  /** The rule of its renewal, as text. */
  readonly renewal: string;
  readonly claim?: LifeClaim;
  /** Rooms that must end, or are about to end. */
  readonly ending: readonly { readonly application: string; readonly id: string; readonly endsAt?: string }[];
  readonly history: readonly LifeGeneration[];
  readonly deadLetters: readonly LifeLetter[];
  /** The last events. */
  readonly events?: readonly LifeEvent[];
  /** Where they are from: a stack in AWS does not remember what it announced, and shows what its history has. */
  readonly eventsFrom?: 'announcements' | 'history';
}

interface Asked {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly lifetimeSeconds: number;
  readonly expiresAt?: string;
  readonly mode: string;
  readonly until?: string;
  readonly strict: boolean;
}

interface LifeRoom {
  readonly application: string;
  readonly id: string;
  readonly guestUrl: string;
  readonly createdAt: string;
  readonly expiresAt: string;
}

interface LifeClaim {
  readonly purpose: 'open' | 'change';
  readonly generation: number;
  readonly application: string;
  readonly takenAt: string;
  readonly leaseUntil: string;
}

interface LifeGeneration {
  readonly generation: number;
  readonly application: string;
  readonly roomId: string;
  readonly openedAt: string;
  readonly expiresAt: string;
  readonly replacedAt: string;
  readonly reason: string;
}

interface LifeLetter {
  readonly queue: string;
  readonly id: string;
  readonly sentAt: string;
  readonly reason: string;
}

export interface LifeEvent {
  readonly at: string;
  readonly type: string;
  readonly reason: string;
}

/** The data about a key besides its row. */
export interface Surroundings extends Circumstances {
  readonly linksUrl?: string | undefined;
  readonly renewal: RenewalPolicy;
  readonly history: readonly PastGeneration[];
  readonly events?: readonly LifeEvent[] | undefined;
  readonly eventsFrom?: 'announcements' | 'history';
}

export function roomLife(room: Room, surroundings: Surroundings): RoomLife {
  const { linksUrl, renewal, history, deadLetters, events, eventsFrom } = surroundings;
  const { spec, current, previous, claim, retirees } = room;
  return {
    ...listedRoom(room, linksUrl),
    problems: problemsOf(room, surroundings),
    ...(spec && { asked: asked(spec) }),
    ...(current && { room: lifeRoom(current) }),
    ...(previous && { previous: lifeRoom(previous) }),
    renewal: renewalInWords(room, renewal),
    ...(claim && {
      claim: {
        purpose: claim.purpose,
        generation: claim.generation,
        application: claim.application,
        takenAt: iso(claim.takenAt),
        leaseUntil: iso(claim.leaseUntil),
      },
    }),
    ending: retirees.map(({ application, id, endsAt }) => ({
      application,
      id,
      ...(endsAt !== undefined && { endsAt: iso(endsAt) }),
    })),
    history: history.map(({ key: _key, openedAt, expiresAt, replacedAt, ...past }) => ({
      ...past,
      openedAt: iso(openedAt),
      expiresAt: iso(expiresAt),
      replacedAt: iso(replacedAt),
    })),
    deadLetters: deadLetters.map(lifeLetter),
    ...(events && { events }),
    ...(eventsFrom && { eventsFrom }),
  };
}

/** A room of an export: its current state, and its request. */
export interface ExportedRoom extends ListedRoom {
  readonly asked?: Asked;
  readonly room?: LifeRoom;
}

export function exportedRoom(room: Room, linksUrl?: string): ExportedRoom {
  const { spec, current } = room;
  return {
    ...listedRoom(room, linksUrl),
    ...(spec && { asked: asked(spec) }),
    ...(current && { room: lifeRoom(current) }),
  };
}

function asked({ settings, lifetime, expiresAt, renewal, strict }: RoomSpec): Asked {
  const { callback_urls: _addresses, ...shown } = settings;
  return {
    settings: shown,
    lifetimeSeconds: lifetime / 1000,
    ...(expiresAt !== undefined && { expiresAt: iso(expiresAt) }),
    mode: renewal.mode,
    ...(renewal.until !== undefined && { until: iso(renewal.until) }),
    strict: strict === true,
  };
}

/** Without its host link. */
function lifeRoom({ application, id, guestUrl, createdAt, expiresAt }: PreviousRoom): LifeRoom {
  return { application, id, guestUrl, createdAt: iso(createdAt), expiresAt: iso(expiresAt) };
}

function lifeLetter(letter: DeadLetter): LifeLetter {
  const { queue, sentAt, attributes } = letter;
  return {
    queue,
    id: firstId(letter),
    sentAt: iso(Number(attributes.originalSentAt ?? sentAt)),
    reason: reasonOf(letter),
  };
}

/** Explains the time of the renewal. */
function renewalInWords(room: Room, policy: RenewalPolicy): string {
  const { state, spec, current, renewAt } = room;
  if (state === 'cancelled') return 'none: it was cancelled';
  if (spec?.renewal.mode === 'on-demand')
    return isHeld(room)
      ? 'none: a person holds it, so no visitor can open a room until it is released'
      : 'none: a visitor who knocks at its link opens the next room';
  if (spec?.renewal.mode === 'none') return 'none: the request wants it to end';
  if (!current || !spec) return 'none yet: it has no room';
  if (renewAt === undefined)
    return spec.renewal.until === undefined
      ? 'none: its life is too short for a run of the schedule'
      : 'none: it is not needed after its end';
  const window = renewalWindow(current.expiresAt - current.renewedAt, policy) ?? 0;
  const jitter = Math.max(0, current.expiresAt - window - renewAt);
  const how = spec.renewal.mode === 'extend' ? 'its expiry is moved, the link stays' : 'a new room';
  const held = state === 'held' ? '; held by a person until it is released' : '';
  return `${how}: ${span(window)} before its end, and ${span(jitter)} earlier to spread the load${held}`;
}
