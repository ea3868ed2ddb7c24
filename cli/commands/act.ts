import { isReason, REASON_RULE } from '../../functions/requests/room-request/schema.ts';
import { readRows } from '../../functions/rooms/fleet/read-rows.ts';
import type { RoomAction } from '../../functions/rooms/model/room.ts';
import { sourceOf } from '../../functions/rooms/model/sequence.ts';
import { counted, firstOf, rehearsedLines } from '../../local/demo/text.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { argument } from '../frame/argument.ts';
import { type Call, type Command, command, type Flags, type Values } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { CallError, EXIT, type ExitCode } from '../frame/errors.ts';
import { durationOf } from '../frame/parse.ts';
import { readText, sourceName } from '../frame/read-text.ts';
import { fits, warnOfUnknown } from '../pages/room-filter.ts';
import { awaitAll, inParts, sendAll } from './following.ts';

/** The options of every command that changes rooms. */
const FLAGS = {
  application: {
    type: 'string',
    value: 'NAME',
    help: 'every room of this application; reads the whole table',
  },
  'key-prefix': {
    type: 'string',
    value: 'TEXT',
    help: 'every key that begins with this; reads the whole table',
  },
  from: { type: 'string', value: 'FILE', help: 'the keys of a file, one a line; - is standard input' },
  'dry-run': { type: 'boolean', help: 'says what it would do to each key, and does nothing' },
  reason: {
    type: 'string',
    value: 'TEXT',
    help: 'why, for the log of create-rooms: at most 200 characters, no address',
  },
  wait: { type: 'boolean', help: 'until it is done; exit code 1: it was refused, or is not done in time' },
  timeout: { type: 'string', value: '5m', help: 'how long --wait waits; default 5m', needs: ['wait'] },
  yes: { type: 'boolean', help: 'does not ask' },
} as const satisfies Flags;

type ActFlags = Values<typeof FLAGS>;

interface Action {
  readonly name: Extract<RoomAction, 'rotate' | 'hold' | 'release' | 'cancel'>;
  readonly summary: string;
  readonly details: string;
  /** What a person must know of it, as the end of a sentence. */
  readonly warning: string;
  readonly examples: Command['examples'];
}

const ROTATE_FLAGS = {
  ...FLAGS,
  to: { type: 'string', value: 'NAME', help: 'moves the room to this application', ofPool: true },
  revoke: { type: 'boolean', help: 'ends the earlier rooms immediately: one of their links was exposed' },
} as const satisfies Flags;

const HOLD: Action = {
  name: 'hold',
  summary: 'pauses the renewal of rooms',
  details: 'A room that is held ends at its expiry, unless it is released before.',
  warning: '',
  examples: [['hold team-a/weekly', 'its room is not renewed until it is released']],
};

const RELEASE: Action = {
  name: 'release',
  summary: 'lets the renewal of held rooms go on',
  details: 'What has come due in the meantime is renewed by the next run.',
  warning: '',
  examples: [['release --key-prefix team-a/ --wait', 'all held rooms of that team']],
};

const CANCEL: Action = {
  name: 'cancel',
  summary: 'ends rooms that are no longer needed',
  details:
    'The rooms end as early as their provider allows, also those that were imported: nothing gives them back. Another\n' +
    'request for the key opens a new room.',
  warning: ': the rooms end at their providers too, also imported ones',
  examples: [
    ['cancel team-a/weekly', 'ends that room'],
    ['cancel --from keys.txt --dry-run', 'what a file of keys would end'],
  ],
};

const ROTATE: Action = {
  name: 'rotate',
  summary: 'gives rooms a new generation now, or moves them to another application',
  details: 'The new room is announced before the old one ends. The link of the key stays the same.',
  warning: '',
  examples: [
    ['rotate team-a/weekly --wait', 'a new room now'],
    ['rotate --application old --to new', 'moves all rooms of an application'],
  ],
};

const shared = (action: Action) => ({
  name: action.name,
  summary: action.summary,
  details: `${action.details}\nEach is a message to the queue of requests. It asks first for more than one key, and for rooms by a property.`,
  usage: '[KEY...]',
  most: Number.POSITIVE_INFINITY,
  reach: 'any' as const,
  examples: action.examples,
});

export const rotate = command({
  ...shared(ROTATE),
  flags: ROTATE_FLAGS,
  run: (call) => {
    const { to, revoke } = call.flags;
    return act(ROTATE, { ...(to !== undefined && { to }), ...(revoke && { revoke }) }, call);
  },
});

const plain = (action: Action) =>
  command({ ...shared(action), flags: FLAGS, run: (call) => act(action, {}, call) });

export const hold = plain(HOLD);
export const release = plain(RELEASE);
export const cancel = plain(CANCEL);

/** @param extra the fields of the request besides key and action */
async function act(action: Action, extra: object, call: Call<typeof FLAGS>): Promise<ExitCode> {
  const { flags, terminal } = call;
  const timeout = durationOf('timeout', flags.timeout ?? '5m');
  const { reason } = flags;
  if (reason !== undefined && !isReason(reason)) throw new CallError(`--reason ${REASON_RULE}`);
  const { chosen, isMany } = await keysOf(call);
  const deployment = await call.deployment();
  const keys = isMany ? await selected(deployment, flags, call) : chosen;
  if (keys.length === 0) {
    terminal.note('no such rooms');
    return EXIT.done;
  }
  if (!isMany) await assertKnown(action, keys, { deployment, terminal });
  const bodyOf = (key: string) => JSON.stringify({ key, action: action.name, ...extra, reason });
  if (flags['dry-run']) return rehearseAll(keys.map(bodyOf), deployment, call);
  // a person who gives a property has not seen the keys yet
  if ((keys.length > 1 || isMany) && !flags.yes)
    await confirm(
      `${action.name} ${counted(keys.length, 'room')}, ${firstOf(keys)}${action.warning}`,
      terminal,
    );
  const before = flags.wait ? await inParts(keys, (key) => deployment.rooms.read(key)) : [];
  const sent = await sendAll(keys.map(bodyOf), deployment, call);
  terminal.note(
    `${action.name}: ${counted(sent.length, 'message')} sent to the queue of requests${action.warning}`,
  );
  if (!flags.wait) {
    const [first = ''] = keys;
    terminal.note(
      keys.length === 1
        ? `it is done in a moment: show ${argument(first)}`
        : 'they are worked on in order: list shows their states',
    );
    return EXIT.done;
  }
  const source = sourceOf(action.name);
  const waiting = keys.map((key, i) => ({ key, id: sent[i] ?? '', before: before[i], source }));
  return awaitAll(waiting, { timeout, deployment }, call);
}

async function keysOf({ args, flags }: Call<typeof FLAGS>) {
  const isMany = flags.application !== undefined || flags['key-prefix'] !== undefined;
  const ways = [args.length > 0, isMany, flags.from !== undefined].filter(Boolean).length;
  if (ways !== 1) {
    throw new CallError('name the rooms in one way: KEY..., --from FILE, or --application and --key-prefix');
  }
  if (flags.from === undefined) return { chosen: [...new Set(args)], isMany };
  const lines = (await readText(flags.from)).split(/\r?\n/).map((line) => line.trim());
  const named = lines.filter((line) => line !== '');
  if (named.length === 0) throw new CallError(`${sourceName(flags.from)} names no key: write a key a line`);
  return { chosen: [...new Set(named)], isMany };
}

/** Returns the keys of the rooms with a property; tombstones and refusals have no room to act on. */
async function selected(
  deployment: Deployment,
  { application, 'key-prefix': prefix }: ActFlags,
  { terminal }: Pick<Call, 'terminal'>,
): Promise<readonly string[]> {
  const { rooms } = deployment;
  const assertKnown = warnOfUnknown(application, deployment, terminal);
  const keys: string[] = [];
  for await (const entries of readRows(rooms)) {
    for (const entry of entries) {
      if (!('revision' in entry) || ['cancelled', 'rejected'].includes(entry.state)) continue;
      if (fits(entry, { application, prefix })) keys.push(entry.key);
    }
    terminal.progress(`${counted(keys.length, 'room')} found`);
  }
  terminal.progress();
  if (keys.length === 0) assertKnown();
  return keys;
}

interface Known extends Pick<Call, 'terminal'> {
  readonly deployment: Deployment;
}

/**
 * A message about a key that was never requested waits for the request, and is given up after two days. A
 * cancellation has an effect on an earlier request that arrives later, so it is sent with a note.
 */
async function assertKnown(
  { name }: Action,
  keys: readonly string[],
  { deployment, terminal }: Known,
): Promise<void> {
  const rows = await inParts(keys, (key) => deployment.rooms.read(key));
  const unknown = keys.filter((_, i) => rows[i] === undefined);
  const none = `there is no room ${unknown.join(', ')}`;
  if (name === 'cancel') {
    if (unknown.length > 0)
      terminal.note(`${none}: this only stops an earlier request that is still to come; list shows all keys`);
    return;
  }
  if (unknown.length > 0) throw new Error(`${none}: nothing was sent; list shows all keys`);
  const cancelled = keys.filter((_, i) => rows[i]?.state === 'cancelled');
  if (cancelled.length > 0)
    throw new Error(
      `${cancelled.join(', ')} ${cancelled.length === 1 ? 'is' : 'are'} cancelled: nothing was sent; a request opens a new room`,
    );
}

async function rehearseAll(
  bodies: readonly string[],
  deployment: Deployment,
  { terminal }: Pick<Call, 'terminal'>,
): Promise<ExitCode> {
  let refused = false;
  for (const body of bodies) {
    const results = await deployment.rehearse(body);
    for (const line of results.flatMap(rehearsedLines)) await terminal.say(line);
    refused ||= results.some(({ outcome }) => outcome === 'refused' || outcome === 'tried again');
  }
  return refused ? EXIT.wrong : EXIT.done;
}
