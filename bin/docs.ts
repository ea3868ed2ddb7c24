import { writeFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { requestSchema } from '../functions/requests/room-request/schema.ts';
import { apiDocument, apiReport } from './api-document.ts';
import { commandJsonSchema } from './command-schema.ts';
import { eventJsonSchema } from './event-schema.ts';
import { providersDocument } from './providers-document.ts';

/** The documents that are generated from the code, by their path from the project's root. */
export const documents: Readonly<Record<string, () => string>> = {
  'docs/request.schema.json': requestJsonSchema,
  'docs/event.schema.json': eventJsonSchema,
  'docs/command.schema.json': commandJsonSchema,
  'docs/providers.md': providersDocument,
  'API.md': apiDocument,
  'docs/api-report.md': apiReport,
};

function requestJsonSchema(): string {
  const schema = z.toJSONSchema(requestSchema, { io: 'input', target: 'draft-2020-12' });
  const described = {
    ...schema,
    title: 'A room request',
    description: 'The body of a message to the requests queue, or the detail of a Room Requested event',
  };
  return `${JSON.stringify(described, null, 2)}\n`;
}

if (import.meta.main) {
  for (const [path, content] of Object.entries(documents)) {
    writeFileSync(new URL(`../${path}`, import.meta.url), content());
    console.log(`wrote ${path}`);
  }
}
