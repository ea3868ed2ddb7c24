import type { Changes } from '../frame/watch.ts';
import type { ListedDueRoom, ListedRoom, ListPage } from './listed-room.ts';

/** Formats a page as a table; with its heading, unless that was printed. */
export type PageLines = (page: ListPage, withHeads: boolean) => readonly string[];

/** Formats all rooms as one table. */
export async function pictureOf(pages: AsyncIterable<ListPage>, linesOf: PageLines): Promise<string[]> {
  const lines: string[] = [];
  for await (const page of pages) lines.push(...linesOf(page, lines.length === 0));
  return lines;
}

/** Prints the rooms that are new, changed or gone since the last look, each as a line of JSON. */
export async function changesAsJson(pages: AsyncIterable<ListPage>, changes: Changes): Promise<string[]> {
  const lines: string[] = [];
  for await (const page of pages) {
    for (const room of changedIn(page, changes).rooms) lines.push(JSON.stringify(room));
  }
  return [...lines, ...changes.gone().map((key) => JSON.stringify({ key, listed: false }))];
}

/** Prints the same as a table, whose heading comes with its first rooms. */
export async function changesAsTable(
  pages: AsyncIterable<ListPage>,
  changes: Changes,
  linesOf: PageLines,
): Promise<string[]> {
  const lines: string[] = [];
  let withHeads = !changes.hadAny;
  for await (const page of pages) {
    const changed = changedIn(page, changes);
    if (changed.rooms.length === 0) continue;
    lines.push(...linesOf(changed, withHeads));
    withHeads = false;
  }
  return [...lines, ...changes.gone().map((key) => `${key}  is not in the list any more`)];
}

function changedIn(page: ListPage, changes: Changes): ListPage {
  const isChanged = (room: ListedRoom | ListedDueRoom) => changes.isChanged(room.key, JSON.stringify(room));
  // two branches, because a union of arrays has no filter
  return page.of === 'table'
    ? { ...page, rooms: page.rooms.filter(isChanged) }
    : { ...page, rooms: page.rooms.filter(isChanged) };
}
