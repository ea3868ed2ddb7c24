import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { toRow } from '../../functions/adapters/tables/rooms-table.ts';
import type { Room } from '../../functions/rooms/model/room.ts';
import type { Instant } from '../../functions/rooms/model/time.ts';
import { DAY, SECOND } from '../../functions/rooms/model/time.ts';
import { blankRoom } from '../../functions/rooms/model/transitions.ts';
import {
  dynoxideBinary,
  ROOMS_TABLE,
  startDynoxide,
  type Tables,
} from '../../local/engines/table-engines.ts';

export const TABLE = 'rooms';

/** When the first room is due; each further one follows a second later. */
export const FIRST_DUE: Instant = Date.parse('2027-03-01T00:00:00.000Z');

/** Returns the instant at which exactly this many rooms are due. */
export function whenDue(rooms: number): Instant {
  return FIRST_DUE + (rooms - 1) * SECOND;
}

/**
 * Creates a rooms table with this many rows. It fills it like DynamoDB's own import: one call per item takes
 * hours for a million.
 *
 * @param directory the folder of the database
 */
export async function loadTable(rows: number, directory: string): Promise<Tables> {
  const binary = dynoxideBinary();
  if (!binary) {
    throw new Error(
      'the benchmark needs the optional package @dynoxide/linux-x64, which is for Linux on x64 alone',
    );
  }
  const source = join(directory, 'export');
  const database = join(directory, `${rows}.db`);
  const schema = join(directory, 'schema.json');
  mkdirSync(join(source, TABLE, 'data'), { recursive: true });
  writeFileSync(schema, JSON.stringify({ Table: { TableName: TABLE, ...ROOMS_TABLE } }));
  function* lines() {
    for (let index = 0; index < rows; index += 1) {
      yield `${JSON.stringify({ Item: attributes(toRow(sleepingRoom(index), 90 * DAY)) })}\n`;
    }
  }
  const file = createWriteStream(join(source, TABLE, 'data', 'rows.json.gz'));
  await pipeline(Readable.from(lines()), createGzip({ level: 1 }), file);
  execFileSync(binary, ['import', '--force', '--source', source, '--schema', schema, '--output', database], {
    stdio: 'ignore',
  });
  rmSync(source, { recursive: true });
  const tables = await startDynoxide(binary, database);
  return {
    ...tables,
    async stop() {
      await tables.stop();
      for (const end of ['', '-wal', '-shm']) rmSync(database + end, { force: true });
    },
  };
}

/** Returns a room of 90 days as it is in the table between two rotations. */
function sleepingRoom(index: number): Room {
  const dueAt = FIRST_DUE + index * SECOND;
  const expiresAt = dueAt + 9 * DAY;
  const createdAt = expiresAt - 90 * DAY;
  const key = `team-${index % 97}/weekly-${index}`;
  return {
    ...blankRoom(key, createdAt),
    revision: 2,
    state: 'active',
    generation: 1,
    spec: {
      settings: {
        display_name: `Weekly meeting of team ${index % 97}`,
        join_approval_level: 'after_owner_only',
      },
      lifetime: 90 * DAY,
      renewal: { mode: 'recreate' },
    },
    current: {
      application: `application-${index % 10}`,
      id: `78d335fa-0b91-4f0c-8c7b-${String(index).padStart(12, '0')}`,
      meetingCode: String(100_000_000 + index),
      guestUrl: `https://meetings.example/${100_000_000 + index}`,
      createdAt,
      expiresAt,
      renewedAt: createdAt,
    },
    sequences: { request: '1764000000000~0abcdefghijkl' },
    renewAt: dueAt,
    dueAt,
    emergencyAt: expiresAt - 3.5 * DAY,
  };
}

/** Returns an item in DynamoDB's own JSON. */
function attributes(item: Record<string, unknown>): Record<string, object> {
  const present = Object.entries(item).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name, attribute(value)]));
}

function attribute(value: unknown): object {
  if (value === null) return { NULL: true };
  if (Array.isArray(value)) return { L: value.map(attribute) };
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'number':
      return { N: String(value) };
    case 'boolean':
      return { BOOL: value };
    default:
      // an object, after the other types
      return { M: attributes(value as Record<string, unknown>) };
  }
}
