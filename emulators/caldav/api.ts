import type { Reply } from '../http/replies.ts';
import type { EmulatorRequest } from '../http/requests.ts';
import { CalendarRecord, type Mail, type Member } from './calendars.ts';
import type { Switches } from './choices.ts';
import { failedPrecondition, refusal, XML } from './errors.ts';
import { ofCalendar, ofMember, propstats } from './properties.ts';
import { readObject } from './text.ts';
import type { Users } from './users.ts';
import {
  childrenNamed,
  type Element,
  type Part,
  readXml,
  textNamed,
  UnreadableXmlError,
  writeXml,
} from './xml.ts';

const CALDAV = 'urn:ietf:params:xml:ns:caldav';

export interface ApiParts {
  readonly users: Users;
  /** The calendars by their paths. */
  readonly calendars: Map<string, CalendarRecord>;
  readonly switches: Switches;
  readonly mails: Mail[];
  readonly onChange: () => void;
  readonly now: () => number;
}

/** A call to a calendar or to one of its members. */
interface Visit {
  readonly request: EmulatorRequest;
  /** `ann/team` */
  readonly path: string;
  /** Absent for the calendar itself. */
  readonly name?: string;
}

/** Answers the calls of CalDAV that a client of one calendar needs. */
export function createApi({ users, calendars, switches, mails, onChange, now }: ApiParts) {
  const existing = (path: string): CalendarRecord => {
    const calendar = calendars.get(path);
    if (!calendar) throw refusal(404, 'no such calendar');
    return calendar;
  };
  const memberOf = ({ path, name = '' }: Visit): Member => {
    const member = existing(path).member(name);
    if (!member) throw refusal(404, 'no such event');
    return member;
  };

  const hrefOf = ({ request }: Visit, path: string, name?: string): string => {
    const segments = [...path.split('/'), ...(name === undefined ? [''] : [name])].map(encodeURIComponent);
    const href = `${request.prefix}/${segments.join('/')}`;
    return switches.hrefs === 'url' ? `http://${request.host}${href}` : href;
  };
  const multistatus = (responses: readonly Part[], token?: string): Reply => ({
    status: 207,
    headers: XML,
    body: writeXml(
      [
        'DAV: multistatus',
        ...responses,
        // the pair has the two places of a part
        ...(token === undefined ? [] : [['DAV: sync-token', token] as Part]),
      ],
      switches.namespaces,
    ),
  });
  const memberResponse = (visit: Visit, member: Member, asked: readonly string[]): Part => [
    'DAV: response',
    ['DAV: href', hrefOf(visit, visit.path, member.name)],
    ...propstats(asked, ofMember(member, switches)),
  ];
  const missingResponse = (href: string, asked: readonly string[] = []): Part =>
    switches.removedAs === 'response' || asked.length === 0
      ? ['DAV: response', ['DAV: href', href], ['DAV: status', 'HTTP/1.1 404 Not Found']]
      : ['DAV: response', ['DAV: href', href], ...propstats(asked, {})];

  const makeCalendar = ({ path, name }: Visit): Reply => {
    if (name !== undefined) throw failedPrecondition(403, `${CALDAV} calendar-collection-location-ok`);
    if (calendars.has(path)) throw failedPrecondition(403, 'DAV: resource-must-be-null');
    calendars.set(path, new CalendarRecord(path, { switches, mails, onChange }));
    return { status: 201 };
  };

  const put = (visit: Visit): Reply => {
    const { request, path, name } = visit;
    const calendar = existing(path);
    if (name === undefined) throw refusal(405, 'a calendar is not written as a whole');
    if (calendar.readOnly) throw failedPrecondition(403, 'DAV: need-privileges');
    const before = calendar.member(name);
    checkConditions(request, before);
    checkObject(calendar, name, request.text);
    if (switches.writes === 'silent') return { status: before ? 204 : 201 };
    const { etag } = calendar.put(name, request.text);
    const isToldEtag = switches.etagInAnswer;
    return { status: before ? 204 : 201, ...(isToldEtag && { headers: { etag } }) };
  };

  const remove = (visit: Visit): Reply => {
    const calendar = existing(visit.path);
    if (visit.name === undefined) throw refusal(405, 'calendars stay');
    if (calendar.readOnly) throw failedPrecondition(403, 'DAV: need-privileges');
    checkConditions(visit.request, memberOf(visit));
    calendar.remove(visit.name);
    return { status: 204 };
  };

  const get = (visit: Visit): Reply => {
    if (visit.name === undefined) throw refusal(405, 'a calendar is read by reports');
    const { text, etag } = memberOf(visit);
    return { status: 200, headers: { etag, 'content-type': 'text/calendar; charset=utf-8' }, body: text };
  };

  const find = (visit: Visit): Reply => {
    const { request, path, name } = visit;
    const asked = askedFor(request.text === '' ? undefined : bodyOf(request));
    if (name !== undefined) return multistatus([memberResponse(visit, memberOf(visit), asked)]);
    const calendar = existing(path);
    const itself: Part = [
      'DAV: response',
      ['DAV: href', hrefOf(visit, path)],
      ...propstats(asked, ofCalendar(calendar, now(), switches)),
    ];
    const { depth = 'infinity' } = request.headers;
    if (depth === 'infinity') throw failedPrecondition(403, 'DAV: propfind-finite-depth');
    const members = depth === '1' ? calendar.members : [];
    return multistatus([itself, ...members.map((member) => memberResponse(visit, member, asked))]);
  };

  const report = (visit: Visit): Reply => {
    const calendar = existing(visit.path);
    if (visit.name !== undefined) throw refusal(405, 'reports are of calendars');
    const body = bodyOf(visit.request);
    if (body.name === `${CALDAV} calendar-multiget`) return multiget(visit, calendar, body);
    if (body.name === 'DAV: sync-collection' && switches.sync === 'supported')
      return sync(visit, calendar, body);
    throw failedPrecondition(403, 'DAV: supported-report');
  };

  const multiget = (visit: Visit, calendar: CalendarRecord, body: Element): Reply => {
    const asked = askedFor(body);
    const hrefs = childrenNamed(body, 'DAV: href').map((href) => href.text.trim());
    return multistatus(
      hrefs.map((href) => {
        const { path, name } = placeOf(
          href.replace(/^https?:\/\/[^/]*/, '').slice(visit.request.prefix.length),
        );
        const member = path === visit.path ? calendar.member(name ?? '') : undefined;
        return member ? memberResponse(visit, member, asked) : missingResponse(href);
      }),
    );
  };

  /** Returns the change that a client knows; undefined if it sends no token. */
  const changeOf = (calendar: CalendarRecord, token: string): number | undefined => {
    if (token === '') return undefined;
    const change = calendar.readToken(token, now());
    if (change !== undefined) return change;
    if (switches.unknownToken === 500) throw refusal(500, 'the server got itself in trouble');
    throw failedPrecondition(switches.unknownToken, 'DAV: valid-sync-token');
  };

  const sync = (visit: Visit, calendar: CalendarRecord, body: Element): Reply => {
    if ((visit.request.headers.depth ?? '0') !== '0')
      throw refusal(400, 'sync-collection wants a Depth of 0');
    if (textNamed(body, 'DAV: sync-level') !== '1')
      throw failedPrecondition(403, 'DAV: sync-traversal-supported');
    const change = changeOf(calendar, textNamed(body, 'DAV: sync-token') ?? '');
    const asked = askedFor(body);
    const { changes, upTo, isLast } = calendar.since(change, switches.largestPage || undefined);
    const cut: Part = [
      'DAV: response',
      ['DAV: href', hrefOf(visit, visit.path)],
      ['DAV: status', 'HTTP/1.1 507 Insufficient Storage'],
      ['DAV: error', ['DAV: number-of-matches-within-limits']],
    ];
    const responses = changes.map(({ name, member }) =>
      member ? memberResponse(visit, member, asked) : missingResponse(hrefOf(visit, visit.path, name), asked),
    );
    return multistatus([...responses, ...(isLast ? [] : [cut])], calendar.token(upTo, now()));
  };

  const methods: Readonly<Record<string, (visit: Visit) => Reply>> = {
    MKCALENDAR: makeCalendar,
    PUT: put,
    DELETE: remove,
    GET: get,
    PROPFIND: find,
    REPORT: report,
  };

  return (request: EmulatorRequest): Reply => {
    const user = users.admit(request.headers.authorization);
    request.account = user.name;
    const { path, name } = placeOf(request.path);
    if (request.prefix === '' || !path) throw refusal(404, 'nothing is here');
    if (path.split('/')[0] !== user.name) throw failedPrecondition(403, 'DAV: need-privileges');
    const method = methods[request.method];
    if (!method) throw refusal(405, `no ${request.method} here`);
    return method({ request, path, ...(name !== undefined && { name }) });
  };
}

/** `/ann/team` is a calendar, `/ann/team/1.ics` a member of it. */
function placeOf(path: string): { readonly path: string; readonly name?: string } {
  const [, user = '', calendar = '', name, ...more] = path.split('/').map(decode);
  if (!user || !calendar || more.length > 0) return { path: '' };
  return { path: `${user}/${calendar}`, ...(name && { name }) };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function bodyOf(request: EmulatorRequest): Element {
  try {
    return readXml(request.text);
  } catch (error) {
    if (error instanceof UnreadableXmlError) throw refusal(400, `the body cannot be read: ${error.message}`);
    throw error;
  }
}

/** Returns the names of the properties that a body asks for. */
function askedFor(body: Element | undefined): readonly string[] {
  const [prop] = childrenNamed(body, 'DAV: prop');
  return prop?.children.map(({ name }) => name) ?? ['DAV: resourcetype', 'DAV: getetag'];
}

function checkConditions({ headers }: EmulatorRequest, member: Member | undefined): void {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  const isMatch = match === undefined || (member && (match === '*' || match === member.etag));
  const isNew = noneMatch === undefined || !member || (noneMatch !== '*' && noneMatch !== member.etag);
  if (!isMatch || !isNew) throw refusal(412, 'it is not what the call expects');
}

function checkObject(calendar: CalendarRecord, name: string, text: string): void {
  const uid = uidOf(text);
  const before = calendar.member(name);
  const other = calendar.withUid(uid);
  if ((before && before.uid !== uid) || (other && other.name !== name))
    throw failedPrecondition(409, `${CALDAV} no-uid-conflict`);
}

function uidOf(text: string): string {
  try {
    return readObject(text).uid;
  } catch {
    throw failedPrecondition(403, `${CALDAV} valid-calendar-object-resource`);
  }
}
