import { columns, moment } from '../../local/demo/text.ts';
import { stateWithHold } from '../../local/rooms/shown-room.ts';
import type { Deployment, Hint } from '../deployment/deployment.ts';
import { painted, type Terminal } from '../frame/terminal.ts';
import { wrapped } from '../frame/wrap.ts';
import { type Problem, span } from './problems.ts';
import type { RoomLife } from './room-life.ts';

/** The page of a key: its problems first, then all other data. */
export function roomPage(
  life: RoomLife,
  { now, hint }: Pick<Deployment, 'now' | 'hint'>,
  terminal: Terminal,
): string[] {
  return [
    painted(terminal, 'bold', life.key),
    ...(life.problems.length > 0
      ? problemLines(life.problems, hint, terminal)
      : [painted(terminal, 'green', 'nothing is wrong')]),
    '',
    ...factLines(factsOf(life, now()), terminal.width),
    ...sectionsOf(life).flatMap(([title, lines]) => [
      '',
      title,
      ...lines.flatMap((line) => wrapped(`  ${line}`, terminal.width, 4)),
    ]),
  ];
}

function factLines(facts: readonly (readonly [name: string, value: string])[], width: number): string[] {
  const indent = Math.max(...facts.map(([name]) => name.length)) + 2;
  return columns(facts).flatMap((line) => wrapped(line.trimEnd(), width, indent));
}

/** Returns the parts below the facts that are not empty, with their lines. */
export function sectionsOf(life: RoomLife): readonly (readonly [title: string, lines: readonly string[]])[] {
  const events = (life.events ?? []).map(({ at, type, reason }) => `${moment(at)}  ${type}  ${reason}`);
  const all = [
    ['history', historyLines(life)],
    ['rooms that end', life.ending.map(endingLine)],
    ['dead letters', life.deadLetters.map(letterLine)],
    [life.eventsFrom === 'history' ? 'events, from the history of the key' : 'events', events],
  ] as const;
  return all.filter(([, lines]) => lines.length > 0);
}

/** Formats problems: what, why, and the command that fixes each. */
export function problemLines(problems: readonly Problem[], hint: Hint, terminal: Terminal): string[] {
  return problems.flatMap(({ what, why, command }) => [
    ...wrapped(`! ${what}`, terminal.width, 2).map((line) => painted(terminal, 'red', line)),
    ...wrapped(`  ${why}`, terminal.width, 2),
    ...(command === undefined ? [] : [`  ${painted(terminal, 'bold', hint(command))}`]),
  ]);
}

/** Returns the facts about a room, by name. */
export function factsOf(life: RoomLife, now: number): [name: string, value: string][] {
  const rows = [...requestFacts(life), ...roomFacts(life, now), ...workFacts(life, now)];
  return rows.flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : []));
}

type Fact = readonly [name: string, value: string | undefined];

function requestFacts({ name, link, asked, ...life }: RoomLife): Fact[] {
  return [
    ['state', `${stateWithHold(life)}, generation ${life.generation}`],
    ['name', name],
    ['link', link],
    ['asked', asked && askedInWords(asked)],
    ['settings', asked && settingsInWords(asked.settings)],
  ];
}

function roomFacts({ room, previous }: RoomLife, now: number): Fact[] {
  if (!room) return [];
  const left = Date.parse(room.expiresAt) - now;
  return [
    ['room', `${room.guestUrl} (${room.application}, ${room.id})`],
    ['opened', `${moment(room.createdAt)} UTC`],
    ['ends', `${moment(room.expiresAt)} UTC, ${left > 0 ? `in ${span(left)}` : 'over'}`],
    ['before', previous && `${previous.guestUrl}, until ${moment(previous.expiresAt)} UTC`],
  ];
}

function workFacts(life: RoomLife, now: number): Fact[] {
  const { renewal, renewAt, dueAt, emergencyAt, claim, attempts, lastError, warnings = [] } = life;
  return [
    ['renewal', renewAt ? `${moment(renewAt)} UTC: ${renewal}` : renewal],
    ['next look', dueAt !== renewAt && dueAt ? `${moment(dueAt)} UTC` : undefined],
    ['emergency', emergencyAt && `from ${moment(emergencyAt)} UTC on`],
    ['claim', claim && claimInWords(claim, now)],
    ['attempts', attempts > 0 ? `${attempts} failed` : undefined],
    ['last error', lastError],
    ...warnings.map((warning): Fact => ['warning', warning]),
  ];
}

function askedInWords({
  lifetimeSeconds,
  expiresAt,
  mode,
  until,
  strict,
}: NonNullable<RoomLife['asked']>): string {
  const life = expiresAt ? `until ${moment(expiresAt)} UTC` : `a life of ${span(lifetimeSeconds * 1000)}`;
  const end = until ? `, needed until ${moment(until)} UTC` : '';
  return `${life}, renewal ${mode}${end}${strict ? ', strict' : ''}`;
}

function settingsInWords({
  display_name: _name,
  ...settings
}: Readonly<Record<string, unknown>>): string | undefined {
  return Object.keys(settings).length > 0 ? JSON.stringify(settings) : undefined;
}

function claimInWords(
  { purpose, generation, application, takenAt, leaseUntil }: NonNullable<RoomLife['claim']>,
  now: number,
): string {
  const lease = Date.parse(leaseUntil) - now;
  const holds = lease > 0 ? `holds for ${span(lease)}` : `over since ${span(-lease)}`;
  return `to ${purpose} generation ${generation} in ${application}, ${span(now - Date.parse(takenAt))} old, ${holds}`;
}

function historyLines({ history }: RoomLife): string[] {
  return columns(
    history.map(({ generation, application, roomId, openedAt, replacedAt, reason }) => [
      String(generation),
      `${moment(openedAt)} to ${moment(replacedAt)}`,
      application,
      roomId,
      reason,
    ]),
  );
}

const endingLine = ({ application, id, endsAt }: RoomLife['ending'][number]) =>
  `${id} (${application})  ${endsAt ? `ends ${moment(endsAt)} UTC` : 'the provider is still to be told'}`;

const letterLine = ({ queue, id, sentAt, reason }: RoomLife['deadLetters'][number]) =>
  `${moment(sentAt)}  ${queue}  message ${id}  ${reason}`;
