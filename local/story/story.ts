import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { moveAhead, readSubmission } from '../rooms/example.ts';
import type { LocalRooms } from '../rooms/local-rooms.ts';
import type { ShownRoom } from '../rooms/shown-room.ts';
import { announcements, moment, roomsTable } from './text.ts';

/** Writes a line. */
export type Say = (line?: string) => void;

/** A step that did not end as it should; its message says what was found instead. */
export class StoryError extends Error {}

const DAY = 24 * 3_600_000;

/** How many schedules may fire after a room has fallen due before its renewal is given up. */
const PATIENCE = 4;

/** The main job, told to somebody who sees it for the first time. */
export class Story {
  readonly #rooms: LocalRooms;
  readonly #say: Say;
  readonly #width: number;
  #step = 0;
  #told = 0;

  /** @param width characters that a line may have */
  constructor(rooms: LocalRooms, say: Say, width: number) {
    this.#rooms = rooms;
    this.#say = say;
    this.#width = width;
  }

  /** @throws StoryError where a step fails */
  async tell(): Promise<void> {
    await this.#asks(
      'a team asks for a room: examples/room-request.json goes to the queue of requests',
      'room-request.json',
    );
    await this.#asks(
      'a calendar knows of a meeting: examples/calendar-event.json goes to the event bus',
      'calendar-event.json',
    );
    await this.#nightPasses();
    this.#nothingFailed();
  }

  async #asks(title: string, file: string): Promise<ShownRoom> {
    this.#begin(title);
    const { doors, stack } = this.#rooms;
    const before = new Set((await doors.rooms()).map(({ key }) => key));
    const text = await readFile(fileURLToPath(new URL(`../../examples/${file}`, import.meta.url)), 'utf8');
    const submission = readSubmission(moveAhead(text, stack.clock.now()), file);
    await (submission.way === 'queue' ? doors.send(submission.body) : doors.put(submission.event));
    await stack.settle();
    const made = (await doors.rooms()).find(({ key }) => !before.has(key));
    if (made?.generation !== 1 || !made.guestUrl)
      throw this.#failure(`no room came of examples/${file}`, made);
    await this.#showRooms();
    return made;
  }

  async #nightPasses(): Promise<void> {
    const { doors, stack } = this.#rooms;
    const due = (await doors.rooms()).find(
      ({ renewAt, generation }) => renewAt !== undefined && generation === 1,
    );
    if (!due?.renewAt) throw new StoryError('no room has a renewal to wait for');
    this.#begin(
      `the clock is turned to the night of the renewal, ${nights(Date.parse(due.renewAt) - stack.clock.now())} from now`,
    );
    await stack.turnTo(Date.parse(due.renewAt));
    let room = await doors.room(due.key);
    for (let fires = 0; room?.generation === 1 && fires < PATIENCE; fires++) {
      const next = stack.scheduler.nextFire();
      if (next === undefined) break;
      await stack.turnTo(next);
      room = await doors.room(due.key);
    }
    if (room?.generation !== 2 || !room.guestUrl || room.guestUrl === due.guestUrl) {
      throw this.#failure(`room ${due.key} was not renewed by ${moment(new Date().toISOString())}`, room);
    }
    await this.#showRooms();
    this.#say(`   the old link ${due.guestUrl} works until ${moment(due.expiresAt)}`);
  }

  #nothingFailed(): void {
    const letters = this.#rooms.doors.deadLetters();
    if (letters.length > 0) throw this.#failure('a message rests in a dead-letter queue');
    const queues = this.#rooms.stack.deadLetterQueues().length;
    this.#begin(`nothing has failed: all ${queues} dead-letter queues are empty`);
  }

  #begin(title: string): void {
    this.#say();
    this.#say(`${++this.#step}  ${title}`);
  }

  async #showRooms(): Promise<void> {
    const { doors } = this.#rooms;
    const news = doors.announcements().slice(this.#told);
    this.#told += news.length;
    this.#say();
    for (const line of roomsTable(await doors.rooms(), this.#width - 3)) this.#say(`   ${line}`);
    this.#say();
    this.#say('   on the bus');
    for (const line of announcements(news)) this.#say(`     ${line}`);
  }

  #failure(what: string, room?: ShownRoom): StoryError {
    const letters = this.#rooms.doors
      .deadLetters()
      .map(({ queue, attributes }) => `${queue}: ${attributes.failureReason ?? 'it was received too often'}`);
    const found = [
      room && `the room is ${room.state} in generation ${room.generation}`,
      room?.lastError,
      ...letters,
      ...this.#rooms.stack.logs.filter(({ line }) => line.includes('"ERROR"')).map(({ line }) => line),
    ].filter((line) => line !== undefined);
    return new StoryError([what, ...found].join('\n  '));
  }
}

function nights(milliseconds: number): string {
  const count = Math.ceil(milliseconds / DAY);
  return count === 1 ? 'a day' : `${count} days`;
}
