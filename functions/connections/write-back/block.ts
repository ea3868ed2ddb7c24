import { ALL_TEXTS, textsFor } from '../../links/language.ts';
import type { RoomLink } from './room-link.ts';

/**
 * The block of a description with the room's link. Two lines around it separate it from people's text. The
 * lines have only characters that calendars keep, because a text may become HTML between two writes, with
 * other line breaks. A damaged block is recognised by its remaining parts, so that there are never two.
 */
const FIRST = '-~~~~~~~~ Evergreen Rooms ~~~~~~~~-';
const LAST = '-~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~-';

/** The format of a description. */
export interface Markup {
  readonly lineBreak: string;
  /** The line breaks before the block, which are removed with it. */
  readonly breaksBefore: RegExp;
  escaped(text: string): string;
  anchor(url: string): string;
  /** Returns the position of the block in a description that has none. */
  end(description: string): number;
  /** Whether the text above the block is invisible, so that the block needs no line breaks. */
  isEmpty(above: string): boolean;
}

/**
 * Returns the description with one block if there is a link, and with none otherwise. All other text stays
 * unchanged, character by character.
 */
export function descriptionWith(description: string, link: RoomLink, markup: Markup): string {
  const url = link.writeBack === 'full' ? link.url : undefined;
  const pieces = piecesIn(description, link);
  const [first, ...others] = pieces;
  if (url === undefined) return without(description, pieces, markup);
  if (!first) return appended(description, blockOf(url, link, markup), markup);
  if (others.length === 0 && first.isWhole && first.addresses.every((each) => each === url))
    return description;
  const rest = without(description.slice(first.end), moved(others, -first.end), markup);
  return description.slice(0, first.start) + blockOf(url, link, markup) + tagsLeft(first.text) + rest;
}

function blockOf(url: string, { language }: RoomLink, { lineBreak, escaped, anchor }: Markup): string {
  return [FIRST, `${escaped(textsFor(language).join)}: ${anchor(url)}`, LAST].join(lineBreak);
}

function appended(description: string, block: string, { lineBreak, end, isEmpty }: Markup): string {
  const at = end(description);
  const before = description.slice(0, at);
  const breaks = isEmpty(before) ? '' : lineBreak.repeat(2);
  return before + breaks + block + description.slice(at);
}

/** A block, or a part of a damaged one. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly isWhole: boolean;
  /** The addresses in it. */
  readonly addresses: readonly string[];
}

const BLANK = String.raw`(?:\s|&nbsp;|&#160;)`;
/** Tags that a calendar may put around or between the lines. */
const TAG = String.raw`</?(?:a|b|br|div|em|font|i|p|span|strong|u)\b[^<>]*>`;
const BETWEEN = `(?:${BLANK}|${TAG})*`;
const FIRST_LINE = `-~{4,}${BLANK}*Evergreen${BLANK}+Rooms${BLANK}*~{4,}-`;
const LAST_LINE = '-~{16,}-';
const SENTENCES = ALL_TEXTS.map(({ join }) =>
  // HTML may write a letter as an entity
  join.replaceAll(' ', `${BLANK}+`).replace(/[^\0-\x7f]/g, (letter) => `(?:${letter}|&#?\\w+;)`),
).join('|');
/**
 * The address may be followed by its end tag in HTML, or by the address again, as Exchange writes it in text.
 */
const LINK_LINE = `(?:${SENTENCES})${BLANK}*:${BETWEEN}https?://[^\\s<>"]+(?:</a>|<https?://[^\\s<>]*>)?`;

const PIECES = new RegExp(
  [
    `(?<whole>${FIRST_LINE}${BETWEEN}${LINK_LINE}${BETWEEN}${LAST_LINE})`,
    `(?<part>${FIRST_LINE}(?:${BETWEEN}${LINK_LINE})?|${LAST_LINE})`,
    `(?<line>${LINK_LINE})`,
  ].join('|'),
  'gi',
);

function piecesIn(description: string, { isOurs }: Pick<RoomLink, 'isOurs'>): readonly Piece[] {
  return [...description.matchAll(PIECES)].flatMap(({ 0: text, index, groups = {} }): Piece[] => {
    const addresses = [...text.matchAll(/https?:\/\/[^\s<>"]+/gi)].map(([address]) => plain(address));
    // a single line may be a person's text about another meeting
    if (groups.line !== undefined && !addresses.some(isOurs)) return [];
    const isWhole = groups.whole !== undefined;
    return [{ start: index, end: index + text.length, text, isWhole, addresses }];
  });
}

/** Returns the addresses in this project's block of a description. */
export function addressesInBlock(description: string): readonly string[] {
  const blocks = piecesIn(description, { isOurs: () => false }).filter(({ isWhole }) => isWhole);
  return blocks.flatMap(({ addresses }) => addresses);
}

function plain(address: string): string {
  return address.replace(/&amp;/g, '&').replace(/&#39;/g, "'");
}

function moved(pieces: readonly Piece[], by: number): readonly Piece[] {
  return pieces.map((piece) => ({ ...piece, start: piece.start + by, end: piece.end + by }));
}

function without(description: string, pieces: readonly Piece[], { breaksBefore }: Markup): string {
  let kept = '';
  let from = 0;
  for (const piece of pieces) {
    const before = kept + description.slice(from, piece.start);
    const around = wrapped(before, piece.text, description.slice(piece.end));
    kept = before.slice(0, before.length - around.before).replace(breaksBefore, '') + around.tags;
    from = piece.end + around.after;
  }
  const rest = description.slice(from);
  return kept === '' && pieces.length > 0 ? rest.replace(/^\r?\n/, '') : kept + rest;
}

/** If an element contains only the block, it is removed too: a calendar puts the block into a paragraph. */
function wrapped(before: string, text: string, after: string) {
  const [open] = /<(?:div|p|span)\b[^<>]*>\s*$/i.exec(before.slice(-LONGEST_TAG)) ?? [];
  const [close] = /^\s*<\/(?:div|p|span)\s*>/i.exec(after.slice(0, LONGEST_TAG)) ?? [];
  const inside = { before: 0, after: 0, tags: tagsLeft(text) };
  if (open === undefined || close === undefined) return inside;
  const tags = tagsLeft(open + text + close);
  return tags === '' ? { before: open.length, after: close.length, tags } : inside;
}

const LONGEST_TAG = 2000;

/** Returns the tags of a text whose other halves are outside it. */
function tagsLeft(text: string): string {
  const left: { readonly tag: string; readonly name: string; readonly opens: boolean }[] = [];
  for (const [tag, slash, name = ''] of text.matchAll(/<(\/?)([a-z]+)\b[^<>]*>/gi)) {
    if (/^br$/i.test(name)) continue;
    const last = left.at(-1);
    const opens = slash === '';
    if (!opens && last?.opens && last.name === name.toLowerCase()) left.pop();
    else left.push({ tag, name: name.toLowerCase(), opens });
  }
  return left.map(({ tag }) => tag).join('');
}
