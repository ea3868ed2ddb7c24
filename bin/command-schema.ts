import * as z from 'zod/mini';
import type { DeadLetter } from '../cli/deployment/deployment.ts';
import type { Account, HostShare, ListedRooms } from '../cli/pages/accounts.ts';
import type { ComparedApplication, Drift, Finding, FindingKind, Stranger } from '../cli/pages/drift.ts';
import type { PlannedImport } from '../cli/pages/importing.ts';
import type { ListedDueRoom, ListedRoom } from '../cli/pages/listed-room.ts';
import type { Night } from '../cli/pages/nights.ts';
import type { Overlap } from '../cli/pages/overlaps.ts';
import type { Problem } from '../cli/pages/problems.ts';
import type { ExportedRoom, RoomLife } from '../cli/pages/room-life.ts';
import type { Finding as Checked } from '../doctor/finding.ts';
import { ROOM_STATES } from '../functions/rooms/model/events.ts';
import { count, type FieldsOf, instant } from './schema-parts.ts';

const optionalInstant = z.optional(instant);
const text = z.string();

const listedFields = {
  key: text,
  name: text,
  state: z.enum(ROOM_STATES),
  generation: count,
  held: z.optional(z.literal(true)),
  link: z.optional(text),
  application: z.optional(text),
  guestUrl: z.optional(text),
  expiresAt: optionalInstant,
  renewAt: optionalInstant,
  previousGuestUrl: z.optional(text),
  lastError: z.optional(text),
  warnings: z.optional(z.array(text)),
  createdAt: instant,
  attempts: count,
  dueAt: optionalInstant,
  emergencyAt: optionalInstant,
} satisfies FieldsOf<ListedRoom>;

const dueRoom = z.strictObject({
  key: text,
  generation: count,
  application: text,
  held: z.boolean(),
  renewAt: instant,
  dueAt: instant,
  emergencyAt: instant,
} satisfies FieldsOf<ListedDueRoom>);

const problem = z.strictObject({
  what: text,
  why: text,
  command: z.optional(text),
} satisfies FieldsOf<Problem>);

const room = z.strictObject({
  application: text,
  id: text,
  guestUrl: text,
  createdAt: instant,
  expiresAt: instant,
});

const asked = z.strictObject({
  settings: z.record(text, z.unknown()),
  lifetimeSeconds: z.number(),
  expiresAt: optionalInstant,
  mode: text,
  until: optionalInstant,
  strict: z.boolean(),
});

const exported = z.strictObject({
  ...listedFields,
  asked: z.optional(asked),
  room: z.optional(room),
} satisfies FieldsOf<ExportedRoom>);

const life = z.strictObject({
  ...listedFields,
  problems: z.array(problem),
  asked: z.optional(asked),
  room: z.optional(room),
  previous: z.optional(room),
  renewal: text,
  claim: z.optional(
    z.strictObject({
      purpose: z.enum({ open: 'open', change: 'change' } as const),
      generation: count,
      application: text,
      takenAt: instant,
      leaseUntil: instant,
    }),
  ),
  ending: z.array(z.strictObject({ application: text, id: text, endsAt: optionalInstant })),
  history: z.array(
    z.strictObject({
      generation: count,
      application: text,
      roomId: text,
      openedAt: instant,
      expiresAt: instant,
      replacedAt: instant,
      reason: text,
    }),
  ),
  deadLetters: z.array(z.strictObject({ queue: text, id: text, sentAt: instant, reason: text })),
  events: z.optional(z.array(z.strictObject({ at: instant, type: text, reason: text }))),
  eventsFrom: z.optional(z.enum({ announcements: 'announcements', history: 'history' } as const)),
} satisfies FieldsOf<RoomLife>);

const deadLetter = z.strictObject({
  queue: text,
  id: text,
  body: text,
  attributes: z.record(text, text),
  sentAt: z.number().check(z.meta({ description: 'Milliseconds since 1970' })),
  receiveCount: count,
} satisfies FieldsOf<DeadLetter>);

const night = z.strictObject({
  night: text.check(z.meta({ format: 'date' })),
  rooms: count,
  applications: z.record(text, count),
  waiting: count,
  emergencies: count,
} satisfies FieldsOf<Omit<Night, 'keys'>>);

const overlap = z.strictObject({
  application: text,
  host: text,
  at: instant,
  keys: z.array(text),
} satisfies FieldsOf<Omit<Overlap, 'at'> & { readonly at: string }>);

const account = z.strictObject({
  application: text,
  provider: z.optional(text),
  rooms: count,
  ending: count,
  due: count,
  limit: z.optional(count),
  perRun: z.optional(count),
  perMinute: z.optional(count),
  listedAt: optionalInstant,
  hosts: z.optional(
    z.array(
      z.strictObject({
        name: text,
        perDay: count,
        rooms: z.optional(count),
        madeToday: z.optional(count),
      } satisfies FieldsOf<HostShare>),
    ),
  ),
  listed: z.optional(z.strictObject({ rooms: count, ours: count } satisfies FieldsOf<ListedRooms>)),
  credentialAt: optionalInstant,
  error: z.optional(text),
} satisfies FieldsOf<Account>);

const FINDINGS = {
  lost: 'lost',
  drifted: 'drifted',
  unfinished: 'unfinished',
  ended: 'ended',
  recovered: 'recovered',
  orphan: 'orphan',
} as const satisfies { [Kind in FindingKind]: Kind };

const drift = z.strictObject({
  applications: z.array(
    z.strictObject({
      application: text,
      rooms: count,
      strangers: count,
      findings: count,
      held: z.boolean(),
      error: z.optional(text),
    } satisfies FieldsOf<ComparedApplication>),
  ),
  findings: z.array(
    z.strictObject({
      what: z.enum(FINDINGS),
      application: text,
      key: z.optional(text),
      generation: z.optional(count),
      room: z.optional(text),
      why: text,
      command: z.optional(text),
    } satisfies FieldsOf<Finding>),
  ),
  strangers: z.optional(
    z.array(
      z.strictObject({
        application: text,
        room: text,
        guestUrl: text,
        name: z.optional(text),
        command: z.optional(text),
      } satisfies FieldsOf<Stranger>),
    ),
  ),
} satisfies FieldsOf<Drift>);

const IMPORTS = {
  import: 'import',
  sent: 'sent',
  unchanged: 'unchanged',
  refused: 'refused',
} as const satisfies { [Outcome in PlannedImport['outcome']]: Outcome };

const plannedImport = z.strictObject({
  key: text,
  application: text,
  room: text,
  guestUrl: z.optional(text),
  expiresAt: optionalInstant,
  outcome: z.enum(IMPORTS),
  reason: z.optional(text),
} satisfies FieldsOf<PlannedImport>);

const LEVELS = { ok: 'ok', warning: 'warning', failed: 'failed' } as const;

const checked = z.strictObject({
  level: z.enum(LEVELS),
  subject: text,
  found: text,
  remedy: z.optional(text),
} satisfies FieldsOf<Checked>);

/** The `--json` output of each command, by the name of its definition. */
const OUTPUTS = {
  list: z.array(z.strictObject(listedFields)),
  'list of the index': z.array(dueRoom),
  'line of list --watch': z.union([
    z.strictObject(listedFields),
    dueRoom,
    z.strictObject({ key: z.string(), listed: z.literal(false) }),
  ]),
  show: life,
  'dead-letters': z.array(deadLetter),
  'dead-letters show': deadLetter,
  plan: z.array(night),
  'plan --ask': z.strictObject({
    nights: z.array(night),
    overlaps: z.array(overlap),
    unseen: z
      .array(text)
      .check(z.meta({ description: 'Keys of series with meetings that their rows do not remember' })),
  }),
  'plan --night': z.array(text),
  accounts: z.array(account),
  drift,
  import: z.array(plannedImport),
  doctor: z.array(checked),
  events: z.array(z.looseObject({ source: text, 'detail-type': text, detail: z.record(text, z.unknown()) })),
  'line of export': exported,
} as const;

/** Returns the JSON Schema of the `--json` output: a definition for each command. */
export function commandJsonSchema(): string {
  const $defs = Object.fromEntries(
    Object.entries(OUTPUTS).map(([name, schema]) => {
      const { $schema: _schema, ...definition } = z.toJSONSchema(schema, { target: 'draft-2020-12' });
      return [name, definition];
    }),
  );
  const document = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'The output of evergreen-rooms with --json',
    description: 'A definition for each command. Fields are only ever added. No output has a host link',
    $defs,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
