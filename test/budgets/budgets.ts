import type { Figures } from './figures.ts';

/**
 * What a change may cost, in figures that are the same on every machine. A figure above its budget fails; a budget
 * that would let its figure double fails too, so that savings are kept: lower it.
 */
export const BUDGETS: Figures = {
  'create-rooms: bytes of its bundle': 375_000,
  'create-rooms: bytes loaded at import': 230_000,
  'create-rooms: files loaded at import': 3,
  'create-rooms: modules loaded at import': 195,
  'create-rooms: modules of Node loaded beside it': 60,

  'rotate-rooms: bytes of its bundle': 190_000,
  'rotate-rooms: bytes loaded at import': 190_000,
  'rotate-rooms: files loaded at import': 1,
  'rotate-rooms: modules loaded at import': 166,
  'rotate-rooms: modules of Node loaded beside it': 60,

  'plan-rotation: bytes of its bundle': 60_000,
  'plan-rotation: bytes loaded at import': 60_000,
  'plan-rotation: files loaded at import': 1,
  'plan-rotation: modules loaded at import': 63,
  'plan-rotation: modules of Node loaded beside it': 60,

  'reconcile-rooms: bytes of its bundle': 170_000,
  'reconcile-rooms: bytes loaded at import': 170_000,
  'reconcile-rooms: files loaded at import': 1,
  'reconcile-rooms: modules loaded at import': 146,
  'reconcile-rooms: modules of Node loaded beside it': 60,

  // S3's client is loaded when a file is read
  // each system of connected calendars is loaded with its first reading
  'read-calendars: bytes of its bundle': 620_000,
  'read-calendars: bytes loaded at import': 85_000,
  // what it shares with the clients of calendars, which are loaded with their first reading, is in files of its own
  'read-calendars: files loaded at import': 15,
  'read-calendars: modules loaded at import': 90,
  'read-calendars: modules of Node loaded beside it': 65,

  // the parser of iCalendar is loaded for CalDAV alone, and each system with its first event
  'write-calendars: bytes of its bundle': 228_000,
  'write-calendars: bytes loaded at import': 74_000,
  'write-calendars: files loaded at import': 8,
  'write-calendars: modules loaded at import': 83,
  'write-calendars: modules of Node loaded beside it': 60,

  'open-room: bytes of its bundle': 29_000,
  'open-room: bytes loaded at import': 29_000,
  'open-room: files loaded at import': 1,
  'open-room: modules loaded at import': 38,
  'open-room: modules of Node loaded beside it': 60,

  'room-callbacks: bytes of its bundle': 37_000,
  'room-callbacks: bytes loaded at import': 37_000,
  'room-callbacks: files loaded at import': 1,
  'room-callbacks: modules loaded at import': 44,
  'room-callbacks: modules of Node loaded beside it': 60,

  // looked for with a glance, claimed, recorded, announced
  'a room created: reads of the table': 1,
  'a room created: writes of the table': 3,
  'a room created: read units': 0.5,
  'a room created: write units': 4,
  'a room created: calls to the provider': 1,
  'a room created: other calls': 1.1,

  'a room asked for again: reads of the table': 1,
  'a room asked for again: writes of the table': 1,
  'a room asked for again: read units': 0.5,
  'a room asked for again: write units': 1,
  'a room asked for again: calls to the provider': 0,
  'a room asked for again: other calls': 0,

  'a room changed in place: reads of the table': 1,
  'a room changed in place: writes of the table': 3,
  'a room changed in place: read units': 0.5,
  'a room changed in place: write units': 5,
  'a room changed in place: calls to the provider': 1,
  'a room changed in place: other calls': 1,

  // the provider is asked how long the room would live, and told to end it
  'a room cancelled: reads of the table': 1,
  'a room cancelled: writes of the table': 3,
  'a room cancelled: read units': 1,
  'a room cancelled: write units': 4,
  'a room cancelled: calls to the provider': 2,
  'a room cancelled: other calls': 1,

  // as for a room created: its past generation is on the row; an entry that moves in the index is two units
  'a room rotated: reads of the table': 1,
  'a room rotated: writes of the table': 3,
  'a room rotated: read units': 0.5,
  'a room rotated: write units': 5,
  'a room rotated: calls to the provider': 1,
  'a room rotated: other calls': 1.1,

  // one query for each shard of the index, one batch of messages
  'a rotation planned: reads of the table': 16,
  'a rotation planned: writes of the table': 0,
  'a rotation planned: read units': 8,
  'a rotation planned: write units': 0,
  'a rotation planned: calls to the provider': 0,
  'a rotation planned: other calls': 1,

  'rooms reconciled: reads of the table': 1,
  // where the list ended, for whoever looks for a lost room before the next run
  'rooms reconciled: writes of the table': 1,
  'rooms reconciled: read units': 2,
  'rooms reconciled: write units': 1,
  'rooms reconciled: calls to the provider': 1,
  'rooms reconciled: other calls': 1,

  // one read that need not be consistent
  'a link visited: read units': 0.5,

  'a hundred rooms created: signatures': 1,
};
