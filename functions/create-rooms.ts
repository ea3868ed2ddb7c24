import type { SQSRecord } from 'aws-lambda';
import { outbox } from './adapters/outbox.ts';
import { CALENDAR_DEFAULTS, type CalendarSettings } from './requests/calendar/settings.ts';
import { parseMessage } from './requests/parse.ts';
import { cancelRoom } from './rooms/cancel.ts';
import { ensureRoom } from './rooms/ensure.ts';
import { heedCalendar } from './rooms/heed.ts';
import { holdRoom, releaseRoom } from './rooms/hold.ts';
import type { Keeping } from './rooms/keeping.ts';
import type { Result } from './rooms/result.ts';
import type { RoomAction, RoomRequest } from './rooms/room.ts';
import { MINUTE, SECOND } from './rooms/room.ts';
import { rotateNow } from './rooms/rotate.ts';
import { readEnvironment } from './runtime/configuration.ts';
import type { CalendarVariable, CreateRoomsEnvironment } from './runtime/environment.ts';
import { log } from './runtime/log.ts';
import { report } from './runtime/report.ts';
import { inbox, keeping, now, once, prepare, sqs, workerEnvironment } from './runtime/wiring.ts';
import { originOf } from './runtime/work-queue.ts';
import { type Job, sqsHandler } from './runtime/worker.ts';

const SERVE: Record<RoomAction, (request: RoomRequest, keeping: Keeping) => Promise<Result>> = {
  ensure: ensureRoom,
  cancel: cancelRoom,
  hold: holdRoom,
  release: releaseRoom,
  rotate: rotateNow,
};

function serve(request: RoomRequest): Promise<Result> {
  return request.news ? heedCalendar(request, keeping()) : SERVE[request.action](request, keeping());
}

/** Serves whoever asks for a room: one message, one request. */
export const handler = sqsHandler(
  once(() => ({ ...inbox(), now, backOff: [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE], read })),
);

prepare();

const calendar = once((): CalendarSettings => {
  const { CALENDAR } = readEnvironment<CreateRoomsEnvironment>(['CALENDAR']);
  const { graceSeconds, horizonSeconds, ...settings }: CalendarVariable = JSON.parse(CALENDAR);
  return {
    ...CALENDAR_DEFAULTS,
    ...settings,
    ...(graceSeconds !== undefined && { grace: graceSeconds * SECOND }),
    ...(horizonSeconds !== undefined && { horizon: horizonSeconds * SECOND }),
  };
});

async function read(record: SQSRecord): Promise<Job> {
  const { requests, split, skipped } = await parseMessage(
    { body: record.body, ...originOf(record) },
    { calendar: calendar() },
  );
  const [first] = requests;
  return {
    key: first?.key ?? record.messageId,
    run: async () => {
      if (skipped !== undefined) log.info('skipped', { messageId: record.messageId, reason: skipped });
      await outbox(sqs(), workerEnvironment().WORK_QUEUE).send(split);
      for (const request of requests) {
        report(request.key, request.action, await serve(request));
      }
    },
  };
}
