import * as z from 'zod/mini';
import {
  type EventDetails,
  type EventRoom,
  type EventSource,
  type LinkEventDetail,
  type ReconciliationCounts,
  type ReconciliationEventDetail,
  type ReconciliationMode,
  type RequestEventDetail,
  ROOM_STATES,
  type RoomEventDetail,
} from '../functions/rooms/model/events.ts';
import { count, type FieldsOf, instant } from './schema-parts.ts';

const described = (description: string) => z.meta({ description });

const deployment = z
  .string()
  .check(z.meta({ pattern: '^[a-z2-7]{5}$', description: 'The deployment that sent the event' }));

const MODES = { repair: 'repair', report: 'report' } as const satisfies {
  [Mode in ReconciliationMode]: Mode;
};

const room = z
  .strictObject({
    application: z.string(),
    id: z.string().check(described("The provider's id")),
    meetingCode: z.optional(z.string().check(described('Absent if the provider has none'))),
    guestUrl: z.string().check(z.meta({ format: 'uri' })),
    createdAt: instant,
    expiresAt: instant,
  } satisfies FieldsOf<EventRoom>)
  .check(z.meta({ id: 'room', description: 'A room. No event has a host link' }));

const roomDetail = z
  .strictObject({
    deployment,
    key: z.string(),
    generation: count.check(described('Counts the rooms that were opened under the key')),
    revision: z.number().check(
      z.meta({
        type: 'integer',
        minimum: 1,
        description: 'Of two events of a key the one with the higher revision is the newer',
      }),
    ),
    state: z.enum(ROOM_STATES),
    reason: z.string().check(described('Why it happened; of Room Rejected the refusal itself')),
    link: z.optional(
      z
        .string()
        .check(z.meta({ format: 'uri', description: 'The link of the key for guests: it stays the same' })),
    ),
    room: z.optional(room),
    previous: z.optional(room),
    renewAt: z.optional(instant),
    origin: z.optional(z.record(z.string(), z.string())),
    warnings: z.optional(z.array(z.string()).check(z.meta({ minItems: 1 }))),
  } satisfies FieldsOf<RoomEventDetail>)
  .check(z.meta({ id: 'roomDetail' }));

const requestDetail = z
  .strictObject({
    deployment,
    messageId: z.string().check(described('The id that SQS gave the message when it was first sent')),
    sentAt: instant,
    eventId: z.optional(z.string().check(described('Of an event of the bus'))),
    key: z.optional(z.string().check(described('Absent if the key could not be read from the message'))),
    reason: z.string(),
  } satisfies FieldsOf<RequestEventDetail>)
  .check(z.meta({ id: 'requestDetail' }));

const counts = z
  .strictObject({
    rooms: count,
    lost: count,
    orphans: count,
    retired: count,
    strangers: count,
    drifted: count,
    unfinished: count,
    recovered: count,
    held: z.optional(z.literal(true)),
    partial: z.optional(z.literal(true)),
  } satisfies FieldsOf<ReconciliationCounts>)
  .check(z.meta({ id: 'counts' }));

const reconciliationDetail = z
  .strictObject({
    deployment,
    mode: z.enum(MODES),
    applications: z.record(z.string(), counts),
  } satisfies FieldsOf<ReconciliationEventDetail>)
  .check(z.meta({ id: 'reconciliationDetail' }));

const linkDetail = z
  .strictObject({
    deployment,
    key: z.string(),
    calendar: z.string().check(described('The id of the connected calendar')),
    reason: z.string().check(described('Why the link could not be written, and what to do')),
  } satisfies FieldsOf<LinkEventDetail>)
  .check(z.meta({ id: 'linkDetail' }));

const DETAILS = {
  'Room Created': roomDetail,
  'Room Rotated': roomDetail,
  'Room Updated': roomDetail,
  'Room Cancelled': roomDetail,
  'Room Rejected': roomDetail,
  'Room Held': roomDetail,
  'Room Released': roomDetail,
  'Room Relinked': roomDetail,
  'Room Ended': roomDetail,
  'Request Refused': requestDetail,
  'Request Failed': requestDetail,
  'Rooms Reconciled': reconciliationDetail,
  'Link Not Written': linkDetail,
} satisfies { [Type in keyof EventDetails]: z.ZodMiniType<EventDetails[Type]> };

const SOURCE: EventSource = 'evergreen-rooms';

/** Returns the JSON Schema of every event on the bus, one branch each. */
export function eventJsonSchema(): string {
  const branches = Object.entries<z.ZodMiniType>(DETAILS).map(([type, detail]) =>
    z
      .looseObject({ source: z.literal(SOURCE), 'detail-type': z.literal(type), detail })
      .check(z.meta({ title: type })),
  );
  const { $schema, anyOf, $defs } = z.toJSONSchema(z.union(branches), { target: 'draft-2020-12' });
  const document = {
    $schema,
    title: 'An event of Evergreen Rooms',
    description: 'An event as a rule of the bus delivers it; detail-type says which',
    oneOf: anyOf,
    $defs,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
