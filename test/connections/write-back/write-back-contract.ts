import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConnectedCalendar } from '../../../functions/connections/connection.ts';
import type { CalendarSystem, EventContent } from '../../../functions/connections/system.ts';
import { changeOf } from '../../../functions/connections/write-back/change.ts';
import { writeBack } from '../../../functions/connections/write-back/write-back.ts';
import { memoryWriteBackRecords } from '../../support/memory-write-back-records.ts';
import type { CalendarHarness } from '../calendar-system-contract.ts';
import { linkTo, times } from './written-events.ts';

const OLD = 'https://rooms.example.org/old';
const NEW = 'https://rooms.example.org/new?a=1';

/** What the link of a room does in the events of a real server, whatever that makes of what is written. */
export function writeBackContract(name: string, open: () => Promise<CalendarHarness>): void {
  describe(`${name}, written to`, () => {
    let harness: CalendarHarness;
    beforeEach(async () => {
      harness = await open();
    });
    afterEach(() => harness.close());

    function writer(system: Pick<CalendarSystem, 'read' | 'write'> = harness.system()) {
      const calendar = {
        id: 'office-abcdefgh',
        calendar: harness.calendar,
        connection: { writeBack: 'full' },
      } as ConnectedCalendar;
      const told: string[] = [];
      const ports = {
        system,
        records: memoryWriteBackRecords(),
        admit() {},
        tell: async (problem: string) => void told.push(problem),
        now: Date.now,
      };
      let revision = 0;
      return (event: string, url?: string) => {
        revision += 1;
        const task = { key: 'k', revision, calendar: calendar.id, event, ...(url && { url }) };
        return writeBack(task, calendar, ports);
      };
    }

    async function content(id: string): Promise<EventContent> {
      const [event] = await harness.system().read(harness.calendar, id);
      if (!event) throw new Error('the event is gone');
      return event.content;
    }

    test('has the link once, then another one, then none, and everything else as it was', async () => {
      const write = writer();
      const id = await harness.add('Planning');
      const before = await content(id);
      expect(await write(id, OLD)).toBe('written');
      expect(harness.placeOf(await content(id))).toBe(OLD);
      expect(await write(id, OLD)).toBe('unchanged');
      // nor is there anything to write for somebody who remembers nothing
      const forgotten = linkTo(OLD, { isOurs: () => false });
      expect(await changeOf(await content(id), forgotten, Date.now())).toBeUndefined();
      expect(await write(id, NEW)).toBe('written');
      expect(times(OLD, await content(id))).toBe(0);
      expect(harness.titleOf(await content(id))).toBe('Planning');
      expect(await write(id)).toBe('written');
      expect(harness.placeOf(await content(id))).toBe('');
      expect(harness.restOf(await content(id))).toEqual(harness.restOf(before));
    });

    test('keeps what a person writes at the same moment', async () => {
      const system = harness.system();
      const id = await harness.add('Planning');
      let reads = 0;
      const write = writer({
        read: async (...event) => {
          const read = await system.read(...event);
          reads += 1;
          if (reads === 1) await harness.retitle(id, 'Planning moved');
          return read;
        },
        write: (...change) => system.write(...change),
      });
      expect(await write(id, OLD)).toBe('written');
      expect(reads).toBe(2);
      expect(harness.titleOf(await content(id))).toBe('Planning moved');
      expect(harness.placeOf(await content(id))).toBe(OLD);
    });
  });
}
