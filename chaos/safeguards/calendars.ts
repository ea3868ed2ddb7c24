import type { Safeguard } from './safeguard.ts';

const ADAPTERS = 'functions/adapters/calendars';
const CONNECTIONS = 'functions/connections';
const WRITE_BACK = `${CONNECTIONS}/write-back`;

/** The safeguards that keep people's events unchanged, and rooms as their calendars say. */
export const OF_CALENDARS: readonly Safeguard[] = [
  {
    name: 'an event that has changed meanwhile is read again',
    file: `${WRITE_BACK}/write-back.ts`,
    on: 'for (const isLast of [false, true]) {',
    off: 'for (const isLast of [true]) {',
    tests: ['test/connections/write-back'],
  },
  {
    name: 'guests get no mail',
    file: `${ADAPTERS}/google/system.ts`,
    on: "query: { sendUpdates: 'none' },",
    off: '',
    tests: ['test/adapters/calendars', 'test/connections/google', 'test/journey/calendars'],
  },
  {
    name: 'an answer of 200 that changed nothing is seen',
    file: `${ADAPTERS}/google/system.ts`,
    on: "return bodyOf(reply, eventReply).etag === version ? 'ignored' : 'written';",
    off: "return bodyOf(reply, eventReply).etag === '' ? 'ignored' : 'written';",
    tests: ['test/adapters/calendars', 'test/connections/google'],
  },
  {
    name: 'the block is found by its marks',
    file: `${WRITE_BACK}/block.ts`,
    on: 'const pieces = piecesIn(description, link);',
    off: 'const pieces = piecesIn(description, link).slice(0, 0);',
    tests: ['test/connections/write-back'],
  },
  {
    name: 'a line of a person that looks like ours stays',
    file: `${WRITE_BACK}/block.ts`,
    on: 'if (groups.line !== undefined && !addresses.some(isOurs)) return [];',
    off: '',
    tests: ['test/connections/write-back'],
  },
  {
    name: 'in the place only what is ours is replaced',
    file: `${WRITE_BACK}/place.ts`,
    on: 'return ours === undefined ? address : url + address.slice(ours.length);',
    off: 'return url + address.slice(ours?.length ?? address.length);',
    tests: ['test/connections/write-back'],
  },
  {
    name: 'an event that has the link is not written',
    file: `${WRITE_BACK}/google.ts`,
    on: 'return Object.keys(change).length > 0 ? change : undefined;',
    off: 'return change;',
    tests: ['test/connections/write-back'],
  },
  {
    name: 'a late announcement undoes no newer one',
    file: `${WRITE_BACK}/write-back.ts`,
    on: 'if (record && record.revision > revision) return undefined;',
    off: '',
    tests: ['test/connections/write-back'],
  },
  {
    name: 'a problem is told once',
    file: `${WRITE_BACK}/write-back.ts`,
    on: 'if (problem === problemIn(record, task)) return result;',
    off: 'void problemIn;',
    tests: ['test/connections/write-back'],
  },
  {
    name: 'our own write is no news',
    file: `${CONNECTIONS}/message.ts`,
    on: 'filter(([name]) => !STAMPS.has(name))',
    off: 'filter(([name]) => name !== String(STAMPS.size))',
    tests: ['test/connections/google', 'test/connections/microsoft'],
  },
  {
    name: 'our own words are no mark',
    file: `${CONNECTIONS}/choice.ts`,
    on: 'hasMark(withoutBlock(text), ',
    off: 'hasMark(text || withoutBlock(text), ',
    tests: ['test/connections/choice'],
  },
  {
    name: 'the cursor is written after the messages',
    file: `${CONNECTIONS}/read-calendar.ts`,
    on: 'await outbox.send(round.bodies);',
    off: 'await remember(); await outbox.send(round.bodies);',
    tests: ['test/connections/google'],
  },
  {
    name: 'a calendar remembers an event before it joins a meeting',
    file: `${CONNECTIONS}/read-calendar.ts`,
    on: 'await memories.prepare(calendar.id, { ...memory, events })();',
    off: '',
    tests: ['test/connections/google'],
  },
  {
    name: 'a refused call stops the others',
    file: `${ADAPTERS}/quota.ts`,
    on: 'if (error instanceof ThrottledError) limiter.hold(error.retryAfter);',
    off: '',
    tests: ['test/adapters/calendars', 'test/connections/google'],
  },
  {
    name: 'a write that waited asks for no other turn',
    file: `${ADAPTERS}/quota.ts`,
    on: 'if (!hasWaited || limiter.held() > 0)',
    off: 'if (hasWaited || !hasWaited)',
    tests: ['test/adapters/calendars'],
  },
  {
    name: 'what a full reading lacks is asked for before it is cancelled',
    file: `${CONNECTIONS}/round.ts`,
    on: 'for (const { id } of missing.slice(0, most)) await this.#look(id);',
    off: 'for (const { id } of missing.slice(0, most)) await this.#forget(id);',
    tests: ['test/connections'],
  },
  {
    name: 'a list without an end counts for nothing',
    file: `${ADAPTERS}/google/system.ts`,
    on: 'if (nextPageToken === undefined && nextSyncToken === undefined) throw unexpected(reply);',
    off: '',
    tests: ['test/connections'],
  },
  {
    name: 'one event of a meeting speaks for its room',
    file: `${CONNECTIONS}/round.ts`,
    on: 'if (role.speaks) this.#tell(',
    off: 'if (role) this.#tell(',
    tests: ['test/connections'],
  },
  {
    name: 'a meeting is over only when nobody has it',
    file: `${CONNECTIONS}/meetings.ts`,
    on: 'if (!speaker) {',
    off: 'if (speaker || !speaker) {',
    tests: ['test/connections/meetings', 'test/connections/google'],
  },
  {
    name: 'two calendars that are read at once wait for each other',
    file: 'functions/rooms/lifecycle/context.ts',
    on: 'const ATTEMPTS = 8;',
    off: 'const ATTEMPTS = 1;',
    tests: ['test/connections/meetings'],
  },
];
