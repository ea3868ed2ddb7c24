import { FIELDS, type FieldMap, NATIVE } from '../provider/fields.ts';

/** A request is in the words of the Meetings API, so there is nothing that it does not give. */
// `fromEntries` forgets the names
export const MEETINGS_API_FIELDS = Object.fromEntries(FIELDS.map((name) => [name, NATIVE])) as FieldMap;
