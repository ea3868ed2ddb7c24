import { FIELDS, type FieldMap, NATIVE } from '../provider/fields.ts';

/** A request has the fields of the Meetings API, so all of them are native. */
// `fromEntries` loses the names
export const MEETINGS_API_FIELDS = Object.fromEntries(FIELDS.map((name) => [name, NATIVE])) as FieldMap;
