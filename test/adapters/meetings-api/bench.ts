import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { meetingsApi } from '../../../functions/adapters/meetings-api/provider.ts';
import type { ObservedCall } from '../../../functions/adapters/provider/connection.ts';
import { secretsManager } from '../../../functions/adapters/secrets.ts';
import type { RoomProvider } from '../../../functions/rooms/model/ports.ts';
import { PATIENT } from '../../support/time-outs.ts';
import { type Answer, type Loopback, loopback, type ReceivedCall } from '../loopback.ts';
import { type SecretsEndpoint, secretsEndpoint } from '../secrets-endpoint.ts';

export const SECRET = 'evergreen-rooms/main';
export const APPLICATION_ID = '2a8f2a4e-9c43-4c9a-8c19-6ff1f3ad0a11';

export const KEY = rsaKey();
export const OTHER_KEY = rsaKey();

export function rsaKey(type: 'pkcs8' | 'pkcs1' = 'pkcs8', modulusLength = 2048): string {
  return generateKeyPairSync('rsa', { modulusLength }).privateKey.export({ type, format: 'pem' }).toString();
}

export function publicPem(privatePem: string): string {
  return createPublicKey(privatePem).export({ type: 'spki', format: 'pem' }).toString();
}

export interface MeetingsApiBench {
  readonly provider: RoomProvider;
  readonly server: Loopback;
  readonly secrets: SecretsEndpoint;
  readonly observed: ObservedCall[];
  /** How many entries of a list were left out, each time. */
  readonly skipped: number[];
  now: number;
  answer: (call: ReceivedCall) => Answer | Promise<Answer>;
  /** Another container of the deployment: nothing is cached. */
  another(): RoomProvider;
  close(): Promise<void>;
}

/** The adapter in front of a server that says what the test wants. */
export async function meetingsApiBench(): Promise<MeetingsApiBench> {
  const secrets = await secretsEndpoint(KEY);
  const server = await loopback(async (call) => asked(call, await bench.answer(call)));
  const observed: ObservedCall[] = [];
  const skipped: number[] = [];
  const now = () => bench.now;
  const another = () =>
    meetingsApi(
      { name: 'main', applicationId: APPLICATION_ID, secret: SECRET, baseUrl: `${server.url}/v1/meetings` },
      {
        now,
        secrets: secretsManager({ client: secrets.client, now }),
        timeout: PATIENT,
        onCall: (call) => observed.push(call),
        onSkipped: (_, rooms) => skipped.push(rooms),
      },
    );
  const bench: MeetingsApiBench = {
    provider: another(),
    server,
    secrets,
    observed,
    skipped,
    now: Date.UTC(2030, 0, 1, 12),
    answer: () => ({ status: 201, body: roomBody() }),
    another,
    close: async () => {
      await Promise.all([server.close(), secrets.close()]);
    },
  };
  return bench;
}

/** The room that a test has given no id and no metadata is the one that the call asks for. */
function asked(call: ReceivedCall, answer: Answer): Answer {
  if (typeof answer === 'string' || !isPlainRoom(answer.body)) return answer;
  const [, id = answer.body.id] = /^\/v1\/meetings\/rooms\/([^/]+)$/.exec(call.path) ?? [];
  const { metadata = null } = (call.body ?? {}) as { metadata?: unknown };
  return { ...answer, body: { ...answer.body, id, metadata: answer.body.metadata ?? metadata } };
}

function isPlainRoom(body: unknown): body is ReturnType<typeof roomBody> {
  return typeof body === 'object' && body !== null && 'id' in body && body.id === roomBody().id;
}

/** A room as the contract shows it. */
export function roomBody(fields: Record<string, unknown> = {}) {
  return {
    id: 'd2a5f4c7-30f5-4c5e-a5a3-1e1b7c8a1f11',
    display_name: 'Stand-up',
    metadata: null,
    type: 'long_term',
    recording_options: { auto_record: false, record_only_owner: false },
    meeting_code: '982515622',
    is_available: true,
    expire_after_use: false,
    theme_id: null,
    join_approval_level: 'none',
    initial_join_options: { microphone_state: 'default' },
    available_features: {
      is_recording_available: true,
      is_chat_available: true,
      is_whiteboard_available: true,
      is_locale_switcher_available: false,
      is_captions_available: false,
    },
    ui_settings: { language: 'default' },
    created_at: '2030-01-01T12:00:00.000Z',
    expires_at: '2030-03-01T12:00:00.000Z',
    _links: {
      guest_url: { href: 'https://meetings.example/982515622' },
      host_url: { href: 'https://meetings.example/?room_token=982515622&participant_token=host-credential' },
    },
    ...fields,
  };
}

export const TOKEN = `er${'a'.repeat(30)}`;

export function order(fields: object = {}) {
  return {
    token: TOKEN,
    settings: { display_name: 'Stand-up' },
    expiresAt: Date.UTC(2030, 2, 1, 12),
    ...fields,
  };
}
