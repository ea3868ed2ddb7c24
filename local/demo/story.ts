import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from '../../functions/rooms/model/link.ts';
import type { LocalCalendar } from '../calendars/calendar.ts';
import { moveAhead, readSubmission } from '../rooms/example.ts';
import type { LocalRooms } from '../rooms/local-rooms.ts';
import type { ShownRoom } from '../rooms/shown-room.ts';
import { announcements, moment, reasonOf, roomsTable } from './text.ts';

/** Writes a line. */
export type Say = (line?: string) => void;

/** A step that failed; the message says what was found instead. */
export class DemoError extends Error {}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How long the demo waits for the renewal of a due room, by the clock of the stack. */
const MAX_WAIT = 2 * DAY;

/** How long the demo waits until the first meeting of the example's series is within the horizon. */
const UNTIL_NEAR = 40 * DAY;

/** The text on the page of a link, if there is no room. */
const SEES: Partial<Record<Page, string>> = {
  cancelled: 'reads that the meeting was cancelled',
  'on-demand': 'sees a button that opens the room',
};

/** Shows the main features to a person who sees them for the first time. */
export class Demo {
  readonly #rooms: LocalRooms;
  readonly #say: Say;
  readonly #width: number;
  #step = 0;
  #told = 0;

  /** @param width characters per line */
  constructor(rooms: LocalRooms, say: Say, width: number) {
    this.#rooms = rooms;
    this.#say = say;
    this.#width = width;
  }

  /** @throws DemoError if a step fails */
  async tell(): Promise<void> {
    this.#begin('a team asks for a room: examples/room-request.json goes to the queue of requests');
    const asked = await this.#opens('room-request.json');
    await this.#visits(asked, 'live');
    await (this.#rooms.doors.scope === 'series' ? this.#tellSeries(asked) : this.#tellOccurrences(asked));
    if (this.#rooms.doors.linksUrl !== undefined) await this.#tellOnDemand();
    this.#nothingFailed();
  }

  async #tellSeries(asked: ShownRoom): Promise<void> {
    this.#begin('a calendar has a new series: examples/calendar-event.json goes to the event bus');
    const meeting = await this.#opens('calendar-event.json');
    const { movesExpiry } = this.#rooms.provider;
    const link = movesExpiry ? 'the same link' : 'a new link, since this provider cannot move an expiry';
    this.#begin(`the series is moved and made longer: its room lives longer, under ${link}`);
    await this.#moves(meeting, 'calendar-event-rescheduled.json', movesExpiry);
    await this.#turnsToTheNight(asked);
    this.#begin('the series is cancelled: its room ends, and stays ended');
    await this.#ends([meeting], 'calendar-event-cancelled.json');
    await this.#visits(meeting, 'cancelled');
  }

  /** Shows a key whose room is opened by a visitor. */
  async #tellOnDemand(): Promise<void> {
    this.#begin('a team asks for a link without a room: examples/on-demand-request.json');
    const { doors, stack } = this.#rooms;
    const before = new Set((await doors.rooms()).map(({ key }) => key));
    await this.#submit('on-demand-request.json');
    const room = (await doors.rooms()).find(({ key }) => !before.has(key));
    if (!room?.link) throw this.#failure('no link came of examples/on-demand-request.json', room);
    await this.#visits(room, 'on-demand');
    this.#begin('a visitor presses the button on the page of the link: the room opens');
    await fetch(room.link, { method: 'POST', redirect: 'manual' });
    await stack.settle();
    await this.#showRooms();
    await this.#visits(room, 'live');
  }

  /** Shows a meeting in a connected calendar, from its creation to its deletion. */
  async tellCalendar(calendar: LocalCalendar): Promise<void> {
    const { doors, stack } = this.#rooms;
    this.#begin(
      `a person writes a meeting into a calendar of ${calendar.title}, with #room in its description`,
    );
    this.#say(`     ${calendar.address}`);
    const before = new Set((await doors.rooms()).map(({ key }) => key));
    const start = stack.clock.now() + 20 * DAY;
    const description = 'Bring the plan. #room';
    const event = await calendar.add({ title: 'Planning', description, start, end: start + HOUR });
    await this.#readsCalendars();
    const room = (await doors.rooms()).find(({ key }) => !before.has(key));
    if (!room?.guestUrl) throw this.#failure('no room came of the meeting in the calendar', room);
    await this.#showRooms();
    this.#begin('guests open the meeting in their calendars: it has the link of its room');
    await this.#leads(calendar, event, room);
    this.#begin('the night passes: the meeting still leads to its room');
    await stack.turnTo(stack.clock.now() + DAY);
    await this.#leads(calendar, event, room);
    this.#begin('the person deletes the meeting: its room ends');
    await calendar.remove(event);
    await this.#readsCalendars();
    const ended = await doors.room(room.key);
    if (ended?.state !== 'cancelled') throw this.#failure(`room ${room.key} was not cancelled`, ended);
    await this.#showRooms();
    this.#nothingFailed();
  }

  /** Shows what a guest finds in the event, and where its link leads. */
  async #leads(calendar: LocalCalendar, event: string, room: ShownRoom): Promise<void> {
    const { place, description } = await calendar.show(event);
    const link = room.link ?? room.guestUrl ?? '';
    if (place !== link || !description.includes(link))
      throw this.#failure(`the meeting in the calendar does not have the link of room ${room.key}`, room);
    this.#say();
    for (const line of [`Where: ${place}`, ...description.split('\n')]) this.#say(`     | ${line}`);
    this.#say();
    await this.#visits(room, 'live');
  }

  async #readsCalendars(): Promise<void> {
    await this.#rooms.doors.readCalendars();
    await this.#rooms.stack.settle();
  }

  /** Opens the link of a key as a visitor does. */
  async #visits({ key, link }: ShownRoom, expected: Page): Promise<void> {
    if (link === undefined) return;
    const seen = await fetch(link, { headers: { accept: 'application/json' } });
    const { state, url } = (await seen.json()) as { readonly state: Page; readonly url?: string };
    if (state !== expected) throw this.#failure(`the link of room ${key} is ${state} and not ${expected}`);
    this.#say(`     a visitor opens ${link} and ${url === undefined ? SEES[state] : `is led to ${url}`}`);
  }

  /** Shows a series in which each meeting has a room of its own. */
  async #tellOccurrences(asked: ShownRoom): Promise<void> {
    this.#begin(
      'a calendar has a new series: examples/calendar-event.json goes to the event bus; each of its meetings will have ' +
        'a room of its own, made when it is near',
    );
    await this.#submit('calendar-event.json');
    await this.#showRooms();
    await this.#turnsToTheNight(asked);
    const meetings = await this.#comeNear(asked);
    this.#begin('the series is cancelled: the rooms of its meetings end, and stay ended');
    await this.#ends(meetings, 'calendar-event-cancelled.json');
  }

  /** Shows the state that an earlier run left: the demo itself does not run again. */
  async resume(): Promise<void> {
    const { doors, stack } = this.#rooms;
    this.#say();
    this.#say(`it continues where it ended: it is ${moment(new Date(stack.clock.now()).toISOString())} UTC`);
    this.#say();
    for (const line of roomsTable(await doors.rooms(), stack.clock.now(), this.#width - 3))
      this.#say(`   ${line}`);
  }

  async #opens(file: string): Promise<ShownRoom> {
    const { doors } = this.#rooms;
    const before = new Set((await doors.rooms()).map(({ key }) => key));
    await this.#submit(file);
    const room = (await doors.rooms()).find(({ key }) => !before.has(key));
    if (room?.generation !== 1 || !room.guestUrl)
      throw this.#failure(`no room came of examples/${file}`, room);
    await this.#showRooms();
    return room;
  }

  async #moves(
    { key, guestUrl, expiresAt = '' }: ShownRoom,
    file: string,
    linkStays: boolean,
  ): Promise<void> {
    await this.#submit(file);
    const room = await this.#rooms.doors.room(key);
    if ((room?.guestUrl === guestUrl) !== linkStays || !((room?.expiresAt ?? '') > expiresAt)) {
      throw this.#failure(`the life of room ${key} did not become longer as it should`, room);
    }
    await this.#showRooms();
  }

  async #turnsToTheNight(asked: ShownRoom): Promise<void> {
    this.#begin(
      `the clock is turned to the night of the renewal, ${this.#daysUntil(asked.renewAt)} days ahead`,
    );
    await this.#renews(asked);
  }

  async #renews({ key, guestUrl, renewAt, expiresAt }: ShownRoom): Promise<void> {
    const { doors, stack } = this.#rooms;
    await stack.turnTo(Date.parse(renewAt ?? ''));
    const { clock, scheduler } = stack;
    const latest = clock.now() + MAX_WAIT;
    let room = await doors.room(key);
    while (room?.generation === 1 && clock.now() < latest) {
      await stack.turnTo(scheduler.nextFire() ?? latest);
      room = await doors.room(key);
    }
    if (room?.generation !== 2 || !room.guestUrl || room.guestUrl === guestUrl) {
      throw this.#failure(`room ${key} was not renewed by ${moment(new Date().toISOString())}`, room);
    }
    await this.#showRooms();
    this.#say(`     the guest link before, ${guestUrl}, works until ${moment(expiresAt)}`);
    await this.#visits(room, 'live');
  }

  /** Turns the clock until the first meetings have their rooms. */
  async #comeNear(asked: ShownRoom): Promise<readonly ShownRoom[]> {
    const { doors, stack } = this.#rooms;
    const { clock } = stack;
    const meetings = async () => (await doors.rooms()).filter(({ key }) => key !== asked.key);
    const latest = clock.now() + UNTIL_NEAR;
    let near = await meetings();
    if (near.length > 0) return near;
    this.#begin('the clock is turned to the day on which the first of its meetings is near');
    while (near.length === 0 && clock.now() < latest) {
      await stack.turnTo(clock.now() + DAY);
      near = await meetings();
    }
    if (near.length === 0) throw this.#failure('no meeting of the series has a room');
    await this.#showRooms();
    return near;
  }

  async #ends(meetings: readonly ShownRoom[], file: string): Promise<void> {
    await this.#submit(file);
    for (const { key } of meetings) {
      const room = await this.#rooms.doors.room(key);
      if (room?.state !== 'cancelled') throw this.#failure(`room ${key} was not cancelled`, room);
    }
    await this.#showRooms();
  }

  async #submit(file: string): Promise<void> {
    const { doors, stack } = this.#rooms;
    const text = await readFile(fileURLToPath(new URL(`../../examples/${file}`, import.meta.url)), 'utf8');
    const submission = readSubmission(moveAhead(text, stack.clock.now()), file);
    await (submission.way === 'queue' ? doors.send(submission.body) : doors.put(submission.event));
    await stack.settle();
  }

  #nothingFailed(): void {
    const letters = this.#rooms.doors.deadLetters();
    if (letters.length > 0) throw this.#failure('a message rests in a dead-letter queue');
    const queues = this.#rooms.stack.deadLetterQueues().length;
    this.#begin(`nothing has failed: all ${queues} dead-letter queues are empty`);
  }

  #daysUntil(iso: string | undefined): number {
    if (iso === undefined) throw new DemoError('the room that was asked for has no renewal to wait for');
    return Math.ceil((Date.parse(iso) - this.#rooms.stack.clock.now()) / DAY);
  }

  #begin(title: string): void {
    this.#say();
    this.#say(`${++this.#step}  ${title}`);
  }

  async #showRooms(): Promise<void> {
    const { doors, stack } = this.#rooms;
    const news = doors.announcements().slice(this.#told);
    this.#told += news.length;
    this.#say();
    for (const line of roomsTable(await doors.rooms(), stack.clock.now(), this.#width - 3))
      this.#say(`   ${line}`);
    this.#say();
    this.#say('   on the bus');
    for (const line of news.length > 0 ? announcements(news, this.#width - 5) : ['nothing'])
      this.#say(`     ${line}`);
  }

  #failure(what: string, room?: ShownRoom): DemoError {
    const letters = this.#rooms.doors
      .deadLetters()
      .map(({ queue, attributes }) => `${queue}: ${reasonOf({ attributes })}`);
    const found = [
      room && `the room is ${room.state} in generation ${room.generation}`,
      room?.lastError,
      ...letters,
      ...this.#errors(),
    ].filter((line) => line !== undefined);
    return new DemoError([what, ...found].join('\n  '));
  }

  /** Returns the errors in the functions' logs, each once. */
  #errors(): string[] {
    const lines = this.#rooms.stack.logs.map(({ line }) => line).filter((line) => line.includes('"ERROR"'));
    const told = lines.map((line) => {
      const { service, message, error } = JSON.parse(line);
      return `${service}: ${error?.message ?? message}`;
    });
    return [...new Set(told)];
  }
}
