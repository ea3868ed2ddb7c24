/** A change of the code that no test can notice, because the behaviour is the same. */
export interface Equivalent {
  readonly file: string;
  /** The line, or enough of it, and the replacement for a part of it. */
  readonly before: string;
  readonly replacement: string;
  readonly reason: string;
}

export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: 'functions/rooms/model/digest.ts',
    before: '? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))',
    replacement: 'a <= b',
    reason: 'no two properties of an object have one name',
  },
  {
    file: 'functions/rooms/model/renewal.ts',
    before: 'if (preferred >= twoRuns) return preferred;',
    replacement: 'preferred > twoRuns',
    reason: 'where both are equal, the next line gives the same',
  },
  {
    file: 'functions/rooms/lifecycle/claim.ts',
    before: '} catch (lostOrUnwritten) {',
    replacement: '{}',
    reason: 'all that ports throw are errors, which are swallowed here',
  },
  {
    file: 'functions/rooms/lifecycle/claim.ts',
    before: 'if (!(lostOrUnwritten instanceof Error)) throw lostOrUnwritten;',
    replacement: 'false',
    reason: 'all that ports throw are errors',
  },
  {
    file: 'functions/rooms/lifecycle/claim.ts',
    before: 'if (found?.claim?.owner === room.claim.owner) return context.rooms.write(outcome(found));',
    replacement: 'found.claim',
    reason: 'a row that carries a claim is never deleted',
  },
  {
    file: 'functions/rooms/lifecycle/claim.ts',
    before: 'if (!found || !made) throw lost(room);',
    replacement: 'false',
    reason: 'without a room that was made, releaseClaim swallows whatever is thrown',
  },
  {
    file: 'functions/rooms/lifecycle/claim.ts',
    before: 'if (!found || !made) throw lost(room);',
    replacement: '!found && !made',
    reason: 'without a room that was made, releaseClaim swallows whatever is thrown',
  },
  {
    file: 'functions/rooms/actions/hold.ts',
    before: "return room.state === 'held' ? rescheduled({ ...free, state: 'active' }, context) : free;",
    replacement: '""',
    reason: 'a held room has a spec, and the schedule gives it its state',
  },
  {
    file: 'functions/rooms/actions/hold.ts',
    before: 'was refused, so there is nothing to',
    replacement: '"Stryker was here!"',
    reason: 'the row of a refused request has the reason',
  },
  {
    file: 'functions/rooms/actions/hold.ts',
    before: "{ to: 'active', outcome: 'released', announced: 'Room Released' }",
    replacement: '""',
    reason: 'of the two states only held is compared',
  },
  {
    file: 'functions/rooms/actions/cancel.ts',
    before: 'await rooms.history(room.key) : [];',
    replacement: '["Stryker was here"]',
    reason: 'a text has no end, so it is not ahead',
  },
  {
    file: 'functions/rooms/actions/provider-event.ts',
    before: 'if (!current || !spec || current.id !== roomId)',
    replacement: 'false',
    reason: 'a row with a room has the request for it',
  },
  {
    file: 'functions/rooms/actions/provider-event.ts',
    before: "const postponed = state === 'active' && dueAt !== undefined",
    replacement: 'true',
    reason: 'a row without a time to look at has no time to renew either',
  },
  {
    file: 'functions/rooms/actions/take-back.ts',
    before: "generationOf(seen.token ?? '')",
    replacement: '"Stryker was here!"',
    reason: 'neither text is a token',
  },
  {
    file: 'functions/rooms/decisions/ensure.ts',
    before: "const [home = ''] = opening.homes;",
    replacement: '"Stryker was here!"',
    reason: 'there is always an application to ask',
  },
  {
    file: 'functions/rooms/decisions/ensure.ts',
    before: '...changedSettings(row.spec?.settings,',
    replacement: 'row.spec.settings',
    reason: 'a row with a room has the request for it',
  },
  {
    file: 'functions/rooms/decisions/ensure.ts',
    before: '(asked.lifetime > (old?.lifetime ?? 0)',
    replacement: 'old.lifetime',
    reason: 'a row with a room has the request for it',
  },
  {
    file: 'functions/rooms/actions/cancel.ts',
    before: 'const past = room.generation > 2',
    replacement: 'room.generation >= 2',
    reason: 'a row has the rooms of two generations itself',
  },
  {
    file: 'functions/rooms/model/announcements.ts',
    before: "unannounced[index]?.type === 'Room Cancelled'",
    replacement: 'unannounced[index].type',
    reason: 'the index is one of the list',
  },
  {
    file: 'functions/rooms/model/announcements.ts',
    before: 'unannounced: readonly Announcement[] = []',
    replacement: '["Stryker was here"]',
    reason: 'a text has no type, so it is left out',
  },
  {
    file: 'functions/rooms/fleet/reconcile.ts',
    before: 'orders.get(inventory) ?? [],',
    replacement: '["Stryker was here"]',
    reason: 'every list that was read has its orders',
  },
  {
    file: 'functions/rooms/fleet/reconcile.ts',
    before: 'for (const { found = [] } of recovered)',
    replacement: '["Stryker was here"]',
    reason: 'every such order names its rooms',
  },
  {
    file: 'functions/rooms/fleet/reconcile.ts',
    before: '!inventories.get(name)?.next',
    replacement: 'inventories.get(name).next',
    reason: 'the application is one of those that were read',
  },
  {
    file: 'functions/rooms/fleet/reconcile.ts',
    before: 'orders.get(diagnosis.inventory)?.push',
    replacement: 'orders.get(diagnosis.inventory).push',
    reason: 'the application is one of those that were read',
  },
  {
    file: 'functions/rooms/fleet/reconcile.ts',
    before: 'inventories.get(application)?.report;',
    replacement: 'inventories.get(application).report',
    reason: 'the application is one of those that were read',
  },
  {
    file: 'functions/rooms/fleet/reconcile.ts',
    before: 'if (report) report.recovered += 1;',
    replacement: 'true',
    reason: 'the application is one of those that were read',
  },
  {
    file: 'functions/rooms/fleet/reconcile.ts',
    before: 'if (found.held) return undefined;',
    replacement: 'false',
    reason: 'what was held is more than was confirmed, or its confirmation is void, for the next part too',
  },
  {
    file: 'functions/rooms/fleet/reconcile.ts',
    before: 'findings > 0 ? { ...confirmed, findings }',
    replacement: 'true',
    reason: 'a confirmation of nothing allows as much as none',
  },
  {
    file: 'functions/rooms/fleet/reconcile.ts',
    before: 'findings > 0 ? { ...confirmed, findings }',
    replacement: 'findings >= 0',
    reason: 'a confirmation of nothing allows as much as none',
  },
  {
    file: 'functions/rooms/fleet/reconcile.ts',
    before: 'of keys.size > 0 ? orders : []',
    replacement: 'true',
    reason: 'without keys nothing is left out',
  },
  {
    file: 'functions/rooms/fleet/reconcile.ts',
    before: 'of keys.size > 0 ? orders : []',
    replacement: 'keys.size >= 0',
    reason: 'without keys nothing is left out',
  },
  {
    file: 'functions/rooms/fleet/successors.ts',
    before: 'const recovered = orders.filter(({ found = [] })',
    replacement: '["Stryker was here"]',
    reason: 'every such order names its rooms',
  },
  {
    file: 'functions/rooms/fleet/successors.ts',
    before: 'recovered.flatMap(({ found = [] })',
    replacement: '["Stryker was here"]',
    reason: 'every such order names its rooms',
  },
  {
    file: 'functions/rooms/fleet/successors.ts',
    before: "({ token = '' }) => generationOf(token)",
    replacement: '"Stryker was here!"',
    reason: 'only rooms with a token of ours are orphans',
  },
  {
    file: 'functions/rooms/fleet/successors.ts',
    before: 'inventories.get(application)?.unclaimed',
    replacement: 'inventories.get(application).unclaimed',
    reason: 'the application is one of those that were read',
  },
  {
    file: 'functions/rooms/fleet/successors.ts',
    before: 'if (found.length > 0) matches.push',
    replacement: 'true',
    reason: 'a match without rooms is left out afterwards',
  },
  {
    file: 'functions/rooms/fleet/successors.ts',
    before: 'if (found.length > 0) matches.push',
    replacement: 'found.length >= 0',
    reason: 'a match without rooms is left out afterwards',
  },
  {
    file: 'functions/rooms/fleet/successors.ts',
    before: 'if (candidates.length === 0) return [];',
    replacement: 'false',
    reason: 'of no candidates none is found',
  },
  {
    file: 'functions/rooms/fleet/successors.ts',
    before: 'if (candidates.length === 0) return [];',
    replacement: '["Stryker was here"]',
    reason: 'a text is no room, so it is left out',
  },
  {
    file: 'functions/rooms/fleet/successors.ts',
    before: 'const candidates = orphans.get(',
    replacement: '["Stryker was here"]',
    reason: 'a text is no room, so it is left out',
  },
  {
    file: 'functions/rooms/fleet/successors.ts',
    before: 'return found ? [{',
    replacement: '["Stryker was here"]',
    reason: 'a text is no room, so it is left out',
  },
  {
    file: 'functions/rooms/fleet/successors.ts',
    before: 'return orphan ? [{',
    replacement: '["Stryker was here"]',
    reason: 'a text is no room, so it is left out',
  },
  {
    file: 'functions/rooms/fleet/inventory.ts',
    before: 'of unclaimed?.values() ?? []',
    replacement: '["Stryker was here"]',
    reason: 'a text is no room, so it is left out',
  },
  {
    file: 'functions/rooms/fleet/inventory.ts',
    before: 'if (room.token === token) unclaimed?.delete',
    replacement: 'unclaimed.delete',
    reason: 'without a list there is no room to look at',
  },
  {
    file: 'functions/rooms/fleet/list-part.ts',
    before: 'if (this.#last !== undefined) {',
    replacement: 'true',
    reason: 'nothing is newer or older than what is not known',
  },
  {
    file: 'functions/rooms/fleet/list-part.ts',
    before: 'return () => false;',
    replacement: '() => undefined',
    reason: 'nothing and false are the same answer',
  },
];

export function isEquivalent(
  file: string,
  change: Pick<Equivalent, 'before' | 'replacement'>,
  known: readonly Equivalent[],
): boolean {
  return known.some(
    (each) =>
      each.file === file && change.before.includes(each.before) && each.replacement === change.replacement,
  );
}
