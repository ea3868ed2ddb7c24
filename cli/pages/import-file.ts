import { CallError } from '../frame/errors.ts';

/** A room in a file. */
export interface NamedRoom {
  /** The place in the file, for people: `rooms.csv line 3`. */
  readonly at: string;
  /** The fields of a request with the action `import`; `room` may be an id or a link. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Why the line cannot be read. */
  readonly wrong?: string;
}

/**
 * Returns the rooms of a file: CSV with a header, JSON Lines, or a JSON array.
 *
 * @throws CallError if the file as a whole cannot be read; a line that cannot be read is among the rooms
 */
export function readImportFile(text: string, file: string): readonly NamedRoom[] {
  const content = text.replace(/^\uFEFF/, '');
  const rooms = /^\s*[[{]/.test(content) ? jsonRooms(content, file) : csvRooms(content, file);
  if (rooms.length > 0) return rooms;
  throw new CallError(
    `${file}: has no room: write a first line that names the columns, such as key,room, and a room a line`,
  );
}

function jsonRooms(text: string, file: string): NamedRoom[] {
  if (text.trimStart().startsWith('[')) {
    // JSON that begins with a bracket is a list
    const list = parsed(text, file) as unknown[];
    return list.map((each, i) => named(each, `${file} entry ${i + 1}`));
  }
  return text.split(/\r?\n/).flatMap((line, i) => {
    const at = `${file} line ${i + 1}`;
    return line.trim() === '' ? [] : [lineOf(line, at)];
  });
}

function lineOf(line: string, at: string): NamedRoom {
  try {
    return named(JSON.parse(line), at);
  } catch (error) {
    return { at, fields: {}, wrong: `must be JSON: ${(error as Error).message}` };
  }
}

function parsed(text: string, at: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CallError(`${at}: must be JSON: ${(cause as Error).message}`, { cause });
  }
}

function named(value: unknown, at: string): NamedRoom {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { at, fields: {}, wrong: 'must be an object with key and room' };
  }
  return { at, fields: { ...value } };
}

/** A column is a field; a field of an object, such as `renewal.mode`, has a dot. */
function csvRooms(text: string, file: string): NamedRoom[] {
  const [head, ...lines] = csvLines(text, file);
  if (!head) return [];
  const columns = head.cells.map((cell) => cell.trim());
  for (const name of ['key', 'room']) {
    if (!columns.includes(name)) {
      throw new CallError(
        `${file}: the first line must name the columns, key and room among them; got ${columns.join(', ')}`,
      );
    }
  }
  return lines.map(({ line, cells }) => {
    const at = `${file} line ${line}`;
    if (cells.length > columns.length) {
      return { at, fields: {}, wrong: `has ${cells.length} cells, and the head has ${columns.length}` };
    }
    const fields: Record<string, unknown> = {};
    for (const [i, cell] of cells.entries()) if (cell !== '') setField(fields, columns[i] ?? '', cell);
    return { at, fields };
  });
}

function setField(fields: Record<string, unknown>, column: string, cell: string): void {
  const [name = '', part] = column.split('.', 2);
  const value = cell === 'true' ? true : cell === 'false' ? false : cell;
  if (part === undefined) fields[name] = value;
  else fields[name] = { ...(fields[name] as object | undefined), [part]: value };
}

interface CsvLine {
  readonly line: number;
  readonly cells: string[];
}

/**
 * Reads CSV (RFC 4180). Spreadsheets in many languages write semicolons: the separator of the header counts.
 */
function csvLines(text: string, file: string): CsvLine[] {
  const [first = ''] = text.split('\n', 1);
  const separator = first.includes(',') ? ',' : ';';
  const lines: CsvLine[] = [];
  let line = 1;
  let cells: string[] = [];
  let start = line;
  const cell = cellPattern(separator);
  for (cell.lastIndex = 0; cell.lastIndex < text.length; ) {
    const [whole, content = '', end = ''] = cell.exec(text) ?? [];
    if (whole === undefined) throw new CallError(`${file} line ${line}: a quotation mark is not closed`);
    cells.push(content.startsWith('"') ? content.slice(1, -1).replaceAll('""', '"') : content);
    line += whole.split('\n').length - 1;
    if (end === separator) continue;
    if (cells.some((text) => text !== '')) lines.push({ line: start, cells });
    cells = [];
    start = line;
  }
  if (cells.some((text) => text !== '')) lines.push({ line: start, cells });
  return lines;
}

/** Matches a cell with or without quotes, and the separator after it. */
function cellPattern(separator: string): RegExp {
  return new RegExp(`("(?:[^"]|"")*"|[^${separator}"\\r\\n]*)(${separator}|\\r?\\n|$)`, 'y');
}
