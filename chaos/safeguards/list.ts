import { OF_CALENDARS } from './calendars.ts';
import type { Safeguard } from './safeguard.ts';

const CONNECTIONS = ['test/connections'];
const ZOOM = ['test/adapters/zoom'];

export const SAFEGUARDS: readonly Safeguard[] = [
  {
    name: "the write's condition",
    file: 'test/support/memory-rooms.ts',
    on: 'if ((rows.get(room.key)?.revision ?? 0) !== room.revision) {',
    off: 'if (Date.now() < 0) {',
  },
  {
    name: "the write's condition in the table",
    file: 'functions/adapters/tables/rooms-table.ts',
    on: "ConditionExpression: 'revision = :revision',",
    off: "ConditionExpression: 'revision = :revision OR attribute_exists(roomKey)',",
  },
  {
    name: 'a glance at a row ends no work',
    file: 'functions/rooms/actions/rotate.ts',
    on: 'return isToBeClaimed ? room : undefined;',
    off: 'return room;',
    tests: ['test/rooms/actions'],
  },
  {
    name: 'a glance at a row ends no request',
    file: 'functions/rooms/actions/ensure.ts',
    on: 'return isNews ? room : undefined;',
    off: 'return room;',
    tests: ['test/rooms/actions'],
  },
  {
    name: 'the claim is completed by its owner alone',
    file: 'functions/rooms/lifecycle/claim.ts',
    on: 'if (found?.claim?.owner === room.claim.owner) return context.rooms.write(outcome(found));',
    off: 'if (found) return context.rooms.write(outcome(found));',
  },
  {
    name: 'the lease keeps other workers out',
    file: 'functions/rooms/lifecycle/claim.ts',
    on: 'if (left > 0) throw new ClaimHeldError(room.key, left);',
    off: 'void left;',
  },
  {
    name: 'an attempt without an answer leaves its claim',
    file: 'functions/rooms/model/transitions.ts',
    on: '? { claim: { ...room.claim, leaseUntil: now } }',
    off: "? { claim: undefined, state: restState(room) ?? 'opening' }",
  },
  {
    name: 'the look-up before another create',
    file: 'functions/rooms/lifecycle/recover.ts',
    on: 'if (found.length > 0) return found;',
    off: 'void found;',
  },
  {
    name: 'the loser gives up its room',
    file: 'functions/rooms/lifecycle/claim.ts',
    on: 'await context.rooms.write(givenUp(found, made, room.claim.generation, context.now()));',
    off: 'void givenUp;',
  },
  {
    name: 'what is given up is not adopted',
    file: 'functions/rooms/lifecycle/claim.ts',
    on: 'if (found && isRetired(found, made?.id, context.now())) throw lost(room);',
    off: '',
  },
  {
    name: 'the row keeps what the bus was not told',
    file: 'functions/rooms/model/transitions.ts',
    on: 'unannounced: withAnnouncement(room, claim.announcement),',
    off: '',
  },
  {
    name: 'the announcement comes before it is ticked off',
    file: 'functions/rooms/lifecycle/pending.ts',
    on: 'for (const [index, news] of unannounced.entries()) {',
    off:
      'if (unannounced.length > 0) room = await rooms.write({ ...room, unannounced: undefined });' +
      'for (const [index, news] of unannounced.entries()) {',
  },
  {
    name: 'the announcement comes before a room is ended',
    file: 'functions/rooms/lifecycle/pending.ts',
    on: 'for (const [index, news] of unannounced.entries()) {',
    off:
      'await Promise.allSettled(room.retirees.map((retiree) => retire(retiree, context)));' +
      'for (const [index, news] of unannounced.entries()) {',
  },
  {
    name: 'whatever is left is told before a message is done',
    file: 'functions/rooms/lifecycle/pending.ts',
    on: 'return { ...result, room: result.room && (await flushPending(result.room, context)) };',
    off: 'return result;',
  },
  {
    name: 'what no message comes back for is announced by reconciliation',
    file: 'functions/rooms/fleet/diagnose.ts',
    on: '(open || behind || unannounced !== undefined) &&',
    off: '(open || behind) &&',
  },
  {
    name: 'what was not told yet is told before what is new',
    file: 'functions/rooms/model/announcements.ts',
    on: 'return [...before.filter(({ type }) => type !== news.type), news];',
    off: 'return [news];',
  },
  {
    name: 'a change without an answer is remembered',
    file: 'functions/rooms/model/transitions.ts',
    on: 'return { ...free, unclear: {',
    off: 'return { ...free, unclear: undefined, attempts: room.attempts }; void {',
  },
  {
    name: 'older news is known for what it is',
    file: 'functions/rooms/model/sequence.ts',
    on: "if (seen === undefined || seen < sequence.value) return 'new';",
    off: "return 'new';",
  },
  {
    name: 'a room in the making is no orphan',
    file: 'functions/rooms/fleet/inventory.ts',
    on: 'createdAt <= seenAt - GRACE && expiresAt > endsSoon',
    off: 'expiresAt > endsSoon && createdAt < expiresAt',
  },
  {
    name: "a claim's room is its finisher's",
    file: 'functions/rooms/fleet/inventory.ts',
    on: 'if (claim) spareClaimed(',
    off: 'if (claim && deployment === key) spareClaimed(',
  },
  {
    name: 'a message of a key does not overtake another',
    file: 'functions/middleware/partial-batch-failures.ts',
    on: 'if (back !== undefined) throw new BehindAnotherError(key, back);',
    off: 'void BehindAnotherError;',
  },
  {
    name: 'a link is written before anybody is told',
    file: 'functions/rooms/lifecycle/pending.ts',
    on: 'room = await showLink(found, context);',
    off: 'if (unannounced.length === 0) room = await showLink(found, context);',
  },
  {
    name: 'an older link replaces no newer one',
    file: 'functions/adapters/tables/links-table.ts',
    on: "ConditionExpression: 'attribute_not_exists(slug) OR revision <= :revision',",
    off: "ConditionExpression: 'attribute_not_exists(slug) OR revision <> :revision OR revision = :revision',",
  },
  {
    name: 'a replaced link is withdrawn',
    file: 'functions/rooms/lifecycle/links.ts',
    on: 'for (const slug of withdrawnSlugs) {',
    off: 'for (const slug of withdrawnSlugs.slice(1)) {',
  },
  {
    name: 'a change of a link takes back the note that it was shown',
    file: 'functions/rooms/lifecycle/links.ts',
    on: 'return isLinkShown(named, links) ? named : { ...named, shownLink: undefined };',
    off: 'return named;',
  },
  {
    name: 'a replaced link is withdrawn before the new one is shown',
    file: 'functions/rooms/lifecycle/links.ts',
    on: 'for (const slug of withdrawnSlugs) {',
    off:
      'const early = withdrawnSlugs.length > 0 && linkOf(room, links); if (early) await links.write(early);' +
      'for (const slug of withdrawnSlugs) {',
  },
  {
    name: 'reconciliation leaves an application alone where too much is wrong',
    file: 'functions/rooms/fleet/brake.ts',
    on: 'return !confirmed || now >= confirmed.until || findings > confirmed.findings;',
    off: 'return confirmed !== undefined && findings > confirmed.findings;',
  },
  {
    name: 'an orphan that is a newer generation is given back to its row',
    file: 'functions/rooms/fleet/reconcile.ts',
    on: 'const recovered = await recoverSuccessors(inventories, orders, context);',
    off: 'const recovered: readonly RotationOrder[] = []; void recoverSuccessors;',
  },
  {
    name: 'an attempt of reconciliation sends no order that an earlier one has sent',
    file: 'functions/rooms/fleet/reconcile.ts',
    on: 'const open = ordered.has(name) ? [] : (orders.get(inventory) ?? []);',
    off: 'const open = orders.get(inventory) ?? [];',
  },
  {
    name: 'past generations on a row account for their rooms',
    file: 'functions/adapters/tables/rooms-table.ts',
    on: 'return room.past ? [room, ...room.past] : room;',
    off: 'return room;',
    tests: ['test/adapters/tables/rooms-table.test.ts'],
  },
  {
    name: 'past generations without a place on the row get entries before it is written',
    file: 'functions/adapters/tables/rooms-table.ts',
    on: 'for (const past of others) await archive(past);',
    off: 'void others;',
    tests: ['test/adapters/tables/rooms-table.test.ts'],
  },
  {
    name: 'a cancellation ends the earlier rooms of the row that it has read',
    file: 'functions/rooms/actions/cancel.ts',
    on: '[...(room.past ?? []), ...(await rooms.history(room.key))]',
    off: 'await rooms.history(room.key)',
    tests: ['test/rooms/actions'],
  },
  {
    name: 'a run whose table does not fit changes nothing and tries a shorter part',
    file: 'functions/rooms/fleet/read-rows.ts',
    on: 'if (cursor !== undefined && timeLeft() < ACTING_TIME) {',
    off: "if (cursor === '' && timeLeft() < ACTING_TIME) {",
    tests: ['test/rooms/fleet'],
  },
  {
    name: 'the rooms of all lists that are read at the same time have one limit',
    file: 'functions/rooms/fleet/reconcile.ts',
    on: 'sum(held.values()) < mostRooms',
    off: 'Math.max(0, ...held.values()) < mostRooms',
    tests: ['test/rooms/fleet'],
  },
  {
    name: 'a lost room does not wait for a restore that has failed for long',
    file: 'functions/rooms/lifecycle/gone.ts',
    on: 'const unable = [UnauthorizedError, ProviderRefusedError, HeldBackError];',
    off: 'const unable = [UnauthorizedError, ProviderRefusedError]; void HeldBackError;',
  },
  {
    name: 'what has ended accounts for no room',
    file: 'functions/rooms/fleet/inventory.ts',
    on: 'const open = retirees.filter((retiree) => !hasEnded(retiree, now()));',
    off: 'const open = retirees; void hasEnded;',
    tests: ['test/rooms', 'test/adapters/late-create.test.ts'],
  },
  {
    name: 'a room is given up after two looks',
    file: 'functions/rooms/lifecycle/gone.ts',
    on: 'const LOOKS = 2;',
    off: 'const LOOKS = 1;',
  },
  {
    name: 'a message that SQS moved is older than all that are known',
    file: 'functions/requests/parse.ts',
    on: 'const askedAt = isLost ? 0 : sentAt;',
    off: 'const askedAt = sentAt;',
    tests: ['test/rooms', 'test/requests', 'test/runtime'],
  },
  {
    name: 'a copy of such a message has lost its place too',
    file: 'functions/runtime/queue/work-queue.ts',
    on: "...(originOf(record).isLost && { placeIsLost: { DataType: 'String', StringValue: 'true' } }),",
    off: '',
    tests: ['test/runtime', 'test/middleware', 'test/requests'],
  },
  {
    name: 'days of a limit end no message',
    file: 'functions/runtime/queue/failure-policy.ts',
    on: 'if (error instanceof BehindAnotherError || isDailyLimit(error)) return true;',
    off: 'if (error instanceof BehindAnotherError) return true;',
    tests: ['test/runtime'],
  },
  {
    name: 'an outage is counted from the last day of a limit',
    file: 'functions/runtime/queue/failure-policy.ts',
    on: 'await queue.requeue(record, back, isNoted ? now() : undefined);',
    off: 'await queue.requeue(record, back, undefined);',
    tests: ['test/runtime'],
  },
  {
    name: 'an event in Google is written only as it was read',
    file: 'functions/adapters/calendars/google/system.ts',
    on: "headers: { 'if-match': version },",
    off: '',
    tests: CONNECTIONS,
  },
  {
    name: 'an event in Microsoft 365 is written only as it was read',
    file: 'functions/adapters/calendars/microsoft/system.ts',
    on: "headers: { prefer: IDS, 'if-match': version },",
    off: 'headers: { prefer: IDS },',
    tests: CONNECTIONS,
  },
  {
    name: 'an event in CalDAV is written only as it was read',
    file: 'functions/adapters/calendars/caldav/system.ts',
    on: ", 'if-match': strong(event.version) },",
    off: ' }, ...(strong(event.version) && {}),',
    tests: CONNECTIONS,
  },
  {
    name: 'only an address of ours is taken out of an event',
    file: 'functions/connections/write-back/write-back.ts',
    on: 'isOurs: (address) => links.includes(digestOf(address)),',
    off: 'isOurs: (address) => links.length > 0 || address === digestOf(address),',
    tests: CONNECTIONS,
  },
  {
    name: 'an older announcement does not undo a newer one in an event',
    file: 'functions/connections/write-back/write-back.ts',
    on: "if (await isOvertaken(task, ports)) return 'overtaken';",
    off: 'void isOvertaken;',
    tests: CONNECTIONS,
  },
  {
    name: 'a host at Zoom makes no more rooms than its day allows',
    file: 'functions/adapters/zoom/hosts.ts',
    on: 'return CHANGES_PER_DAY - (urgent ? 0 : KEPT_FOR_REPAIRS);',
    off: 'return urgent ? CHANGES_PER_DAY : 10 * CHANGES_PER_DAY;',
    tests: ZOOM,
  },
  {
    name: 'a host at Zoom is asked for no more rooms at the same time than its day has left',
    file: 'functions/adapters/zoom/hosts.ts',
    on: 'return spentToday(loads.get(host)) + asked(host) < most;',
    off: 'return spentToday(loads.get(host)) < most;',
    tests: ZOOM,
  },
  {
    name: 'only the code of Zoom says that a meeting is gone, not the status',
    file: 'functions/adapters/zoom/calls.ts',
    on: "if (isGone(reply) && !(saysNoMeeting(reply) && call.route.startsWith('/meetings/'))) {",
    off: "if (isGone(reply) && call.route === '') {",
    tests: ZOOM,
  },
  {
    name: 'a page of Zoom that counts meetings and has no list of them does not end the list',
    file: 'functions/adapters/zoom/pages.ts',
    on: '(page.total_records ?? 0) > listed)',
    off: 'page.total_records === -1)',
    tests: ZOOM,
  },
  {
    name: 'a report that the bus refuses is sent later as it is',
    file: 'functions/rooms/fleet/reconcile.ts',
    on: 'if (unreported) rest.push({ applications: [], unreported });',
    off: 'void unreported;',
    tests: ['test/rooms/fleet'],
  },
  {
    name: 'a past generation that has an entry and is on the row counts once',
    file: 'functions/rooms/fleet/read-rows.ts',
    on: 'historyOf(found, rows.get(key))',
    off: 'found.slice(0, historyOf.length + found.length)',
    tests: ['test/adapters/tables/rooms-table.test.ts'],
  },
  {
    name: 'an empty answer of a table or a queue says nothing',
    file: 'functions/adapters/aws/call.ts',
    on: "if (text === '' && target === WITHOUT_RESULT)",
    off: "if (text === '' && WITHOUT_RESULT)",
    tests: ['test/adapters/aws/call.test.ts'],
  },
  {
    name: 'a message is in its queue if the answer names it',
    file: 'functions/adapters/queues/send-batched.ts',
    on: 'left = left.filter(({ Id }) => !Successful.some((success) => success.Id === Id));',
    off: 'left = left.filter(({ Id }) => Failed.some((failure) => failure.Id === Id)); void Successful;',
    tests: ['test/adapters/queues'],
  },
  {
    name: 'a host of which Zoom says that its day is used up is passed over',
    file: 'functions/adapters/zoom/provider.ts',
    on: 'if (saysUsedUp(reply)) hosts.usedUp(host);',
    off: 'if (saysUsedUp(reply)) void hosts.usedUp;',
    tests: ZOOM,
  },
  {
    name: 'Zoom is not believed at its first word that a meeting does not exist',
    file: 'functions/adapters/zoom/provider.ts',
    on: 'if (listed) return listed;',
    off: 'void listed;',
    tests: ZOOM,
  },
  {
    name: '... nor where no list has the meeting',
    file: 'functions/adapters/zoom/provider.ts',
    on: 'const again = await read(id);',
    off: 'const again = found;',
    tests: ZOOM,
  },
  ...OF_CALENDARS,
];

/** @throws Error unless the line occurs exactly once */
export function switchedOff(source: string, { name, file, on, off }: Safeguard): string {
  const times = source.split(on).length - 1;
  if (times !== 1) throw new Error(`${name}: ${file} has "${on}" ${times} times, which should be there once`);
  return source.replace(on, () => off);
}
