/** What must hold, as one line of the code that can be switched off. */
export interface Safeguard {
  readonly name: string;
  /** Where it stands, the line as it is, and the line without it. */
  readonly file: string;
  readonly on: string;
  readonly off: string;
}

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
    on: 'createdAt <= now - GRACE && expiresAt > endsSoon',
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
];

/** @throws Error where the line is not to be found exactly once */
export function switchedOff(source: string, { name, file, on, off }: Safeguard): string {
  const times = source.split(on).length - 1;
  if (times !== 1) throw new Error(`${name}: ${file} has "${on}" ${times} times, which should be there once`);
  return source.replace(on, () => off);
}
